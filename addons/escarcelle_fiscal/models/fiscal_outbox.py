import uuid
from datetime import datetime, timezone

from odoo import SUPERUSER_ID, api, fields, models
from odoo.api import Environment
from odoo.modules.module import Manifest

from escarcelle_core import FISCAL_VERSION, jet
from escarcelle_core.chain import issue_event
from escarcelle_core.documents import JetEvent

BATCH = 200


class EscarcelleFiscalOutbox(models.Model):
    """Server-wide events waiting to be signed into the server's own event journal.

    One appender signs them: a request that notes an event never waits for the server's chain and is
    never replayed because of it. A row disappears when its event is signed.
    """

    _name = "escarcelle.fiscal.outbox"
    _description = "Fiscal events to sign"
    _order = "id"
    _log_access = False

    at = fields.Datetime(required=True, readonly=True)
    code = fields.Integer(required=True, readonly=True)
    description = fields.Char(required=True, readonly=True)
    operator = fields.Char(readonly=True)
    origin = fields.Char(required=True, readonly=True)

    @api.model
    def _escarcelle_note(self, code, description, *, survive=False):
        """Note an event (codes: ``escarcelle_core.jet``). ``survive``: even if this request fails."""
        operator = f"U{self.env.uid}"
        if survive:
            with self.env.registry.cursor() as cr:
                Environment(cr, SUPERUSER_ID, {})[self._name]._escarcelle_write(code, description, operator)
        else:
            self.sudo()._escarcelle_write(code, description, operator)

    def _escarcelle_write(self, code, description, operator):
        self.create(
            {
                "at": datetime.now(timezone.utc).replace(tzinfo=None, microsecond=0),
                "code": code,
                "description": description[:200],
                "operator": operator,
                "origin": str(uuid.uuid4()),
            }
        )
        cron = self.env.ref("escarcelle_fiscal.cron_outbox", raise_if_not_found=False)
        if cron:
            cron.sudo()._trigger()

    @api.model
    def _escarcelle_drain(self):
        """Sign what waits (cron). Does nothing before the instance is opened, nor on a copy."""
        instance = self.env["escarcelle.fiscal.instance"]
        if instance._escarcelle_row() is None or instance._escarcelle_problem():
            return 0
        files = instance._escarcelle_open()
        device = self.env["escarcelle.fiscal.device"]
        desk = device._escarcelle_server_desk(files)
        rows = self.sudo().search([], limit=BATCH, order="id")
        state = self.env["escarcelle.fiscal.journal"]._escarcelle_standing(files.till)
        events = [
            (JetEvent(row.code, row.description, row.operator or ""), row.at, row.origin) for row in rows
        ]
        if not state.seq("JET"):
            # The first line of an event journal says that it starts (JET 260).
            first = min([at for _e, at, _o in events], default=datetime.now(timezone.utc).replace(tzinfo=None))
            platform = instance._escarcelle_platform()
            events.insert(0, (JetEvent(jet.INITIALISATION, f"{files.identity} {platform}"), first, ""))
        records = []
        for event, at, origin in events:
            issue = issue_event(state, desk, event, at.replace(tzinfo=timezone.utc), origin)
            state = issue.state
            records += issue.records
        self.env["escarcelle.fiscal.journal"]._escarcelle_append(files.till, records)
        rows.unlink()
        if len(rows) == BATCH:
            self.env.ref("escarcelle_fiscal.cron_outbox")._trigger()
        return len(records)

    # -- what is noted ---------------------------------------------------------------------------

    @api.model
    def _escarcelle_note_version(self):
        version = Manifest.for_addon("escarcelle_fiscal")["version"]
        self._escarcelle_note(
            jet.NEW_VERSION,
            f"version fiscale {FISCAL_VERSION} module {version}"
            f" {self.env['escarcelle.fiscal.instance']._escarcelle_platform()}",
        )

    @api.model
    def _escarcelle_note_guard(self, state):
        self._escarcelle_note(jet.GUARD_LEVEL, f"niveau {state}")

    @api.model
    def _escarcelle_note_till(self, number, uid8, name, version):
        what = "ajoutée" if version == 1 else f"modifiée (révision {version})"
        self._escarcelle_note(jet.TILL_ADDED, f"caisse {number} {uid8} {name} {what}")
