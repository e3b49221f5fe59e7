"""What deliveries, returns to suppliers and losses tell."""

from datetime import timezone

from odoo import api, models


class StockMove(models.Model):
    _inherit = "stock.move"

    def _action_done(self, cancel_backorder=False):
        # EXTENDS 'stock': what came from a supplier, or went back, is noted; it is counted later
        done = super()._action_done(cancel_backorder=cancel_backorder)
        for company, moves in done.grouped("company_id").items():
            told = moves.filtered(
                lambda move: move.state == "done" and move._escarcelle_of_supplier()
            )
            if told:
                self.env["escarcelle.fact.event"]._escarcelle_note(
                    "stock.move", told.ids, day=company._escarcelle_today()
                )
        return done

    def _escarcelle_of_supplier(self):
        """1 for goods bought that came, -1 for those sent back, 0 for the others. Gifts tell it themselves."""
        self.ensure_one()
        if self.picking_id.escarcelle_donation_id:
            return 0
        return (self.location_id.usage == "supplier") - (self.location_dest_id.usage == "supplier")

    @api.model
    def _escarcelle_facts(self, _event, events):
        """Goods received from suppliers, by the source of their lots; what went back is negative."""
        days = {event.res_id: event.day for event in events}
        moves = self.browse(days).exists().filtered(lambda move: move.state == "done")
        known = moves.product_id._escarcelle_fact_goods()
        goods = []
        for move in moves:
            sign, good = move._escarcelle_of_supplier(), known[move.product_id.id]
            if not sign or good["service"]:
                continue
            day = days[move.id] or move.company_id._escarcelle_rules().business_day(
                move.date.replace(tzinfo=timezone.utc)
            )
            whole = move.product_uom._compute_quantity(move.quantity, move.product_id.uom_id)
            for line in move.move_line_ids:
                quantity = line.quantity_product_uom
                cost = abs(move.value) * quantity / whole if whole else 0
                goods.append(
                    {
                        "kind": "received", "day": day, "company_id": move.company_id.id,
                        "product_tmpl_id": good["product_tmpl_id"], "categ_id": good["categ_id"],
                        "source_id": line.lot_id.escarcelle_funding_source_id.id or good["source_id"],
                        "quantity": sign * quantity, "weight": sign * quantity * float(good["kilograms"]),
                        "reference": sign * round(quantity * float(good["price"]), 2), "cost": sign * round(cost, 2),
                    }
                )  # fmt: skip
        return {"goods": goods}


class StockScrap(models.Model):
    _inherit = "stock.scrap"

    def do_scrap(self):
        # EXTENDS 'stock': the loss is noted; it is counted later
        result = super().do_scrap()
        self._escarcelle_note_losses("done")
        return result

    def action_escarcelle_undo(self):
        # EXTENDS 'escarcelle_supply': the loss is noted a second time, the other way
        result = super().action_escarcelle_undo()
        self._escarcelle_note_losses("undone")
        return result

    def _escarcelle_note_losses(self, event):
        for company, losses in self.grouped("company_id").items():
            done = losses.filtered(lambda loss: loss.state == "done")
            self.env["escarcelle.fact.event"]._escarcelle_note(
                "stock.scrap", done.ids, event, company._escarcelle_today()
            )

    @api.model
    def _escarcelle_facts(self, event, events):
        """Goods lost; a loss that was undone counts the other way, on the day it was undone."""
        days = {one.res_id: one.day for one in events}
        losses = self.browse(days).exists().filtered(lambda loss: loss.state == "done")
        known = losses.product_id._escarcelle_fact_goods()
        sign = -1 if event == "undone" else 1
        return {
            "goods": [
                {
                    "kind": "lost",
                    "day": days[loss.id] or loss._escarcelle_fact_day(),
                    "company_id": loss.company_id.id,
                    "product_tmpl_id": known[loss.product_id.id]["product_tmpl_id"],
                    "categ_id": known[loss.product_id.id]["categ_id"],
                    "source_id": loss.escarcelle_source_id.id,
                    "reason_id": loss.scrap_reason_tag_ids[:1].id,
                    "quantity": sign
                    * loss.product_uom_id._compute_quantity(loss.scrap_qty, loss.product_id.uom_id),
                    "weight": sign * loss.escarcelle_weight,
                    "reference": sign * loss.escarcelle_value,
                    "cost": sign * loss.escarcelle_cost,
                }
                for loss in losses
            ]
        }

    def _escarcelle_fact_day(self):
        self.ensure_one()
        at = self.date_done or self.write_date
        return self.company_id._escarcelle_rules().business_day(at.replace(tzinfo=timezone.utc))
