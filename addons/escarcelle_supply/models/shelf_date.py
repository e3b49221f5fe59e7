import json

from odoo import api, models
from odoo.tools import SQL

#: Goods of which every lot in stock carries a date, and the latest day one of them may be given.
LAST_DAYS = """
    SELECT quant.product_id, max(lot.removal_date)::date AS last
    FROM stock_quant quant
    JOIN stock_location place ON place.id = quant.location_id
    JOIN product_product good ON good.id = quant.product_id
    JOIN product_template tmpl ON tmpl.id = good.product_tmpl_id
    LEFT JOIN stock_lot lot ON lot.id = quant.lot_id
    WHERE place.usage = 'internal' AND place.warehouse_id = %(warehouse)s
      AND tmpl.use_expiration_date AND quant.quantity > 0
    GROUP BY 1 HAVING bool_and(lot.removal_date IS NOT NULL)
    ORDER BY 1
"""


class ProductProduct(models.Model):
    _inherit = "product.product"

    @api.model
    def _escarcelle_last_days(self, warehouse):
        """``{good id: last day}``: the latest day what ``warehouse`` holds of a good may be given.

        Sellers know goods, not lots: as long as one lot is good, it is taken to be the one that is sold. A good
        that is not in stock by the books, or holds a lot without a date, is not here: nobody knows.
        """
        self.env["stock.quant"].flush_model(["product_id", "lot_id", "location_id", "quantity"])
        self.env["stock.lot"].flush_model(["removal_date"])
        self.env["product.template"].flush_model(["use_expiration_date"])
        return dict(self.env.execute_query(SQL(LAST_DAYS, warehouse=warehouse.id)))


class EscarcelleTill(models.Model):
    _inherit = "escarcelle.till"

    def _escarcelle_snapshot_parts(self):
        # EXTENDS 'escarcelle_pos': the dates of what is in stock move with every delivery and stay out of its cache
        return {**super()._escarcelle_snapshot_parts(), "dates.json": self._escarcelle_dates()}

    def _escarcelle_dates(self):
        """Bytes of ``dates.json``: past these days the till sells these goods no more."""
        warehouse = self.config_id.picking_type_id.warehouse_id
        days = self.env["product.product"]._escarcelle_last_days(warehouse)
        content = {str(good): day.isoformat() for good, day in days.items()}
        return json.dumps(content, separators=(",", ":")).encode()
