import uuid
from datetime import datetime, timezone

from odoo import SUPERUSER_ID, api, fields, models
from odoo.api import Environment
from odoo.exceptions import AccessError, UserError
from psycopg2 import DatabaseError, OperationalError

from escarcelle_core import jet
from escarcelle_core.chain import issue_event, issue_piece
from escarcelle_core.documents import DOCUMENT_LABELS, PIECES, JetEvent
from escarcelle_core.errors import EscarcelleError

from ..tools import piece_values

BATCH = 200
#: Lines of one document; the rest goes to a second one with the same reference.
LINES = 1000
#: The journal refuses what it is given; OperationalError, one of them, asks to be tried again.
REFUSALS = (UserError, EscarcelleError, DatabaseError)


class EscarcelleFiscalOutbox(models.Model):
    """Events and documents of the server waiting to be signed into its own chains.

    One appender signs them: a request that notes one never waits for the server's chains and is
    never replayed because of them. A row disappears when it is signed. One that cannot be signed
    stays, is shown, and lets the others pass.
    """

    _name = "escarcelle.fiscal.outbox"
    _description = "Fiscal events and documents to sign"
    _order = "id"
    _log_access = False
    _rec_name = "description"

    at = fields.Datetime("Noted on", required=True, readonly=True)
    code = fields.Integer("Event", required=True, readonly=True, aggregator=None, help="0 for a document.")
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
                # The request may hold what the scheduled tasks need (a module is being installed): it would
                # wait for itself. The task comes by itself a little later.
                cr.execute("SET LOCAL lock_timeout = '2s'")
                outbox = Environment(cr, SUPERUSER_ID, {})[self._name]
                outbox._escarcelle_write(code, description, operator, wake=False)
        else:
            self.sudo()._escarcelle_write(code, description, operator)

    def _escarcelle_write(self, code, description, operator, *, wake=True):
        self._escarcelle_put(
            [
                {
                    "code": code,
                    "description": description[:200],
                    "operator": operator,
                    "origin": str(uuid.uuid4()),
                }
            ],
            wake=wake,
        )

    def _escarcelle_put(self, vals_list, *, wake=True):
        if self.env["escarcelle.fiscal.instance"]._escarcelle_neutralized():
            # A test copy signs nothing: what it would note waits for nobody.
            return
        at = datetime.now(timezone.utc).replace(tzinfo=None, microsecond=0)
        self.create([{"at": at, **vals} for vals in vals_list])
        cron = wake and self.env.ref("escarcelle_fiscal.cron_outbox", raise_if_not_found=False)
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

    @api.model
    def _escarcelle_line(self, product, quantity, **values):
        """A line of a document, for other addons: ``quantity`` of ``product`` in its own unit."""
        return piece_values.line(product, quantity, **values)

    @api.model
    def _escarcelle_moment(self, moment):
        """A datetime of Odoo as the values of a document want it."""
        return piece_values.instant(moment)

    # -- signing ---------------------------------------------------------------------------------

    @api.model
    def _escarcelle_drain(self):
        """Sign what waits (cron). Does nothing before the instance is opened, nor on a copy."""
        instance = self.env["escarcelle.fiscal.instance"]
        if instance._escarcelle_row() is None or instance._escarcelle_problem():
            return 0
        files = instance._escarcelle_open()
        desk = self.env["escarcelle.fiscal.device"]._escarcelle_server_desk(files)
        rows = self.sudo().search([("error", "=", False)], limit=BATCH, order="id")
        # Taken before any savepoint: the lock lasts as long as the transaction.
        self.env["escarcelle.fiscal.journal"]._escarcelle_standing(files.till)
        signed, refused = self._escarcelle_try(rows, files, desk)
        for row, error in refused:
            row.error = str(error)[:500]
            if row.doc_type:
                self._escarcelle_note(jet.INTEGRITY_DEFECT, f"{row.description} non signé : {error}")
        if len(rows) == BATCH or refused:
            self.env.ref("escarcelle_fiscal.cron_outbox")._trigger()
        return signed

    def _escarcelle_try(self, rows, files, desk):
        """(records made, [(row, why it is refused)]); one refused row never takes the others with it.

        When the journal takes none of them, it is not the rows that are wrong: the error is raised and
        all of them wait for the next time.
        """
        try:
            with self.env.cr.savepoint():
                return self._escarcelle_sign(rows, files, desk)
        except REFUSALS as error:
            if isinstance(error, OperationalError) or len(rows) == 1:
                raise
        signed, refused, refusal = 0, [], None
        for row in rows:
            try:
                with self.env.cr.savepoint():
                    made, no = self._escarcelle_sign(row, files, desk)
                signed, refused = signed + made, refused + no
            except REFUSALS as error:
                if isinstance(error, OperationalError):
                    raise
                refusal = error
                refused.append((row, error))
        if refusal and not signed:
            raise refusal
        return signed, refused

    def _escarcelle_sign(self, rows, files, desk):
        journal = self.env["escarcelle.fiscal.journal"]
        state = journal._escarcelle_standing(files.till)
        known = self._escarcelle_signed(files.till, rows)
        records, refused = [], []
        if not state.seq("JET"):
            # The first line of an event journal says that it starts (JET 260).
            now = datetime.now(timezone.utc)
            first = min((row.at.replace(tzinfo=timezone.utc) for row in rows), default=now)
            text = f"{files.identity} {self.env['escarcelle.fiscal.instance']._escarcelle_platform()}"
            issue = issue_event(state, desk, JetEvent(jet.INITIALISATION, text), first)
            state, records = issue.state, [*issue.records]
        identities = {}
        for row in rows:
            if (row.doc_type or "JET", row.origin) in known:
                continue
            try:
                issue = row._escarcelle_one(state, desk, identities)
            except EscarcelleError as error:
                refused.append((row, error))
                continue
            state = issue.state
            records += issue.records
        if records:
            journal._escarcelle_append(files.till, records)
        (rows - self.browse().union(*[row for row, _error in refused])).unlink()
        return len(records), refused

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

    def _escarcelle_signed(self, till, rows):
        """{(chain, origin)} of those the journal already has: an older backup was put back."""
        self.env.cr.execute(
            "SELECT kind, origin::text FROM fiscal.record WHERE till = %s AND origin = ANY(%s::uuid[])",
            [till, rows.mapped("origin")],
        )
        return set(self.env.cr.fetchall())

    def action_retry(self):
        """Try again what was refused, once its cause is mended."""
        if not self.env.user.has_group("escarcelle_fiscal.group_manager"):
            raise AccessError(self.env._("Only the fiscal manager can ask for a signature again."))
        self.sudo().error = False
        self.env.ref("escarcelle_fiscal.cron_outbox").sudo()._trigger()
        return True

    # -- what is noted ---------------------------------------------------------------------------

    @api.model
    def _escarcelle_note_guard(self, state):
        self._escarcelle_note(jet.GUARD_LEVEL, f"niveau {state}")

    @api.model
    def _escarcelle_note_till(self, number, uid8, name, version):
        what = "ajoutée" if version == 1 else f"modifiée (révision {version})"
        self._escarcelle_note(jet.TILL_ADDED, f"caisse {number} {uid8} {name} {what}")


def _cut(lines):
    """``lines`` in lists of at most LINES; one empty list when there are none."""
    return [lines[start : start + LINES] for start in range(0, len(lines), LINES)] or [[]]
