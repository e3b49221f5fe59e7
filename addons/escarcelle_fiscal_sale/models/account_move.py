from odoo import models


class AccountMove(models.Model):
    """An invoice over several sales orders is a grouped one too."""

    _inherit = "account.move"

    def _escarcelle_grouped(self):
        # EXTENDS 'escarcelle_fiscal'
        grouped = super()._escarcelle_grouped()
        for move in self - self.browse().union(*grouped):
            amounts = {}
            sign = -1 if move.move_type == "out_refund" else 1
            for item in move.invoice_line_ids.filtered("sale_line_ids"):
                order = item.sale_line_ids.order_id[:1]
                amounts[order] = amounts.get(order, 0) + sign * item.price_total
            if len(amounts) > 1:
                grouped[move] = [
                    {
                        "origin": {"reference": order.name},
                        "label": f"{order.name} du {order.date_order:%d/%m/%Y}",
                        "amount": amount,
                    }
                    for order, amount in amounts.items()
                ]
        return grouped
