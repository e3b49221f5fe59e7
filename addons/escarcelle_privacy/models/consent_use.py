"""What needs a household's agreement, and stops when it is taken back.

Agreements are asked for from the day a shop's information notice is in force: before, nobody was told.
"""

from odoo import api, models
from odoo.exceptions import ValidationError


class ResCompany(models.Model):
    _inherit = "res.company"

    def _escarcelle_asks_consent(self):
        """Those of these shops whose notice is in force."""
        notices = self.env["escarcelle.privacy.notice"].sudo()
        return notices.search(
            [("company_id", "in", self.ids), ("state", "=", "current")]
        ).company_id


class EscarcelleHousehold(models.Model):
    _inherit = "escarcelle.household"

    @api.model_create_multi
    def create(self, vals_list):
        households = super().create(vals_list)
        households.filtered("email")._escarcelle_check_email()
        return households

    def write(self, vals):
        before = {household.id: household.email for household in self} if vals.get("email") else {}
        result = super().write(vals)
        self.filtered(
            lambda h: h.id in before and h.email != before[h.id]
        )._escarcelle_check_email()
        return result

    def _escarcelle_check_email(self):
        """Refuse an address that the household did not agree to give."""
        if self._escarcelle_without_consent("email"):
            raise ValidationError(
                self.env._(
                    "An e-mail address is optional: note first that the household agrees to reminders by e-mail"
                    " (« Personal data », « Note a consent »)."
                )
            )

    def _escarcelle_without_consent(self, purpose):
        """Those of these households that are asked for this agreement and have not given it."""
        asking = self.company_id._escarcelle_asks_consent()
        asked = self.filtered(lambda one: one.company_id in asking)
        return asked - asked._escarcelle_agreed(purpose)

    def _escarcelle_consent_ended(self, purpose):
        """The agreement was taken back: the use stops, and what was only kept for it goes."""
        if purpose == "email":
            addresses = [address for address in self.mapped("email") if address]
            self.env["mail.mail"].sudo().search(
                [("email_to", "in", addresses), ("state", "in", ("outgoing", "exception"))]
            ).unlink()
            self.email = False
        elif purpose == "eligibility":
            kept = self.env["escarcelle.eligibility"].search(
                [("household_id", "in", self.ids), ("state", "=", "done")]
            )
            kept.line_ids.sudo().unlink()


class EscarcelleHouseholdImporter(models.AbstractModel):
    _inherit = "escarcelle.household.importer"

    @api.model
    def _escarcelle_plan(self, rows, mapping, company, **options):
        # A file brings no consent: its e-mail addresses are left out, and each line says so
        steps = super()._escarcelle_plan(rows, mapping, company, **options)
        if not company._escarcelle_asks_consent():
            return steps
        known = self.env["escarcelle.household"].union(*(step.household for step in steps))
        agreed = known._escarcelle_agreed("email")
        for step in steps:
            if step.values.get("email") and step.household not in agreed:
                del step.values["email"]
                self._escarcelle_warn(step, "email", "consent")
        return steps


class EscarcelleEligibility(models.Model):
    _inherit = "escarcelle.eligibility"

    def action_confirm(self):
        # The amounts of a household that did not agree go, whatever the shop's rules
        result = super().action_confirm()
        without = self.household_id._escarcelle_without_consent("eligibility")
        self.filtered(lambda one: one.household_id in without).line_ids.sudo().unlink()
        return result
