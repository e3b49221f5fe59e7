from odoo import api, fields, models
from odoo.exceptions import ValidationError


class EscarcelleBudgetTier(models.Model):
    """What a household of a given size receives each period."""

    _name = "escarcelle.budget.tier"
    _description = "Budget Tier"
    _order = "company_id, min_size, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", "Shop", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    min_size = fields.Integer("From (people)", required=True, default=1, aggregator=None)
    max_size = fields.Integer(
        "To (people)", aggregator=None, help="0: no upper limit. Both ends included."
    )
    amount = fields.Monetary("Budget", required=True, aggregator=None)
    amount_cents = fields.Integer(compute="_compute_amount_cents", store=True, precompute=True)

    _size_order = models.Constraint(
        "CHECK (min_size >= 1 AND (max_size = 0 OR max_size >= min_size))",
        "A tier starts at one person or more, and ends after it starts (0: no limit).",
    )
    _amount_positive = models.Constraint("CHECK (amount >= 0)", "A budget is not negative.")

    @api.depends("amount")
    def _compute_amount_cents(self):
        for tier in self:
            tier.amount_cents = round(tier.amount * 100)

    @api.constrains("min_size", "max_size", "company_id", "active")
    def _check_overlap(self):
        for company, tiers in (
            self.search([("company_id", "in", self.company_id.ids)]).grouped("company_id").items()
        ):
            last = 0
            for tier in tiers.sorted("min_size"):
                if last is None or tier.min_size <= last:
                    raise ValidationError(
                        self.env._(
                            "Tier %(tier)s of %(shop)s covers a household size that another tier has:"
                            " change its limits.",
                            tier=tier.name,
                            shop=company.name,
                        )
                    )
                last = tier.max_size or None

    @api.model_create_multi
    def create(self, vals_list):
        tiers = super().create(vals_list)
        tiers._escarcelle_give()
        return tiers

    def write(self, vals):
        following = self.env["escarcelle.household"]
        if {"active", "min_size", "max_size"} & vals.keys():
            following = self._escarcelle_households().filtered(
                lambda household: household.tier_id._escarcelle_covers(household.size)
            )
        result = super().write(vals)
        if {"active", "min_size", "max_size"} & vals.keys():
            self._escarcelle_give(following)
        return result

    def _escarcelle_covers(self, size):
        """Whether a household of ``size`` people has this tier by itself."""
        self.ensure_one()
        return self.min_size <= size and (not self.max_size or size <= self.max_size)

    def _escarcelle_households(self):
        """Who has one of these tiers."""
        return self.env["escarcelle.household"].sudo().search([("tier_id", "in", self.ids)])

    def _escarcelle_give(self, following=None):
        """Give their tier to the households that have none, and anew to those ``following`` their size: one
        that was chosen by hand stays."""
        households = self.env["escarcelle.household"].sudo()
        waiting = households.search(
            [
                ("company_id", "in", self.company_id.ids),
                ("tier_id", "=", False),
                ("has_budget", "=", True),
            ]
        )
        (waiting | (following or households))._compute_tier_id()

    @api.model
    def _escarcelle_for_size(self, company, size):
        """The tier of a household of ``size`` people, empty when the shop has none for it."""
        return self.search(
            [
                ("company_id", "=", company.id),
                ("min_size", "<=", size),
                "|",
                ("max_size", "=", 0),
                ("max_size", ">=", size),
            ],
            limit=1,
        )
