from odoo import fields, models


class StockLot(models.Model):
    _inherit = "stock.lot"

    escarcelle_funding_source_id = fields.Many2one(
        "escarcelle.funding.source", "Funding source", index="btree_not_null", ondelete="restrict",
        help="Who paid for this lot. Empty: the source of the good.",
    )  # fmt: skip
