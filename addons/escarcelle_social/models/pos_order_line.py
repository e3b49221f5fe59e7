from decimal import Decimal

from odoo import api, models

from escarcelle_core import budget, money


class PosOrderLine(models.Model):
    _inherit = "pos.order.line"

    def _escarcelle_counted(self, policy):
        """Cents this line takes off a budget, by the rule of the till (``escarcelle_core.budget``)."""
        self.ensure_one()
        product = self.product_id.sudo()
        # Shop prices include VAT (docs/formats.md §1): the list price is the shelf price.
        shelf = money.line_amount(
            money.quantity(f"{self.qty:.3f}"), money.unit_price(f"{product.lst_price:.4f}")
        )
        public = self.env["product.pricelist"]._get_product_price(product, 1.0)
        return budget.counted(
            policy._escarcelle_core(),
            policy.basis,
            money.half_up(Decimal(repr(self.price_subtotal_incl)) * 100),
            shelf,
            consumes=product.product_tmpl_id._escarcelle_consumes_budget(),
            public=f"{self.price_unit:.4f}" == f"{public:.4f}",
        )

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
