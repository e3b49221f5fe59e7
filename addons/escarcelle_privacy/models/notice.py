from odoo import api, fields, models
from odoo.exceptions import UserError

#: Field → template that fills it in.
BODIES = {
    "wall": "escarcelle_privacy.notice_wall_text",
    "easy": "escarcelle_privacy.notice_easy_text",
    "short": "escarcelle_privacy.notice_short_text",
}


class EscarcellePrivacyNotice(models.Model):
    """What a shop tells people about their data (GDPR art. 13 and 14): for the wall, in plain words, in short.

    Filled in from the shop's settings, then the shop's to edit. One is in force; those it replaced stay, since
    they say what people were told and when.
    """

    _name = "escarcelle.privacy.notice"
    _description = "Information Notice"
    _inherit = ["mail.thread"]
    _order = "id desc"

    company_id = fields.Many2one(
        "res.company", "Shop", required=True, index=True, default=lambda self: self.env.company
    )
    wall = fields.Html("For the wall", required=True)
    easy = fields.Html(
        "In plain words",
        required=True,
        help="Short sentences, one idea each: to read and understand.",
    )
    short = fields.Html("In short", required=True, help="For the sheet given with a card.")
    state = fields.Selection(
        [("draft", "Draft"), ("current", "In force"), ("replaced", "Replaced")],
        "Status", required=True, default="draft", readonly=True, copy=False, tracking=True,
    )  # fmt: skip
    date_from = fields.Date("In force from", readonly=True, copy=False)
    date_to = fields.Date("Until", readonly=True, copy=False)
    to_complete = fields.Boolean(compute="_compute_to_complete")

    _one_current = models.UniqueIndex(
        "(company_id) WHERE state = 'current'", "This shop already has a notice in force."
    )

    @api.depends("state", "date_from")
    def _compute_display_name(self):
        labels = dict(self._fields["state"]._description_selection(self.env))
        # Outside the text: what is inside one is not collected for translation.
        notice = self.env._("Information notice")
        for one in self:
            day = f" {one.date_from:%d/%m/%Y}" if one.date_from else ""
            one.display_name = f"{notice}{day} ({labels.get(one.state, '')})"

    @api.depends("wall", "easy", "short")
    def _compute_to_complete(self):
        for one in self:
            one.to_complete = any("à compléter" in (one[name] or "") for name in BODIES)

    @api.model
    def default_get(self, fields_list):
        # EXTENDS 'base': the whole text, from the settings
        values = super().default_get(fields_list)
        wanted = [name for name in BODIES if name in fields_list]
        if wanted:
            texts = self._escarcelle_texts(self.env.company)
            values |= {name: texts[name] for name in wanted}
        return values

    @api.model
    def _escarcelle_texts(self, company):
        """What the software writes for ``company`` with the settings of today."""
        shop = self.env["escarcelle.privacy.facts"]
        values = {
            "facts": shop._escarcelle_facts(company),
            "donors": "escarcelle.donation" in self.env,
        }
        return {
            name: shop._escarcelle_words(template, **values) for name, template in BODIES.items()
        }

    def write(self, vals):
        if BODIES.keys() & vals.keys() and any(one.state != "draft" for one in self):
            raise UserError(
                self.env._("People were told this text: make a new notice instead of changing it.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_drafts_only(self):
        if any(one.state != "draft" for one in self):
            raise UserError(self.env._("What people were told is kept: only a draft is deleted."))

    def action_refill(self):
        """Take the software's text again, with the settings of today."""
        for one in self:
            one.write(self._escarcelle_texts(one.company_id))

    def action_put_in_force(self):
        """From today it is the shop's notice; the one before is kept as replaced."""
        self.ensure_one()
        if self.to_complete:
            raise UserError(
                self.env._(
                    "Something is still to be filled in (« à compléter »): give it under « Who answers », then take"
                    " the settings again, or write it in the text."
                )
            )
        today = fields.Date.context_today(self)
        before = self.search([("company_id", "=", self.company_id.id), ("state", "=", "current")])
        before.write({"state": "replaced", "date_to": today})
        before.flush_recordset()
        self.write({"state": "current", "date_from": today})

    def action_new(self):
        """Another draft, from this text."""
        self.ensure_one()
        draft = self.copy()
        return {
            "type": "ir.actions.act_window", "res_model": self._name, "view_mode": "form", "res_id": draft.id,
        }  # fmt: skip

    @api.model
    def _escarcelle_short_of(self, company):
        """The short text of ``company``: of the notice in force, or what it would say."""
        current = self.sudo().search([("company_id", "=", company.id), ("state", "=", "current")])
        return current.short or self._escarcelle_texts(company)["short"]


class EscarcelleHousehold(models.Model):
    _inherit = "escarcelle.household"

    informed_on = fields.Date(
        "Notice given on", copy=False, groups="escarcelle_social.group_manager",
        help="Day the household received the information sheet on its data.",
    )  # fmt: skip

    def action_informed(self):
        """They were given the sheet today."""
        self.informed_on = fields.Date.context_today(self)


class EscarcelleCard(models.Model):
    _inherit = "escarcelle.card"

    def action_print_information(self):
        """The sheet to hand over with these cards."""
        return self.env.ref("escarcelle_privacy.report_information").report_action(
            self.household_id, config=False
        )
