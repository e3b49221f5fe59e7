from odoo import models
from odoo.exceptions import UserError

#: Odoo's own module for French tills, which this one replaces.
STOCK = "l10n_fr_pos_cert"


class IrModuleModule(models.Model):
    _inherit = "ir.module.module"

    def _register_hook(self):
        # EXTENDS 'base'
        super()._register_hook()
        # pre_init_hook counted it as loaded to keep it from being installed in the same batch.
        if not self.env["ir.module.module"].search_count([("name", "=", STOCK), ("state", "=", "installed")]):
            self.env.registry._init_modules.discard(STOCK)

    def button_install(self):
        # EXTENDS 'base': it auto-installs with any other module, and must not
        if STOCK in self.mapped("name"):
            self.env["escarcelle.fiscal.outbox"]._escarcelle_refused(f"Installation refusée du module {STOCK}")
            raise UserError(
                self.env._(
                    "« %s » cannot be installed: Escarcelle replaces it, and two fiscal journals would"
                    " contradict each other.",
                    STOCK,
                )
            )
        action = super().button_install()
        self.search([("name", "=", STOCK), ("state", "=", "to install")]).state = "uninstalled"
        return action

    def button_uninstall(self):
        # EXTENDS 'base'
        if "escarcelle_fiscal" in self.mapped("name"):
            self.env.cr.execute("SELECT EXISTS (SELECT FROM fiscal.record)")
            if self.env.cr.fetchone()[0]:
                self.env["escarcelle.fiscal.outbox"]._escarcelle_refused("Désinstallation refusée du journal fiscal")
                raise UserError(
                    self.env._(
                        "The fiscal journal holds records: it cannot be uninstalled, the law keeps them six years."
                    )
                )
        return super().button_uninstall()
