from datetime import date, datetime

import pytz
from lxml import etree
from odoo import fields, models
from odoo.tools import SQL

from escarcelle_core.documents import PIECES
from escarcelle_core.xml.piece_xml import read


class EscarcelleFiscalPiece(models.Model):
    """A document of the server (stock, repacking, orders, deliveries), read from its record."""

    _name = "escarcelle.fiscal.piece"
    _inherit = "escarcelle.fiscal.record"
    _description = "Document of the server"
    _auto = False

    reference = fields.Char(readonly=True)
    lines = fields.Integer("Number of lines", readonly=True)
    res_model = fields.Char("Model", readonly=True)
    res_id = fields.Many2oneReference("Record", model_field="res_model", readonly=True)

    _escarcelle_where = SQL("r.kind = ANY(%s)", list(PIECES))
    # In the signed string spaces are written as underscores; the paper has the reference as it is.
    _escarcelle_columns = SQL(
        """, replace(split_part(r.payload, ',', 5), '_', ' ') AS reference,
             split_part(r.payload, ',', 6)::integer AS lines,
             (SELECT s.res_model FROM escarcelle_fiscal_source s WHERE s.origin = r.origin::text) AS res_model,
             (SELECT s.res_id FROM escarcelle_fiscal_source s WHERE s.origin = r.origin::text) AS res_id"""
    )

    def action_open_source(self):
        """The delivery, order or count this document was made from."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "view_mode": "form",
        }

    # -- the printed form --------------------------------------------------------------------------

    def _escarcelle_document(self):
        """What is signed, as core reads it: the paper shows nothing else."""
        self.ensure_one()
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        return read(etree.fromstring(self.xml.encode(), parser))

    def _escarcelle_columns_used(self, document):
        """Names of the optional columns at least one line fills."""
        names = ("before", "lot", "expiry", "source", "target", "unit_price", "amount", "reason")
        return {name for name in names if any(getattr(line, name) for line in document.lines)}

    def _escarcelle_printed_on(self):
        """Now, in the shop's time, as a Frenchman writes it."""
        zone = pytz.timezone(self.company_id.escarcelle_timezone or "Europe/Paris")
        return self._escarcelle_french(fields.Datetime.now().replace(tzinfo=pytz.utc).astimezone(zone))

    def _escarcelle_french(self, value):
        """Dates and numbers as the paper shows them."""
        if isinstance(value, datetime):
            return value.strftime("%d/%m/%Y %H:%M:%S")
        if isinstance(value, date):
            return value.strftime("%d/%m/%Y")
        if isinstance(value, int):
            return f"{value // 100 if value >= 0 else -(-value // 100)},{abs(value) % 100:02d} €"
        return str(value).replace(".", ",")
