from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError


class EscarcelleAppointment(models.Model):
    """A household is expected. Not an event of Odoo's calendar: that one shows its title to every employee."""

    _name = "escarcelle.appointment"
    _description = "Appointment"
    _order = "start desc, id desc"
    _check_company_auto = True

    household_id = fields.Many2one(
        "escarcelle.household", required=True, index=True, ondelete="cascade", check_company=True
    )
    company_id = fields.Many2one(
        "res.company", "Shop", required=True, index=True, default=lambda self: self.env.company
    )
    start = fields.Datetime(required=True, index=True)
    duration = fields.Float("Duration (hours)", default=0.5, required=True)
    stop = fields.Datetime("End", compute="_compute_stop", store=True, precompute=True)
    kind = fields.Selection(
        [
            ("interview", "Interview"),
            ("renewal", "Renewal"),
            ("shopping", "Shopping"),
            ("workshop", "Workshop"),
            ("other", "Other"),
        ],
        required=True,
        default="interview",
    )
    user_id = fields.Many2one(
        "res.users", "With", default=lambda self: self.env.user, index="btree_not_null",
        domain="[('share', '=', False)]",
    )  # fmt: skip
    state = fields.Selection(
        [("planned", "Planned"), ("kept", "Came"), ("missed", "Did not come"), ("cancelled", "Cancelled")],
        default="planned", required=True, copy=False,
    )  # fmt: skip
    note = fields.Char()

    _duration_sound = models.Constraint(
        "CHECK (duration > 0 AND duration <= 24)", "An appointment lasts some minutes to a day."
    )

    @api.depends("start", "duration")
    def _compute_stop(self):
        for one in self:
            one.stop = one.start and one.start + timedelta(hours=one.duration)

    @api.depends("household_id")
    def _compute_display_name(self):
        for one in self:
            one.display_name = one.household_id.display_name or ""

    def action_came(self):
        """The household came: count the visit."""
        kept = self.filtered(lambda one: one.state != "kept")
        today = fields.Date.context_today(self)
        if any(fields.Datetime.context_timestamp(one, one.start).date() > today for one in kept):
            raise UserError(
                self.env._(
                    "This appointment is still to come. If the household came already, change its day first."
                )
            )
        kept.state = "kept"
        kinds = {"workshop": "workshop", "other": "other"}
        # A purchase is counted by its ticket, not by the appointment that led to it.
        self.env["escarcelle.visit"].create(
            [
                {
                    "household_id": one.household_id.id,
                    "appointment_id": one.id,
                    "day": fields.Datetime.context_timestamp(one, one.start).date(),
                    "kind": kinds.get(one.kind, "interview"),
                }
                for one in kept
                if one.kind != "shopping"
            ]
        )

    def action_missed(self):
        """The household did not come."""
        self._escarcelle_no_visit("missed")

    def action_cancel(self):
        """It was called off."""
        self._escarcelle_no_visit("cancelled")

    def action_plan(self):
        """Back to planned: a button was pressed by mistake."""
        self._escarcelle_no_visit("planned")

    def _escarcelle_no_visit(self, state):
        self.env["escarcelle.visit"].search([("appointment_id", "in", self.ids)]).unlink()
        self.state = state


class EscarcelleHousehold(models.Model):
    _inherit = "escarcelle.household"

    appointment_ids = fields.One2many(
        "escarcelle.appointment", "household_id", "Appointments", groups="escarcelle_social.group_manager"
    )  # fmt: skip
    next_appointment = fields.Datetime(
        compute="_compute_next_appointment", groups="escarcelle_social.group_manager"
    )

    @api.depends("appointment_ids.start", "appointment_ids.state")
    def _compute_next_appointment(self):
        now = fields.Datetime.now()
        for household in self:
            coming = household.appointment_ids.filtered(
                lambda one: one.state == "planned" and one.stop >= now
            )
            household.next_appointment = min(coming.mapped("start"), default=False)

    def action_view_appointments(self):
        """Open these households' appointments."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "escarcelle_social.appointment_action"
        )
        return {
            **action,
            "domain": [("household_id", "in", self.ids)],
            "context": {"default_household_id": self.id if len(self) == 1 else False},
            "view_mode": "list,form,calendar",
            "views": [(False, "list"), (False, "form"), (False, "calendar")],
        }
