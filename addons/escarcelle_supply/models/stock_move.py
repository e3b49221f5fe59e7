from odoo import models
from odoo.exceptions import UserError


class StockMove(models.Model):
    _inherit = "stock.move"

    def _action_done(self, cancel_backorder=False):
        # EXTENDS 'stock': nothing past its date comes in, is sent or is repacked
        self._escarcelle_refuse_past()
        return super()._action_done(cancel_backorder=cancel_backorder)

    def _escarcelle_refuse_past(self):
        """UserError when goods past their last day would come in, leave or be repacked.

        A loss, a return to the supplier and a count go through: that is where such goods belong. So does
        what a till sold: the ticket is signed, and the goods are gone.
        """
        for move in self.filtered(lambda move: move.state not in ("done", "cancel")):
            if not move._escarcelle_refuses_past():
                continue
            today = move.company_id._escarcelle_today()
            lines = move.move_line_ids.filtered("quantity")
            for line in lines.filtered("picked") or lines:
                day = line.lot_id.escarcelle_date or (line.expiration_date and line.expiration_date.date())
                last = move.product_id._escarcelle_last_day(day, move.company_id)
                if last and last < today:
                    raise UserError(
                        self.env._(
                            "%(good)s, lot %(lot)s, is past its date (%(date)s): it is refused."
                            " Take it off the shelves as a loss, or send it back to its supplier.",
                            good=move.product_id.display_name,
                            lot=line.lot_id.name or line.lot_name or "?",
                            date=day.strftime("%d/%m/%Y"),
                        )
                    )

    def _escarcelle_refuses_past(self):
        """Whether this move is one that goods past their date must not make."""
        self.ensure_one()
        if not self.product_id.use_expiration_date or self._escarcelle_of_a_till():
            return False
        here, there = self.location_id, self.location_dest_id
        if here.usage == "supplier":
            return there.usage != "supplier"
        if there.usage in ("customer", "production", "transit"):
            return here.usage == "internal"
        if here.usage == there.usage == "internal":
            return bool(there.warehouse_id) and here.warehouse_id != there.warehouse_id
        return False

    def _escarcelle_of_a_till(self):
        picking = self.picking_id
        return bool(picking.pos_order_id or picking.pos_session_id or self.env.context.get("escarcelle_no_piece"))

    def _add_mls_related_to_order(self, related_order_lines, are_qties_done=True):
        # EXTENDS 'point_of_sale': goods whose lot was not read leave by date instead of not leaving at all
        told = related_order_lines.pack_lot_ids.filtered("lot_name").product_id
        untold = self.filtered(lambda move: move.product_id.tracking == "lot" and move.product_id not in told)
        super(StockMove, self - untold)._add_mls_related_to_order(related_order_lines, are_qties_done)
        for move in untold:
            move.quantity = move.product_uom_qty


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    def _compute_expiration_date(self):
        # EXTENDS 'product_expiry': no date is made up for goods whose life nobody told
        super()._compute_expiration_date()
        for line in self:
            if not line.lot_id and not line.product_id.expiration_time and line._escarcelle_made_up():
                line.expiration_date = False

    def _escarcelle_made_up(self):
        """Whether the date of this new line is only the day of its transfer, as Odoo proposes."""
        day = self.picking_id.scheduled_date
        return not self._origin.expiration_date and (not day or self.expiration_date == day)

    def _escarcelle_last_day(self):
        return self.product_id._escarcelle_last_day(
            self.lot_id.escarcelle_date or (self.expiration_date and self.expiration_date.date()), self.company_id
        )
