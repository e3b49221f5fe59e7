"""What becomes of agreements and requests at an erasure: that something was asked stays, not what it said."""

from odoo import api, models


class EscarcelleHousehold(models.Model):
    _inherit = "escarcelle.household"

    @api.model
    def _escarcelle_personal_columns(self):
        # EXTENDS 'escarcelle_social'
        return {
            **super()._escarcelle_personal_columns(),
            "escarcelle.consent": {"link": "household_id", "unlink": True},
            "escarcelle.privacy.request": {
                "link": "household_id",
                "erase": {"details": False, "refusal": False, "who": False, "member_id": False},
            },
            "escarcelle.privacy.extract": {"link": "request_id.household_id"},
            "escarcelle.rectification.line": {
                "link": "request_id.household_id",
                "erase": {"old_value": False, "after": False, "member_id": False},
            },
        }

    def _escarcelle_before_erasure(self):
        # EXTENDS 'escarcelle_social': a request to erase is answered by the erasure
        super()._escarcelle_before_erasure()
        asked = self.request_ids.filtered(lambda one: one.kind == "erasure" and one.state == "open")
        asked.filtered(lambda one: not one.identity).identity = "known"
        if asked:
            asked._escarcelle_close("done")


class EscarcellePrivacyRequest(models.Model):
    _inherit = "escarcelle.privacy.request"

    def action_erase_household(self):
        """Show what would go and what the law keeps, then erase."""
        self.ensure_one()
        return self.household_id.action_erase()
