"""Installing and removing the journal."""

from odoo.exceptions import UserError

from .models.ir_module_module import STOCK
from .tools import schema

# French in the source: no translation is loaded yet when an installation is refused.
HOLDS_DATA = (
    "Le module « l10n_fr_pos_cert » contient déjà des ventes sécurisées. Escarcelle le remplace et ne "
    "peut pas fonctionner à côté de lui : suivez la reprise décrite dans docs/administrateur.md "
    "(clôturer, archiver, puis désinstaller ce module), et recommencez."
)


def pre_init_hook(env):
    """Refuse to install without the SQL schema; take the place of ``l10n_fr_pos_cert``."""
    schema.refuse_if_missing(env.cr)
    if not env["res.lang"]._get_data(code="fr_FR"):
        # The journal is written in French, whatever language people read their screens in.
        env["res.lang"]._activate_and_install_lang("fr_FR")
    env.cr.execute("SELECT state FROM ir_module_module WHERE name = %s", [STOCK])
    state = (env.cr.fetchone() or ["uninstalled"])[0]
    if state == "to install" and STOCK not in env.registry._init_modules:
        # It is in this very batch (auto_install). A module counted as loaded is not loaded again;
        # ``ir.module.module._register_hook`` takes it off that list afterwards.
        env.registry._init_modules.add(STOCK)
        env.cr.execute("UPDATE ir_module_module SET state = 'uninstalled' WHERE name = %s", [STOCK])
    elif state in ("installed", "to upgrade", "to install"):
        env.cr.execute("SELECT EXISTS (SELECT FROM pos_order WHERE l10n_fr_hash IS NOT NULL)")
        if env.cr.fetchone()[0]:
            raise UserError(HOLDS_DATA)
        # Removed at the end of this installation by Odoo itself.
        env.cr.execute("UPDATE ir_module_module SET state = 'to remove' WHERE name = %s", [STOCK])


def post_init_hook(env):
    """Say in the event journal that this version is installed; round VAT as tickets do."""
    env["res.company"].search([])._escarcelle_round_per_line()
    env["escarcelle.fiscal.release"]._escarcelle_look()


def uninstall_hook(env):
    """Records are kept six years at least (LPF art. L102 B): the journal is not uninstalled."""
    env.cr.execute("SELECT EXISTS (SELECT FROM fiscal.record)")
    if env.cr.fetchone()[0]:
        raise UserError(
            env._("The fiscal journal holds records: it cannot be uninstalled, the law keeps them.")
        )
