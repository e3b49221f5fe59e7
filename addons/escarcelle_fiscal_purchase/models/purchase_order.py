from odoo import models


class PurchaseOrder(models.Model):
    """An order to a supplier gives its document when it is confirmed (CFR)."""

    _name = "purchase.order"
    _inherit = ["purchase.order", "escarcelle.fiscal.ordered"]

    def write(self, vals):
        # EXTENDS 'purchase'
        others = self._escarcelle_outside("purchase") if "state" in vals else self.browse()
        result = super().write(vals)
        others._escarcelle_issue_reached("purchase", "CFR")
        return result

    def action_escarcelle_summary(self):
        """The summary of the orders chosen in the list."""
        return self._escarcelle_open_summary(self._escarcelle_issue_summary("purchase"))
