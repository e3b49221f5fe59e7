from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

#: What stood on the shelves at an instant: what stands there now, less what came since, plus what left since.
#: The cost is that of the time since, not of the whole history.
HELD = """
    SELECT product_id, lot_id, warehouse_id, sum(quantity) AS quantity FROM (
        SELECT quant.product_id, quant.lot_id, place.warehouse_id, quant.quantity
        FROM stock_quant quant JOIN stock_location place ON place.id = quant.location_id
        WHERE place.usage = 'internal' AND quant.company_id = %(company)s
        UNION ALL
        SELECT line.product_id, line.lot_id, there.warehouse_id, -line.quantity_product_uom
        FROM stock_move_line line JOIN stock_location there ON there.id = line.location_dest_id
        WHERE line.state = 'done' AND line.date > %(until)s
          AND there.usage = 'internal' AND there.company_id = %(company)s
        UNION ALL
        SELECT line.product_id, line.lot_id, here.warehouse_id, line.quantity_product_uom
        FROM stock_move_line line JOIN stock_location here ON here.id = line.location_id
        WHERE line.state = 'done' AND line.date > %(until)s
          AND here.usage = 'internal' AND here.company_id = %(company)s
    ) every GROUP BY 1, 2, 3 HAVING abs(sum(quantity)) > 0.0005
"""


class EscarcelleStockState(models.TransientModel):
    """The stock of a shop at the end of a day: quantity, weight and value, by source."""

    _name = "escarcelle.stock.state"
    _description = "Stock at a Date"

    company_id = fields.Many2one("res.company", "Shop", required=True, default=lambda self: self.env.company)
    day = fields.Date("At the end of", required=True, default=lambda self: self.env.company._escarcelle_today())
    line_ids = fields.One2many("escarcelle.stock.state.line", "state_id")

    def action_show(self):
        """Compute and open the lines: to search, group and take to a spreadsheet."""
        self.ensure_one()
        if self.day > self.company_id._escarcelle_today():
            raise UserError(self.env._("Choose a day that has come."))
        self._escarcelle_compute()
        action = self.env["ir.actions.act_window"]._for_xml_id("escarcelle_supply.stock_state_line_action")
        return {
            **action,
            "display_name": self.env._("Stock on %s", self.day.strftime("%d/%m/%Y")),
            "domain": [("state_id", "=", self.id)],
        }

    def _escarcelle_compute(self):
        self.line_ids.unlink()
        self.env.flush_all()
        company = self.company_id
        until = company._escarcelle_day_bounds(self.day)[1]
        rows = self.env.execute_query_dict(SQL(HELD, company=company.id, until=until + timedelta(seconds=1)))
        products = self.env["product.product"].with_company(company).browse({row["product_id"] for row in rows})
        lots = self.env["stock.lot"].browse({row["lot_id"] for row in rows if row["lot_id"]})
        known, known_lots = {p.id: p for p in products}, {lot.id: lot for lot in lots}
        past = self.day < company._escarcelle_today()
        costs = {
            product.id: product._get_standard_price_at_date(until) if past else product.standard_price
            for product in products
        }
        self.env["escarcelle.stock.state.line"].create(
            [
                {
                    "state_id": self.id,
                    "product_id": row["product_id"],
                    "lot_id": row["lot_id"],
                    "warehouse_id": row["warehouse_id"],
                    "quantity": row["quantity"],
                    "weight": known[row["product_id"]]._escarcelle_weight(row["quantity"]),
                    "cost": row["quantity"] * costs[row["product_id"]],
                    "value": row["quantity"] * known[row["product_id"]].lst_price,
                    "source_id": known[row["product_id"]]._escarcelle_source(known_lots.get(row["lot_id"])).id,
                    "category_id": known[row["product_id"]].categ_id.id,
                }
                for row in rows
            ]
        )


class EscarcelleStockStateLine(models.TransientModel):
    """A good, a lot of it, in a warehouse, at the end of that day."""

    _name = "escarcelle.stock.state.line"
    _description = "Good in Stock at a Date"
    _order = "product_id, lot_id, id"

    state_id = fields.Many2one("escarcelle.stock.state", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="state_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    product_id = fields.Many2one("product.product", "Good", readonly=True)
    category_id = fields.Many2one("product.category", "Category", readonly=True)
    lot_id = fields.Many2one("stock.lot", "Lot", readonly=True)
    lot_date = fields.Date(related="lot_id.escarcelle_date", store=True)
    warehouse_id = fields.Many2one("stock.warehouse", readonly=True)
    source_id = fields.Many2one("escarcelle.funding.source", "Funding source", readonly=True)
    quantity = fields.Float(digits=(16, 3), readonly=True)
    uom_id = fields.Many2one(related="product_id.uom_id")
    weight = fields.Float("Weight (kg)", digits=(16, 3), readonly=True)
    cost = fields.Monetary("At cost", readonly=True)
    value = fields.Monetary("At reference price", readonly=True, help="The public price of today.")

    @api.depends("product_id")
    def _compute_display_name(self):
        for line in self:
            line.display_name = line.product_id.display_name
