"""What the stock knows of gifts: where they come from, and that they cost nothing."""

from odoo import fields, models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    escarcelle_donation_id = fields.Many2one(
        "escarcelle.donation",
        "Gift",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    escarcelle_undoes_donation = fields.Boolean("Undoes a gift", readonly=True, copy=False)

    # A gift enters the stock once, and leaves it once: also when two people press the button together.
    _escarcelle_donation_once = models.UniqueIndex(
        "(escarcelle_donation_id, coalesce(escarcelle_undoes_donation, false))"
        " WHERE escarcelle_donation_id IS NOT NULL AND backorder_id IS NULL",
        "This gift is in the stock already.",
    )


class StockMove(models.Model):
    _inherit = "stock.move"

    escarcelle_donation_line_id = fields.Many2one(
        "escarcelle.donation.line",
        "Donated good",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )

    def _prepare_merge_moves_distinct_fields(self):
        # EXTENDS 'stock': two lines of an intake are two lots, or two donors' values
        return [*super()._prepare_merge_moves_distinct_fields(), "escarcelle_donation_line_id"]

    def _get_value_from_std_price(self, quantity, std_price=False, at_date=None):
        # EXTENDS 'stock_account': a gift costs nothing, whatever the same good cost when bought
        if self.escarcelle_donation_line_id:
            return {
                "value": 0,
                "quantity": quantity,
                "description": self.env._("Gift, taken in at no value"),
            }
        return super()._get_value_from_std_price(quantity, std_price=std_price, at_date=at_date)

    def _escarcelle_fill(self, lot):
        """What was asked of this move is done, with ``lot`` (may be empty)."""
        self.ensure_one()
        self.move_line_ids.unlink()
        self.env["stock.move.line"].create(
            {
                "move_id": self.id,
                "picking_id": self.picking_id.id,
                "company_id": self.company_id.id,
                "product_id": self.product_id.id,
                "product_uom_id": self.product_uom.id,
                "quantity": self.product_uom_qty,
                "lot_id": lot.id,
                "location_id": self.location_id.id,
                "location_dest_id": self.location_dest_id.id,
                "picked": True,
            }
        )
        self.picked = True
