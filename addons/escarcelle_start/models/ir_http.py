from odoo import models


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    def session_info(self):
        # EXTENDS 'web': a shop that has not started yet opens on its first steps
        info = super().session_info()
        user = self.env.user
        if user._is_internal() and user.has_group("escarcelle_social.group_manager"):
            if self.env["escarcelle.start"]._escarcelle_is_wanted(user.company_id):
                info["home_action_id"] = self.env.ref("escarcelle_start.start_open_action").id
        return info
