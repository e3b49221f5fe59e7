from datetime import timedelta

from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import format_date

from escarcelle_core import budget


class EscarcelleEntitlement(models.Model):
    """A period in which a household may shop.

    A social referent asks; the shop decides. Only a granted period opens the till, and only the
    people who decide may change one that was decided.
    """

    _name = "escarcelle.entitlement"
    _description = "Entitlement"
    _inherit = ["mail.thread"]
    _order = "date_from desc, id desc"
    _check_company_auto = True

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
    refusal_reason_id = fields.Many2one(
        "escarcelle.household.reason", "Refused because", ondelete="restrict",
        domain="[('kind', '=', 'refusal'), ('company_id', 'in', (company_id, False))]",
    )  # fmt: skip
    convention_id = fields.Many2one(
        "escarcelle.convention", index="btree_not_null", ondelete="restrict", check_company=True,
        tracking=True, domain="[('company_id', '=', company_id), ('organisation_id', '=?', organisation_id)]",
    )  # fmt: skip
    document_ids = fields.Many2many(
        "ir.attachment", string="Documents", bypass_search_access=True,
        help="The organisation's letter, the commission's decision.",
    )  # fmt: skip
    exception_reason = fields.Char(
        "Exception because", tracking=True,
        help="Lets the shop grant more than the convention: a longer stay, or no waiting period.",
    )  # fmt: skip
    waiting_notice = fields.Char(compute="_compute_waiting_notice")
    reminded_on = fields.Date(readonly=True, copy=False)
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
        entitlements._escarcelle_after_grant()
        return entitlements

    def write(self, vals):
        # EXTENDS 'mail'
        if "date_to" in vals:
            vals = {**vals, "reminded_on": False}
        if "decision" in vals or any(entitlement.decision != "pending" for entitlement in self):
            self._escarcelle_check_may_decide()
        result = super().write({**vals, **self._escarcelle_decision_values(vals)})
        if {"decision", "date_to"} & vals.keys():
            self._escarcelle_after_grant()
        return result

    def _escarcelle_after_grant(self):
        """A period was granted: who had left is back, and nobody needs reminding."""
        granted = self.filtered(lambda e: e.decision == "granted").household_id.sudo()
        back = granted.filtered(lambda h: h.exit_on and h.entitled_until > h.exit_on)
        if back:
            back.action_readmit()
        renewed = granted.filtered(lambda h: h.activity_ids and not h.to_renew)
        if renewed:
            renewed.activity_feedback(["escarcelle_social.activity_renewal"])

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
        granted = self.filtered(lambda e: e.decision == "granted")
        for household, periods in granted._escarcelle_granted().items():
            for before, after in zip(periods, periods[1:], strict=False):
                if after.date_from <= before.date_to and (before in self or after in self):
                    other = before if after in self else after
                    raise ValidationError(
                        self.env._(
                            "%(household)s is already entitled from %(start)s to %(end)s: change that period"
                            " or start after it.",
                            household=household.code,
                            start=format_date(self.env, other.date_from),
                            end=format_date(self.env, other.date_to),
                        )
                    )

    @api.constrains(
        "date_from", "date_to", "decision", "household_id", "convention_id", "exception_reason"
    )
    def _check_waiting(self):
        for entitlement in self.filtered(
            lambda e: e.decision == "granted" and not e.exception_reason
        ):
            if entitlement.waiting_notice:
                raise ValidationError(entitlement.waiting_notice)

    def _escarcelle_granted(self):
        """``{household: its granted periods, oldest first}``, these included (sudo, one query)."""
        found = self.sudo().search(
            [("household_id", "in", self.household_id.ids), ("decision", "=", "granted")],
            order="date_from, id",
        )
        return found.grouped("household_id")

    @api.depends("date_from", "date_to", "convention_id", "household_id.entitlement_ids.decision")
    def _compute_waiting_notice(self):
        bound = self.filtered(lambda e: e.convention_id.max_months and e.date_from and e.date_to)
        (self - bound).waiting_notice = False
        granted = bound._origin._escarcelle_granted() if bound._origin else {}
        for entitlement in bound:
            household = entitlement.household_id._origin
            if household not in granted:
                granted.update(household.sudo().entitlement_ids.filtered(
                    lambda e: e.decision == "granted"
                ).sorted("date_from").grouped("household_id"))  # fmt: skip
            entitlement.waiting_notice = entitlement._escarcelle_waiting_notice(
                granted.get(household, self.browse()) - entitlement._origin
            )

    def _escarcelle_waiting_notice(self, others):
        """Why the convention does not allow this period after the ``others``; False when it does."""
        convention = self.convention_id.sudo()
        start, last = self.date_from, None
        for before in others.filtered(lambda e: e.date_to < self.date_from).sorted(
            "date_from", reverse=True
        ):
            again = (
                before.date_to + relativedelta(months=convention.waiting_months) + timedelta(days=1)
            )
            if again <= start:
                break
            last, start = last or again, before.date_from
        limit = start + relativedelta(months=convention.max_months) - timedelta(days=1)
        if self.date_to <= limit:
            return False
        if last and limit < self.date_from:
            return self.env._(
                "This household has been entitled %(months)s months in a row, as long as « %(convention)s » allows:"
                " it may come back from %(day)s. To grant it earlier, say why under « Exception because ».",
                months=convention.max_months,
                convention=convention.name,
                day=format_date(self.env, last),
            )
        return self.env._(
            "« %(convention)s » allows %(months)s months in a row: end on %(day)s at the latest. To grant more,"
            " say why under « Exception because ».",
            months=convention.max_months,
            convention=convention.name,
            day=format_date(self.env, limit),
        )

    @api.onchange("organisation_id", "date_from")
    def _onchange_organisation_id(self):
        if self.organisation_id and self.date_from and not self.convention_id:
            self.convention_id = self.env["escarcelle.convention"]._escarcelle_of(
                self.organisation_id, self.company_id or self.env.company, self.date_from
            )

    @api.onchange("convention_id", "date_from")
    def _onchange_convention_id(self):
        if self.convention_id and self.date_from and not self._origin:
            self.organisation_id = self.convention_id.organisation_id
            self.date_to = (
                self.date_from
                + relativedelta(months=self.convention_id.duration_months)
                - timedelta(days=1)
            )

    def action_grant(self):
        """Open the till to the household in this period, and its budget when the period has begun.

        The till would open the budget by itself; whoever grants sees on the file what there is to spend.
        """
        self.write({"decision": "granted"})
        for company, granted in self.grouped("company_id").items():
            policy = self.env["escarcelle.budget.policy"]._escarcelle_for(company)
            if policy.period != "visit":
                today = company._escarcelle_today()
                company._escarcelle_allocate(
                    budget.period_of(today, policy.period), granted.household_id
                )

    def action_refuse(self):
        """Say no; the request stays in the file."""
        self.write({"decision": "refused"})

    def action_reopen(self):
        """Decide again: it was refused by mistake."""
        self.write(
            {
                "decision": "pending",
                "decided_on": False,
                "decided_by_id": False,
                "refusal_reason_id": False,
            }
        )

    def action_renew(self):
        """Type the period that follows this one."""
        self.ensure_one()
        return self.household_id.action_renew()
