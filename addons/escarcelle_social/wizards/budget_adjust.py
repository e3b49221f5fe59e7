from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_round

#: More is a slip of the finger.
MOST_CENTS = 1_000_000


class EscarcelleBudgetAdjust(models.TransientModel):
    """Add to households' budgets, take off, or pass from one to another, with a reason that stays in the
    ledger."""

    _name = "escarcelle.budget.adjust"
    _description = "Adjust a Budget"

    household_id = fields.Many2one(
        "escarcelle.household", default=lambda self: self._default_household_ids()[:1]
    )
    household_ids = fields.Many2many(
        "escarcelle.household",
        string="Households",
        default=lambda self: self._default_household_ids(),
        help="Each of them receives the amount.",
    )
    several = fields.Boolean(compute="_compute_several")
    motive = fields.Selection(
        [
            ("allowance", "Exceptional allowance"),
            ("correction", "Correction"),
            ("transfer", "Passed on to another household"),
        ],
        "What for",
        required=True,
        default="allowance",
    )
    to_household_id = fields.Many2one("escarcelle.household", "Passed on to")
    currency_id = fields.Many2one(
        "res.currency", default=lambda self: self.env.company.currency_id, required=True
    )
    balance = fields.Monetary(related="household_id.balance")
    amount = fields.Monetary(required=True, help="Negative to take off the budget.")
    after = fields.Monetary("Budget after", compute="_compute_after")
    reason = fields.Char(required=True)

    @api.model
    def _default_household_ids(self):
        households = self.env["escarcelle.household"]
        if self.env.context.get("default_household_id"):
            return households.browse(self.env.context["default_household_id"])
        chosen = self.env.context.get("active_model") == "escarcelle.household"
        return households.browse(self.env.context.get("active_ids", []) if chosen else [])

    @api.depends("household_ids")
    def _compute_several(self):
        for wizard in self:
            wizard.several = len(wizard.household_ids) > 1

    @api.depends("household_id", "amount", "motive")
    def _compute_after(self):
        for wizard in self:
            sign = -1 if wizard.motive == "transfer" else 1
            wizard.after = wizard.balance + sign * wizard.amount

    def action_adjust(self):
        """Post the movements, dated today."""
        self.ensure_one()
        self.check_access("write")
        households = self.household_ids or self.household_id
        if not households:
            raise UserError(self.env._("Choose a household."))
        households.check_access("write")
        without = households.filtered(lambda household: not household.has_budget)
        if without:
            raise UserError(
                self.env._(
                    "These households follow no budget, take them out of the list: %s",
                    ", ".join(without[:10].mapped("code")),
                )
            )
        cents = int(float_round(self.amount * 100, precision_digits=0))
        if not cents:
            raise UserError(self.env._("Give an amount: nothing changes with zero."))
        if abs(cents) > MOST_CENTS:
            raise UserError(self.env._("No budget changes by that much: correct the amount."))
        if self.motive == "transfer":
            self._escarcelle_transfer(households, cents)
        else:
            for household in households.sorted("id"):
                self._escarcelle_post(household, "adjustment", cents, self.reason)
        return {"type": "ir.actions.act_window_close"}

    def _escarcelle_transfer(self, household, cents):
        """``cents`` from one household to the other: two movements, or none."""
        other = self.to_household_id
        other.check_access("write")
        if len(household) != 1 or not other or other == household or cents < 0:
            raise UserError(
                self.env._("Pass an amount above zero on from one household to another one.")
            )
        if other.company_id != household.company_id or not other.has_budget:
            raise UserError(self.env._("The other household has a budget in the same shop."))
        (household | other)._escarcelle_lock_budget()
        if household.balance_cents < cents:
            raise UserError(self.env._("There is less than that left on the budget."))
        self._escarcelle_post(household, "transfer", -cents, f"{self.reason} → {other.code}")
        self._escarcelle_post(other, "transfer", cents, f"{self.reason} ← {household.code}")

    def _escarcelle_post(self, household, kind, cents, note):
        self.env["escarcelle.budget.ledger"]._escarcelle_post(
            household, kind, cents, household.company_id._escarcelle_today(), note=note
        )
