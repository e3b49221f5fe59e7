from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..tools import living_rest

FROZEN = {"day", "people", "halves", "convention_id", "line_ids", "household_id"}


class EscarcelleEligibility(models.Model):
    """Whether a household's living rest is under the shop's threshold.

    The result is kept with its day and the threshold it was measured against. What was typed is
    thrown away at that moment, unless the shop keeps it: resources are nobody's business afterwards.
    """

    _name = "escarcelle.eligibility"
    _description = "Eligibility"
    _order = "day desc, id desc"
    _check_company_auto = True

    household_id = fields.Many2one(
        "escarcelle.household", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="household_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    day = fields.Date(required=True, default=fields.Date.context_today)
    convention_id = fields.Many2one(
        "escarcelle.convention", check_company=True, ondelete="restrict"
    )
    people = fields.Integer(
        compute="_compute_people", store=True, readonly=False, precompute=True, aggregator=None
    )
    halves = fields.Integer(
        "In joint custody", compute="_compute_people", store=True, readonly=False, precompute=True,
        aggregator=None,
    )  # fmt: skip
    line_ids = fields.One2many(
        "escarcelle.eligibility.line", "eligibility_id", "Resources and charges"
    )
    nothing = fields.Boolean(
        "Neither resources nor charges",
        help="The household has no income and nothing to pay: its living rest is zero.",
    )
    state = fields.Selection(
        [("draft", "To confirm"), ("done", "Result kept")], default="draft", readonly=True, copy=False
    )

    resources = fields.Monetary("Resources a month", compute="_compute_result")
    charges = fields.Monetary("Charges a month", compute="_compute_result")
    living_rest = fields.Monetary("Living rest a person and day", compute="_compute_result")
    threshold = fields.Monetary(compute="_compute_result")
    verdict = fields.Selection(
        [("eligible", "Eligible"), ("above", "Above the threshold"), ("unknown", "No threshold set")],
        "Result", compute="_compute_result",
    )  # fmt: skip
    kept_rest = fields.Monetary("Living rest kept", readonly=True, copy=False, aggregator="avg")
    kept_threshold = fields.Monetary(
        "Threshold applied", readonly=True, copy=False, aggregator=None
    )
    kept_verdict = fields.Selection(
        [("eligible", "Eligible"), ("above", "Above the threshold"), ("unknown", "No threshold set")],
        "Result kept", readonly=True, copy=False,
    )  # fmt: skip
    decided_by_id = fields.Many2one("res.users", "By", readonly=True, copy=False)

    _people_positive = models.Constraint(
        "CHECK (people >= 1 AND halves >= 0 AND halves <= people)",
        "Count at least one person, and no more in joint custody than there are.",
    )

    @api.model
    def default_get(self, fields_list):
        # EXTENDS 'base': the whole form, to fill in without thinking of what to ask
        values = super().default_get(fields_list)
        if "line_ids" in fields_list:
            kinds = self.env["escarcelle.eligibility.kind"].search(
                [("company_id", "in", (self.env.company.id, False))]
            )
            values["line_ids"] = [fields.Command.create({"kind_id": kind.id}) for kind in kinds]
        return values

    @api.onchange("household_id")
    def _onchange_household_id(self):
        """The convention the household comes under has a threshold of its own, perhaps."""
        granted = self.household_id.entitlement_ids.filtered(lambda e: e.decision == "granted")[:1]
        # A referent reads the conventions of their own organisation only.
        self.convention_id = granted.sudo().convention_id.sudo(False)._filtered_access("read")

    @api.depends("household_id", "day")
    def _compute_people(self):
        for one in self:
            members = one.household_id.with_context(active_test=False).member_ids
            here = members._escarcelle_here_on(one.day) if one.day else members
            one.people = max(1, len(here))
            one.halves = len(here.filtered("joint_custody"))

    @api.depends(
        "line_ids.amount", "line_ids.kind_id", "people", "halves", "day", "convention_id", "state"
    )
    def _compute_result(self):
        thresholds = self.env["escarcelle.eligibility.threshold"]
        for one in self:
            company = one.household_id.company_id or self.env.company
            one.resources = sum(
                one.line_ids.filtered(lambda line: line.type == "resource").mapped("amount")
            )
            one.charges = sum(
                one.line_ids.filtered(lambda line: line.type == "charge").mapped("amount")
            )
            if one.state == "done":
                one.living_rest, one.threshold, one.verdict = (
                    one.kept_rest,
                    one.kept_threshold,
                    one.kept_verdict,
                )
                continue
            policy = self.env["escarcelle.household.policy"]._escarcelle_for(company)
            halves = living_rest.units(one.people, one.halves, policy.joint_custody_half)
            rest = living_rest.living_rest(
                round(one.resources * 100), round(one.charges * 100), halves, policy.days_in_month
            )
            threshold = (
                thresholds._escarcelle_on(company, one.day, one.convention_id)
                if one.day
                else thresholds
            )
            one.living_rest = rest / 100
            one.threshold = threshold.amount
            if not threshold:
                one.verdict = "unknown"
            else:
                one.verdict = "eligible" if rest <= round(threshold.amount * 100) else "above"

    @api.depends("household_id", "day")
    def _compute_display_name(self):
        for one in self:
            day = format_date(self.env, one.day) if one.day else ""
            one.display_name = f"{one.household_id.code or ''} {day}".strip()

    def write(self, vals):
        if FROZEN & vals.keys() and any(one.state == "done" for one in self):
            raise UserError(
                self.env._("This result was kept: calculate again instead of changing it.")
            )
        return super().write(vals)

    def action_confirm(self):
        """Keep the result; throw away what was typed unless the shop keeps it."""
        for one in self.filtered(lambda e: e.state == "draft"):
            if not one.line_ids.filtered("amount") and not one.nothing:
                raise UserError(
                    self.env._(
                        "Type the resources and the charges first, or tick « Neither resources nor charges »."
                    )
                )
            policy = self.env["escarcelle.household.policy"]._escarcelle_for(one.company_id)
            one.write(
                {
                    "kept_rest": one.living_rest,
                    "kept_threshold": one.threshold,
                    "kept_verdict": one.verdict,
                    "decided_by_id": self.env.uid,
                }
            )
            lines = (
                one.line_ids
                if not policy.keep_inputs
                else one.line_ids.filtered(lambda line: not line.amount)
            )
            lines.sudo().unlink()
            one.state = "done"


class EscarcelleEligibilityLine(models.Model):
    """An amount a month in an eligibility form."""

    _name = "escarcelle.eligibility.line"
    _description = "Resource or Charge of a Household"
    _order = "eligibility_id, type desc, kind_id, id"

    eligibility_id = fields.Many2one(
        "escarcelle.eligibility", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="eligibility_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="eligibility_id.currency_id")
    kind_id = fields.Many2one(
        "escarcelle.eligibility.kind", "What", required=True, ondelete="restrict"
    )
    type = fields.Selection(related="kind_id.type", store=True)
    amount = fields.Monetary("A month", aggregator=None)

    _amount_positive = models.Constraint(
        "CHECK (amount >= 0)", "Type a charge as a positive amount: it is taken off."
    )

    @api.constrains("amount", "kind_id")
    def _check_open(self):
        if any(line.eligibility_id.state == "done" for line in self):
            raise UserError(
                self.env._("This result was kept: calculate again instead of changing it.")
            )


class EscarcelleHousehold(models.Model):
    _inherit = "escarcelle.household"

    eligibility_ids = fields.One2many("escarcelle.eligibility", "household_id", "Eligibility")
    living_rest = fields.Monetary("Living rest a person and day", compute="_compute_living_rest")
    living_rest_on = fields.Date("Calculated on", compute="_compute_living_rest")

    @api.depends("eligibility_ids.kept_rest", "eligibility_ids.state")
    def _compute_living_rest(self):
        for household in self:
            last = household.eligibility_ids.filtered(lambda e: e.state == "done").sorted(
                lambda e: (e.day, e.id)
            )[-1:]
            household.living_rest = last.kept_rest
            household.living_rest_on = last.day

    def action_view_eligibility(self):
        """Calculate, or look at what was calculated."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "escarcelle_social.eligibility_action"
        )
        context = {"default_household_id": self.id if len(self) == 1 else False}
        if len(self) == 1 and not self.eligibility_ids:
            return {**action, "view_mode": "form", "views": [(False, "form")], "context": context}
        return {**action, "domain": [("household_id", "in", self.ids)], "context": context}
