from odoo import fields, models
from odoo.tools import SQL

from escarcelle_core.documents import DOCUMENT_LABELS, KINDS

from .fiscal_quarantine_decision import DECISIONS

REASONS = [
    ("revoked_key", "Signed with a revoked key"),
    ("sequence", "Number already taken by another document"),
    ("fork", "Does not follow the document before it"),
    ("conflict", "Same origin, other content"),
    ("unsound", "The document contradicts itself or its totals"),
]


class EscarcelleFiscalQuarantine(models.Model):
    """A record that is validly signed and cannot be chained. Kept for ever, shown, never corrected."""

    _name = "escarcelle.fiscal.quarantine"
    _inherit = "escarcelle.fiscal.visited"
    _description = "Fiscal quarantine"
    _auto = False
    _order = "id desc"
    _rec_name = "number"

    till_id = fields.Many2one("escarcelle.fiscal.till", "Device", readonly=True)
    till = fields.Char("Device identifier", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    kind = fields.Selection([(kind, DOCUMENT_LABELS[kind]) for kind in KINDS], "Chain", readonly=True)
    number = fields.Char(readonly=True)
    amount = fields.Monetary("Total", readonly=True)
    at = fields.Char("Signed on", readonly=True)
    received_at = fields.Datetime("Received on", readonly=True)
    reason = fields.Selection(REASONS, readonly=True)
    detail = fields.Char(readonly=True)
    entry = fields.Char(readonly=True, help="Identifier of the message it came with.")
    record = fields.Json("Record", readonly=True)
    state = fields.Selection(
        [("open", "To be examined"), ("reviewing", "Being examined"), ("resolved", "Resolved")], readonly=True
    )
    decision = fields.Selection(DECISIONS, "Last decision", readonly=True)
    decided_at = fields.Datetime("Decided on", readonly=True)
    decision_ids = fields.One2many("escarcelle.fiscal.quarantine.decision", "quarantine_id", "Decisions")

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT q.id::integer AS id, f.id::integer AS till_id, q.till, q.company_id, q.kind,
                   (q.record ->> 'till_number') || '-' || q.seq AS number,
                   CASE WHEN q.kind IN ('TCK', 'FCT', 'ECO', 'GTJ', 'GTM', 'GTA')
                        THEN split_part(q.record ->> 'payload', ',', 2)::bigint / 100.0 ELSE 0 END AS amount,
                   q.record ->> 'local' AS at, q.received_at AT TIME ZONE 'UTC' AS received_at,
                   q.reason, q.detail, q.entry, q.record, d.state AS decision,
                   d.decided_at AT TIME ZONE 'UTC' AS decided_at,
                   CASE WHEN d.state IS NULL OR d.state = 'reopened' THEN 'open'
                        WHEN d.state = 'reviewing' THEN 'reviewing' ELSE 'resolved' END AS state
            FROM fiscal.quarantine q LEFT JOIN fiscal.till f ON f.uid = q.till AND f.version = 1
            LEFT JOIN LATERAL (SELECT state, decided_at FROM fiscal.quarantine_decision
                               WHERE quarantine_id = q.id ORDER BY id DESC LIMIT 1) d ON true
            """
        )
