from odoo import api, fields, models
from odoo.exceptions import UserError

#: In the order a new shop meets them. The last one only sums up.
STEPS = [
    ("shop", "The shop"),
    ("territory", "Where it is"),
    ("vat", "VAT"),
    ("opening", "Days"),
    ("tariffs", "Tariffs"),
    ("budget", "Budgets"),
    ("catalogue", "Goods sold"),
    ("people", "People"),
    ("till", "First till"),
    ("done", "Ready"),
]
NAMES = [name for name, _label in STEPS]
DONE, SKIPPED = "done", "skipped"


class EscarcelleStart(models.Model):
    """The first steps of a shop, from nothing to its first sale. One a shop, kept for good.

    Every step reads what the shop has, and writes only what was changed: run again on a shop that works, it
    shows its settings. A step is a file: ``_escarcelle_enter_<step>`` prepares its page,
    ``_escarcelle_apply_<step>`` makes what it asks for and may return an action to run.
    """

    _name = "escarcelle.start"
    _description = "First Steps"
    _inherit = ["escarcelle.shop.rules"]
    _rec_name = "company_id"

    currency_id = fields.Many2one(related="company_id.currency_id")
    step = fields.Selection(STEPS, required=True, default="shop")
    states = fields.Json(default=dict, readonly=True)
    progress = fields.Integer("Progress (%)", compute="_compute_progress")
    step_state = fields.Selection(
        [("todo", "To do"), (DONE, "Done"), (SKIPPED, "Skipped")], compute="_compute_progress"
    )
    closed = fields.Boolean(readonly=True, help="It no longer opens by itself.")

    @api.depends("company_id")
    def _compute_display_name(self):
        for start in self:
            start.display_name = self.env._("First steps of %s", start.company_id.sudo().name)

    @api.depends("states", "step")
    def _compute_progress(self):
        for start in self:
            states = start.states or {}
            start.progress = round(100 * len(states.keys() & set(NAMES[:-1])) / (len(NAMES) - 1))
            start.step_state = states.get(start.step, "todo")

    # -- the page --------------------------------------------------------------------------------

    @api.model
    def action_escarcelle_open(self):
        """Open the first steps of the current shop where they were left."""
        action = super().action_escarcelle_open()
        self.browse(action["res_id"])._escarcelle_enter()
        return {**action, "target": "current", "context": self._escarcelle_context()}

    @api.model
    def _escarcelle_context(self):
        return {"escarcelle_show_counts": True, "form_view_initial_mode": "edit"}

    def _escarcelle_screen(self):
        """The page again, as an action: what a long task comes back to."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env["ir.model"]._get(self._name).name,
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "main",
            "context": self._escarcelle_context(),
        }

    def write(self, vals):
        result = super().write(vals)
        if "step" in vals:
            self._escarcelle_enter()
        return result

    def _escarcelle_enter(self):
        """Prepare the page of the step: what is there, and what is proposed where nothing is."""
        for start in self:
            enter = getattr(start, f"_escarcelle_enter_{start.step}", None)
            if enter:
                enter()

    # -- from step to step -----------------------------------------------------------------------

    def action_next(self):
        """Make what the page asks for, and go on."""
        self.ensure_one()
        self.check_access("write")
        start = self.with_company(self.company_id)
        step = start.step
        action = getattr(start, f"_escarcelle_apply_{step}")()
        if action and action["type"] == "ir.actions.client":
            return action  # a long task: it leaves the step itself, once it is over
        start._escarcelle_leave(step, DONE)
        return action

    def action_skip(self):
        """Leave the step for later: nothing is made, nothing typed is lost."""
        self.ensure_one()
        self._escarcelle_leave(self.step, SKIPPED)

    def action_back(self):
        """The step before; what is on this one stays."""
        self.ensure_one()
        rank = NAMES.index(self.step)
        self.step = NAMES[max(rank - 1, 0)]

    def _escarcelle_leave(self, step, state):
        states = dict(self.states or {})
        if state == DONE or states.get(step) != DONE:
            states[step] = state
        rank = NAMES.index(step)
        self.write({"states": states, "step": NAMES[min(rank + 1, len(NAMES) - 1)]})

    def action_later(self):
        """Do something else: the menu opens it again, it no longer opens by itself."""
        self.check_access("write")
        self.closed = True
        return self.env["ir.actions.act_window"]._for_xml_id("escarcelle_social.household_action")

    @api.model
    def _escarcelle_is_wanted(self, company):
        """Whether it opens by itself: a shop without a till, whose manager has not put it off. Writes nothing."""
        closed = self.sudo().search_count(
            [("company_id", "=", company.id), ("closed", "=", True)], limit=1
        )
        tills = self.env["escarcelle.till"].sudo()
        return not closed and not tills.search_count([("company_id", "=", company.id)], limit=1)

    # -- what steps share ------------------------------------------------------------------------

    def _escarcelle_company(self):
        """The shop, to be written: whoever may write its first steps may (sudo, this shop alone)."""
        self.ensure_one()
        self.check_access("write")
        if self.company_id not in self.env.user.company_ids:
            raise UserError(self.env._("%s is not one of your shops.", self.company_id.sudo().name))
        company = self.company_id.sudo().with_company(self.company_id)
        return company.with_context(allowed_company_ids=self.company_id.ids)

    def _escarcelle_sudo(self, model):
        """A model, as superuser of this shop alone."""
        return self.env[model].with_env(self._escarcelle_company().env)
