from odoo import api, models


class PosOrderLine(models.Model):
    _inherit = "pos.order.line"

    @api.onchange("product_id")
    def _onchange_product_id(self):
        # EXTENDS 'point_of_sale': an order typed in the back office follows the till, which keeps
        # the tariff's price when a sector takes the VAT off
        result = super()._onchange_product_id()
        order = self.order_id
        if self.product_id and order.fiscal_position_id._escarcelle_keeps_price():
            self.price_unit = order.pricelist_id._get_product_price(
                self.product_id, self.qty or 1.0, currency=self.currency_id
            )
            self._onchange_qty()
        return result
