import base64

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.modules.module import Manifest

from escarcelle_core import FISCAL_VERSION, jet

from ..tools import fiscal_files


class EscarcelleFiscalRelease(models.Model):
    """A fiscal version this database has run with: its number, its files, who accepted it and when.

    Invariants: what runs is always the last one seen; a version is announced in the event journal
    (JET 250) before anything is signed with it; a new fiscal version opens no new business day before a
    fiscal manager accepts it, and never stops a day that is open.
    """

    _name = "escarcelle.fiscal.release"
    _description = "Fiscal version"
    _order = "seen_at desc, id desc"
    _rec_name = "fiscal_version"
    _log_access = False

    fiscal_version = fields.Char(required=True, readonly=True)
    software = fields.Char(required=True, readonly=True)
    sha256 = fields.Char("Fingerprint of the fiscal files", required=True, readonly=True)
    files = fields.Text("Fiscal files", required=True, readonly=True)
    file_count = fields.Integer("Files", compute="_compute_file_count")
    changes = fields.Text("Files changed", readonly=True, help="Compared with the version before.")
    seen_at = fields.Datetime("Running since", required=True, readonly=True)
    accepted_at = fields.Datetime("Accepted on", readonly=True)
    accepted_by = fields.Many2one("res.users", readonly=True, ondelete="restrict")
    state = fields.Selection(
        [("waiting", "To be accepted"), ("current", "In use"), ("past", "Past")], compute="_compute_state"
    )

    _once = models.UniqueIndex("(fiscal_version, sha256, seen_at)")

    @api.depends("files")
    def _compute_file_count(self):
        for release in self:
            release.file_count = len((release.files or "").splitlines())

    @api.depends("accepted_at")
    def _compute_state(self):
        current = self._escarcelle_current()
        for release in self:
            if release != current:
                release.state = "past"
            else:
                release.state = "current" if release.accepted_at else "waiting"

    # -- what runs -------------------------------------------------------------------------------

    @api.model
    def _escarcelle_current(self):
        """The version this program runs with, as it was seen last. Sudo."""
        return self.sudo().search([], limit=1).with_env(self.env)

    @api.model
    def _escarcelle_look(self):
        """Compare the program's files with those seen last; note a change (JET 250). Returns the
        current version."""
        files = fiscal_files.listing(self.env.cr)
        said = fiscal_files.text(files)
        digest = fiscal_files.print_of(said)
        last = self._escarcelle_current().sudo()
        if (last.fiscal_version, last.sha256) == (FISCAL_VERSION, digest):
            return last
        changed = fiscal_files.changed(fiscal_files.parse(last.files), files) if last else []
        values = {
            "fiscal_version": FISCAL_VERSION,
            "software": self.env["escarcelle.fiscal.instance"]._escarcelle_platform(),
            "sha256": digest,
            "files": said,
            "changes": "\n".join(changed) or False,
            "seen_at": self._escarcelle_instant(),
        }
        if not last:
            # The installation is the decision: there is nothing before it to keep.
            values |= {"accepted_at": values["seen_at"], "accepted_by": self.env.uid}
        release = self.sudo().create(values)
        self.env["escarcelle.fiscal.outbox"]._escarcelle_note(jet.NEW_VERSION, release._escarcelle_said(changed))
        return release

    @api.model
    def _escarcelle_instant(self):
        self.env.cr.execute("SELECT clock_timestamp() AT TIME ZONE 'UTC'")
        return self.env.cr.fetchone()[0].replace(microsecond=0)

    def _escarcelle_said(self, changed):
        """What JET 250 says: version, whole fingerprint, then the first of the files that changed."""
        module = Manifest.for_addon("escarcelle_fiscal")["version"]
        said = f"version fiscale {self.fiscal_version} empreinte {self.sha256} module {module} {self.software}"
        if changed:
            names = " ".join(name.rpartition("/")[2] for name in changed[:5])
            said += f" ; {len(changed)} fichiers fiscaux changés : {names}"
        return said

    # -- the manager's word ----------------------------------------------------------------------

    @api.model
    def _escarcelle_is_accepted(self, version=FISCAL_VERSION):
        """Whether a fiscal manager has accepted this fiscal version (whatever its files)."""
        return bool(
            self.sudo().search_count([("fiscal_version", "=", version), ("accepted_at", "!=", False)], limit=1)
        )

    @api.model
    def _escarcelle_require_accepted(self, version=FISCAL_VERSION):
        """UserError, in words for a cashier, unless this fiscal version was accepted."""
        if not self._escarcelle_is_accepted(version):
            raise UserError(
                self.env._(
                    "The program was updated to the fiscal version %s. Before the first sale of the day, the fiscal"
                    " manager must accept it: Fiscal journal, Configuration, Fiscal version.",
                    version,
                )
            )

    def action_accept(self):
        """« J'accepte la version »: recorded with who said it, in the event journal (JET 250)."""
        self.ensure_one()
        if not self.env.user.has_group("escarcelle_fiscal.group_manager"):
            raise AccessError(self.env._("Only a fiscal manager accepts a fiscal version."))
        release = self.sudo()
        if release != self._escarcelle_current() or release.accepted_at:
            raise UserError(self.env._("This version is not waiting for anybody's word any more."))
        release.write({"accepted_at": self._escarcelle_instant(), "accepted_by": self.env.uid})
        self.env["escarcelle.fiscal.outbox"]._escarcelle_note(
            jet.NEW_VERSION,
            f"version fiscale {release.fiscal_version} acceptée par U{self.env.uid}, empreinte {release.sha256}",
        )
        return True

    def action_download(self):
        """The list of the files, for ``sha256sum -c`` at the root of the published sources."""
        self.ensure_one()
        self.check_access("read")
        attachment = self.env["ir.attachment"].sudo().create(
            {
                "name": f"fichiers-fiscaux-{self.fiscal_version}-{self.sha256[:12]}.sha256",
                "datas": base64.b64encode(self.files.encode()),
                "mimetype": "text/plain",
                "res_model": self._name,
                "res_id": self.id,
            }
        )  # fmt: skip
        return {"type": "ir.actions.act_url", "url": f"/web/content/{attachment.id}?download=1", "target": "download"}


class EscarcelleFiscalDevice(models.AbstractModel):
    _inherit = "escarcelle.fiscal.device"

    def _escarcelle_before_ticket(self, state, desk, at, late):
        """A new business day is not opened under a fiscal version nobody accepted. A day that is open
        goes on, and what was sold while the server was away is signed in any case."""
        if not late and (state.day is None or state.closed or desk.rules.business_day(at) > state.day):
            self.env["escarcelle.fiscal.release"]._escarcelle_require_accepted()
