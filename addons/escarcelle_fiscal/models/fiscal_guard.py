import logging

from odoo import api, models

from ..tools import schema

_logger = logging.getLogger(__name__)


class EscarcelleFiscalGuard(models.AbstractModel):
    """Is the journal still out of reach of Odoo's own database role?

    Level 2: it is. Level 1: it is not any more (a dump loaded by Odoo lost the owners, a superuser
    runs Odoo…): said on screen, in the reports and in the event journal. Signatures still hold.
    """

    _name = "escarcelle.fiscal.guard"
    _description = "Guard of the fiscal journal"

    def _register_hook(self):
        super()._register_hook()
        schema.refuse_if_missing(self.env.cr)
        self._escarcelle_check()

    @api.model
    def _escarcelle_check(self):
        """Look again; declare a change in the event journal. Returns the list of defects."""
        self.env.cr.execute(schema.STATE)
        row = self.env.cr.dictfetchone()
        found = schema.defects(row)
        self.pool._escarcelle_fiscal_defects = found
        declared = "; ".join(f"{defect.code} {defect.detail}".strip() for defect in found)
        state = f"1 {declared}" if found else "2"
        if found:
            _logger.error("Fiscal journal: level 1, weaker protection: %s", declared)
        parameters = self.env["ir.config_parameter"].sudo()
        if parameters.get_param("escarcelle_fiscal.guard") != state:
            parameters.set_param("escarcelle_fiscal.guard", state)
            self.env["escarcelle.fiscal.outbox"]._escarcelle_note_guard(state)
        return found

    @api.model
    def _escarcelle_level(self):
        """2, or 1 when a protection is weaker than it must be (as of the last check)."""
        return 1 if getattr(self.pool, "_escarcelle_fiscal_defects", []) else 2

    @api.model
    def _escarcelle_labels(self):
        """Sentence for each defect code."""
        return {
            "owner": self.env._("The journal's tables do not belong to their own role: %s."),
            "tables": self.env._("Tables of the journal are missing: %s."),
            "triggers": self.env._("Immutability triggers are missing or switched off: %s."),
            "functions": self.env._("The journal's functions are not those of this version (%s)."),
            "role": self.env._("Odoo connects with a database role that has administrator powers."),
            "privileges": self.env._("Odoo's database role may write in the journal's tables."),
            "member": self.env._("Odoo's database role is a member of the journal's owner."),
            "owner_login": self.env._("The journal's owner can log in to the database."),
        }

    @api.model
    def escarcelle_banner(self):
        """For the back office: ``{"level", "messages", "problem"}``; readable by any internal user."""
        if not self.env.user._is_internal():
            return {"level": 2, "messages": [], "problem": False}
        labels = self._escarcelle_labels()
        messages = []
        for defect in getattr(self.pool, "_escarcelle_fiscal_defects", []):
            label = labels[defect.code]
            messages.append(label % defect.detail if "%s" in label else label)
        return {
            "level": self._escarcelle_level(),
            "messages": messages,
            "problem": self.env["escarcelle.fiscal.instance"]._escarcelle_problem() or False,
        }
