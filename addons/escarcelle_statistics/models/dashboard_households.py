from datetime import timedelta

from odoo import api, models
from odoo.fields import Date, Datetime, Domain

from escarcelle_core import budget

from ..tools.tile import Tile

#: Entitlements that end within so many days are shown.
ENDING_DAYS = 30
#: A budget is nearly spent when less than this part of its tier is left.
NEARLY = 10


class EscarcelleDashboard(models.AbstractModel):
    """Households whose entitlement or budget comes to an end, and who is expected today."""

    _inherit = "escarcelle.dashboard"

    @api.model
    def _escarcelle_tiles_households(self, company):
        today = company._escarcelle_today()
        here = Domain("company_id", "=", company.id)
        entitled = here & Domain("state", "=", "entitled")
        start, end = company._escarcelle_day_bounds(today)
        expected = [
            ("company_id", "=", company.id),
            ("state", "=", "planned"),
            ("start", ">=", Datetime.to_string(start)),
            ("start", "<=", Datetime.to_string(end)),
        ]
        until = Date.to_string(today + timedelta(days=ENDING_DAYS))
        return [
            self._escarcelle_household_tile(
                "entitled", self.env._("Entitled households"), entitled),
            self._escarcelle_household_tile(
                "ending", self.env._("Entitlements ending within %s days", ENDING_DAYS),
                entitled & Domain("entitled_until", "<=", until), "warning"),
            self._escarcelle_household_tile(
                "requested", self.env._("Requests to decide"), here & Domain("state", "=", "requested"), "warning"),
            Tile("households.appointments", self.env._("Appointments today"),
                 "escarcelle_social.appointment_action", "escarcelle.appointment",
                 expected),
            *self._escarcelle_tiles_budgets(company, entitled, today),
            self._escarcelle_household_tile(
                "cards", self.env._("Cards to give"),
                entitled & Domain("card_ids", "not any", [("state", "=", "active")]), "warning",
                self.env._("Entitled, and nothing to show at the till")),
        ]  # fmt: skip

    @api.model
    def _escarcelle_tiles_budgets(self, company, entitled, today):
        here = Domain("company_id", "=", company.id)
        limited = entitled & Domain("has_budget", "=", True)
        rhythm = self.env["escarcelle.budget.policy"]._escarcelle_for(company).period
        tiers = self.env["escarcelle.budget.tier"].search(
            [("company_id", "=", company.id), ("amount_cents", ">", 0)]
        )
        nearly = Domain.OR(
            Domain("tier_id", "=", tier.id)
            & Domain("balance_cents", "<", tier.amount_cents // NEARLY)
            for tier in tiers
        )
        given = [("type", "=", "allocation"), ("period", "=", budget.period_of(today, rhythm))]
        tiles = [
            self._escarcelle_household_tile(
                "nearly", self.env._("Budgets nearly spent"),
                limited & nearly & Domain("balance_cents", ">=", 0) & Domain("movement_ids", "any", given), "",
                self.env._("Less than a tenth of the tier is left")),
            self._escarcelle_household_tile(
                "overspent", self.env._("Budgets overspent"),
                here & Domain("balance_cents", "<", 0), "warning"),
        ]  # fmt: skip
        if rhythm != "visit" and tiers:
            tiles.append(
                self._escarcelle_household_tile(
                    "allocate", self.env._("Budgets to allocate"),
                    limited & Domain("tier_id", "!=", False) & Domain("movement_ids", "not any", given),
                    "danger", self.env._("Entitled, and no budget yet for this period"))
            )  # fmt: skip
        return tiles

    @api.model
    def _escarcelle_household_tile(self, code, label, domain, tone="", hint=""):
        return Tile(
            f"households.{code}", label, "escarcelle_social.household_action", "escarcelle.household",
            list(domain), tone, hint=hint,
        )  # fmt: skip
