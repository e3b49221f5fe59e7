from odoo import api, models

from ..tools import frozen

#: What a signed ticket says of a payment.
FROZEN = {"amount", "payment_method_id", "pos_order_id", "uuid"}


class PosPayment(models.Model):
    _inherit = "pos.payment"

    def write(self, vals):
        # EXTENDS 'point_of_sale'
        frozen.changes(self, vals, FROZEN).pos_order_id._escarcelle_refuse_change()
        return super().write(vals)

    @api.ondelete(at_uninstall=True)
    def _escarcelle_unlink_unsigned(self):
        self.pos_order_id._escarcelle_refuse_change()
