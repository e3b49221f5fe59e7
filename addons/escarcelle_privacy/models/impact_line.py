from odoo import api, fields, models
from odoo.exceptions import UserError

SCALE = [("1", "Negligible"), ("2", "Limited"), ("3", "Important"), ("4", "Maximal")]


def level(severity, likelihood):
    """How high a risk is: high when both are important, low when neither is."""
    important = (severity >= "3") + (likelihood >= "3")
    return ("low", "medium", "high")[important]


class EscarcelleImpactPart(models.AbstractModel):
    """A line of an assessment: it is frozen with it."""

    _name = "escarcelle.impact.part"
    _description = "Part of an Impact Assessment"

    impact_id = fields.Many2one("escarcelle.impact", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="impact_id.company_id", store=True, index=True)

    def _escarcelle_check_open(self):
        if any(one.impact_id.state in ("validated", "replaced") for one in self):
            raise UserError(self.env._("This version is validated: make a new one from it."))

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'base'
        lines = super().create(vals_list)
        lines._escarcelle_check_open()
        return lines

    def write(self, vals):
        # EXTENDS 'base'
        self._escarcelle_check_open()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_open_only(self):
        self._escarcelle_check_open()


class EscarcelleImpactMeasure(models.Model):
    """A security measure: one that the software sees, or the shop's own."""

    _name = "escarcelle.impact.measure"
    _description = "Security Measure"
    _inherit = ["escarcelle.impact.part"]
    _order = "impact_id, in_place desc, id"

    code = fields.Char(
        readonly=True, help="Measure that the software looks at; empty: the shop's own."
    )
    name = fields.Text("Measure", required=True)
    in_place = fields.Boolean("In place", default=True)


class EscarcelleImpactRisk(models.Model):
    """A feared event, how bad and how likely it is with the measures in place."""

    _name = "escarcelle.impact.risk"
    _description = "Risk"
    _inherit = ["escarcelle.impact.part", "escarcelle.privacy.paper"]
    _order = "impact_id, id"
    _rec_name = "event"

    kind = fields.Selection(
        [("access", "Illegitimate access"), ("change", "Unwanted change"), ("loss", "Disappearance")],
        required=True, default="access",
    )  # fmt: skip
    event = fields.Text("Feared event", required=True)
    sources = fields.Text("Where it may come from")
    threats = fields.Text("How it may happen")
    impacts = fields.Text("What it would do to people")
    measures = fields.Text("Measures that lower it")
    severity = fields.Selection(SCALE, required=True, default="2")
    likelihood = fields.Selection(SCALE, required=True, default="2")
    level = fields.Selection(
        [("low", "Low"), ("medium", "Moderate"), ("high", "High")],
        compute="_compute_level",
        store=True,
        precompute=True,
    )  # fmt: skip

    @api.depends("severity", "likelihood")
    def _compute_level(self):
        for risk in self:
            risk.level = level(risk.severity or "1", risk.likelihood or "1")


class EscarcelleImpactAction(models.Model):
    """Something to do to lower a risk. The plan goes on once the assessment is validated."""

    _name = "escarcelle.impact.action"
    _description = "Action of an Impact Assessment"
    _order = "impact_id, done_on desc, due_on, id"

    impact_id = fields.Many2one("escarcelle.impact", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="impact_id.company_id", store=True, index=True)
    name = fields.Text("What", required=True)
    who = fields.Char()
    due_on = fields.Date("Before")
    done_on = fields.Date("Done on")
    late = fields.Boolean(compute="_compute_late")

    @api.depends("due_on", "done_on")
    def _compute_late(self):
        today = fields.Date.context_today(self)
        for action in self:
            action.late = bool(action.due_on and not action.done_on and action.due_on < today)

    def action_done(self):
        """It is done today."""
        self.done_on = fields.Date.context_today(self)
