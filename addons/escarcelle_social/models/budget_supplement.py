from odoo import api, fields, models
from odoo.tools import float_round


class EscarcelleBudgetSupplement(models.Model):
    """What a person of some age adds to the budget of their household: nappies, a teenager, a diet.

    Added to what the tier gives for the size. Ages are those reached in the year the period begins: the
    year of birth is all that is known. Supplements whose ages overlap add up.
    """

    _name = "escarcelle.budget.supplement"
    _description = "Budget Supplement by Age"
    _order = "company_id, age_from, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", "Shop", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    age_from = fields.Integer("From (years)", required=True, default=0, aggregator=None)
    age_to = fields.Integer(
        "To (years)", aggregator=None, default=2, help="Included. 0: no upper limit."
    )
    amount = fields.Monetary("For each person", required=True, aggregator=None)
    amount_cents = fields.Integer(compute="_compute_amount_cents", store=True, precompute=True)

    _age_order = models.Constraint(
        "CHECK (age_from >= 0 AND (coalesce(age_to, 0) = 0 OR age_to >= age_from))",
        "An age class ends after it starts (0: no limit).",
    )
    _amount_positive = models.Constraint("CHECK (amount >= 0)", "A supplement is not negative.")

    @api.depends("amount")
    def _compute_amount_cents(self):
        for supplement in self:
            supplement.amount_cents = int(float_round(supplement.amount * 100, precision_digits=0))
