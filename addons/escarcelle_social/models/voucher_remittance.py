from odoo import api, fields, models
from odoo.exceptions import UserError

#: What only the buttons of a slip write: its number is continuous, its vouchers follow its state.
STEPS = {"name", "state", "paid_on"}


class EscarcelleVoucherRemittance(models.Model):
    """The slip that goes to an issuer with its vouchers: a number of its own, and what is to be paid.

    Invariants: its number is given once, when it leaves; a voucher is on one slip; a slip that left is
    neither changed nor deleted.
    """

    _name = "escarcelle.voucher.remittance"
    _description = "Remittance slip of vouchers"
    _inherit = ["mail.thread"]
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char("Number", readonly=True, copy=False, default="/")
    company_id = fields.Many2one(
        "res.company", "Shop", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    issuer_id = fields.Many2one("res.partner", "Issuer", required=True, domain=[("is_company", "=", True)], index=True)
    date = fields.Date(required=True, default=fields.Date.context_today)
    state = fields.Selection(
        [("draft", "Draft"), ("remitted", "Remitted"), ("paid", "Paid")],
        required=True, readonly=True, default="draft", tracking=True, copy=False, index=True,
    )  # fmt: skip
    paid_on = fields.Date("Paid by the issuer on", readonly=True, copy=False)
    voucher_ids = fields.One2many("escarcelle.voucher", "remittance_id", "Vouchers", readonly=True, copy=False)
    voucher_count = fields.Integer("Number of vouchers", compute="_compute_amount", store=True)
    amount = fields.Monetary("Total", compute="_compute_amount", store=True)

    _name_uniq = models.UniqueIndex("(company_id, name) WHERE name <> '/'")

    @api.depends("voucher_ids.amount")
    def _compute_amount(self):
        for slip in self:
            slip.voucher_count = len(slip.voucher_ids)
            slip.amount = sum(slip.voucher_ids.mapped("amount"))

    @api.ondelete(at_uninstall=False)
    def _unlink_draft(self):
        if any(slip.state != "draft" for slip in self):
            raise UserError(self.env._("A slip that was remitted is kept."))

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'mail'
        return super().create(
            [{name: value for name, value in vals.items() if name not in STEPS} for vals in vals_list]
        )

    def write(self, vals):
        # EXTENDS 'mail'
        if {"issuer_id", "company_id", "date"} & vals.keys() and any(slip.state != "draft" for slip in self):
            raise UserError(self.env._("A slip that was remitted does not change: make another one."))
        if STEPS & vals.keys() and not self.env.su:
            raise UserError(self.env._("A slip moves on by its buttons only."))
        if "issuer_id" in vals:
            self.filtered(lambda slip: slip.issuer_id.id != vals["issuer_id"]).action_empty()
        return super().write(vals)

    def action_fill(self):
        """Put every voucher of the issuer that waits on the slip."""
        self._escarcelle_in_state("draft")
        for slip in self:
            waiting = self.env["escarcelle.voucher"].search(
                [
                    ("company_id", "=", slip.company_id.id),
                    ("issuer_id", "=", slip.issuer_id.id),
                    ("kind_id.settled_by", "=", "slip"),
                    ("state", "=", "received"),
                    ("remittance_id", "=", False),
                    ("day", "<=", slip.date),
                ]
            )
            waiting.sudo().write({"remittance_id": slip.id})
            if not slip.voucher_ids:
                raise UserError(self.env._("No voucher of %s waits.", slip.issuer_id.name))

    def action_empty(self):
        """Take the vouchers off the slip."""
        self._escarcelle_in_state("draft")
        self.voucher_ids.sudo().write({"remittance_id": False})

    def action_remit(self):
        """The slip leaves with its vouchers: it gets its number."""
        self._escarcelle_in_state("draft")
        for slip in self:
            if not slip.voucher_ids:
                slip.action_fill()
            slip.sudo().write({"state": "remitted", "name": slip._escarcelle_next_number()})

    def action_paid(self):
        """The issuer has paid."""
        self._escarcelle_in_state("remitted")
        self.sudo().write({"state": "paid", "paid_on": fields.Date.context_today(self)})

    def _escarcelle_in_state(self, state):
        self.check_access("write")
        if any(slip.state != state for slip in self):
            raise UserError(self.env._("This slip has moved on meanwhile: reload the page."))

    def _escarcelle_next_number(self):
        """Continuous, one series a shop."""
        sequences = self.env["ir.sequence"].sudo()
        code = "escarcelle.voucher.remittance"
        company = self.company_id
        if not sequences.search_count([("code", "=", code), ("company_id", "=", company.id)], limit=1):
            sequences.create(
                {
                    "name": self.env._("Remittance slips of %s", company.name),
                    "code": code,
                    "company_id": company.id,
                    "implementation": "no_gap",
                    "prefix": "REM",
                    "padding": 5,
                }
            )
        return sequences.with_company(company).next_by_code(code)
