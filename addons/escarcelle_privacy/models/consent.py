from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

#: What a household may agree to. Nothing else is optional in its file.
PURPOSES = [
    ("email", "Reminders by e-mail"),
    ("phone", "Reminders by telephone"),
    ("eligibility", "Resources and charges kept"),
]
#: All that may change once a consent is given.
WITHDRAWAL = frozenset({"withdrawn_on", "withdrawn_user_id", "withdrawn_how", "document_ids"})


class EscarcelleConsent(models.Model):
    """A household agreed to something optional, and may take it back (GDPR art. 7).

    Rows are only ever added and closed: who agreed, when, how, who noted it; the same for the withdrawal.
    """

    _name = "escarcelle.consent"
    _description = "Consent"
    _order = "given_on desc, id desc"

    household_id = fields.Many2one(
        "escarcelle.household", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="household_id.company_id", store=True, index=True)
    purpose = fields.Selection(PURPOSES, required=True)
    member_id = fields.Many2one(
        "escarcelle.household.member", "Given by", ondelete="set null",
        domain="[('household_id', '=', household_id)]", help="Empty: the holder.",
    )  # fmt: skip
    given_on = fields.Datetime(required=True, default=fields.Datetime.now)
    user_id = fields.Many2one(
        "res.users", "Noted by", required=True, readonly=True, default=lambda self: self.env.user
    )
    proof = fields.Selection(
        [("signed", "Signed paper"), ("spoken", "Said at the desk"), ("mail", "Written by e-mail")],
        required=True, default="signed",
    )  # fmt: skip
    document_ids = fields.Many2many(
        "ir.attachment", string="Paper signed", bypass_search_access=True
    )
    email = fields.Char("E-mail address", store=False, compute="_compute_email", readonly=False)
    withdrawn_on = fields.Datetime(readonly=True, copy=False)
    withdrawn_user_id = fields.Many2one(
        "res.users", "Withdrawal noted by", readonly=True, copy=False
    )
    withdrawn_how = fields.Selection(
        [("household", "The household asked"), ("shop", "The shop stopped")], "Withdrawn because",
        readonly=True, copy=False,
    )  # fmt: skip
    state = fields.Selection(
        [("given", "Given"), ("withdrawn", "Withdrawn")], "Status", compute="_compute_state",
        store=True, precompute=True,
    )  # fmt: skip

    _one_at_a_time = models.UniqueIndex(
        "(household_id, purpose) WHERE withdrawn_on IS NULL",
        "This household has already agreed to that.",
    )

    @api.depends("withdrawn_on")
    def _compute_state(self):
        for one in self:
            one.state = "withdrawn" if one.withdrawn_on else "given"

    @api.depends("household_id")
    def _compute_email(self):
        for one in self:
            one.email = one.household_id.email

    @api.depends("purpose", "household_id")
    def _compute_display_name(self):
        labels = dict(self._fields["purpose"]._description_selection(self.env))
        for one in self:
            one.display_name = (
                f"{one.household_id.code or ''} {labels.get(one.purpose, '')}".strip()
            )

    @api.constrains("given_on", "member_id", "household_id")
    def _check_given(self):
        for one in self:
            if one.given_on > fields.Datetime.now():
                raise ValidationError(self.env._("A consent was given today or before."))
            if one.member_id and one.member_id.household_id != one.household_id:
                raise ValidationError(self.env._("Who agrees is not of this household."))

    @api.model_create_multi
    def create(self, vals_list):
        addresses = [vals.get("email") for vals in vals_list]
        kept = [
            {name: value for name, value in vals.items() if name != "email"} for vals in vals_list
        ]
        consents = super().create(kept)
        consents.flush_recordset()
        consents.household_id._escarcelle_consent_moved()
        for consent, address in zip(consents, addresses, strict=True):
            if consent.purpose == "email" and address and address != consent.household_id.email:
                consent.household_id.email = address
        return consents

    def write(self, vals):
        if vals.keys() - WITHDRAWAL - {"state"} and not self.env.su:
            raise UserError(
                self.env._("A consent stays as it was given: withdraw it and note another one.")
            )
        return super().write(vals)

    def unlink(self):
        # The papers signed go with what they prove.
        papers = self.sudo().document_ids
        result = super().unlink()
        papers.unlink()
        return result

    def action_withdraw(self):
        """The household takes its agreement back: what it allowed stops now."""
        self._escarcelle_withdraw("household")

    def _escarcelle_withdraw(self, how):
        running = self.filtered(lambda one: not one.withdrawn_on)
        running.write(
            {
                "withdrawn_on": fields.Datetime.now(),
                "withdrawn_user_id": self.env.uid,
                "withdrawn_how": how,
            }
        )
        running.household_id._escarcelle_consent_moved()
        for purpose, consents in running.grouped("purpose").items():
            consents.household_id._escarcelle_consent_ended(purpose)


class EscarcelleHousehold(models.Model):
    _inherit = "escarcelle.household"

    consent_ids = fields.One2many(
        "escarcelle.consent", "household_id", "Consents", groups="escarcelle_social.group_manager"
    )  # fmt: skip
    consents_asked = fields.Boolean(compute="_compute_consents_asked", compute_sudo=True)
    consent_email = fields.Boolean("Agrees to e-mail", compute="_compute_consent", search="_search_consent_email",
                                   compute_sudo=True)  # fmt: skip
    consent_phone = fields.Boolean("Agrees to calls", compute="_compute_consent", search="_search_consent_phone",
                                   compute_sudo=True)  # fmt: skip

    @api.depends("company_id")
    def _compute_consents_asked(self):
        asked = self.company_id._escarcelle_asks_consent()
        for household in self:
            household.consents_asked = household.company_id in asked

    @api.depends("consent_ids.state", "consent_ids.purpose")
    def _compute_consent(self):
        for household in self:
            given = household.consent_ids.filtered(lambda one: one.state == "given").mapped(
                "purpose"
            )
            household.consent_email = "email" in given
            household.consent_phone = "phone" in given

    @api.model
    def _search_consent(self, purpose, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        given = [("purpose", "=", purpose), ("state", "=", "given")]
        return [("consent_ids", "any", given)]

    @api.model
    def _search_consent_email(self, operator, value):
        return self._search_consent("email", operator, value)

    @api.model
    def _search_consent_phone(self, operator, value):
        return self._search_consent("phone", operator, value)

    def _escarcelle_agreed(self, purpose):
        """Those of these households that agree to ``purpose`` now (sudo)."""
        consents = self.env["escarcelle.consent"].sudo()
        found = consents.search(
            [
                ("household_id", "in", self.ids),
                ("purpose", "=", purpose),
                ("withdrawn_on", "=", False),
            ]
        ).household_id._ids
        return self.filtered(lambda household: household.id in found)

    def _escarcelle_consent_moved(self):
        self.invalidate_recordset(["consent_ids", "consent_email", "consent_phone"])

    def action_ask_consent(self):
        """Note what this household agrees to."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Consent"),
            "res_model": "escarcelle.consent",
            "view_mode": "form",
            "target": "new",
            "context": {"default_household_id": self.id},
        }
