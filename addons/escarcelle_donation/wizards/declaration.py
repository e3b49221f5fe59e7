from datetime import date

from odoo import api, fields, models
from odoo.tools import SQL


class EscarcelleDonationDeclaration(models.TransientModel):
    """What CGI art. 222 bis asks of the organisation each year: how many receipts, and the total of the gifts on them.

    The year is the calendar year, or the financial year where that is another. Counted: receipts issued in the
    year and in force; added up: gifts received in the year that a receipt in force mentions.
    """

    _name = "escarcelle.donation.declaration"
    _inherit = "escarcelle.donation.paper"
    _description = "Declaration of Receipts (CGI art. 222 bis)"

    company_id = fields.Many2one(
        "res.company", "Shop", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_from = fields.Date("From", required=True, default=lambda self: self._default_year()[0])
    date_to = fields.Date("To", required=True, default=lambda self: self._default_year()[1])
    count_company = fields.Integer("Receipts 16216", compute="_compute_figures")
    count_individual = fields.Integer("Receipts 11580", compute="_compute_figures")
    count = fields.Integer("Receipts issued", compute="_compute_figures")
    amount_company = fields.Monetary("Gifts of companies", compute="_compute_figures")
    amount_individual = fields.Monetary("Gifts of individuals", compute="_compute_figures")
    amount = fields.Monetary("Total of the gifts", compute="_compute_figures")
    cancelled = fields.Integer("Numbers cancelled or replaced", compute="_compute_figures")
    waiting = fields.Integer("Gifts without the receipt asked for", compute="_compute_figures")

    _dates = models.Constraint("CHECK (date_to >= date_from)", "The period ends after it begins.")

    @api.model
    def _default_year(self):
        """The year that ended last."""
        company = self.env.company
        this = company.compute_fiscalyear_dates(company._escarcelle_today())
        last = company.compute_fiscalyear_dates(date.fromordinal(this["date_from"].toordinal() - 1))
        return last["date_from"], last["date_to"]

    @api.depends("company_id", "date_from", "date_to")
    def _compute_figures(self):
        for wizard in self:
            figures = wizard._escarcelle_figures() if wizard.date_from and wizard.date_to else {}
            counts, amounts = figures.get("counts", {}), figures.get("amounts", {})
            wizard.count_company, wizard.count_individual = (
                counts.get("16216", 0),
                counts.get("11580", 0),
            )
            wizard.count = wizard.count_company + wizard.count_individual
            wizard.amount_company, wizard.amount_individual = (
                amounts.get("16216", 0),
                amounts.get("11580", 0),
            )
            wizard.amount = wizard.amount_company + wizard.amount_individual
            wizard.cancelled, wizard.waiting = (
                figures.get("cancelled", 0),
                figures.get("waiting", 0),
            )

    def _escarcelle_figures(self):
        """Counts and amounts a form. Three queries, whatever the history."""
        self.env["escarcelle.donation.receipt"].check_access("read")
        self.env["escarcelle.donation.receipt"].flush_model()
        self.env["escarcelle.donation"].flush_model()
        period = (self.company_id.id, self.date_from, self.date_to)
        counted = self.env.execute_query(
            SQL(
                "SELECT form, state = 'issued', count(*) FROM escarcelle_donation_receipt"
                " WHERE company_id = %s AND issued_on BETWEEN %s AND %s GROUP BY 1, 2", *period,
            )
        )  # fmt: skip
        amounts = self.env.execute_query(
            SQL(
                "SELECT r.form, sum(d.value) FROM escarcelle_donation d"
                " JOIN escarcelle_donation_receipt r ON r.id = d.receipt_id AND r.state = 'issued'"
                " WHERE d.company_id = %s AND d.date BETWEEN %s AND %s GROUP BY 1", *period,
            )
        )  # fmt: skip
        staff = self.env.execute_query(
            SQL(
                "SELECT form, sum(staff_amount) FROM escarcelle_donation_receipt"
                " WHERE company_id = %s AND state = 'issued' AND issued_on BETWEEN %s AND %s"
                " AND staff_amount > 0 GROUP BY 1", *period,
            )
        )  # fmt: skip
        totals = dict(amounts)
        for form, value in staff:
            totals[form] = totals.get(form, 0) + value
        return {
            "counts": {form: count for form, live, count in counted if live},
            "cancelled": sum(count for _form, live, count in counted if not live),
            "amounts": totals,
            "waiting": self.env["escarcelle.donation"].search_count(
                [
                    ("company_id", "=", self.company_id.id), ("receipt_state", "=", "waiting"), ("state", "=", "done"),
                    ("date", ">=", self.date_from), ("date", "<=", self.date_to),
                ]
            ),
        }  # fmt: skip

    def action_pdf(self):
        """The figures on paper."""
        return self.env.ref("escarcelle_donation.report_declaration").report_action(
            self, config=False
        )
