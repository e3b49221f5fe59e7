from datetime import timezone

from odoo import api, models
from odoo.exceptions import AccessError, UserError

from escarcelle_core import jet, key_change
from escarcelle_core.chain import issue_event
from escarcelle_core.errors import EscarcelleError
from escarcelle_core.signing import EcdsaSigner, key_id
from escarcelle_core.xml import event_xml, stamp

from ..tools import instance_files

#: How a hand-over begins in a signed string.
_MARK = f",{jet.SETTING_CHANGED},Nouvelle_clé_"
#: Keys whose transaction this process has not ended yet.
_under_way = set()


class EscarcelleFiscalJournal(models.AbstractModel):
    """Keys change in band: the line of the event journal by which the old key names the new one is all
    there is to know, so that a server restored from an older copy learns it again from the till."""

    _inherit = "escarcelle.fiscal.journal"

    @api.model
    def _escarcelle_append(self, uid8, records, late=None):
        # The hand-over is stored first: it is signed by the key that goes.
        answer = super()._escarcelle_append(uid8, records, late)
        for record in records:
            if record.kind == "JET" and _MARK in record.payload:
                self._escarcelle_hand_over(uid8, record)
        return answer

    def _escarcelle_hand_over(self, uid8, record):
        """Register the certificate that ``record`` carries and withdraw the key that signed it."""
        try:
            certificate = key_change.read(event_xml.read(stamp.parse(record.xml)))
        except EscarcelleError as error:
            self.env["escarcelle.fiscal.outbox"]._escarcelle_note(
                jet.INTEGRITY_DEFECT, f"caisse {uid8} {record.number} {error}"
            )
            return
        key = key_id(certificate)
        self.env.cr.execute("SELECT fiscal.register_certificate(%s, %s, %s, %s)",
                            [uid8, key, certificate, record.at])  # fmt: skip
        self.env.cr.execute(
            "SELECT fiscal.revoke_certificate(%s, %s, %s)", [uid8, record.key_id, f"remplacée par {key[:16]}"]
        )
        self.env["escarcelle.fiscal.certificate"].invalidate_model()
        self.env["escarcelle.fiscal.till"].invalidate_model()


class EscarcelleFiscalInstance(models.AbstractModel):
    _inherit = "escarcelle.fiscal.instance"

    @api.model
    def _escarcelle_rotate(self):
        """Give the server a new key. Each device it signs for hands over in its own chain; the files are
        exchanged once the transaction is committed. Returns the new key id.

        What a stop leaves half-done is finished by ``_escarcelle_look``.
        """
        self.env["escarcelle.fiscal.outbox"]._escarcelle_drain()
        files = self._escarcelle_open()
        folder = self._escarcelle_folder()
        device = self.env["escarcelle.fiscal.device"]
        journal = self.env["escarcelle.fiscal.journal"]
        company = self.env["res.company"].sudo().search([], order="id", limit=1)
        at = device._escarcelle_now()
        signer = EcdsaSigner.generate(files.till, company.name, at.astimezone(timezone.utc))
        event = key_change.hand_over(signer.certificate_pem, f"U{self.env.uid}")
        # The server's chain is locked first: of two changes at once, the second waits and starts again.
        for desk in list(device._escarcelle_desks()):
            state = journal._escarcelle_standing(desk.device.uid)
            issue = issue_event(state, desk, event, device._escarcelle_now())
            journal._escarcelle_append(desk.device.uid, issue.records)
        instance_files.stage(folder, signer)
        _under_way.add(signer.key_id)
        self.env.cr.postrollback.add(lambda: _end(instance_files.unstage, folder, signer.key_id))
        self.env.cr.postcommit.add(lambda: _end(instance_files.promote, folder, signer.key_id))
        return signer.key_id

    def _escarcelle_look(self):
        row = self._escarcelle_row()
        folder = self._escarcelle_folder()
        if row and instance_files.is_staged(folder):
            self._escarcelle_finish(folder, row[1])
        return super()._escarcelle_look()

    def _escarcelle_finish(self, folder, till):
        """A key waits in the folder: the journal says whether it is the server's. A change that is under
        way elsewhere is not seen yet, and is left alone."""
        waiting = instance_files.staged(folder)
        if waiting is None or waiting in _under_way:
            return
        self.env.cr.execute(
            "SELECT EXISTS (SELECT FROM fiscal.certificate WHERE till = %s AND key_id = %s)", [till, waiting]
        )
        if self.env.cr.fetchone()[0]:
            instance_files.promote(folder, waiting)


def _end(action, folder, key):
    action(folder, key)
    _under_way.discard(key)


class EscarcelleFiscalCertificate(models.Model):
    _inherit = "escarcelle.fiscal.certificate"

    @api.model
    def action_rotate_server(self):
        """Replace the server's key, now."""
        if not self.env.user.has_group("escarcelle_fiscal.group_manager"):
            raise AccessError(self.env._("Only a fiscal manager replaces a key."))
        problem = self.env["escarcelle.fiscal.instance"].sudo()._escarcelle_problem()
        if problem:
            raise UserError(problem)
        self.env["escarcelle.fiscal.instance"].sudo()._escarcelle_rotate()
        return {"type": "ir.actions.client", "tag": "soft_reload"}
