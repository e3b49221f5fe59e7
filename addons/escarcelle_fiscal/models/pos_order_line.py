from odoo import api, models

from ..tools import frozen

#: What a signed ticket says of a line.
FROZEN = {
    "discount", "full_product_name", "order_id", "price_subtotal", "price_subtotal_incl", "price_unit",
    "product_id", "qty", "tax_ids", "uuid",
}  # fmt: skip


class PosOrderLine(models.Model):
    _inherit = "pos.order.line"

    def write(self, vals):
        # EXTENDS 'point_of_sale'
        frozen.changes(self, vals, FROZEN).order_id._escarcelle_refuse_change()
        return super().write(vals)

    @api.ondelete(at_uninstall=True)
    def _escarcelle_unlink_unsigned(self):
        self.order_id._escarcelle_refuse_change()
