from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from escarcelle_core import budget


class EscarcelleBudgetStatement(models.TransientModel):
    """What came in and went out of households' budgets between two days, one page each (PDF)."""

    _name = "escarcelle.budget.statement"
    _description = "Budget Statement"

    company_id = fields.Many2one(
        "res.company", "Shop", required=True, default=lambda self: self.env.company
    )
    household_ids = fields.Many2many(
        "escarcelle.household",
        string="Households",
        required=True,
        default=lambda self: self._default_household_ids(),
    )
    date_from = fields.Date("From", required=True, default=lambda self: self._default_dates()[0])
    date_to = fields.Date("To", required=True, default=lambda self: self._default_dates()[1])

    _dates_order = models.Constraint(
        "CHECK (date_from <= date_to)", "A statement ends after it starts."
    )

    @api.model
    def _default_household_ids(self):
        chosen = self.env.context.get("active_model") == "escarcelle.household"
        return self.env.context.get("active_ids", []) if chosen else []

    @api.model
    def _default_dates(self):
        """The period that runs; of visits, the month."""
        company = self.env.company
        kind = self.env["escarcelle.budget.policy"]._escarcelle_for(company).period
        kind = "month" if kind == "visit" else kind
        period = budget.period_of(company._escarcelle_today(), kind)
        return budget.period_start(period), budget.period_last(period, kind)

    def action_print(self):
        """The PDF."""
        self.ensure_one()
        self.household_ids.check_access("read")
        if not self.household_ids:
            raise UserError(self.env._("Choose the households whose statement you want."))
        return self.env.ref("escarcelle_social.budget_statement_report").report_action(self)

    def _escarcelle_statements(self):
        """One dict a household, by code: what stood before, the movements, what stands after.

        Two queries, whatever the number of households.
        """
        self.ensure_one()
        ledger = self.env["escarcelle.budget.ledger"]
        ledger.flush_model()
        before = dict(
            self.env.execute_query(
                SQL(
                    "SELECT household_id, sum(amount_cents)::bigint FROM escarcelle_budget_ledger"
                    " WHERE household_id IN %s AND day < %s GROUP BY household_id",
                    tuple(self.household_ids.ids) or (0,), self.date_from,
                )
            )
        )  # fmt: skip
        movements = ledger.search(
            [
                ("household_id", "in", self.household_ids.ids),
                ("day", ">=", self.date_from),
                ("day", "<=", self.date_to),
            ],
            order="day, id",
        ).grouped("household_id")
        out = []
        for household in self.household_ids.sorted("code"):
            left = before.get(household.id, 0)
            rows = []
            for movement in movements.get(household, ledger):
                left += movement.amount_cents
                rows.append({"movement": movement, "after": left / 100})
            out.append(
                {
                    "household": household,
                    "before": before.get(household.id, 0) / 100,
                    "rows": rows,
                    "after": left / 100,
                    "received": sum(r["movement"].amount for r in rows if r["movement"].amount > 0),
                    "spent": -sum(r["movement"].amount for r in rows if r["movement"].amount < 0),
                }
            )
        return out
