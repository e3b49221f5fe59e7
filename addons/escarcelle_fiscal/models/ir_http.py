from odoo import models


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    def session_info(self):
        # EXTENDS 'web': the red sentences about backups are there with the first screen
        info = super().session_info()
        if self.env.user._is_internal():
            info["escarcelle_backup"] = self.env["escarcelle.fiscal.backup"].escarcelle_banner()
        return info
