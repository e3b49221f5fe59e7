from odoo import models


class SaleOrder(models.Model):
    """A quotation gives its document when it is sent (DEV), an order when it is confirmed (BCD)."""

    _name = "sale.order"
    _inherit = ["sale.order", "escarcelle.fiscal.ordered"]

    _escarcelle_ordered = "product_uom_qty"

    def write(self, vals):
        # EXTENDS 'sale'
        changes = "state" in vals
        unsent = self._escarcelle_outside("sent") if changes else self.browse()
        open_ones = self._escarcelle_outside("sale") if changes else self.browse()
        result = super().write(vals)
        unsent._escarcelle_issue_reached("sent", "DEV")
        open_ones._escarcelle_issue_reached("sale", "BCD")
        return result

    def action_escarcelle_summary(self):
        """The summary of the orders chosen in the list."""
        return self._escarcelle_open_summary(self._escarcelle_issue_summary("sale"))
