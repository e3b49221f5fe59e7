from odoo import fields, models

from escarcelle_core import budget


class EscarcelleBudgetPolicy(models.Model):
    """How a shop runs its budgets. One a shop; the till receives it with its snapshot."""

    _name = "escarcelle.budget.policy"
    _description = "Budget Rules"
    _inherit = ["escarcelle.shop.rules"]
    _rec_name = "company_id"

    currency_id = fields.Many2one(related="company_id.currency_id")
    period = fields.Selection(
        [("month", "Each month"), ("quarter", "Each quarter"), ("visit", "Each visit")],
        "Budgets are given",
        required=True,
        default="month",
        help="A visit is a day on which the household buys. A change counts once the period that was given is over.",
    )
    proration = fields.Selection(
        [("none", "The whole budget"), ("days", "The part of the days left")],
        "Who comes during a period receives",
        required=True,
        default="none",
    )
    rollover = fields.Selection(
        [("none", "Taken back"), ("capped", "Kept up to a limit"), ("full", "Kept")],
        "What is left at the end of the period",
        required=True,
        default="none",
    )
    rollover_cap = fields.Monetary("Kept at most")
    basis = fields.Selection(
        [("paid", "Amount paid"), ("shelf", "Shelf value")],
        "The budget counts",
        required=True,
        default="paid",
        help="Amount paid: what the household pays. Shelf value: the public reference price of its goods.",
    )
    over_budget = fields.Selection(
        [
            ("block", "Turned down"),
            ("tolerance", "Allowed up to a limit"),
            ("owed", "Allowed, owed from the next budget"),
            ("public", "Sold at the public price for what is beyond"),
            ("none", "Allowed"),
        ],
        "A basket over the budget is",
        required=True,
        default="block",
        help="Turned down, up to a limit, owed: a manager may allow more at the till, with a reason. Owed: no more"
        " than one budget. Public price: goods beyond the budget are charged at the reference price and take nothing"
        " off it.",
    )
    tolerance = fields.Monetary("Overspend allowed")

    _amounts_positive = models.Constraint(
        "CHECK (rollover_cap >= 0 AND tolerance >= 0)", "These limits are not negative."
    )

    @property
    def rollover_cap_cents(self):
        return round(self.rollover_cap * 100)

    def _escarcelle_till_settings(self):
        """The ``social`` object of ``settings.json``."""
        self.ensure_one()
        return {
            "over_budget": self.over_budget,
            "tolerance": round(self.tolerance * 100),
            "basis": self.basis,
            "period": self.period,
        }

    def _escarcelle_rollover(self):
        """``{"rollover", "cap"}`` of an allocation."""
        self.ensure_one()
        cap = self.rollover_cap_cents if self.rollover == "capped" else 0
        return {"rollover": self.rollover, "cap": cap}

    def _escarcelle_core(self):
        """These rules as the till applies them."""
        self.ensure_one()
        return budget.Policy(self.over_budget, round(self.tolerance * 100))
