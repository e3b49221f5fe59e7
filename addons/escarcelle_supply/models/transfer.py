from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_compare

from ..tools.shown import number


class EscarcelleTransfer(models.Model):
    """Goods sent from one shop to another: they leave one stock, travel, and enter the other when received.

    Between two companies each keeps its own move and its own document; the lot, its date and who paid for it
    go along.
    """

    _name = "escarcelle.transfer"
    _description = "Transfer between Shops"
    _inherit = ["mail.thread"]
    _order = "id desc"

    name = fields.Char(readonly=True, copy=False, default="/")
    company_id = fields.Many2one(
        "res.company", "From shop", required=True, index=True, default=lambda self: self.env.company
    )
    warehouse_id = fields.Many2one(
        "stock.warehouse", "From", required=True, default=lambda self: self._escarcelle_warehouse(),
        domain="[('company_id', '=', company_id)]",
    )  # fmt: skip
    dest_warehouse_id = fields.Many2one("stock.warehouse", "To", required=True, domain="[('id', '!=', warehouse_id)]")
    dest_company_id = fields.Many2one(related="dest_warehouse_id.company_id", string="To shop", store=True)
    line_ids = fields.One2many("escarcelle.transfer.line", "transfer_id", "Goods", copy=True)
    out_picking_id = fields.Many2one("stock.picking", "Sending", readonly=True, copy=False)
    in_picking_id = fields.Many2one("stock.picking", "Receipt", readonly=True, copy=False)
    sent_on = fields.Datetime(readonly=True, copy=False)
    state = fields.Selection(
        [("draft", "Draft"), ("sent", "On its way"), ("done", "Received"), ("cancel", "Cancelled")],
        compute="_compute_state", store=True,
    )  # fmt: skip

    _elsewhere = models.Constraint(
        "CHECK (warehouse_id <> dest_warehouse_id)", "The goods go to another shop than theirs."
    )

    def _escarcelle_warehouse(self):
        return self.env["stock.warehouse"].search([("company_id", "=", self.env.company.id)], limit=1)

    @api.depends("sent_on", "in_picking_id.state")
    def _compute_state(self):
        for transfer in self:
            arrival = transfer.sudo().in_picking_id
            if not transfer.sent_on:
                transfer.state = "draft"
            elif arrival.state == "done":
                transfer.state = "done"
            else:
                transfer.state = "cancel" if arrival.state == "cancel" else "sent"

    @api.depends("name", "dest_warehouse_id")
    def _compute_display_name(self):
        for transfer in self:
            sent = transfer.name and transfer.name != "/"
            transfer.display_name = transfer.name if sent else self.env._("New transfer")

    def write(self, vals):
        told = {"company_id", "warehouse_id", "dest_warehouse_id", "line_ids"}
        if told & vals.keys() and self.filtered("sent_on"):
            raise UserError(self.env._("What is sent does not change: receive it, then send it back."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        if self.filtered("sent_on"):
            raise UserError(self.env._("What is sent stays in the history."))

    def action_send(self):
        """The goods leave; the other shop has a receipt waiting. A second click finds them gone."""
        for transfer in self:
            if transfer.sent_on:
                raise UserError(self.env._("These goods are on their way already."))
            transfer._escarcelle_check()
            transfer.write(
                {
                    "sent_on": fields.Datetime.now(),
                    "name": self.env["ir.sequence"].next_by_code("escarcelle.transfer"),
                }
            )
            transit = transfer._escarcelle_transit()
            leaving = transfer._escarcelle_picking(transfer.warehouse_id, transit, leaving=True)
            leaving._action_done()
            transfer.out_picking_id = leaving
            arriving = transfer._escarcelle_picking(transfer.dest_warehouse_id, transit, leaving=False)
            transfer.in_picking_id = arriving.with_env(transfer.env)
        return True

    def action_open_receipt(self):
        """The receipt, for the people of the other shop."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "stock.picking",
            "res_id": self.sudo().in_picking_id.id,
            "view_mode": "form",
        }

    def _escarcelle_check(self):
        if not self.line_ids:
            raise UserError(self.env._("Add the goods to send."))
        for line in self.line_ids:
            good = line.product_id
            if self.company_id != self.dest_company_id and good.company_id:
                raise UserError(
                    self.env._("%s belongs to one shop only: share the good first.", good.display_name)
                )
            if good.tracking != "none" and not line.lot_id:
                raise UserError(self.env._("Say which lot of %s is sent.", good.display_name))
            held = self.env["stock.quant"]._get_available_quantity(
                good, self.warehouse_id.lot_stock_id, lot_id=line.lot_id or None
            )
            if float_compare(held, line.quantity, precision_digits=3) < 0:
                raise UserError(
                    self.env._(
                        "%(place)s holds %(held)s of %(good)s, not %(quantity)s.",
                        place=self.warehouse_id.name, held=number(self.env, held), good=good.display_name,
                        quantity=number(self.env, line.quantity),
                    )
                )  # fmt: skip

    def _escarcelle_transit(self):
        """Where goods are while they travel: inside the company, or between companies."""
        if self.company_id == self.dest_company_id:
            return self.company_id.internal_transit_location_id
        between = self.env.ref("stock.stock_location_inter_company").sudo()
        if not between.active:
            between.active = True
        return between

    def _escarcelle_picking(self, warehouse, transit, leaving):
        # The other shop's stock is not ours to write: the receipt that waits there is made for its people.
        company = warehouse.company_id
        shop = self.sudo().with_company(company).with_context(allowed_company_ids=company.ids)
        shelf = warehouse.sudo().lot_stock_id
        here, there = (shelf, transit) if leaving else (transit, shelf)
        same = self.company_id == self.dest_company_id
        kind = warehouse.sudo().int_type_id if same else (
            warehouse.sudo().out_type_id if leaving else warehouse.sudo().in_type_id
        )
        picking = shop.env["stock.picking"].create(
            {
                "picking_type_id": kind.id,
                "location_id": here.id,
                "location_dest_id": there.id,
                "company_id": company.id,
                "origin": self.name,
                "escarcelle_transfer_id": self.id,
                "partner_id": (self.dest_company_id if leaving else self.company_id).sudo().partner_id.id,
                "move_ids": [
                    fields.Command.create(line._escarcelle_move(company, here, there, leaving))
                    for line in self.line_ids
                ],
            }
        )
        # Made through their moves, the lines do not know the picking they are on, nor would its document.
        picking.move_ids.move_line_ids.picking_id = picking
        picking.action_confirm()
        return picking


class EscarcelleTransferLine(models.Model):
    """A good of a transfer, its lot, how much."""

    _name = "escarcelle.transfer.line"
    _description = "Good of a Transfer"

    transfer_id = fields.Many2one("escarcelle.transfer", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="transfer_id.company_id", store=True)
    product_id = fields.Many2one("product.product", "Good", required=True, domain="[('is_storable', '=', True)]")
    tracking = fields.Selection(related="product_id.tracking")
    lot_id = fields.Many2one("stock.lot", "Lot", domain="[('product_id', '=', product_id)]")
    quantity = fields.Float(digits=(16, 3), required=True, default=1.0)
    uom_id = fields.Many2one(related="product_id.uom_id")

    _quantity_positive = models.Constraint("CHECK (quantity > 0)", "Say how much is sent.")

    @api.constrains("lot_id", "product_id")
    def _check_lot_id(self):
        for line in self:
            if line.lot_id and line.lot_id.product_id != line.product_id:
                raise UserError(self.env._("This lot is not one of %s.", line.product_id.display_name))

    def _escarcelle_move(self, company, here, there, leaving):
        lot = self._escarcelle_lot(company)
        return {
            "product_id": self.product_id.id,
            "product_uom": self.product_id.uom_id.id,
            "product_uom_qty": self.quantity,
            "location_id": here.id,
            "location_dest_id": there.id,
            "company_id": company.id,
            "picked": leaving,
            "move_line_ids": [
                fields.Command.create(
                    {
                        "product_id": self.product_id.id,
                        "product_uom_id": self.product_id.uom_id.id,
                        "quantity": self.quantity,
                        "lot_id": lot.id,
                        "location_id": here.id,
                        "location_dest_id": there.id,
                        "company_id": company.id,
                    }
                )
            ],
        }

    def _escarcelle_lot(self, company):
        """The lot as ``company`` knows it; made there when it is another company's."""
        lot = self.lot_id.sudo()
        if not lot or not lot.company_id or lot.company_id == company:
            return lot
        known = lot.search(
            [("name", "=", lot.name), ("product_id", "=", lot.product_id.id), ("company_id", "=", company.id)], limit=1
        )
        source = lot.escarcelle_funding_source_id
        shared = not source.company_id or source.company_id == company
        return known or lot.create(
            {
                "name": lot.name,
                "product_id": lot.product_id.id,
                "company_id": company.id,
                "escarcelle_date": lot.escarcelle_date,
                "escarcelle_funding_source_id": source.id if shared else False,
            }
        )


class StockPicking(models.Model):
    _inherit = "stock.picking"

    escarcelle_transfer_id = fields.Many2one(
        "escarcelle.transfer", "Transfer", readonly=True, copy=False, index="btree_not_null"
    )

    def _escarcelle_final_warehouse(self):
        # EXTENDS 'escarcelle_fiscal': goods sent to another shop say which one on their document
        return self.escarcelle_transfer_id.sudo().dest_warehouse_id or super()._escarcelle_final_warehouse()
