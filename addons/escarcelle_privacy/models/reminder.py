"""Reminders by e-mail, and telephones to ring: for the households that agree, and no others."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_date


class EscarcelleHousehold(models.Model):
    _inherit = "escarcelle.household"

    def _escarcelle_letter(self, template, subject, **values):
        """Values of one message: where and when, and nothing of why. It is not kept once sent."""
        self.ensure_one()
        return {
            "subject": subject,
            "email_to": self.email,
            "email_from": self.company_id.email_formatted or self.env.user.email_formatted,
            "auto_delete": True,
            "body_html": self.env["ir.qweb"]._render(
                template, {"company": self.company_id, **values}
            ),
        }


class EscarcelleAppointment(models.Model):
    _inherit = "escarcelle.appointment"

    reminded_on = fields.Datetime("Reminded", readonly=True, copy=False)
    call = fields.Char(
        "To call",
        compute="_compute_call",
        help="The telephone of households that agree to reminders by telephone.",
    )

    @api.depends("household_id.phone", "household_id.consent_phone", "state")
    def _compute_call(self):
        for one in self:
            wanted = one.state == "planned" and one.household_id.consent_phone
            one.call = one.household_id.phone if wanted else False

    def write(self, vals):
        if "start" in vals:
            vals = {**vals, "reminded_on": False}
        return super().write(vals)

    @api.model
    def _escarcelle_cron_remind(self):
        """Each day: write to those who agreed to it that they are expected soon."""
        now = fields.Datetime.now()
        for company in self.env["res.company"].search([]):
            days = self.env["escarcelle.privacy.office"]._escarcelle_for(company).reminder_days
            if not days:
                continue
            due = self.search(
                [
                    ("company_id", "=", company.id), ("state", "=", "planned"), ("reminded_on", "=", False),
                    ("start", ">", now), ("start", "<=", now + timedelta(days=days)),
                    ("household_id.email", "!=", False),
                ]
            )  # fmt: skip
            agreed = due.household_id._escarcelle_agreed("email")
            due.filtered(lambda one, able=agreed: one.household_id in able)._escarcelle_remind()

    def _escarcelle_remind(self):
        """One message each."""
        self.env["mail.mail"].sudo().create(
            [
                one.household_id._escarcelle_letter(
                    "escarcelle_privacy.appointment_mail",
                    self.env._("Reminder of %s", one._escarcelle_when()),
                    when=one._escarcelle_when(),
                )
                for one in self
            ]
        )
        self.reminded_on = fields.Datetime.now()

    def _escarcelle_when(self):
        """Day and time at the shop: « 24/11/2026 10:00 »."""
        at = fields.Datetime.context_timestamp(
            self.with_context(tz=self.company_id.escarcelle_timezone or "Europe/Paris"), self.start
        )
        return f"{at:%d/%m/%Y %H:%M}"


class EscarcelleEntitlement(models.Model):
    _inherit = "escarcelle.entitlement"

    household_reminded_on = fields.Date("Household reminded on", readonly=True, copy=False)

    def write(self, vals):
        if "date_to" in vals:
            vals = {**vals, "household_reminded_on": False}
        return super().write(vals)

    @api.model
    def _escarcelle_cron_remind_households(self):
        """Each day: tell those who agreed to it that their entitlement ends soon, once each."""
        for company in self.env["res.company"].search([]):
            policy = self.env["escarcelle.household.policy"]._escarcelle_for(company)
            if not policy.renewal_days:
                continue
            due = self.env["escarcelle.household"].search(
                [
                    ("company_id", "=", company.id),
                    ("to_renew", "=", True),
                    ("email", "!=", False),
                ]
            )
            lasts = due._escarcelle_agreed("email").entitlement_ids.filtered(
                lambda e: (
                    e.decision == "granted"
                    and not e.household_reminded_on
                    and e.date_to == e.household_id.entitled_until
                )
            )
            self.env["mail.mail"].sudo().create(
                [
                    last.household_id._escarcelle_letter(
                        "escarcelle_privacy.entitlement_mail",
                        self.env._("Reminder of %s", format_date(self.env, last.date_to)),
                        until=format_date(self.env, last.date_to),
                    )
                    for last in lasts
                ]
            )
            lasts.sudo().write({"household_reminded_on": fields.Date.context_today(self)})
