from datetime import timedelta

from odoo import api, models
from odoo.fields import Datetime

from ..tools.tile import Tile

#: A good that nobody bought for so many days is not missed on the shelf.
ASKED_DAYS = 30


class EscarcelleDashboard(models.AbstractModel):
    """Goods: dates, shelves, cold, deliveries."""

    _inherit = "escarcelle.dashboard"

    @api.model
    def _escarcelle_tiles_stock(self, company):
        start, end = company._escarcelle_day_bounds(company._escarcelle_today())
        here = ("company_id", "=", company.id)
        held = [("quantity", ">", 0), ("location_id.usage", "=", "internal"), here]
        labels = {
            "blocked": self.env._("Lots to withdraw"),
            "soon": self.env._("Dates about to pass"),
            "past": self.env._("Past their DDM, still given"),
        }
        tones = {"blocked": "danger", "soon": "warning", "past": ""}
        tiles = [
            Tile(f"stock.{state}", labels[state], "escarcelle_supply.lot_date_action", "stock.lot",
                 [("escarcelle_state", "=", state), ("quant_ids", "any", held)], tones[state])
            for state in labels
        ]  # fmt: skip
        tiles.append(
            Tile("stock.out", self.env._("Goods out of stock"), "stock.product_template_action_product",
                 "product.template", self._escarcelle_out_of_stock(company), "warning",
                 hint=self.env._("Sold these last %s days, and none is left", ASKED_DAYS))
        )  # fmt: skip
        coming = [
            here,
            ("picking_type_code", "=", "incoming"),
            ("state", "not in", ("draft", "done", "cancel")),
        ]
        return [
            *tiles,
            Tile("stock.deliveries", self.env._("Deliveries to receive"), "escarcelle_supply.delivery_action",
                 "stock.picking", coming),
            Tile("stock.late", self.env._("Deliveries that are late"), "escarcelle_supply.delivery_action",
                 "stock.picking", [*coming, ("scheduled_date", "<", Datetime.to_string(start))], "warning"),
            Tile("stock.answers", self.env._("Changes proposed by suppliers"), "escarcelle_supply.order_action",
                 "purchase.order", [here, ("escarcelle_answer", "in", ("changed", "refused")),
                                    ("state", "in", ("sent", "purchase"))], "warning"),
            Tile("stock.readings", self.env._("Temperatures to read"), "escarcelle_supply.equipment_action",
                 "escarcelle.equipment", [here, ("missing", "=", True)], "warning"),
            Tile("stock.temperatures", self.env._("Temperatures outside limits today"),
                 "escarcelle_supply.temperature_action", "escarcelle.temperature",
                 [here, ("outside", "=", True), ("read_on", ">=", Datetime.to_string(start)),
                  ("read_on", "<=", Datetime.to_string(end))], "danger"),
        ]  # fmt: skip

    @api.model
    def _escarcelle_out_of_stock(self, company):
        """Goods asked for lately of which nothing is left."""
        since = company._escarcelle_today() - timedelta(days=ASKED_DAYS)
        asked = self.env["escarcelle.fact.goods"]._read_group(
            [("company_id", "=", company.id), ("day", ">=", since), ("kind", "=", "sold")],
            ["product_tmpl_id"],
        )
        goods = [good.id for (good,) in asked if good]
        return [("id", "in", goods), ("is_storable", "=", True), ("qty_available", "<=", 0)]
