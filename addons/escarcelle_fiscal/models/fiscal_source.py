from odoo import api, fields, models
from odoo.tools import SQL

from escarcelle_core.chain import derived
from escarcelle_core.documents import DOCUMENT_LABELS, PIECES


class EscarcelleFiscalSource(models.Model):
    """Which document of the server comes from which record of Odoo.

    The row is written with the event, before the document is signed. Its uuid is named after model,
    id and event: the same event gives the same uuid, hence one document, also when two requests
    notice it at once. Losing this table loses no proof, only the way from a record to its document.
    """

    _name = "escarcelle.fiscal.source"
    _description = "Source of a fiscal document"
    _log_access = False

    origin = fields.Char("Identifier", required=True, readonly=True)
    doc_type = fields.Selection([(p, DOCUMENT_LABELS[p]) for p in PIECES], "Type", required=True, readonly=True)
    res_model = fields.Char("Model", required=True, readonly=True)
    res_id = fields.Many2oneReference("Record", model_field="res_model", required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True)

    _origin_uniq = models.UniqueIndex("(origin)")
    _record_idx = models.Index("(res_model, res_id)")

    @api.model
    def _escarcelle_uid(self, doc_type, record, event):
        """The uuid of the document that ``event`` of ``record`` gives."""
        return derived("piece", doc_type, record._name, str(record.id), event)

    @api.model
    def _escarcelle_claim(self, rows):
        """Write ``rows`` ((origin, type, model, id, company id)); answers the origins nobody had.

        Waits for another transaction that claims the same one: only one of them issues it.
        """
        if not rows:
            return set()
        claimed = self.env.execute_query(
            SQL(
                "INSERT INTO %s (origin, doc_type, res_model, res_id, company_id) VALUES %s"
                " ON CONFLICT (origin) DO NOTHING RETURNING origin",
                SQL.identifier(self._table),
                SQL(", ").join(SQL("(%s, %s, %s, %s, %s)", *row) for row in rows),
            )
        )
        return {origin for (origin,) in claimed}
