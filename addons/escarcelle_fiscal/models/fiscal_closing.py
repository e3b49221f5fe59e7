from odoo import fields, models
from odoo.tools import SQL


class EscarcelleFiscalClosing(models.Model):
    """A day, month or year closing with its grand totals, read from its signed string."""

    _name = "escarcelle.fiscal.closing"
    _inherit = "escarcelle.fiscal.record"
    _description = "Fiscal closing"
    _auto = False
    _order = "business_day desc, id desc"

    period = fields.Char(readonly=True)
    perpetual_real = fields.Monetary("Perpetual, real", readonly=True, aggregator=None)
    perpetual_absolute = fields.Monetary(
        "Perpetual, absolute", readonly=True, aggregator=None, help="Cancellations counted as positive."
    )
    tickets = fields.Integer(readonly=True)
    tax = fields.Monetary("VAT", readonly=True)

    _escarcelle_where = SQL("r.kind IN ('GTJ', 'GTM', 'GTA')")
    _escarcelle_columns = SQL(
        """, split_part(r.payload, ',', 3)::bigint / 100.0 AS perpetual_real,
             split_part(r.payload, ',', 4)::bigint / 100.0 AS perpetual_absolute,
             split_part(r.payload, ',', 6) AS period,
             (xpath('/cloture/bilan/@tickets', r.xml::xml))[1]::text::integer AS tickets,
             (xpath('/cloture/bilan/tvas/@montantTaxes', r.xml::xml))[1]::text::numeric AS tax"""
    )
