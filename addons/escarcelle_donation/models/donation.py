from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

#: What may still be written on a gift that is done: nothing that was counted, signed or booked.
AFTERWARDS = {
    "state", "receipt_ids", "receipt_id", "receipt_wanted", "valuation", "valuation_name", "note", "undo_move_id",
}  # fmt: skip
MAX_SIGNATURE = 400_000  # bytes of base64: a drawing, not a photograph


class EscarcelleDonation(models.Model):
    """A gift, of goods or of money.

    Invariants: it is booked (stock or accounts) once, when it is confirmed, and what was booked then never
    changes; undoing it books the contrary and keeps both; it is on one receipt in force at most.
    """

    _name = "escarcelle.donation"
    _description = "Gift"
    _inherit = ["mail.thread", "mail.activity.mixin", "escarcelle.donation.paper"]
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char("Number", readonly=True, copy=False, default="/")
    kind = fields.Selection(
        [("goods", "Goods"), ("money", "Money")], required=True, default="goods"
    )
    state = fields.Selection(
        [("draft", "Draft"), ("done", "Received"), ("undone", "Undone")],
        required=True, readonly=True, copy=False, default="draft", tracking=True,
    )  # fmt: skip
    company_id = fields.Many2one(
        "res.company", "Shop", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    donor_id = fields.Many2one(
        "res.partner", "Donor", required=True, index=True, ondelete="restrict", tracking=True,
        domain="[('escarcelle_donor', '=', True)]", context={"default_escarcelle_donor": True},
    )  # fmt: skip
    donor_kind = fields.Selection(related="donor_id.escarcelle_donor_kind", store=True)
    date = fields.Date(
        required=True, copy=False, default=lambda self: self.env.company._escarcelle_today()
    )
    note = fields.Text("Remarks")
    value = fields.Monetary(
        "Value",
        compute="_compute_value",
        store=True,
        help="Money given, or what the donor says the goods are worth.",
    )

    # -- receipt ---------------------------------------------------------------------------------
    receipt_wanted = fields.Boolean(
        "Receipt asked for",
        compute="_compute_receipt_wanted",
        store=True,
        readonly=False,
        precompute=True,
    )
    receipt_id = fields.Many2one(
        "escarcelle.donation.receipt",
        "Receipt in force",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    receipt_ids = fields.Many2many(
        "escarcelle.donation.receipt", "escarcelle_donation_receipt_rel", "donation_id", "receipt_id", "Receipts",
        readonly=True, copy=False,
    )  # fmt: skip
    receipt_state = fields.Selection(
        [("none", "None asked"), ("waiting", "To make"), ("issued", "In force")], "Tax receipt",
        compute="_compute_receipt_state", store=True,
    )  # fmt: skip

    @api.depends("name")
    def _compute_display_name(self):
        for donation in self:
            numbered = donation.name and donation.name != "/"
            donation.display_name = donation.name if numbered else self.env._("New gift")

    @api.depends("kind")
    def _compute_value(self):
        """Each kind adds its own."""
        for donation in self:
            donation.value = 0

    @api.depends("donor_id")
    def _compute_receipt_wanted(self):
        for donation in self:
            rhythm = donation.donor_id.escarcelle_receipt_rhythm
            donation.receipt_wanted = bool(rhythm) and rhythm != "never"

    @api.depends("receipt_wanted", "receipt_id", "state")
    def _compute_receipt_state(self):
        for donation in self:
            waits = donation.receipt_wanted and donation.state != "undone"
            donation.receipt_state = (
                "issued" if donation.receipt_id else "waiting" if waits else "none"
            )

    @api.constrains("donor_id")
    def _check_donor(self):
        for donation in self:
            if donation.donor_id.sudo().escarcelle_household_ids:
                raise ValidationError(
                    self.env._(
                        "A household gives under another name: make a contact of its own for the donor."
                    )
                )

    def write(self, vals):
        if vals.keys() - AFTERWARDS and self.filtered(lambda d: d.state != "draft"):
            mine = vals.keys() - AFTERWARDS - self._escarcelle_mail_fields()
            if mine:
                raise UserError(
                    self.env._(
                        "This gift was received: it does not change any more. Undo it and make another one."
                    )
                )
        return super().write(vals)

    @api.model
    def _escarcelle_mail_fields(self):
        """What the messages and activities of a gift write on it."""
        return {name for name, field in self._fields.items() if field._module == "mail"} | {
            "message_follower_ids"
        }

    @api.ondelete(at_uninstall=False)
    def _unlink_except_done(self):
        if self.filtered(lambda d: d.state != "draft"):
            raise UserError(self.env._("A gift that was received is never deleted: undo it."))

    # -- doing and undoing -----------------------------------------------------------------------

    def action_confirm(self):
        """Book these gifts. Confirming twice books once."""
        for donation in self.filtered(lambda d: d.state == "draft"):
            donation._escarcelle_lock()
            if donation.state != "draft":
                continue
            donation._escarcelle_check()
            if donation.name == "/":
                donation.name = donation.company_id._escarcelle_next_donation(
                    "escarcelle.donation",
                    self.env._("Gifts of %s", donation.company_id.name),
                    "DON",
                )
            donation._escarcelle_book()
            donation.state = "done"
        return True

    def action_undo(self):
        """Book the contrary. What has a receipt in force is undone after its receipt."""
        for donation in self:
            donation._escarcelle_lock()
            if donation.state != "done":
                raise UserError(
                    self.env._("Only a gift that was received can be undone, and only once.")
                )
            if donation.receipt_id:
                raise UserError(
                    self.env._(
                        "Receipt %s says that this gift was received: cancel the receipt first.",
                        donation.receipt_id.name,
                    )
                )  # fmt: skip
            donation._escarcelle_unbook()
            donation.state = "undone"
        return True

    def _escarcelle_lock(self):
        """Nobody else books this gift meanwhile; what they wrote is read again."""
        self.ensure_one()
        self.lock_for_update()
        self.invalidate_recordset(["state"])

    def _escarcelle_check(self):
        """UserError, saying what to do, unless this can be booked. Each kind adds its own."""
        self.ensure_one()
        if self.date > self.company_id._escarcelle_today():
            raise UserError(self.env._("A gift is not received in the future: correct its date."))
        if not self.donor_id.escarcelle_donor:
            self.donor_id.sudo().escarcelle_donor = True

    def _escarcelle_book(self):
        """Each kind books what it is about."""

    def _escarcelle_unbook(self):
        """Each kind books the contrary."""
