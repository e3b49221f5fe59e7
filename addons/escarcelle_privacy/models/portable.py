"""Rules of erasure that another shop may take over (docs/formats.md §11). Nobody is named in them."""

from odoo import models


class EscarcelleErasurePolicy(models.Model):
    _inherit = "escarcelle.erasure.policy"

    def _escarcelle_portable(self):
        label = self.env._("Erasure rules")
        return {
            "section": "erasure_rules", "label": label, "sequence": 95,
            "fields": ("announce_days", "mail"),
        }  # fmt: skip


class EscarcelleErasureRetention(models.Model):
    _inherit = "escarcelle.erasure.retention"

    def _escarcelle_portable(self):
        label = self.env._("Kept after the last contact")
        return {
            "section": "erasure_retentions", "label": label, "sequence": 96, "key": ("date_from",),
            "fields": ("months", "reason"),
        }  # fmt: skip

    def _escarcelle_unpack(self, values):
        """They are lines of their shop's rules."""
        policy = self.env["escarcelle.erasure.policy"]._escarcelle_for(self.env.company)
        return self.create([{"policy_id": policy.id, **one} for one in values])
