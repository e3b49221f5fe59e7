from odoo import models


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _get_tax_included_unit_price_from_price(
        self, product_price_unit, product_taxes, fiscal_position=None, product_taxes_after_fp=None
    ):
        # EXTENDS 'account': core takes the included tax off when it is mapped to none, so that an
        # exempt household would pay less than its tariff; a sector changes the VAT, not the price.
        if fiscal_position and fiscal_position._escarcelle_keeps_price():
            return product_price_unit
        return super()._get_tax_included_unit_price_from_price(
            product_price_unit,
            product_taxes,
            fiscal_position=fiscal_position,
            product_taxes_after_fp=product_taxes_after_fp,
        )
