from odoo import api, fields, models
from odoo.tools import format_amount, format_date


class EscarcelleEligibilityThreshold(models.Model):
    """The living rest under which a household is eligible, from a day on. The latest one applies."""

    _name = "escarcelle.eligibility.threshold"
    _description = "Eligibility Threshold"
    _order = "date_from desc, id desc"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", "Shop", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_from = fields.Date("From", required=True, default=fields.Date.context_today)
    amount = fields.Monetary(
        "Living rest at most", required=True, help="A person and a day, this amount included."
    )
    convention_id = fields.Many2one(
        "escarcelle.convention", ondelete="cascade", check_company=True,
        help="Empty: for everybody whose convention has no threshold of its own.",
    )  # fmt: skip

    _one_a_day = models.UniqueIndex(
        "(company_id, date_from, coalesce(convention_id, 0))",
        "There is a threshold from that day on already: change it.",
    )
    _amount_positive = models.Constraint("CHECK (amount > 0)", "A threshold is more than zero.")

    @api.depends("date_from", "amount")
    def _compute_display_name(self):
        for threshold in self:
            threshold.display_name = self.env._(
                "%(amount)s from %(day)s on",
                amount=format_amount(self.env, threshold.amount, threshold.currency_id),
                day=format_date(self.env, threshold.date_from) if threshold.date_from else "",
            )

    @api.model
    def _escarcelle_on(self, company, day, convention=None):
        """The threshold of ``company`` in force on ``day``, the convention's own first; empty: none."""
        found = self.sudo().search([("company_id", "=", company.id), ("date_from", "<=", day)])
        own = found.filtered(lambda t: convention and t.convention_id == convention)[:1]
        return own or found.filtered(lambda t: not t.convention_id)[:1]
