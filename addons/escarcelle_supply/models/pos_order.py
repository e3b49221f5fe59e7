from odoo import models
from odoo.exceptions import UserError


class PosOrder(models.Model):
    _inherit = "pos.order"

    def action_pos_order_paid(self):
        # EXTENDS 'point_of_sale': a lot read at the sale that is past its date is not sold. What a till signed
        # is sold already: it is kept whatever it holds.
        for order in self.filtered(lambda order: order.config_id.escarcelle_signer in ("server", "none")):
            order._escarcelle_refuse_past_lots()
        return super().action_pos_order_paid()

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
