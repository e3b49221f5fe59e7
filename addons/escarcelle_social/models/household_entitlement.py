"""What a household is entitled to today, seen from its file."""

from odoo import api, fields, models
from odoo.fields import Domain


class EscarcelleHousehold(models.Model):
    _inherit = "escarcelle.household"

    entitlement_ids = fields.One2many("escarcelle.entitlement", "household_id", "Entitlements")
    entitled_until = fields.Date(
        compute="_compute_entitled_until", store=True, help="Last day of the last period granted."
    )
    suspended = fields.Boolean(
        tracking=True, copy=False, help="No sale and no allocation until the suspension is lifted."
    )
    suspended_reason = fields.Char("Details", tracking=True, copy=False)
    state = fields.Selection(
        [
            ("none", "Not entitled"),
            ("requested", "Entitlement requested"),
            ("upcoming", "Entitlement upcoming"),
            ("entitled", "Entitled"),
            ("suspended", "Suspended"),
            ("ended", "Entitlement ended"),
            ("left", "Left"),
        ],
        "Status",
        compute="_compute_state",
        search="_search_state",
    )

    entitled = fields.Boolean(
        "May shop today",
        compute="_compute_entitled",
        help="A period is granted and nothing is suspended.",
    )

    @api.depends("state")
    def _compute_entitled(self):
        for household in self:
            household.entitled = household.state == "entitled"

    @api.depends("entitlement_ids.date_to", "entitlement_ids.decision")
    def _compute_entitled_until(self):
        for household in self:
            granted = household.entitlement_ids.filtered(lambda e: e.decision == "granted")
            household.entitled_until = max(granted.mapped("date_to"), default=False)

    @api.depends("suspended", "exit_on", "entitlement_ids.state")
    def _compute_state(self):
        for household in self:
            states = set(household.entitlement_ids.mapped("state"))
            if household.exit_on:
                household.state = "left"
            elif household.suspended:
                household.state = "suspended"
            elif "current" in states:
                household.state = "entitled"
            elif "upcoming" in states:
                household.state = "upcoming"
            elif "pending" in states:
                household.state = "requested"
            else:
                household.state = "ended" if "ended" in states else "none"

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        granted = Domain("decision", "=", "granted")

        def some(domain):
            return Domain("entitlement_ids", "any", domain)

        here = Domain("exit_on", "=", False)
        running = here & Domain("suspended", "=", False)
        current = some(granted & Domain("date_from", "<=", today) & Domain("date_to", ">=", today))
        upcoming = some(granted & Domain("date_from", ">", today))
        pending = some(Domain("decision", "=", "pending"))
        ended = some(granted & Domain("date_to", "<", today))
        later = running & ~current & ~upcoming & ~pending
        domains = {
            "left": ~here,
            "suspended": here & Domain("suspended", "=", True),
            "entitled": running & current,
            "upcoming": running & ~current & upcoming,
            "requested": running & ~current & ~upcoming & pending,
            "ended": later & ended,
            "none": later & ~ended,
        }
        return Domain.OR(domains[state] for state in value if state in domains)

    def action_resume(self):
        """Lift the suspension."""
        self.write(
            {
                "suspended": False,
                "suspended_reason": False,
                "suspended_reason_id": False,
                "suspended_until": False,
            }
        )
