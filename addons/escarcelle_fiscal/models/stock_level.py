from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import piece_values

OK, ALERT, OUT = "ok", "alert", "out"

#: Quantity and reordering minimum of every product in every warehouse, and what was said of it last.
LEVELS = SQL(
    """
    WITH held AS (
        SELECT q.product_id, l.warehouse_id, sum(q.quantity) AS quantity
        FROM stock_quant q JOIN stock_location l ON l.id = q.location_id
        WHERE l.usage = 'internal' AND l.warehouse_id IS NOT NULL GROUP BY 1, 2
    ), wanted AS (
        SELECT o.product_id, o.warehouse_id, sum(o.product_min_qty) AS minimum
        FROM stock_warehouse_orderpoint o
        WHERE o.active AND o.product_min_qty > 0 GROUP BY 1, 2
    )
    SELECT product_id, warehouse_id, coalesce(held.quantity, 0) AS quantity,
           coalesce(wanted.minimum, 0) AS minimum, said.state, said.quantity AS before
    FROM held
    FULL JOIN wanted USING (product_id, warehouse_id)
    FULL JOIN escarcelle_fiscal_stock_level said USING (product_id, warehouse_id)
    ORDER BY warehouse_id, product_id
    """
)


class EscarcelleFiscalStockLevel(models.Model):
    """Where each product stood when it was last looked at: plenty, below its minimum, or none left.

    Looked at aside, every ten minutes: a sale never waits for it. A document is made when a product
    goes below a line, and again only after it has been above.
    """

    _name = "escarcelle.fiscal.stock.level"
    _description = "Stock level last said"
    _log_access = False

    product_id = fields.Many2one("product.product", required=True, readonly=True, ondelete="cascade")
    warehouse_id = fields.Many2one("stock.warehouse", required=True, readonly=True, ondelete="cascade")
    state = fields.Selection(
        [(OK, "Plenty"), (ALERT, "Below its minimum"), (OUT, "None left")], required=True, readonly=True
    )
    quantity = fields.Float(readonly=True)

    _place_uniq = models.UniqueIndex("(product_id, warehouse_id)")

    @api.model
    def _escarcelle_watch(self):
        """Issue RUP and ALT for what crossed a line since the last time (cron)."""
        self.env.flush_all()
        crossed, changed = {}, []
        for row in self.env.execute_query_dict(LEVELS):
            state = _state(row["quantity"], row["minimum"])
            if state != row["state"] or row["quantity"] != row["before"]:
                changed.append((row["product_id"], row["warehouse_id"], state, row["quantity"]))
            kind = {OUT: "RUP", ALERT: "ALT"}.get(state)
            # Coming back from none to a little is no new alert.
            if kind and state != row["state"] and (row["state"], state) != (OUT, ALERT):
                crossed.setdefault((row["warehouse_id"], kind), []).append(row)
        self._escarcelle_say(changed)
        self.env["escarcelle.fiscal.outbox"]._escarcelle_issue_all(self._escarcelle_documents(crossed))

    def _escarcelle_say(self, changed):
        if changed:
            self.env.execute_query(
                SQL(
                    "INSERT INTO %s (product_id, warehouse_id, state, quantity) VALUES %s"
                    " ON CONFLICT (product_id, warehouse_id)"
                    " DO UPDATE SET state = excluded.state, quantity = excluded.quantity"
                    " RETURNING id",
                    SQL.identifier(self._table),
                    SQL(", ").join(SQL("(%s, %s, %s, %s)", *row) for row in changed),
                )
            )
            self.invalidate_model()

    def _escarcelle_documents(self, crossed):
        products = self.env["product.product"].browse(
            [row["product_id"] for rows in crossed.values() for row in rows]
        )
        known = {product.id: product for product in products}
        now = self.env.cr.now()
        documents = []
        for (warehouse_id, kind), rows in crossed.items():
            warehouse = self.env["stock.warehouse"].browse(warehouse_id)
            documents.append(
                (
                    kind,
                    {
                        "company": warehouse.company_id,
                        "reference": f"{warehouse.code} {now:%Y%m%d%H%M%S}",
                        "date": piece_values.instant(now),
                        "lines": [_line(known[row["product_id"]], warehouse, row) for row in rows],
                    },
                    (warehouse, f"{kind} {now.isoformat()}"),
                )
            )
        return documents


def _state(quantity, minimum):
    if quantity <= 0:
        return OUT
    return ALERT if quantity < minimum else OK


def _line(product, warehouse, row):
    return piece_values.line(
        product,
        row["quantity"],
        source=warehouse.lot_stock_id.complete_name,
        before=f"{row['before']:.3f}" if row["before"] is not None else "",
        reason=f"minimum {row['minimum']:.3f}".replace(".", ",") if row["minimum"] else "",
    )
