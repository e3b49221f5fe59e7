from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import format_date


class EscarcelleEntitlement(models.Model):
    """A period in which a household may shop.

    A social referent asks; the shop decides. Only a granted period opens the till, and only the
    people who decide may change one that was decided.
    """

    _name = "escarcelle.entitlement"
    _description = "Entitlement"
    _inherit = ["mail.thread"]
    _order = "date_from desc, id desc"

    household_id = fields.Many2one(
        "escarcelle.household", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="household_id.company_id", store=True, index=True)
    date_from = fields.Date("From", required=True, default=fields.Date.context_today, tracking=True)
    date_to = fields.Date("To", required=True, tracking=True, help="Last day included.")
    decision = fields.Selection(
        [("pending", "Requested"), ("granted", "Granted"), ("refused", "Refused")],
        required=True,
        default="pending",
        tracking=True,
    )
    decided_on = fields.Date(readonly=True)
    decided_by_id = fields.Many2one("res.users", readonly=True)
    reason = fields.Text()
    organisation_id = fields.Many2one(
        "res.partner", "Referring organisation", domain=[("is_company", "=", True)],
        compute="_compute_referrer", store=True, readonly=False, precompute=True,
    )  # fmt: skip
    referrer_id = fields.Many2one(
        "res.partner", "Social referent", domain=[("is_company", "=", False)],
        compute="_compute_referrer", store=True, readonly=False, precompute=True,
    )  # fmt: skip
    state = fields.Selection(
        [
            ("pending", "Requested"),
            ("refused", "Refused"),
            ("upcoming", "Upcoming"),
            ("current", "Current"),
            ("ended", "Ended"),
        ],
        compute="_compute_state",
    )

    _dates_order = models.Constraint(
        "CHECK (date_from <= date_to)", "An entitlement ends after it starts."
    )

    @api.depends("household_id")
    def _compute_referrer(self):
        for entitlement in self:
            entitlement.organisation_id = entitlement.household_id.organisation_id
            entitlement.referrer_id = entitlement.household_id.referrer_id

    @api.depends("date_from", "date_to", "decision")
    def _compute_state(self):
        today = fields.Date.context_today(self)
        for entitlement in self:
            if entitlement.decision != "granted":
                entitlement.state = entitlement.decision
            elif not entitlement.date_from or entitlement.date_from > today:
                entitlement.state = "upcoming"
            else:
                entitlement.state = "ended" if entitlement.date_to < today else "current"

    @api.depends("household_id", "date_from", "date_to")
    def _compute_display_name(self):
        for entitlement in self:
            if not entitlement.household_id or not entitlement.date_from or not entitlement.date_to:
                entitlement.display_name = self.env._("New entitlement")
                continue
            entitlement.display_name = self.env._(
                "%(household)s: %(start)s to %(end)s",
                household=entitlement.household_id.code,
                start=format_date(self.env, entitlement.date_from),
                end=format_date(self.env, entitlement.date_to),
            )

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'mail'
        entitlements = super().create(
            [{**vals, **self._escarcelle_decision_values(vals)} for vals in vals_list]
        )
        if any(entitlement.decision != "pending" for entitlement in entitlements):
            self._escarcelle_check_may_decide()
        return entitlements

    def write(self, vals):
        # EXTENDS 'mail'
        if "decision" in vals or any(entitlement.decision != "pending" for entitlement in self):
            self._escarcelle_check_may_decide()
        return super().write({**vals, **self._escarcelle_decision_values(vals)})

    def _escarcelle_decision_values(self, vals):
        """Who decided and when, for values that decide."""
        if vals.get("decision", "pending") == "pending":
            return {}
        return {"decided_on": fields.Date.context_today(self), "decided_by_id": self.env.uid}

    def _escarcelle_check_may_decide(self):
        if not self.env.su and not self.env.user.has_group("escarcelle_social.group_manager"):
            raise AccessError(
                self.env._(
                    "Only the shop's manager decides on an entitlement. Ask for one: leave it requested."
                )
            )

    @api.constrains("date_from", "date_to", "decision", "household_id")
    def _check_overlap(self):
        for entitlement in self.filtered(lambda e: e.decision == "granted"):
            other = self.sudo().search(
                [
                    ("id", "!=", entitlement.id),
                    ("household_id", "=", entitlement.household_id.id),
                    ("decision", "=", "granted"),
                    ("date_from", "<=", entitlement.date_to),
                    ("date_to", ">=", entitlement.date_from),
                ],
                limit=1,
            )
            if other:
                raise ValidationError(
                    self.env._(
                        "%(household)s is already entitled from %(start)s to %(end)s: change that period"
                        " or start after it.",
                        household=entitlement.household_id.code,
                        start=format_date(self.env, other.date_from),
                        end=format_date(self.env, other.date_to),
                    )
                )

    def action_grant(self):
        """Open the till to the household in this period."""
        self.write({"decision": "granted"})

    def action_refuse(self):
        """Say no; the request stays in the file."""
        self.write({"decision": "refused"})
