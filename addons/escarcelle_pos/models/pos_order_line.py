from odoo import models


class PosOrderLine(models.Model):
    _inherit = "pos.order.line"

    def _prepare_base_line_for_taxes_computation(self):
        # EXTENDS 'point_of_sale'
        base_line = super()._prepare_base_line_for_taxes_computation()
        forced = self.extra_tax_data or {}
        # The engine takes forced amounts of lines with taxes only; an exempt line has its cents too.
        if "manual_total_excluded_currency" in forced and not base_line["tax_ids"]:
            base_line["manual_total_excluded_currency"] = forced["manual_total_excluded_currency"]
            base_line["manual_total_excluded"] = forced["manual_total_excluded"]
        return base_line
