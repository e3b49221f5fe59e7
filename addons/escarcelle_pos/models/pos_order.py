from odoo import api, models
from odoo.exceptions import UserError

#: What a signed ticket says: an order follows its ticket, a correction is another ticket.
ORDER_FIELDS = {
    "lines", "payment_ids", "amount_total", "amount_tax", "amount_paid", "amount_return", "date_order",
    "session_id", "config_id", "company_id", "uuid", "pos_reference", "fiscal_position_id", "is_refund", "state",
}  # fmt: skip
LINE_FIELDS = {
    "order_id", "uuid", "product_id", "full_product_name", "qty", "price_unit", "discount", "price_subtotal",
    "price_subtotal_incl", "tax_ids", "extra_tax_data", "refunded_orderline_id",
}  # fmt: skip
PAYMENT_FIELDS = {"pos_order_id", "uuid", "amount", "payment_method_id", "is_change", "payment_date"}


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

    def write(self, vals):
        # EXTENDS 'point_of_sale'
        self._escarcelle_refuse_till_change(ORDER_FIELDS & vals.keys())
        return super().write(vals)

    def _escarcelle_refuse_till_change(self, changed):
        """Refuse to a person what would make an order differ from its signed ticket."""
        if changed and not self.env.su and self.sudo().session_id.escarcelle_till_id:
            raise UserError(
                self.env._("This order follows a signed ticket: it is corrected by another ticket, at the till.")
            )


class PosOrderLine(models.Model):
    _inherit = "pos.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'point_of_sale'
        orders = self.env["pos.order"].browse({vals["order_id"] for vals in vals_list if vals.get("order_id")})
        orders._escarcelle_refuse_till_change({"lines"})
        return super().create(vals_list)

    def write(self, vals):
        # EXTENDS 'point_of_sale'
        self.order_id._escarcelle_refuse_till_change(LINE_FIELDS & vals.keys())
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_escarcelle(self):
        self.order_id._escarcelle_refuse_till_change({"lines"})

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
        # EXTENDS 'point_of_sale'
        orders = self.env["pos.order"].browse({vals["pos_order_id"] for vals in vals_list})
        orders._escarcelle_refuse_till_change({"payment_ids"})
        return super().create(vals_list)

    def write(self, vals):
        # EXTENDS 'point_of_sale'
        self.pos_order_id._escarcelle_refuse_till_change(PAYMENT_FIELDS & vals.keys())
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_escarcelle(self):
        self.pos_order_id._escarcelle_refuse_till_change({"payment_ids"})
