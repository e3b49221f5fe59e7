from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class StockScrap(models.Model):
    """A loss: what, why, how much it weighs and is worth. It can be undone."""

    _inherit = "stock.scrap"

    escarcelle_reason_id = fields.Many2one(
        "stock.scrap.reason.tag", "Reason", compute="_compute_escarcelle_reason_id",
        inverse="_inverse_escarcelle_reason_id", store=True, index="btree_not_null",
    )  # fmt: skip
    escarcelle_currency_id = fields.Many2one(related="company_id.currency_id")
    escarcelle_value = fields.Monetary(
        "Value", currency_field="escarcelle_currency_id", readonly=True, copy=False,
        help="At the public reference price, on the day of the loss.",
    )  # fmt: skip
    escarcelle_cost = fields.Monetary(
        "Cost", currency_field="escarcelle_currency_id", readonly=True, copy=False
    )
    escarcelle_weight = fields.Float("Weight (kg)", digits=(16, 3), readonly=True, copy=False)
    escarcelle_undone = fields.Boolean("Undone", readonly=True, copy=False)
    escarcelle_category_id = fields.Many2one(
        related="product_id.categ_id", string="Category", store=True, index="btree_not_null"
    )
    escarcelle_source_id = fields.Many2one(
        "escarcelle.funding.source", "Funding source", readonly=True, copy=False, index="btree_not_null"
    )

    @api.depends("scrap_reason_tag_ids")
    def _compute_escarcelle_reason_id(self):
        for scrap in self:
            scrap.escarcelle_reason_id = scrap.scrap_reason_tag_ids[:1]

    def _inverse_escarcelle_reason_id(self):
        for scrap in self:
            scrap.scrap_reason_tag_ids = scrap.escarcelle_reason_id

    def do_scrap(self):
        # EXTENDS 'stock'
        if self.filtered(lambda scrap: scrap.state == "done"):
            raise UserError(self.env._("This loss is already noted."))
        if self.filtered(lambda scrap: not scrap.scrap_reason_tag_ids):
            raise UserError(self.env._("Say why these goods are lost: choose a reason."))
        for scrap in self:
            product = scrap.product_id.with_company(scrap.company_id)
            quantity = scrap.product_uom_id._compute_quantity(scrap.scrap_qty, product.uom_id)
            scrap.write(
                {
                    # The writing makes a second click conflict, and its replay finds the loss noted.
                    "escarcelle_value": quantity * product.lst_price,
                    "escarcelle_cost": quantity * product.standard_price,
                    "escarcelle_weight": product._escarcelle_weight(quantity),
                    "escarcelle_source_id": product._escarcelle_source(scrap.lot_id).id,
                }
            )
        return super().do_scrap()

    @api.model
    def _escarcelle_withdraw(self, lots, reason=None, origin=None, goods=None):
        """Note what is left of ``lots``, and of ``goods`` whatever the lot, in the current shop as lost; returns
        the losses."""
        reason = reason or self.env.ref("escarcelle_supply.reason_date")
        lots._escarcelle_claim()
        quants = self.env["stock.quant"].search(
            (Domain("lot_id", "in", lots.ids) | Domain("product_id", "in", goods.ids if goods else []))
            & Domain("quantity", ">", 0)
            & Domain("location_id.usage", "=", "internal")
            & Domain("company_id", "=", self.env.company.id)
        )
        losses = self.create(
            [
                {
                    "product_id": quant.product_id.id,
                    "product_uom_id": quant.product_uom_id.id,
                    "lot_id": quant.lot_id.id,
                    "scrap_qty": quant.quantity,
                    "location_id": quant.location_id.id,
                    "company_id": quant.company_id.id,
                    "package_id": quant.package_id.id,
                    "owner_id": quant.owner_id.id,
                    "scrap_reason_tag_ids": [fields.Command.set(reason.ids)],
                    "origin": origin,
                }
                for quant in quants
            ]
        )
        losses.do_scrap()
        return losses

    def action_escarcelle_undo(self):
        """The goods come back on the shelf: a loss noted by mistake. Once."""
        for scrap in self:
            if scrap.state != "done" or scrap.escarcelle_undone:
                raise UserError(self.env._("Only a loss that is noted can be undone, and only once."))
            scrap.escarcelle_undone = True
            moves = scrap.move_ids.filtered(lambda move: move.state == "done")
            contrary = self.env["stock.move"].create([scrap._escarcelle_contrary(move) for move in moves])
            contrary._action_done()
            scrap._escarcelle_issue_undo()
        return True

    def _escarcelle_contrary(self, move):
        return {
            "product_id": move.product_id.id,
            "product_uom": move.product_uom.id,
            "product_uom_qty": move.quantity,
            "location_id": move.location_dest_id.id,
            "location_dest_id": move.location_id.id,
            "company_id": move.company_id.id,
            "origin": self.name,
            "picked": True,
            "move_line_ids": [
                fields.Command.create(
                    {
                        "product_id": line.product_id.id,
                        "product_uom_id": line.product_uom_id.id,
                        "quantity": line.quantity,
                        "lot_id": line.lot_id.id,
                        "location_id": line.location_dest_id.id,
                        "location_dest_id": line.location_id.id,
                        "company_id": line.company_id.id,
                    }
                )
                for line in move.move_line_ids
            ],
        }

    def _escarcelle_issue_undo(self):
        """The contrary of the document of the loss: the same type, negative."""
        outbox = self.env["escarcelle.fiscal.outbox"]
        source = self.env["escarcelle.fiscal.source"]
        unsold = any(self.scrap_reason_tag_ids.mapped("escarcelle_unsold"))
        doc_type = "IVD" if unsold else "SST"
        quantity = self.product_uom_id._compute_quantity(self.scrap_qty, self.product_id.uom_id)
        line = outbox._escarcelle_line(
            self.product_id, -quantity, source=self.location_id.complete_name, lot=self.lot_id.name or ""
        )
        values = {
            "company": self.company_id,
            "reference": self.name,
            "date": outbox._escarcelle_moment(self.env.cr.now()),
            "comment": f"Annule {self.name}",
            "lines": [line],
            "origins": [
                {
                    "reference": self.name,
                    "document": doc_type,
                    "uid": source._escarcelle_uid(doc_type, self, "done"),
                }
            ],
        }
        outbox._escarcelle_issue_all([(doc_type, values, (self, "undone"))])


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _escarcelle_weight(self, quantity):
        """Kilograms of ``quantity`` (in the unit of the good)."""
        self.ensure_one()
        kilogram = self.env.ref("uom.product_uom_kgm")
        if self.uom_id._has_common_reference(kilogram):
            return self.uom_id._compute_quantity(quantity, kilogram, round=False)
        return quantity * self.weight

    def _escarcelle_source(self, lot=None):
        """Who paid for these goods: the source of the lot, else of the good."""
        self.ensure_one()
        return (lot and lot.escarcelle_funding_source_id) or self.escarcelle_funding_source_id
