from odoo import models
from odoo.tools import groupby

from ..tools import piece_values


class StockPicking(models.Model):
    """Receipts, deliveries and transfers give their documents when they are done (docs/documents.md)."""

    _name = "stock.picking"
    _inherit = ["stock.picking", "escarcelle.fiscal.documented"]

    def _create_picking_from_pos_order_lines(self, location_dest_id, lines, picking_type, partner=False):
        # EXTENDS 'point_of_sale'
        # What a sale takes out of stock is the ticket's affair, and nothing is added on its way.
        sale = self.with_context(escarcelle_no_piece=True)
        pickings = super(StockPicking, sale)._create_picking_from_pos_order_lines(
            location_dest_id, lines, picking_type, partner
        )
        return pickings.with_env(self.env)

    def _action_done(self):
        # EXTENDS 'stock'
        if self.env.context.get("escarcelle_no_piece"):
            return super()._action_done()
        open_ones = self.filtered(lambda picking: picking.state != "done")
        result = super()._action_done()
        open_ones.filtered(lambda picking: picking.state == "done")._escarcelle_issue_done()
        return result

    def _escarcelle_issue_done(self):
        outbox, source = self.env["escarcelle.fiscal.outbox"], self.env["escarcelle.fiscal.source"]
        documents = []
        for picking in self:
            lines = picking._escarcelle_lines()
            types = picking._escarcelle_types() if lines else ()
            for doc_type in types:
                # The paper of a delivery and the movement it makes cite each other.
                origins = [
                    {
                        "reference": picking.name,
                        "document": other,
                        "uid": source._escarcelle_uid(other, picking, "done"),
                    }
                    for other in types
                    if other != doc_type
                ]
                documents.append(
                    (
                        doc_type,
                        {
                            "company": picking.company_id,
                            "reference": picking.name,
                            "date": piece_values.instant(picking.date_done),
                            "party": piece_values.party(picking.partner_id, named=doc_type == "BLV"),
                            "lines": lines,
                            "origins": [*origins, *picking._escarcelle_origins()],
                        },
                        (picking, "done"),
                    )
                )
        if documents:
            outbox._escarcelle_issue_all(documents)

    def _escarcelle_types(self):
        """The documents this transfer gives once done; none when goods only change shelves."""
        self.ensure_one()
        here, there = self.location_id, self.location_dest_id
        if here.usage == "internal" and there.usage in ("internal", "transit"):
            target = there.warehouse_id or self._escarcelle_final_warehouse()
            if not target or target == here.warehouse_id:
                return ()
            return ("LVC",) if here.warehouse_id in target.resupply_wh_ids else ("TRM",)
        if there.usage == "internal":
            returned = here.usage == "customer" or (self.return_id and here.usage != "supplier")
            return ("REI",) if returned else ("EST",)
        if there.usage == "customer":
            # A sale of the till sent later is delivered, but its stock is the ticket's affair.
            leaves = here.usage == "internal" and not self.pos_order_id
            return ("BLV", "SST") if leaves else ("BLV",)
        return ("SST",) if here.usage == "internal" else ()

    def _escarcelle_final_warehouse(self):
        """The warehouse a transfer through a transit location is for."""
        moves = self.move_ids
        ends = moves.location_final_id | moves.move_dest_ids.location_dest_id
        return ends.warehouse_id[:1]

    def _escarcelle_lines(self):
        """One line per product, lot and pair of places, in the product's own unit."""
        done = self.move_line_ids.filtered(lambda line: line.state == "done" and line.quantity)
        groups = groupby(
            done, lambda line: (line.product_id, line.lot_id, line.location_id, line.location_dest_id)
        )
        return [
            piece_values.line(
                product,
                sum(line.quantity_product_uom for line in lines),
                source=here.complete_name,
                target=there.complete_name,
                **piece_values.lot(lot),
            )
            for (product, lot, here, there), lines in groups
        ]

    def _escarcelle_origins(self):
        """What this transfer follows from, as people call it."""
        names = [self.origin, self.return_id.name, *self.move_ids.move_orig_ids.picking_id.mapped("name")]
        return [{"reference": name} for name in dict.fromkeys(filter(None, names))]
