from odoo import api, models


class StockQuant(models.Model):
    _inherit = "stock.quant"

    @api.model
    def _get_removal_strategy(self, product_id, location_id):
        # EXTENDS 'stock': what carries a date leaves by date, unless its category says otherwise
        method = super()._get_removal_strategy(product_id, location_id)
        good = product_id.sudo()
        if method == "fifo" and good.use_expiration_date and not good.categ_id.removal_strategy_id:
            return "fefo"
        return method
