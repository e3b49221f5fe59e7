import uuid
from datetime import datetime, timezone

from odoo import SUPERUSER_ID, api, fields, models
from odoo.api import Environment
from odoo.exceptions import AccessError, UserError

from escarcelle_core import jet
from escarcelle_core.chain import issue_event, issue_piece
from escarcelle_core.documents import DOCUMENT_LABELS, PIECES, JetEvent
from escarcelle_core.errors import EscarcelleError

from ..tools import piece_values

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
    origin = fields.Char("Identifier", required=True, readonly=True)
    doc_type = fields.Selection([(p, DOCUMENT_LABELS[p]) for p in PIECES], "Document", readonly=True)
    content = fields.Json(readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    error = fields.Char("Refused because", readonly=True)

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

    # -- documents -------------------------------------------------------------------------------

    @api.model
    def _escarcelle_issue(self, doc_type, values, origin):
        """Have a document of ``doc_type`` signed, once: see ``_escarcelle_issue_all``."""
        return self._escarcelle_issue_all([(doc_type, values, origin)])

    @api.model
    def _escarcelle_issue_all(self, documents):
        """Have documents signed, in this order, by the appender. Two queries, however many.

        ``documents``: (type, values, (record, event)); values are those of ``tools/piece_values.py``
        with ``company`` (``res.company``). A (record, event) that has its document already gives none.
        """
        outbox, source = self.sudo(), self.env["escarcelle.fiscal.source"].sudo()
        rows = {}
        for doc_type, values, (record, event) in documents:
            for part, lines in enumerate(_cut(values["lines"]), 1):
                said = event if part == 1 else f"{event}#{part}"
                company = values["company"]
                rows[source._escarcelle_uid(doc_type, record, said)] = (
                    (doc_type, record._name, record.id, company.id),
                    {
                        "code": 0,
                        "doc_type": doc_type,
                        "description": f"{DOCUMENT_LABELS[doc_type]} {values['reference']}"[:200],
                        "operator": f"U{self.env.uid}",
                        "company_id": company.id,
                        "content": {
                            **{name: value for name, value in values.items() if name != "company"},
                            "lines": lines,
                            "operator": f"U{self.env.uid}",
                        },
                    },
                )
        claimed = source._escarcelle_claim([(uid, *row) for uid, (row, _vals) in rows.items()])
        vals_list = [{**vals, "origin": uid} for uid, (_row, vals) in rows.items() if uid in claimed]
        if vals_list:
            outbox._escarcelle_put(vals_list)
        return len(vals_list)

    # -- signing ---------------------------------------------------------------------------------

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

    def _escarcelle_one(self, state, desk, identities):
        """The records of one row. EscarcelleError when it cannot be signed; nothing is then consumed."""
        at = self.at.replace(tzinfo=timezone.utc)
        if not self.doc_type:
            return issue_event(
                state, desk, JetEvent(self.code, self.description, self.operator or ""), at, self.origin
            )
        company = self.company_id
        if company not in identities:
            identities[company] = (company._escarcelle_company(), company._escarcelle_rules())
        identity, rules = identities[company]
        piece = piece_values.piece(self.doc_type, self.origin, self.content or {}, identity, rules)
        return issue_piece(state, desk, piece, at)

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
