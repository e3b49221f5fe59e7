from odoo import models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _check_expired_lots(self):
        # EXTENDS 'product_expiry': no question to answer yes to. Past the shop's limit it is refused
        # (stock.move), within it there is nothing to ask.
        super()._check_expired_lots()
        return self.browse()

    def _pre_action_done_hook(self):
        # EXTENDS 'stock': a refusal comes before the questions about what is left to deliver
        self._escarcelle_check_receipt()
        self.move_ids._escarcelle_refuse_past()
        return super()._pre_action_done_hook()

    def _create_move_from_pos_order_lines(self, lines):
        # EXTENDS 'point_of_sale': where the till does not tell lots, the first to expire that may still be
        # sold on that day is taken
        day = min(lines.order_id.filtered("date_order").mapped("date_order"), default=False)
        picking = self.with_context(with_expiration=day) if day else self
        return super(StockPicking, picking)._create_move_from_pos_order_lines(lines)
