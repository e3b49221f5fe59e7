from lxml import etree
from odoo import api, fields, models
from odoo.tools import SQL

from escarcelle_core.documents import DOCUMENT_LABELS, KINDS, PIECES

OPERATIONS = [("VTE", "Sale"), ("ANN", "Cancellation"), ("GES", "Management")]


class EscarcelleFiscalRecord(models.Model):
    """A signed record, read from ``fiscal.record``. Nobody writes it, whatever their rights."""

    _name = "escarcelle.fiscal.record"
    _inherit = "escarcelle.fiscal.visited"
    _description = "Fiscal record"
    _auto = False
    _order = "id desc"
    _rec_name = "number"

    till_id = fields.Many2one("escarcelle.fiscal.till", "Device", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    kind = fields.Selection(
        [(kind, DOCUMENT_LABELS[kind]) for kind in KINDS], "Chain", readonly=True
    )
    seq = fields.Integer("Sequence", readonly=True, aggregator=None)
    number = fields.Char(readonly=True)
    shown = fields.Char("Document", compute="_compute_shown")
    doc_type = fields.Selection(list(DOCUMENT_LABELS.items()), "Type", readonly=True)
    operation = fields.Selection(OPERATIONS, readonly=True)
    at = fields.Datetime("Signed on", readonly=True)
    local = fields.Char("Local time", readonly=True)
    business_day = fields.Date(readonly=True)
    amount = fields.Monetary("Total", readonly=True, help="Signed total, VAT included.")
    training = fields.Boolean(readonly=True)
    late = fields.Boolean(
        "Late", readonly=True, help="Received long after it was signed, or signed after the sale."
    )
    received_at = fields.Datetime("Received on", readonly=True)
    payload = fields.Text("Signed string", readonly=True)
    digest = fields.Char("SHA-256 of the document", readonly=True)
    signature = fields.Char(readonly=True)
    excerpt = fields.Char("Excerpt", compute="_compute_excerpt", help="Printed on the paper.")
    previous = fields.Char("Previous signature", readonly=True)
    key_id = fields.Char("Key", readonly=True)
    fiscal_version = fields.Char(readonly=True)
    format_version = fields.Integer(readonly=True, aggregator=None)
    origin = fields.Char(readonly=True, help="Identifier of the order or event it comes from.")
    totals = fields.Json("Running totals", readonly=True)
    xml = fields.Text("Document (XML)", readonly=True)
    xml_pretty = fields.Text("#VOIR_XML#", compute="_compute_xml_pretty")
    order_id = fields.Many2one("pos.order", "Order", compute="_compute_order_id")

    #: SQL condition on ``r``; the models of one kind of record narrow it.
    _escarcelle_where = SQL("TRUE")
    #: More columns, from the signed string (docs/formats.md §3).
    _escarcelle_columns = SQL("")

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT r.id::integer AS id, f.id::integer AS till_id,
                   -- The server serves every company: its documents belong to the one they were made for.
                   CASE WHEN r.kind = ANY(%s) THEN
                        (SELECT s.company_id FROM escarcelle_fiscal_source s WHERE s.origin = r.origin::text)
                   ELSE r.company_id END AS company_id, r.kind, r.seq::integer AS seq,
                   r.till_number || '-' || r.seq AS number, r.doc_type, r.operation,
                   r.at AT TIME ZONE 'UTC' AS at, r.local, r.business_day,
                   CASE WHEN r.kind IN ('TCK', 'FCT', 'NTE', 'JSP', 'REG', 'ECO', 'GTJ', 'GTM', 'GTA', 'ARC')
                        THEN split_part(r.payload, ',', 2)::bigint / 100.0
                        WHEN r.kind = ANY(%s) THEN split_part(r.payload, ',', 7)::bigint / 100.0
                        ELSE 0 END AS amount,
                   r.training, r.late, r.received_at AT TIME ZONE 'UTC' AS received_at, r.payload, r.digest,
                   r.signature, r.previous, r.key_id, r.fiscal_version, r.format_version,
                   r.origin::text AS origin, r.totals, r.xml %s
            FROM fiscal.record r JOIN fiscal.till f ON f.uid = r.till AND f.version = 1
            WHERE %s
            """,
            list(PIECES),
            list(PIECES),
            self._escarcelle_columns,
            self._escarcelle_where,
        )

    @api.depends("number", "doc_type", "operation")
    def _compute_shown(self):
        for record in self:
            label = DOCUMENT_LABELS.get(record.doc_type, record.doc_type)
            record.shown = f"{label} ({record.operation}) {record.number}"

    @api.depends("shown")
    def _compute_display_name(self):
        for record in self:
            record.display_name = record.shown

    @api.depends("signature")
    def _compute_excerpt(self):
        for record in self:
            record.excerpt = "".join(record.signature[i] for i in (2, 6, 12, 18)) if record.signature else ""

    @api.depends("xml")
    def _compute_xml_pretty(self):
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        for record in self:
            element = etree.fromstring((record.xml or "<vide/>").encode(), parser)
            etree.indent(element)
            record.xml_pretty = etree.tostring(element, encoding="unicode")

    @api.depends("origin", "kind")
    def _compute_order_id(self):
        sales = self.filtered(lambda r: r.kind in ("TCK", "FCT"))
        orders = self.env["pos.order"].sudo().search_fetch([("uuid", "in", sales.mapped("origin"))], ["uuid"])
        by_uuid = {order.uuid: order.id for order in orders}
        for record in self:
            record.order_id = by_uuid.get(record.origin) if record in sales else False

    def action_view_order(self):
        """The order this ticket was made for."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "pos.order",
            "res_id": self.order_id.id,
            "view_mode": "form",
        }
