from odoo import api, models
from odoo.exceptions import UserError


class PosOrder(models.Model):
    _inherit = "pos.order"

    @api.model
    def sync_from_ui(self, orders):
        # EXTENDS 'point_of_sale': what a till sells comes signed, through the till program only
        sessions = self.env["pos.session"].sudo().browse({o["session_id"] for o in orders if o.get("session_id")})
        till = sessions.exists().config_id.escarcelle_till_id.filtered(lambda t: t.state == "live")[:1]
        if till:
            raise UserError(
                self.env._("Point of sale %s belongs to a till: sell on the till's own screen.", till.display_name)
            )
        return super().sync_from_ui(orders)


class PosOrderLine(models.Model):
    _inherit = "pos.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'point_of_sale': nobody adds to a signed ticket; ingestion makes orders as superuser
        if not self.env.su:
            orders = self.env["pos.order"].browse({vals["order_id"] for vals in vals_list if vals.get("order_id")})
            orders._escarcelle_refuse_change()
        return super().create(vals_list)

    def _prepare_base_line_for_taxes_computation(self):
        # EXTENDS 'point_of_sale'
        base_line = super()._prepare_base_line_for_taxes_computation()
        forced = self.extra_tax_data or {}
        # The engine takes forced amounts of lines with taxes only; an exempt line has its cents too.
        if "manual_total_excluded_currency" in forced and not base_line["tax_ids"]:
            base_line["manual_total_excluded_currency"] = forced["manual_total_excluded_currency"]
            base_line["manual_total_excluded"] = forced["manual_total_excluded"]
        return base_line


class PosPayment(models.Model):
    _inherit = "pos.payment"

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'point_of_sale': see PosOrderLine.create
        if not self.env.su:
            orders = self.env["pos.order"].browse({vals["pos_order_id"] for vals in vals_list})
            orders._escarcelle_refuse_change()
        return super().create(vals_list)
