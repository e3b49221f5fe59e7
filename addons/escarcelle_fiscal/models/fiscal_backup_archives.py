from odoo import api, models

from .fiscal_archive_task import COPY


class EscarcelleFiscalBackup(models.Model):
    """The red sentences above every screen also speak of the archives."""

    _inherit = "escarcelle.fiscal.backup"

    @api.model
    def escarcelle_banner(self):
        # EXTENDS 'escarcelle_fiscal'
        sentences = super().escarcelle_banner()
        if not self._escarcelle_concerned() or self.env["escarcelle.fiscal.instance"]._escarcelle_problem():
            return sentences
        bad = self.env["escarcelle.fiscal.archive.check"]._escarcelle_bad()
        if bad:
            sentences.append(
                self.env._(
                    "Fiscal archive damaged or missing: %s. Put a sound copy in its place (Fiscal journal, Archives).",
                    ", ".join(bad[:3]),
                )
            )
        failed = self.env["escarcelle.fiscal.archive.task"].sudo().search([("state", "=", "failed")], limit=1)
        if failed:
            sentences.append(
                self.env._("A fiscal archive could not be made: %s", failed.error or "")
            )
        late = self.env["escarcelle.fiscal.anchor.sending"]._escarcelle_late()
        if late:
            sentences.append(
                self.env._(
                    "%s anchors could not be mailed to the accountant. Check the outgoing mail server and the address"
                    " (Fiscal journal, Anchors).", late,
                )
            )  # fmt: skip
        problem = self.env["ir.config_parameter"].sudo().get_param(f"{COPY}_problem")
        if problem:
            sentences.append(self.env._("Archives cannot be copied to the second folder: %s", problem))
        return sentences
