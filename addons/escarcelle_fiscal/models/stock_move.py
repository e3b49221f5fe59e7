from odoo import models

from ..tools import piece_values


class StockMove(models.Model):
    """A request to the central warehouse gives its document when it is confirmed."""

    _inherit = "stock.move"

    def _action_confirm(self, merge=True, merge_into=False, create_proc=True):
        # EXTENDS 'stock'
        drafts = self.browse()
        if not self.env.context.get("escarcelle_no_piece"):
            drafts = self.filtered(lambda move: move.state == "draft")
        moves = super()._action_confirm(merge=merge, merge_into=merge_into, create_proc=create_proc)
        drafts.exists().filtered(lambda move: move.state != "draft")._escarcelle_issue_requests()
        return moves

    def _escarcelle_issue_requests(self):
        """CDC: goods asked of a warehouse that supplies the one they are for."""
        asked = self.filtered(
            lambda move: move.picking_id
            and move.location_id.usage == "internal"
            and move.location_dest_id.usage in ("internal", "transit")
        )
        documents = []
        for picking, moves in asked.grouped("picking_id").items():
            target = picking.location_dest_id.warehouse_id or picking._escarcelle_final_warehouse()
            if picking.location_id.warehouse_id not in target.resupply_wh_ids:
                continue
            documents.append(
                (
                    "CDC",
                    {
                        "company": picking.company_id,
                        "reference": picking.name,
                        "date": piece_values.instant(self.env.cr.now()),
                        "party": {"code": target.code},
                        "lines": [
                            piece_values.line(
                                move.product_id,
                                move.product_uom_qty,
                                move.product_uom,
                                source=move.location_id.complete_name,
                                target=target.view_location_id.complete_name,
                            )
                            for move in moves
                        ],
                        "origins": [{"reference": picking.origin}] if picking.origin else [],
                    },
                    (picking, f"request {min(moves.ids)}"),
                )
            )
        if documents:
            self.env["escarcelle.fiscal.outbox"]._escarcelle_issue_all(documents)
