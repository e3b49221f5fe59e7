from odoo import api, fields, models

from escarcelle_core import jet
from escarcelle_core.verify import report
from escarcelle_core.verify.run import verify

from ..tools import archive_files


class EscarcelleFiscalArchiveCheck(models.Model):
    """What the verifier said last of the file of an archive."""

    _name = "escarcelle.fiscal.archive.check"
    _description = "Verification of a fiscal archive"

    name = fields.Char(required=True, readonly=True)
    sha256 = fields.Char(readonly=True)
    size = fields.Integer(readonly=True)
    verdict = fields.Char(required=True, readonly=True)
    report = fields.Text(readonly=True)
    verified_at = fields.Datetime(required=True, readonly=True)

    _name_uniq = models.UniqueIndex("(name)")

    @api.model
    def _escarcelle_check(self, path):
        """Verify the file and keep the answer; a defect is said in the event journal. Sudo."""
        outcome = verify([path])
        if outcome.verdict != "sound":
            first = outcome.defects[0].as_text() if outcome.defects else ""
            self.env["escarcelle.fiscal.outbox"]._escarcelle_note(
                jet.INTEGRITY_DEFECT, f"archive {path.name} {outcome.verdict} {first}"
            )
        values = {
            "name": path.name,
            "sha256": archive_files.digest(path),
            "size": path.stat().st_size,
            "verdict": outcome.verdict,
            "report": report.text(outcome),
            "verified_at": self.env.cr.now().replace(microsecond=0),
        }
        known = self.search([("name", "=", path.name)])
        if known:
            known.write(values)
        else:
            self.create(values)
        return outcome
