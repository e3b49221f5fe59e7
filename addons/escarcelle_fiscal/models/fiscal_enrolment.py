from odoo import api, models
from odoo.exceptions import UserError
from psycopg2 import DatabaseError

from escarcelle_core import jet
from escarcelle_core.errors import EscarcelleError
from escarcelle_core.signing import Verifier


class EscarcelleFiscalJournal(models.AbstractModel):
    """Devices enter and leave the journal."""

    _inherit = "escarcelle.fiscal.journal"

    @api.model
    def _escarcelle_register_till(self, uid8, number, till, certificate, software):
        """Give a till its place in the journal; ``till`` has ``name``, ``company_id``, ``config_id``.

        Returns ``{"number", "instance", "server_certificate"}``. Raises UserError when the number is
        another device's or the certificate is not one of ours (ECDSA P-256).
        """
        files = self.env["escarcelle.fiscal.instance"]._escarcelle_open()
        try:
            Verifier(certificate)
        except EscarcelleError as error:
            raise UserError(str(error)) from error
        given = self._escarcelle_translated(
            lambda: self.env["escarcelle.fiscal.till"]._escarcelle_register(
                uid8, number=number, name=till.name, signer="till", pem=certificate,
                company=till.company_id, config=till.config_id,
                siret=till.company_id.company_registry or "", software=software,
            )
        )  # fmt: skip
        return {
            "number": given,
            "instance": files.identity,
            "server_certificate": files.signer.certificate_pem,
        }

    @api.model
    def _escarcelle_revoke_till(self, uid8, reason=""):
        """Withdraw every key of a device; what it still signs goes to quarantine."""
        reason = reason or self.env._("Revoked in the back office")
        self.env.cr.execute("SELECT key_id FROM fiscal.certificate WHERE till = %s", [uid8])
        revoked = False
        for (key,) in self.env.cr.fetchall():
            self.env.cr.execute("SELECT fiscal.revoke_certificate(%s, %s, %s)", [uid8, key, reason])
            revoked |= self.env.cr.fetchone()[0]
        till = self.env["escarcelle.fiscal.till"]._escarcelle_by_uid(uid8)
        if revoked:
            self.env["escarcelle.fiscal.outbox"]._escarcelle_note(
                jet.TILL_REMOVED, f"caisse {till.number} {uid8} {reason}"
            )
        self.env["escarcelle.fiscal.certificate"].invalidate_model()
        self.env["escarcelle.fiscal.till"].invalidate_model()

    def _escarcelle_translated(self, action):
        """Run ``action``; the journal's own refusals (EF0xx) become a UserError."""
        try:
            with self.env.cr.savepoint():
                return action()
        except DatabaseError as error:
            if (error.pgcode or "").startswith("EF"):
                raise UserError(error.diag.message_primary) from error
            raise
