from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

#: What a line is about → (debit, credit) of classes 86 and 87.
ACCOUNTS = {
    "goods": ("860100", "870000"),
    "premises": ("861000", "871000"),
    "services": ("862000", "871000"),
    "volunteers": ("864000", "875000"),
}


class EscarcelleDonationContribution(models.Model):
    """The voluntary contributions in kind of a period: classes 86 and 87 (ANC rule 2018-06).

    Goods given are in no other account: they enter the stock at zero. Here they are shown once, at what their
    donors say or at the reference price. By the shop's rules it makes a draft entry or only the note. A day is in
    one period.
    """

    _name = "escarcelle.donation.contribution"
    _description = "Contributions in Kind"
    _inherit = ["mail.thread", "escarcelle.donation.paper"]
    _order = "date_to desc, id desc"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name", store=True)
    company_id = fields.Many2one(
        "res.company", "Shop", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_from = fields.Date("From", required=True, default=lambda self: self._default_year()[0])
    date_to = fields.Date("To", required=True, default=lambda self: self._default_year()[1])
    state = fields.Selection(
        [("draft", "Draft"), ("done", "Shown")],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
    )
    line_ids = fields.One2many(
        "escarcelle.donation.contribution.line", "contribution_id", "Contributions"
    )
    amount = fields.Monetary("Total", compute="_compute_amount", store=True)
    weight = fields.Float("Goods (kg)", digits=(16, 3), readonly=True, copy=False)
    mode = fields.Selection(
        [("note", "In the notes only"), ("entry", "By an entry")], readonly=True, copy=False
    )
    move_id = fields.Many2one("account.move", "Entry", readonly=True, copy=False)
    move_state = fields.Selection(related="move_id.state", string="Entry state")

    _dates = models.Constraint("CHECK (date_to >= date_from)", "The period ends after it begins.")

    @api.model
    def _default_year(self):
        dates = self.env.company.compute_fiscalyear_dates(self.env.company._escarcelle_today())
        return dates["date_from"], dates["date_to"]

    @api.depends("date_from", "date_to")
    def _compute_name(self):
        for period in self:
            if period.date_from and period.date_to:
                period.name = f"{period.date_from:%d/%m/%Y} – {period.date_to:%d/%m/%Y}"

    @api.depends("line_ids.amount")
    def _compute_amount(self):
        for period in self:
            period.amount = sum(period.line_ids.mapped("amount"))

    @api.constrains("date_from", "date_to", "company_id")
    def _check_periods(self):
        for period in self:
            other = self.search(
                [
                    ("id", "!=", period.id), ("company_id", "=", period.company_id.id),
                    ("date_from", "<=", period.date_to), ("date_to", ">=", period.date_from),
                ], limit=1,
            )  # fmt: skip
            if other:
                raise ValidationError(
                    self.env._("The period %s is there already: a gift is shown once.", other.name)
                )

    def write(self, vals):
        if vals.keys() & {
            "date_from",
            "date_to",
            "company_id",
            "line_ids",
            "weight",
        } and self.filtered(lambda p: p.state == "done"):
            raise UserError(
                self.env._("These contributions are shown already: take them back to draft first.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_done(self):
        if self.filtered(lambda p: p.state == "done"):
            raise UserError(
                self.env._("These contributions are shown already: take them back to draft first.")
            )

    def action_compute(self):
        """Count the goods of the period again; lines written by hand stay."""
        for period in self:
            if period.state != "draft":
                raise UserError(
                    self.env._(
                        "These contributions are shown already: take them back to draft first."
                    )
                )
            weight, lines = period._escarcelle_goods()
            period.line_ids.filtered("counted").unlink()
            period.write(
                {"weight": weight, "line_ids": [Command.create(values) for values in lines]}
            )
        return True

    def _escarcelle_goods(self):
        """(kilograms, a line a funding source) of the goods received in the period. One query."""
        self.ensure_one()
        self.env["escarcelle.donation.line"].flush_model()
        policy = self.env["escarcelle.donation.policy"]._escarcelle_for(self.company_id)
        own, other = (
            ("value", "reference_value")
            if policy.in_kind_value == "donor"
            else ("reference_value", "value")
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT l.source_id, sum(l.weight), round(sum(coalesce(nullif(l.%s, 0), l.%s, 0))::numeric, 2),
                       count(DISTINCT l.donation_id)
                  FROM escarcelle_donation_line l
                 WHERE l.company_id = %s AND l.state = 'done' AND l.refused IS NOT TRUE AND l.date BETWEEN %s AND %s
                 GROUP BY l.source_id ORDER BY l.source_id
                """,
                SQL.identifier(own), SQL.identifier(other), self.company_id.id, self.date_from, self.date_to,
            )
        )  # fmt: skip
        sources = self.env["escarcelle.funding.source"]
        lines = [
            {
                "kind": "goods", "counted": True, "amount": amount or 0, "quantity": weight or 0, "unit": "kg",
                "name": self.env._(
                    "Goods given: %(origin)s, %(count)s gifts",
                    origin=sources.browse(source).name or self.env._("no source"), count=count,
                ),
            }
            for source, weight, amount, count in rows
        ]  # fmt: skip
        return sum(line["quantity"] for line in lines), lines

    def action_show(self):
        """Close the period: a draft entry of classes 86 and 87, or the note alone."""
        for period in self.filtered(lambda p: p.state == "draft"):
            period.lock_for_update()
            policy = self.env["escarcelle.donation.policy"]._escarcelle_for(period.company_id)
            if not period.line_ids:
                raise UserError(self.env._("Nothing to show: count the goods of the period first."))
            period.mode = policy.in_kind
            if policy.in_kind == "entry":
                period.move_id = period._escarcelle_entry(policy)
            period.state = "done"
        return True

    def action_back(self):
        """Back to draft; the draft entry goes, a posted one must be reversed by the accountant first."""
        for period in self.filtered(lambda p: p.state == "done"):
            move = period.move_id.sudo()
            if move.state == "posted" and not move.reversal_move_ids:
                raise UserError(
                    self.env._("The entry is posted: ask the accountant to reverse it first.")
                )
            if move.state == "draft":
                move.unlink()
            period.write({"state": "draft", "move_id": False})
        return True

    def _escarcelle_entry(self, policy):
        lines = []
        for line in self.line_ids.filtered("amount"):
            debit, credit = map(self.company_id.sudo()._escarcelle_account, ACCOUNTS[line.kind])
            if not (debit and credit):
                raise UserError(
                    self.env._(
                        "Accounts %s are missing: ask your accountant to add them.",
                        " / ".join(ACCOUNTS[line.kind]),
                    )
                )
            common = {"name": line.name}
            lines += [
                Command.create(
                    {**common, "account_id": debit.id, "debit": line.amount, "credit": 0}
                ),
                Command.create(
                    {**common, "account_id": credit.id, "debit": 0, "credit": line.amount}
                ),
            ]
        if not policy.journal_id:
            raise UserError(
                self.env._("Choose the journal of gifts in « Receipts and gift rules ».")
            )
        return self.env["account.move"].sudo().create(
            {
                "move_type": "entry", "company_id": self.company_id.id, "journal_id": policy.journal_id.id,
                "date": self.date_to, "ref": self.env._("Contributions in kind %s", self.name), "line_ids": lines,
            }
        )  # fmt: skip


class EscarcelleDonationContributionLine(models.Model):
    """One contribution: goods counted from the gifts, or premises, services, volunteers' hours by hand."""

    _name = "escarcelle.donation.contribution.line"
    _description = "Contribution in Kind"
    _order = "contribution_id, kind, id"

    contribution_id = fields.Many2one(
        "escarcelle.donation.contribution", required=True, ondelete="cascade", index=True
    )
    currency_id = fields.Many2one(related="contribution_id.currency_id")
    kind = fields.Selection(
        [
            ("goods", "Goods (860 / 870)"), ("premises", "Premises, equipment (861 / 871)"),
            ("services", "Services (862 / 871)"), ("volunteers", "Volunteers (864 / 875)"),
        ], required=True, default="volunteers",
    )  # fmt: skip
    name = fields.Char("Description", required=True, size=256)
    counted = fields.Boolean("Counted from the gifts", readonly=True)
    quantity = fields.Float(digits=(16, 3))
    unit = fields.Char(size=16, default="h")
    rate = fields.Monetary("Rate", help="Of an hour, a month…")
    amount = fields.Monetary(compute="_compute_amount", store=True, readonly=False)

    _amount = models.Constraint(
        "CHECK (amount >= 0 AND amount <= 1000000000)", "An amount is not negative, nor that large."
    )

    @api.depends("quantity", "rate")
    def _compute_amount(self):
        for line in self:
            line.amount = (
                line.currency_id.round(line.quantity * line.rate) if line.rate else line.amount
            )
