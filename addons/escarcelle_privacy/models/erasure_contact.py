"""When a household was last in contact with its shop: what decides how long it is kept."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

#: One query a trace: (household, day). What a person did or typed, never what a program wrote.
_TRACES = (
    "SELECT id, create_date::date FROM escarcelle_household",
    "SELECT id, contact_noted_on FROM escarcelle_household",
    "SELECT id, informed_on FROM escarcelle_household",
    "SELECT household_id, day FROM escarcelle_visit",
    "SELECT home.id, sale.date_order::date FROM pos_order AS sale"
    " JOIN escarcelle_household AS home ON home.partner_id = sale.partner_id WHERE sale.state <> 'cancel'",
    "SELECT household_id, CASE decision WHEN 'granted' THEN date_to"
    " ELSE greatest(create_date::date, decided_on) END FROM escarcelle_entitlement",
    "SELECT household_id, start::date FROM escarcelle_appointment WHERE state IN ('planned', 'kept')",
    "SELECT household_id, CASE WHEN cancelled_on IS NULL THEN date_to ELSE paid_on END FROM escarcelle_membership",
    "SELECT household_id, day FROM escarcelle_eligibility",
    "SELECT household_id, given_on::date FROM escarcelle_consent",
    "SELECT household_id, withdrawn_on::date FROM escarcelle_consent WHERE withdrawn_how = 'household'",
    # Whoever asks for their data is answered, not erased meanwhile.
    "SELECT household_id, received_on FROM escarcelle_privacy_request WHERE kind <> 'erasure'",
    "SELECT res_id, date::date FROM mail_message WHERE model = 'escarcelle.household'"
    " AND message_type IN ('comment', 'email', 'email_outgoing', 'sms', 'whatsapp_message')",
)
_READ = (
    "escarcelle.household", "escarcelle.visit", "pos.order", "escarcelle.entitlement", "escarcelle.appointment",
    "escarcelle.membership", "escarcelle.eligibility", "mail.message", "escarcelle.consent",
    "escarcelle.privacy.request",
)  # fmt: skip


class EscarcelleHousehold(models.Model):
    _inherit = "escarcelle.household"

    contact_noted_on = fields.Date(
        "Contact noted on", readonly=True, copy=False,
        help="Somebody heard of this household and said so, for want of any other trace.",
    )  # fmt: skip
    last_contact_on = fields.Date(
        "Last contact", compute="_compute_last_contact_on",
        help="The latest of visits, purchases, entitlements, appointments, fees, agreements, requests, messages"
        " and contacts noted.",
    )  # fmt: skip
    erased_on = fields.Date("Erased on", readonly=True, copy=False, index="btree_not_null")
    erasure_ids = fields.One2many(
        "escarcelle.erasure", "household_id", "Erasures", groups="escarcelle_social.group_manager"
    )
    erase_on = fields.Date(
        "Will be erased on", compute="_compute_erase_on", groups="escarcelle_social.group_manager"
    )

    @api.model
    def _escarcelle_contact_traces(self):
        """Hook: queries ``(household id, day)`` of what counts as a contact."""
        return _TRACES

    def _escarcelle_last_contacts(self, company=None, until=None):
        """``{household id: last day}`` in one query: of these households, or of all those of ``company``
        that are not erased; with ``until``, only those not seen after that day."""
        for model in _READ:
            self.env[model].flush_model()
        mine = (
            SQL("home.company_id = %s AND home.erased_on IS NULL", company.id)
            if company
            else SQL("home.id = ANY(%s)", self.ids)
        )
        parts = SQL(" UNION ALL ").join(
            SQL(
                "SELECT trace.id, trace.day FROM (%s) AS trace (id, day)"
                " JOIN escarcelle_household AS home ON home.id = trace.id WHERE %s",
                SQL(text.replace("%", "%%")), mine,
            )
            for text in self._escarcelle_contact_traces()
        )  # fmt: skip
        late = SQL("HAVING max(day) <= %s", until) if until else SQL()
        rows = self.env.execute_query(
            SQL("SELECT id, max(day) FROM (%s) AS contact GROUP BY id %s", parts, late)
        )
        return {household: day for household, day in rows if day}

    def _compute_last_contact_on(self):
        known = self._escarcelle_last_contacts() if self.ids else {}
        for household in self:
            household.last_contact_on = known.get(household._origin.id, False)

    def _compute_erase_on(self):
        lines = self.env["escarcelle.erasure"].sudo().search(
            [("household_id", "in", self.ids), ("member_id", "=", False), ("state", "in", ("announced", "kept"))]
        )  # fmt: skip
        planned = {line.household_id: line.erase_on for line in lines}
        for household in self:
            household.erase_on = planned.get(household._origin, False)

    def action_note_contact(self):
        """Somebody heard of these households today: they are kept from today on."""
        self.check_access("write")
        if self.filtered("erased_on"):
            raise UserError(self.env._("This household was erased: open a new file."))
        for company, households in self.grouped("company_id").items():
            households.contact_noted_on = company._escarcelle_today()
        self.env["escarcelle.erasure"].sudo()._escarcelle_drop_seen(self)
        return True
