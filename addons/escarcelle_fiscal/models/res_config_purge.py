from odoo import fields, models
from odoo.exceptions import ValidationError

from escarcelle_core import jet

from .fiscal_purge import LEAST, PURGE, YEARS


class ResConfigSettings(models.TransientModel):
    """May archived detail be purged, and after how long? The server's, not a company's."""

    _inherit = "res.config.settings"

    escarcelle_purge = fields.Boolean("Allow purging archived detail", config_parameter=PURGE)
    escarcelle_purge_years = fields.Integer("Closed fiscal years kept", config_parameter=YEARS, default=LEAST)

    def set_values(self):
        # EXTENDS 'base': less than the law is refused, a change is an event
        parameters = self.env["ir.config_parameter"].sudo()
        before = parameters.get_param(PURGE), parameters.get_param(YEARS)
        if self.escarcelle_purge and self.escarcelle_purge_years < LEAST:
            raise ValidationError(self.env._("The law asks to keep at least %s closed fiscal years.", LEAST))
        result = super().set_values()
        after = parameters.get_param(PURGE), parameters.get_param(YEARS)
        if (after[0] or "") != (before[0] or "") or (after[0] and after[1] != before[1]):
            said = f"permise après {after[1]} exercices" if after[0] else "interdite"
            self.env["escarcelle.fiscal.outbox"]._escarcelle_note(jet.SETTING_CHANGED, f"Purge {said}")
        return result
