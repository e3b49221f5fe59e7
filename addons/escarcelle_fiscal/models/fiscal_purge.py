from datetime import timedelta
from pathlib import Path

import psycopg2
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from escarcelle_core import jet
from escarcelle_core.xml import archive_xml, stamp

from ..tools import archive_files
from .fiscal_archive_task import COPY

#: Settings of the server: off unless somebody switched it on; closed fiscal years that are kept.
PURGE, YEARS = "escarcelle_fiscal.purge", "escarcelle_fiscal.purge_years"
#: LPF art. L102 B: the journal itself refuses less.
LEAST = 6
#: The archive was found sound since.
FRESH = timedelta(hours=24)
_REFUSED = "EF009"


class EscarcelleFiscalPurge(models.TransientModel):
    """« Purge »: the detail of the oldest fiscal year that may go. Never by itself; the journal
    (``fiscal.purge``) checks the law again, whoever asks."""

    _name = "escarcelle.fiscal.purge"
    _description = "Purge of archived detail"

    company_id = fields.Many2one("res.company", required=True, readonly=True, default=lambda self: self.env.company)
    archive = fields.Integer("Number of the archive", readonly=True)
    name = fields.Char("Archive", readonly=True)
    first_day = fields.Date(readonly=True)
    last_day = fields.Date(readonly=True)
    records = fields.Integer("Documents that would go", readonly=True)
    devices = fields.Text(readonly=True)
    problem = fields.Text(readonly=True)
    expected = fields.Char(readonly=True)
    confirmation = fields.Char("Type it to confirm")

    @api.model
    def default_get(self, fields_list):
        # EXTENDS 'base': what would go, and why it may not
        values = super().default_get(fields_list)
        self._escarcelle_check_user()
        found = self._escarcelle_look(self.env.company)
        return values | {name: value for name, value in found.items() if name in fields_list}

    def action_purge(self):
        """Remove what was shown; everything is checked again."""
        self.ensure_one()
        self._escarcelle_check_user()
        if self.company_id not in self.env.companies:
            raise AccessError(self.env._("This company is not one of yours."))
        found = self._escarcelle_look(self.company_id)
        if found["problem"]:
            raise UserError(found["problem"])
        if (found["archive"], found["records"]) != (self.archive, self.records):
            raise UserError(self.env._("The journal has changed meanwhile: open the purge again."))
        if (self.confirmation or "").strip() != found["expected"]:
            raise UserError(self.env._("To purge, type exactly: %s", found["expected"]))
        gone = sum(many for _number, many in self._escarcelle_run(found["archive"], self._escarcelle_years()))
        self.env["escarcelle.fiscal.outbox"]._escarcelle_note(
            jet.MAINTENANCE, f"purge {gone} documents archive {found['name']}"
        )
        self.env.invalidate_all()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "sticky": True,
                "message": self.env._(
                    "%(count)s documents were removed. Keep archive %(name)s: it alone holds them now.",
                    count=gone, name=found["name"],
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }  # fmt: skip

    def _escarcelle_check_user(self):
        if not self.env.user.has_group("escarcelle_fiscal.group_manager"):
            raise AccessError(self.env._("Only a fiscal manager purges."))

    def _escarcelle_years(self):
        value = self.env["ir.config_parameter"].sudo().get_param(YEARS) or LEAST
        return max(LEAST, int(value))

    def _escarcelle_look(self, company):
        """Values of the wizard for the oldest year of ``company`` that was not purged."""
        found = dict.fromkeys(("name", "first_day", "last_day", "devices", "problem", "expected"), False)
        found |= {"archive": 0, "records": 0}
        if self.env["ir.config_parameter"].sudo().get_param(PURGE) != "True":
            found["problem"] = self.env._("Purging is switched off. The administrator switches it on in the settings.")
            return found
        problem = self.env["escarcelle.fiscal.instance"].sudo()._escarcelle_problem()
        seal = None if problem else self._escarcelle_oldest(company)
        if seal is None:
            found["problem"] = problem or self.env._("No fiscal year has an archive that was not purged yet.")
            return found
        found |= {
            "archive": seal.seq, "name": seal.name, "first_day": seal.period.first, "last_day": seal.period.last,
            "expected": f"PURGER {seal.period.last.year}",
        }  # fmt: skip
        found["problem"] = self._escarcelle_unsafe(seal.name)
        if not found["problem"]:
            try:
                with self.env.cr.savepoint() as savepoint:
                    rows = self._escarcelle_run(seal.seq, self._escarcelle_years())
                    savepoint.rollback()
            except UserError as error:
                found["problem"] = str(error)
            else:
                found["records"] = sum(many for _number, many in rows)
                found["devices"] = "\n".join(
                    self.env._("Device %(number)s: %(count)s documents", number=number, count=many)
                    for number, many in rows
                )
        return found

    def _escarcelle_oldest(self, company):
        """The seal of the first yearly archive some device of which was not purged, None without."""
        self.env.cr.execute(
            "SELECT r.xml FROM fiscal.record r JOIN fiscal.instance i ON i.till = r.till"
            " WHERE r.kind = 'ARC' AND strpos(r.xml, ' niveau=\"A\" ') > 0 AND strpos(r.xml, %s) > 0"
            " ORDER BY r.seq",
            [f' siret="{company.sudo()._escarcelle_company().siret}"'],
        )
        seals = [archive_xml.read(stamp.parse(xml)) for (xml,) in self.env.cr.fetchall()]
        self.env.cr.execute("SELECT archive, till FROM fiscal.purge")
        done = set(self.env.cr.fetchall())
        return next((s for s in seals if any(t.heads and (s.seq, t.uid) not in done for t in s.tills)), None)

    def _escarcelle_unsafe(self, name):
        """Why the archive ``name`` cannot yet stand alone for the detail, False when it can."""
        check = self.env["escarcelle.fiscal.archive.check"].sudo().search([("name", "=", name)])
        if check.verdict != "sound" or check.verified_at < self.env.cr.now() - FRESH:
            return self.env._("Archive %s was not found sound within the last 24 hours: verify it from the list.", name)
        folder = self.env["escarcelle.fiscal.instance"].sudo()._escarcelle_folder()
        elsewhere = self.env["ir.config_parameter"].sudo().get_param(COPY)
        if not elsewhere:
            return self.env._("A second folder for the archives is needed before purging (settings).")
        try:
            digests = {archive_files.digest(archive_files.final(folder, name)),
                       archive_files.digest(Path(elsewhere) / name)}  # fmt: skip
        except OSError:
            digests = set()
        if digests != {check.sha256}:
            return self.env._("Archive %s is not in both folders, the same: copy it again before purging.", name)
        return False

    def _escarcelle_run(self, archive, years):
        """[(number of the device, how many documents went)]. UserError, in French, when refused."""
        self.env.cr.execute(
            "SELECT DISTINCT t.uid, t.number FROM fiscal.record r JOIN fiscal.instance i ON i.till = r.till"
            " CROSS JOIN LATERAL unnest(xpath('/archive/caisses/caisse[tete]/@uid', r.xml::xml)::text[]) u"
            " JOIN fiscal.till t ON t.uid = u WHERE r.kind = 'ARC' AND r.seq = %s"
            " AND NOT EXISTS (SELECT FROM fiscal.purge p WHERE p.till = t.uid AND p.archive = r.seq)"
            " ORDER BY t.number",
            [archive],
        )
        rows = []
        for uid8, number in self.env.cr.fetchall():
            try:
                with self.env.cr.savepoint():
                    self.env.cr.execute(
                        "SELECT fiscal.purge(%s, %s, %s, %s)", [uid8, archive, years, f"U{self.env.uid}"],
                        log_exceptions=False,
                    )  # fmt: skip
            except psycopg2.Error as error:
                if error.pgcode != _REFUSED:
                    raise
                raise UserError(error.diag.message_primary) from error
            rows.append((number, self.env.cr.fetchone()[0]))
        return rows
