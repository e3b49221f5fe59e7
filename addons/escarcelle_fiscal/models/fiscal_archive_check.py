import time

from odoo import api, fields, models

from escarcelle_core import jet
from escarcelle_core.verify import report
from escarcelle_core.verify.run import verify

from ..tools import archive_files

#: How long a night's verification lasts at most; what is left is the first of the next night.
MINUTES = 60
#: An archive looked at so recently is left alone.
AGAIN_HOURS = 20


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
        first = outcome.defects[0].as_text() if outcome.defects else ""
        self._escarcelle_keep(
            path.name, outcome.verdict, report.text(outcome), first,
            sha256=archive_files.digest(path), size=path.stat().st_size,
        )  # fmt: skip
        return outcome

    @api.model
    def _escarcelle_look(self, archive):
        """Verify the file of ``archive``, or say that it is gone; False then. Sudo."""
        path = archive._escarcelle_path()
        if path is not None:
            try:
                self._escarcelle_check(path)
                return True
            except FileNotFoundError:
                pass  # taken away while it was read
        self._escarcelle_keep(
            archive.name, "missing", self.env._("The file is no longer on the server. Put it back from a copy."),
            "fichier absent",
        )  # fmt: skip
        return False

    def _escarcelle_keep(self, name, verdict, said, first, **values):
        """The answer, and when it is another than before and not a good one, who must know of it."""
        known = self.search([("name", "=", name)])
        values |= {"name": name, "verdict": verdict, "report": said,
                   "verified_at": self.env.cr.now().replace(microsecond=0)}  # fmt: skip
        news = verdict != "sound" and (known.verdict, known.sha256) != (verdict, values.get("sha256", known.sha256))
        if known:
            known.write(values)
        else:
            self.create(values)
        if news:
            self.env["escarcelle.fiscal.outbox"]._escarcelle_note(
                jet.INTEGRITY_DEFECT, f"archive {name} {verdict} {first}"
            )
            self._escarcelle_tell(name, first)

    def _escarcelle_tell(self, name, first):
        self.env.flush_all()
        archive = self.env["escarcelle.fiscal.archive"].sudo().search([("name", "=", name)], limit=1)
        self.env["escarcelle.fiscal.archive.task"]._escarcelle_tell(
            archive.company_id or self.env.company,
            self.env._("A fiscal archive is damaged: %s", name),
            self.env._(
                "The archive %(name)s is not what was sealed any more (%(what)s). Keep the file as it is, put a"
                " sound copy in its place, then verify it again from the list of archives.",
                name=name, what=first,
            ),
        )  # fmt: skip

    @api.model
    def _escarcelle_check_all(self):
        """Verify the archives again (cron): those never verified first, then the oldest answers."""
        instance = self.env["escarcelle.fiscal.instance"]
        if instance._escarcelle_row() is None or instance._escarcelle_problem():
            return  # a copy of the database: the archives are where it comes from
        self.env.cr.execute(
            "SELECT a.name FROM (SELECT substring(xml FROM ' nom=\"(ARC[^\"]+)\"') AS name FROM fiscal.record"
            " WHERE kind = 'ARC') a LEFT JOIN escarcelle_fiscal_archive_check k ON k.name = a.name"
            " WHERE k.verified_at IS NULL OR k.verified_at < %s ORDER BY k.verified_at NULLS FIRST, a.name",
            [fields.Datetime.subtract(self.env.cr.now(), hours=AGAIN_HOURS)],
        )
        names = [name for (name,) in self.env.cr.fetchall()]
        cron = self.env["ir.cron"]
        cron._commit_progress(0, remaining=len(names))
        minutes = float(
            self.env["ir.config_parameter"].sudo().get_param("escarcelle_fiscal.archive_check_minutes") or MINUTES
        )
        end = time.monotonic() + minutes * 60
        archives = self.env["escarcelle.fiscal.archive"].sudo()
        for name in names:
            self._escarcelle_look(archives.search([("name", "=", name)], limit=1))
            if not cron._commit_progress(1) or time.monotonic() >= end:
                break

    @api.model
    def _escarcelle_bad(self):
        """Names of the archives whose last verification was not good."""
        return self.sudo().search([("verdict", "!=", "sound")], order="name").mapped("name")
