"""Goods given: the intake (« bordereau de prise en charge »), its signatures, and the stock it makes."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_compare

from .donation import MAX_SIGNATURE

SIGNATURES = {"giver_signature": "giver_signed_at", "taker_signature": "taker_signed_at"}


class EscarcelleDonation(models.Model):
    _inherit = "escarcelle.donation"

    line_ids = fields.One2many("escarcelle.donation.line", "donation_id", "Goods", copy=True)
    received_at = fields.Datetime(
        "Taken at", copy=False, default=lambda self: self.env.cr.now().replace(microsecond=0)
    )
    warehouse_id = fields.Many2one(
        "stock.warehouse", "Received at", check_company=True, compute="_compute_warehouse_id", store=True,
        readonly=False, precompute=True, domain="[('company_id', '=', company_id)]",
    )  # fmt: skip
    stop_id = fields.Many2one(
        "escarcelle.donation.stop", "Stop", readonly=True, copy=False, index="btree_not_null"
    )
    agreement_id = fields.Many2one(
        "escarcelle.donation.agreement", "Agreement", compute="_compute_warnings"
    )
    short_dated = fields.Boolean(compute="_compute_warnings")
    in_time = fields.Boolean(
        "We can give the short-dated goods out in time", copy=False,
        help="Asked by code de l'environnement, art. D. 541-310, when no agreement says so.",
    )  # fmt: skip
    warnings = fields.Text(compute="_compute_warnings")

    giver_name = fields.Char("Handed over by", size=128, copy=False)
    giver_signature = fields.Image("Donor's signature", max_width=900, max_height=300, copy=False)
    giver_signed_at = fields.Datetime("Donor signed at", readonly=True, copy=False)
    taker_id = fields.Many2one(
        "res.partner", "Taken by", copy=False, default=lambda self: self.env.user.partner_id
    )
    taker_signature = fields.Image("Our signature", max_width=900, max_height=300, copy=False)
    taker_signed_at = fields.Datetime("We signed at", readonly=True, copy=False)

    valuation = fields.Binary("Donor's valuation", attachment=True, copy=False)
    valuation_name = fields.Char(copy=False)
    weight = fields.Float("Weight (kg)", digits=(16, 3), compute="_compute_weight", store=True)
    refused_weight = fields.Float(
        "Refused (kg)", digits=(16, 3), compute="_compute_weight", store=True
    )
    reference_value = fields.Monetary("At reference prices", compute="_compute_weight", store=True)
    picking_ids = fields.One2many(
        "stock.picking", "escarcelle_donation_id", "Transfers", readonly=True
    )

    @api.depends("company_id")
    def _compute_warehouse_id(self):
        for donation in self:
            donation.warehouse_id = self.env["stock.warehouse"].search(
                [("company_id", "=", donation.company_id.id)], limit=1
            )

    @api.depends("kind", "line_ids.value", "line_ids.refused")
    def _compute_value(self):
        super()._compute_value()
        for donation in self.filtered(lambda d: d.kind == "goods"):
            donation.value = sum(
                donation.line_ids.filtered(lambda line: not line.refused).mapped("value")
            )

    @api.depends("line_ids.weight", "line_ids.refused", "line_ids.reference_value")
    def _compute_weight(self):
        for donation in self:
            refused = donation.line_ids.filtered("refused")
            taken = donation.line_ids - refused
            donation.weight = sum(taken.mapped("weight"))
            donation.refused_weight = sum(refused.mapped("weight"))
            donation.reference_value = sum(taken.mapped("reference_value"))

    @api.depends("donor_id", "date", "line_ids.warning", "line_ids.short", "line_ids.refused")
    def _compute_warnings(self):
        for donation in self:
            agreements = donation._escarcelle_agreements()
            donation.agreement_id = agreements[:1]
            taken = donation.line_ids.filtered(lambda line: not line.refused)
            donation.short_dated = any(taken.mapped("short")) and not any(
                agreements.mapped("short_dated")
            )
            donation.warnings = "\n".join(
                f"{line.name} : {line.warning}" for line in taken
                if line.warning and (donation.short_dated or not line.short or line.past)
            )  # fmt: skip

    def _escarcelle_agreements(self):
        self.ensure_one()
        if not self.donor_id or not self.date:
            return self.env["escarcelle.donation.agreement"]
        return self.env["escarcelle.donation.agreement"]._escarcelle_covering(
            self.company_id, self.donor_id, self.date
        )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._escarcelle_signed(vals) for vals in vals_list])

    def write(self, vals):
        if "line_ids" in vals and self.filtered(lambda d: d.state != "draft"):
            # Only the donor's values may still come in, and the lines say so themselves.
            lines, vals = (
                vals["line_ids"],
                {name: value for name, value in vals.items() if name != "line_ids"},
            )
            self._escarcelle_write_lines(lines)
            return super().write(vals) if vals else True
        return super().write(self._escarcelle_signed(vals))

    def _escarcelle_write_lines(self, commands):
        lines = self.env["escarcelle.donation.line"]
        for command, line_id, values in commands:
            if command == 1:
                line = lines.browse(line_id)
                if line.donation_id not in self:
                    raise UserError(self.env._("This line is of another gift."))
                line.write(values)
            elif command != 4:
                raise UserError(
                    self.env._(
                        "This gift was received: it does not change any more. Undo it and make another one."
                    )
                )

    def _escarcelle_signed(self, vals):
        """``vals`` with the time of the signatures they bring."""
        given = {name: vals[name] for name in SIGNATURES if name in vals}
        for value in given.values():
            if value and len(value) > MAX_SIGNATURE:
                raise UserError(
                    self.env._("This signature is too large a picture: draw it on the screen.")
                )
        now = self.env.cr.now().replace(microsecond=0)
        return {**vals, **{SIGNATURES[name]: value and now for name, value in given.items()}}

    # -- checks ----------------------------------------------------------------------------------

    def _escarcelle_check(self):
        super()._escarcelle_check()
        if self.kind != "goods":
            return
        taken = self.line_ids.filtered(lambda line: not line.refused)
        if not self.line_ids:
            raise UserError(self.env._("Say what was given: a line a good."))
        self.line_ids._escarcelle_check()
        if self.short_dated and not self.in_time and taken:
            raise UserError(
                self.env._(
                    "Some goods reach their use-by date within %(days)s days and no agreement with %(donor)s covers"
                    " that. Refuse them, or state that they can be given out in time.",
                    days=self._escarcelle_policy().short_days, donor=self.donor_id.display_name,
                )
            )  # fmt: skip
        if self._escarcelle_policy().signatures_required and not (
            self.giver_signature and self.taker_signature
        ):
            raise UserError(self.env._("Both signatures are needed: the donor's and ours."))

    def _escarcelle_policy(self):
        return self.env["escarcelle.donation.policy"]._escarcelle_for(self.company_id)

    # -- stock -----------------------------------------------------------------------------------

    def _escarcelle_book(self):
        super()._escarcelle_book()
        taken = self.line_ids.filtered(lambda line: not line.refused)
        if self.kind != "goods" or not taken:
            return
        for line in taken:
            line._escarcelle_prepare()
        picking_type = self.warehouse_id.in_type_id
        donors = self.env.ref("escarcelle_donation.location_donors")
        picking = self._escarcelle_picking(
            picking_type, donors, picking_type.default_location_dest_id
        )
        self._escarcelle_tell_temperatures(picking, taken)
        moves = self.env["stock.move"].create(
            [line._escarcelle_move_values(picking) for line in taken]
        )
        picking.action_confirm()
        for move in moves:
            move._escarcelle_fill(move.escarcelle_donation_line_id.lot_id)
        picking._action_done()
        if self.in_time and self.short_dated:
            self.message_post(
                body=self.env._("Short-dated goods taken: they can be given out in time.")
            )
        new = taken.product_id.filtered(lambda p: not p.lst_price and not p.available_in_pos)
        if new:
            self.message_post(
                body=self.env._(
                    "Goods to price before they are sold: %s.",
                    ", ".join(new.mapped("display_name")),
                )
            )

    def _escarcelle_tell_temperatures(self, picking, lines):
        """What was measured, the warmest of each storage class, on the transfer: supply asks for it."""
        measured = lines.filtered(lambda line: line.storage_id.checked and line.temperature_taken)
        self.env["escarcelle.receipt.check"].create(
            [
                {
                    "picking_id": picking.id, "storage_id": storage.id, "taken": True,
                    "temperature": max(same.mapped("temperature")),
                }
                for storage, same in measured.grouped("storage_id").items()
            ]
        )  # fmt: skip

    def _escarcelle_unbook(self):
        super()._escarcelle_unbook()
        done = self.picking_ids.filtered(
            lambda p: p.state == "done" and not p.escarcelle_undoes_donation
        )
        if self.kind != "goods" or not done:
            return
        picking_type = (
            self.warehouse_id.in_type_id.return_picking_type_id or self.warehouse_id.out_type_id
        )
        picking = self._escarcelle_picking(
            picking_type, done.location_dest_id, done.location_id, undoes=True
        )
        picking.return_id = done
        for move in done.move_ids.filtered(lambda m: m.state == "done" and m.quantity):
            for part in move.move_line_ids:
                self._escarcelle_check_held(part)
            values = {
                "picking_id": picking.id, "picking_type_id": picking_type.id, "company_id": self.company_id.id,
                "product_id": move.product_id.id, "product_uom": move.product_uom.id,
                "product_uom_qty": move.quantity, "location_id": move.location_dest_id.id,
                "location_dest_id": move.location_id.id, "origin_returned_move_id": move.id, "to_refund": False,
            }  # fmt: skip
            self.env["stock.move"].create(values)
        picking.action_confirm()
        for move in picking.move_ids:
            move._escarcelle_fill(move.origin_returned_move_id.move_line_ids.lot_id[:1])
        picking._action_done()

    def _escarcelle_picking(self, picking_type, here, there, undoes=False):
        return self.env["stock.picking"].create(
            {
                "picking_type_id": picking_type.id,
                "company_id": self.company_id.id,
                "partner_id": self.donor_id.id,
                "origin": self.name,
                "location_id": here.id,
                "location_dest_id": there.id,
                "escarcelle_donation_id": self.id,
                "escarcelle_undoes_donation": undoes,
            }
        )

    def _escarcelle_check_held(self, part):
        """UserError unless what ``part`` (stock.move.line) brought is still there."""
        held = self.env["stock.quant"]._get_available_quantity(
            part.product_id,
            part.location_dest_id,
            lot_id=part.lot_id or None,
            strict=bool(part.lot_id),
        )
        if float_compare(held, part.quantity_product_uom, precision_digits=3) < 0:
            raise UserError(
                self.env._(
                    "%(good)s was partly given out: %(held)s are left of %(quantity)s. Count the stock, or book what"
                    " is missing as a loss.",
                    good=part.product_id.display_name, held=held, quantity=part.quantity_product_uom,
                )
            )  # fmt: skip

    def action_view_pickings(self):
        """The transfers of this gift."""
        action = self.env["ir.actions.act_window"]._for_xml_id("stock.action_picking_tree_all")
        return {**action, "domain": [("escarcelle_donation_id", "in", self.ids)], "context": {}}
