from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import texts
from .impact_line import level

CHAPTERS = (
    "context", "stakeholders", "data_flow", "purposes", "legal", "minimisation", "quality", "retention", "information",
    "rights", "processors", "transfers",
)  # fmt: skip
#: May change once an assessment is validated: the action plan goes on, and another version replaces it.
OPEN = frozenset(
    {"state", "action_ids", "date_to", "activity_ids", "message_ids", "message_follower_ids"}
)


class EscarcelleImpact(models.Model):
    """An impact assessment on personal data (AIPD; GDPR art. 35), in versions.

    Context, necessity, risks, plan, opinion, validation. A validated version is not changed: the next one is made
    from it.
    """

    _name = "escarcelle.impact"
    _description = "Impact Assessment"
    _inherit = ["mail.thread", "escarcelle.privacy.paper"]
    _order = "company_id, number desc"

    company_id = fields.Many2one(
        "res.company", "Shop", required=True, index=True, default=lambda self: self.env.company
    )
    number = fields.Integer(
        "Version", required=True, readonly=True, copy=False, default=0, aggregator=None
    )
    state = fields.Selection(
        [("draft", "Draft"), ("opinion", "Opinion asked"), ("validated", "Validated"), ("replaced", "Replaced")],
        "Status", required=True, default="draft", readonly=True, copy=False, tracking=True,
    )  # fmt: skip
    context = fields.Text()
    stakeholders = fields.Text("Who takes part")
    data_flow = fields.Text("Life of the data")
    purposes = fields.Text()
    legal = fields.Text("Legal grounds")
    minimisation = fields.Text("Only what is needed")
    quality = fields.Text("Right and up to date")
    retention = fields.Text("Kept for")
    information = fields.Text("How people are told")
    rights = fields.Text("How people use their rights")
    processors = fields.Text()
    transfers = fields.Text("Outside the European Union")
    people_view = fields.Text(
        "What people think",
        help="Households, or those who speak for them, were asked (art. 35, § 9).",
    )
    measure_ids = fields.One2many("escarcelle.impact.measure", "impact_id", "Measures", copy=True)
    risk_ids = fields.One2many("escarcelle.impact.risk", "impact_id", "Risks", copy=True)
    action_ids = fields.One2many("escarcelle.impact.action", "impact_id", "Action plan", copy=True)
    level = fields.Selection(
        [("low", "Low"), ("medium", "Moderate"), ("high", "High")], "Risk left", compute="_compute_level", store=True
    )  # fmt: skip
    dpo_name = fields.Char("Officer")
    dpo_opinion = fields.Text("Opinion of the data protection officer")
    dpo_favourable = fields.Selection(
        [("yes", "Favourable"), ("conditions", "Favourable under conditions"), ("no", "Unfavourable")], "The opinion is"
    )  # fmt: skip
    dpo_on = fields.Date("Given on")
    validated_by = fields.Char("Validated by", readonly=True, copy=False)
    validated_on = fields.Date(readonly=True, copy=False)
    decision = fields.Text(
        "Decision", help="Why the risks left are accepted, or what was asked of the CNIL (art. 36)."
    )
    review_on = fields.Date("Read again before")

    _one_number = models.UniqueIndex("(company_id, number)")

    @api.depends("number")
    def _compute_display_name(self):
        for one in self:
            one.display_name = self.env._("Impact assessment, version %s", one.number)

    @api.depends("risk_ids.level")
    def _compute_level(self):
        for one in self:
            levels = set(one.risk_ids.mapped("level"))
            one.level = next(
                (level for level in ("high", "medium", "low") if level in levels), False
            )

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'mail'
        numbers = {}
        for vals in vals_list:
            company = vals.get("company_id") or self.env.company.id
            if company not in numbers:
                last = self.sudo().search(
                    [("company_id", "=", company)], order="number desc", limit=1
                )
                numbers[company] = last.number
            numbers[company] += 1
            vals["number"] = numbers[company]
        return super().create(vals_list)

    @api.model
    def default_get(self, fields_list):
        # EXTENDS 'base': guided means filled in
        values = super().default_get(fields_list)
        company = self.env.company
        shipped = self._escarcelle_texts(company)
        return {**{name: value for name, value in shipped.items() if name in fields_list}, **values}

    @api.model
    def _escarcelle_texts(self, company):
        """What the software writes of ``company`` now: chapters, measures, risks, plan."""
        facts = self.env["escarcelle.privacy.facts"]
        words, shipped = facts._escarcelle_facts(company), texts.load("impact")
        measures = facts._escarcelle_measures(company)
        known = {code: text for code, in_place, text in measures if in_place}
        today = company._escarcelle_today()
        missing = [
            {"name": text, "due_on": today + relativedelta(months=1)}
            for _code, in_place, text in measures if not in_place
        ]  # fmt: skip
        return {
            **{name: texts.fill(shipped[name], words) for name in CHAPTERS},
            "dpo_name": words["dpo"] if words["has_dpo"] else False,
            "review_on": today + relativedelta(years=3),
            "measure_ids": [
                fields.Command.create({"code": code, "in_place": in_place, "name": text})
                for code, in_place, text in measures
            ],
            "risk_ids": [
                fields.Command.create(
                    {
                        **{name: value for name, value in risk.items() if name != "measures"},
                        "measures": "\n".join(known[code] for code in risk["measures"] if code in known),
                    }
                )
                for risk in shipped["risks"]
            ],
            "action_ids": [
                fields.Command.create(values)
                for values in missing + [
                    {"name": action["name"], "due_on": today + relativedelta(months=action["months"])}
                    for action in shipped["actions"]
                ]
            ],
        }  # fmt: skip

    def write(self, vals):
        # EXTENDS 'mail'
        if (
            vals.keys() - OPEN
            and any(one.state in ("validated", "replaced") for one in self)
            and (not self.env.context.get("escarcelle_validation"))
        ):
            raise UserError(self.env._("This version is validated: make a new one from it."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_drafts_only(self):
        if any(one.state in ("validated", "replaced") for one in self):
            raise UserError(self.env._("A validated version is kept: it says what was known then."))

    def _escarcelle_level(self, severity, likelihood):
        return level(severity, likelihood)

    def action_ask_opinion(self):
        """The officer reads it; it can still be changed."""
        self.state = "opinion"

    def action_validate(self):
        """The representative accepts it: the version before is replaced."""
        self.ensure_one()
        facts = self.env["escarcelle.privacy.facts"]._escarcelle_facts(self.company_id)
        if facts["has_dpo"] and not self.dpo_favourable:
            raise UserError(
                self.env._("Write the opinion of the data protection officer first (art. 35, § 2).")
            )
        if not self.risk_ids or not self.action_ids and self.level != "low":
            raise UserError(
                self.env._("Give the risks, and an action plan for those that are not low.")
            )
        if self.level == "high" and not (self.decision or "").strip():
            raise UserError(
                self.env._(
                    "A high risk is left: write what was decided, or that the CNIL was asked (art. 36)."
                )
            )
        today = fields.Date.context_today(self)
        before = self.search([("company_id", "=", self.company_id.id), ("state", "=", "validated")])
        before.state = "replaced"
        self.with_context(escarcelle_validation=True).write(
            {"state": "validated", "validated_on": today, "validated_by": self.env.user.name}
        )

    def action_back(self):
        """To a draft: the opinion asked for changes."""
        if any(one.state != "opinion" for one in self):
            raise UserError(self.env._("This version is validated: make a new one from it."))
        self.state = "draft"

    def action_new_version(self):
        """Another version from this one, with the measures as the software sees them today."""
        self.ensure_one()
        fresh = self._escarcelle_texts(self.company_id)
        new = self.copy(
            {
                "measure_ids": fresh["measure_ids"],
                "dpo_opinion": False,
                "dpo_favourable": False,
                "dpo_on": False,
            }
        )
        return {
            "type": "ir.actions.act_window", "res_model": self._name, "view_mode": "form", "res_id": new.id,
        }  # fmt: skip
