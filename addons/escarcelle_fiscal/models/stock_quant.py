from odoo import models

from ..tools import piece_values


class StockQuant(models.Model):
    """A count that is applied gives an inventory, and names apart what it brings to zero."""

    _inherit = "stock.quant"

    def _apply_inventory(self, date=None):
        # EXTENDS 'stock'
        counted = [
            (
                quant.company_id or self.env.company,
                quant.inventory_quantity,
                quant.quantity,
                piece_values.line(
                    quant.product_id,
                    quant.inventory_quantity,
                    source=quant.location_id.complete_name,
                    before=f"{quant.quantity:.3f}",
                    **piece_values.lot(quant.lot_id),
                ),
            )
            for quant in self
        ]
        before = self._escarcelle_last_count()
        result = super()._apply_inventory(date)
        last = self._escarcelle_last_count()
        if last != before:
            self._escarcelle_issue_counts(counted, last, date)
        return result

    def _escarcelle_last_count(self):
        """The move of the last count: it names this one, as no other count has it."""
        return self.env["stock.move"].sudo().search([("is_inventory", "=", True)], order="id desc", limit=1)

    def _escarcelle_issue_counts(self, counted, move, date):
        outbox, source = self.env["escarcelle.fiscal.outbox"], self.env["escarcelle.fiscal.source"]
        documents = []
        for company in {company for company, *_rest in counted}:
            rows = [row[1:] for row in counted if row[0] == company]
            common = {
                "company": company,
                "reference": f"INV {move.id}",
                "comment": move.reference,
                "date": piece_values.instant(date or self.env.cr.now()),
            }
            event = f"count {company.id}"
            documents.append(
                ("IVT", {**common, "lines": [line for _count, _had, line in rows]}, (move, event))
            )
            emptied = [line for count, had, line in rows if had > 0 and not count]
            if emptied:
                cited = {
                    "reference": common["reference"],
                    "document": "IVT",
                    "uid": source._escarcelle_uid("IVT", move, event),
                }
                documents.append(("RAZ", {**common, "lines": emptied, "origins": [cited]}, (move, event)))
        outbox._escarcelle_issue_all(documents)
