from odoo import models
from odoo.exceptions import UserError


class PosOrder(models.Model):
    _inherit = "pos.order"

    def action_pos_order_paid(self):
        # EXTENDS 'point_of_sale': what is past its date is not sold. What a till signed is sold already, and
        # what a tablet sold while the server was away is given: both are kept whatever they hold.
        given = self.env.context.get("escarcelle_provisional") or ()
        for order in self.filtered(lambda order: order.config_id.escarcelle_signer in ("server", "none")):
            if order.uuid not in given:
                order._escarcelle_refuse_past_lots()
                order._escarcelle_refuse_past_goods()
        return super().action_pos_order_paid()

    def _escarcelle_refuse_past_goods(self):
        """UserError when a line sells a good of which every lot in stock may leave the shop no more."""
        lines = self.lines.filtered(
            lambda line: line.qty > 0 and line.product_id.use_expiration_date
            and not line.pack_lot_ids.filtered("lot_name")
        )  # fmt: skip
        if not lines:
            return
        warehouse = self.config_id.picking_type_id.warehouse_id
        last_days = self.env["product.product"]._escarcelle_last_days(warehouse)
        today = self.company_id._escarcelle_today()
        for good in lines.product_id:
            last = last_days.get(good.id)
            if last and last < today:
                raise UserError(
                    self.env._(
                        "%(good)s is not sold any more: all that is left in stock had to leave by %(date)s. Take it"
                        " off the shelves. Has more just arrived? Validate its delivery first.",
                        good=good.display_name,
                        date=last.strftime("%d/%m/%Y"),
                    )
                )

    def _escarcelle_refuse_past_lots(self):
        """UserError when a lot told on a line may leave the shop no more."""
        told = self.lines.filtered(lambda line: line.qty > 0).pack_lot_ids.filtered("lot_name")
        if not told:
            return
        lots = self.env["stock.lot"].sudo().search(
            [
                ("product_id", "in", told.product_id.ids),
                ("name", "in", told.mapped("lot_name")),
                ("company_id", "in", (False, self.company_id.id)),
            ]
        )
        wanted = {(pack.product_id, pack.lot_name) for pack in told}
        today = self.company_id._escarcelle_today()
        for lot in lots:
            last = lot._escarcelle_last_day(self.company_id)
            if (lot.product_id, lot.name) in wanted and last and last < today:
                raise UserError(
                    self.env._(
                        "%(good)s, lot %(lot)s, is past its date (%(date)s): it is not sold.",
                        good=lot.product_id.display_name,
                        lot=lot.name,
                        date=lot.escarcelle_date.strftime("%d/%m/%Y"),
                    )
                )
