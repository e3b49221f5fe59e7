from odoo import fields, models
from odoo.tools import SQL

from .account_fiscal_position import SECTORS


class EscarcelleFiscalSalesJournal(models.Model):
    """Sales by device, business day, VAT sector and rate, or means of payment: the lines of the signed
    day closings. What is not closed yet is not here."""

    _name = "escarcelle.fiscal.sales.journal"
    _inherit = "escarcelle.fiscal.visited"
    _description = "Sales journal"
    _auto = False
    _order = "business_day desc, till_id, id"
    _rec_name = "label"

    till_id = fields.Many2one("escarcelle.fiscal.till", "Device", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    business_day = fields.Date(readonly=True)
    closing = fields.Char("Closing", readonly=True)
    part = fields.Selection([("vat", "VAT"), ("payment", "Means of payment")], readonly=True)
    sector = fields.Selection(SECTORS, readonly=True)
    label = fields.Char("Rate or means", readonly=True)
    rate = fields.Float("VAT rate", readonly=True, aggregator=None)
    untaxed = fields.Monetary("Without VAT", readonly=True)
    tax = fields.Monetary("VAT", readonly=True)
    amount = fields.Monetary("VAT included", readonly=True)

    @property
    def _table_query(self):
        # A closing has at most a few dozen lines: its id times 100 plus their rank.
        return SQL(
            """
            SELECT (r.id * 100 + v.rank)::integer AS id, f.id::integer AS till_id, r.company_id, r.business_day,
                   r.till_number || '-' || r.seq AS closing, 'vat' AS part, v.sector,
                   v.rate || ' ' || chr(37) AS label, v.rate, v.base - v.tax AS untaxed, v.tax, v.base AS amount
            FROM fiscal.record r JOIN fiscal.till f ON f.uid = r.till AND f.version = 1,
                 XMLTABLE('/cloture/bilan/tvas/tva' PASSING (r.xml::xml) COLUMNS
                     rank FOR ORDINALITY, sector text PATH '@secteur', rate numeric PATH '@taux',
                     base numeric PATH '@base', tax numeric PATH '.') v
            WHERE r.kind = 'GTJ'
            UNION ALL
            SELECT (r.id * 100 + 50 + p.rank)::integer, f.id::integer, r.company_id, r.business_day,
                   r.till_number || '-' || r.seq, 'payment', NULL, p.mode, NULL, NULL, NULL, p.amount
            FROM fiscal.record r JOIN fiscal.till f ON f.uid = r.till AND f.version = 1,
                 XMLTABLE('/cloture/bilan/encaissements/encaissement' PASSING (r.xml::xml) COLUMNS
                     rank FOR ORDINALITY, mode text PATH '@mode', amount numeric PATH '.') p
            WHERE r.kind = 'GTJ'
            """
        )
