from odoo import fields, models

from ..tools import piece_values


class StockScrapReasonTag(models.Model):
    _inherit = "stock.scrap.reason.tag"

    escarcelle_unsold = fields.Boolean(
        "Unsold goods", help="Scrapping for this reason gives a document of unsold goods (IVD)."
    )


class StockScrap(models.Model):
    """What is thrown away gives a document: unsold goods when the reason says so, else a stock issue."""

    _name = "stock.scrap"
    _inherit = ["stock.scrap", "escarcelle.fiscal.documented"]

    def do_scrap(self):
        # EXTENDS 'stock'
        open_ones = self.filtered(lambda scrap: scrap.state != "done")
        result = super().do_scrap()
        documents = [
            (
                "IVD" if any(scrap.scrap_reason_tag_ids.mapped("escarcelle_unsold")) else "SST",
                {
                    "company": scrap.company_id,
                    "reference": scrap.name,
                    "date": piece_values.instant(scrap.date_done),
                    "lines": [
                        piece_values.line(
                            scrap.product_id,
                            scrap.scrap_qty,
                            scrap.product_uom_id,
                            source=scrap.location_id.complete_name,
                            target=scrap.scrap_location_id.complete_name,
                            reason=", ".join(piece_values.french(scrap.scrap_reason_tag_ids).mapped("name")),
                            **piece_values.lot(scrap.lot_id),
                        )
                    ],
                    "origins": [
                        {"reference": name} for name in (scrap.origin, scrap.picking_id.name) if name
                    ],
                },
                (scrap, "done"),
            )
            for scrap in open_ones
            if scrap.state == "done"
        ]
        if documents:
            self.env["escarcelle.fiscal.outbox"]._escarcelle_issue_all(documents)
        return result
