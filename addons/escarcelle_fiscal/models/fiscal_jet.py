from odoo import fields, models
from odoo.tools import SQL

from escarcelle_core import jet


class EscarcelleFiscalJet(models.Model):
    """A line of the technical event journal (JET), read from its signed string."""

    _name = "escarcelle.fiscal.jet"
    _inherit = "escarcelle.fiscal.record"
    _description = "Fiscal event"
    _auto = False

    code = fields.Selection(
        [(str(code), f"{code} {label}") for code, label in jet.LABELS.items()], "Event", readonly=True
    )
    description = fields.Char(readonly=True)
    operator = fields.Char(readonly=True)

    _escarcelle_where = SQL("r.kind = 'JET'")
    # In the signed string spaces are written as underscores.
    _escarcelle_columns = SQL(
        """, split_part(r.payload, ',', 2) AS code,
             replace(split_part(r.payload, ',', 3), '_', ' ') AS description,
             replace(split_part(r.payload, ',', 5), '_', ' ') AS operator"""
    )
