from datetime import datetime

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

TOLD, LIKELY, POSSIBLE = "told", "likely", "possible"
CERTAINTY = [
    (TOLD, "Lot read at the till"),
    (LIKELY, "Deduced: first to expire"),
    (POSSIBLE, "Possible: was in stock that day"),
]

#: Sales of goods and the lots they may come from. A lot is there from its entry until it may be given no more:
#: what the stock says is gone may still be on the shelf, as a till sells goods and not lots.
SALES = """
    WITH known AS (
        SELECT lot.id, lot.product_id, lot.name,
               coalesce((SELECT min(entry.date) FROM stock_move_line entry
                         JOIN stock_location here ON here.id = entry.location_id
                         JOIN stock_location there ON there.id = entry.location_dest_id
                         WHERE entry.lot_id = lot.id AND entry.state = 'done'
                           AND here.usage <> 'internal' AND there.usage = 'internal'), lot.create_date) AS entered,
               CASE WHEN EXISTS (SELECT 1 FROM stock_quant held JOIN stock_location place ON place.id = held.location_id
                                 WHERE held.lot_id = lot.id AND place.usage = 'internal' AND held.quantity > 0)
                    THEN NULL ELSE lot.removal_date END AS over
        FROM stock_lot lot WHERE %(lots)s
    ), sold AS (
        SELECT line.id, line.product_id, o.id AS order_id, o.date_order, o.partner_id, o.session_id,
               line.qty + coalesce((SELECT sum(back.qty) FROM pos_order_line back
                                    WHERE back.refunded_orderline_id = line.id), 0) AS quantity
        FROM pos_order_line line JOIN pos_order o ON o.id = line.order_id
        WHERE o.company_id = %(company)s AND o.state NOT IN ('draft', 'cancel') AND line.qty > 0 AND %(sales)s
    )
    SELECT sold.order_id, sold.product_id, sold.partner_id, sold.date_order, known.id AS lot_id,
           sum(sold.quantity) AS quantity,
           min(CASE WHEN told.names IS NOT NULL THEN 'a'
                    WHEN EXISTS (SELECT 1 FROM stock_move_line out JOIN stock_picking p ON p.id = out.picking_id
                                 WHERE out.lot_id = known.id AND out.state = 'done'
                                   AND (p.pos_order_id = sold.order_id
                                        OR (p.pos_order_id IS NULL AND p.pos_session_id = sold.session_id)))
                    THEN 'b' ELSE 'c' END) AS rank
    FROM sold
    JOIN known ON known.product_id = sold.product_id
    LEFT JOIN LATERAL (SELECT array_agg(pack.lot_name) AS names FROM pos_pack_operation_lot pack
                       WHERE pack.pos_order_line_id = sold.id AND pack.lot_name IS NOT NULL) told ON true
    WHERE sold.quantity > 0
      AND (known.name = ANY(told.names)
           OR (told.names IS NULL AND sold.date_order >= known.entered
               AND (known.over IS NULL OR sold.date_order <= known.over)))
    GROUP BY 1, 2, 3, 4, 5
    ORDER BY sold.date_order DESC, sold.order_id DESC
"""
#: Every sale of some goods since an instant, whatever the lot: what came back is taken off.
SALES_OF_GOODS = """
    SELECT o.id AS order_id, line.product_id, o.partner_id, o.date_order, NULL AS lot_id, 'c' AS rank,
           sum(line.qty + coalesce((SELECT sum(back.qty) FROM pos_order_line back
                                    WHERE back.refunded_orderline_id = line.id), 0)) AS quantity
    FROM pos_order_line line JOIN pos_order o ON o.id = line.order_id
    WHERE o.company_id = %(company)s AND o.state NOT IN ('draft', 'cancel') AND line.qty > 0
      AND line.product_id IN %(goods)s AND o.date_order >= %(since)s
    GROUP BY 1, 2, 3, 4
    HAVING sum(line.qty + coalesce((SELECT sum(back.qty) FROM pos_order_line back
                                    WHERE back.refunded_orderline_id = line.id), 0)) > 0
    ORDER BY o.date_order DESC, o.id DESC
"""
RANKS = {"a": TOLD, "b": LIKELY, "c": POSSIBLE}
#: Lots that are asked about one by one; a household file that is larger has been asked for by mistake.
MOST = 20000


class EscarcelleTrace(models.TransientModel):
    """From a lot to the tickets and cards it went to; from a card to the lots it may have received."""

    _name = "escarcelle.trace"
    _description = "Tracing"

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    way = fields.Selection(
        [("lot", "Where did this lot go?"), ("card", "What did this card receive?")],
        "Question", required=True, default="lot",
    )  # fmt: skip
    product_id = fields.Many2one("product.product", "Good", domain="[('tracking', '!=', 'none')]")
    lot_ids = fields.Many2many("stock.lot", string="Lots", domain="[('product_id', '=?', product_id)]")
    code = fields.Char("Card or household code", help="The number on the card, or the code of the file (F00012).")
    line_ids = fields.One2many("escarcelle.trace.line", "trace_id")
    path_ids = fields.Many2many(
        "stock.move.line", string="Entries and exits", compute="_compute_path_ids",
        help="Where these lots came from, and where else than to a till they went.",
    )  # fmt: skip
    answered = fields.Boolean()
    guessed = fields.Boolean(compute="_compute_guessed")

    @api.depends("way")
    def _compute_display_name(self):
        self.display_name = self.env._("Tracing")

    @api.depends("line_ids.certainty")
    def _compute_guessed(self):
        for trace in self:
            trace.guessed = bool(trace.line_ids.filtered(lambda line: line.certainty != TOLD))

    @api.depends("answered", "way", "lot_ids", "line_ids.lot_id")
    def _compute_path_ids(self):
        """From whom the lots came, and what became of them: returned, lost, sent to another shop, repacked. What a
        till sold stands among the tickets."""
        leaves = Domain("location_id.usage", "=", "internal") & Domain("location_dest_id.usage", "!=", "internal")
        enters = Domain("location_id.usage", "!=", "internal") & Domain("location_dest_id.usage", "=", "internal")
        till = Domain("picking_id.pos_session_id", "!=", False) | Domain("picking_id.pos_order_id", "!=", False)
        for trace in self:
            lots = trace.line_ids.lot_id if trace.way == "card" else trace._escarcelle_with_bags(trace.lot_ids)
            trace.path_ids = trace.answered and lots and self.env["stock.move.line"].search(
                Domain("lot_id", "in", lots.ids) & Domain("state", "=", "done")
                & Domain("company_id", "=", trace.company_id.id) & ~till
                & (enters if trace.way == "card" else enters | leaves),
                order="date, id", limit=MOST,
            )  # fmt: skip

    def action_search(self):
        self.ensure_one()
        self.line_ids.unlink()
        if self.way == "lot":
            if not self.lot_ids:
                raise UserError(self.env._("Choose the lots to follow."))
            rows = self._escarcelle_sales_of(self.lot_ids, self.company_id)
        else:
            rows = self._escarcelle_lots_of(self._escarcelle_household(), self.company_id)
        # Who may not read households has the codes only: the fields that name them are closed to them.
        self.env["escarcelle.trace.line"].sudo().create(
            [{"trace_id": self.id, **values} for values in self._escarcelle_values(rows)]
        )
        self.answered = True
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Tracing"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "current",
        }

    def action_recall(self):
        """Open a recall of the lots followed."""
        self.ensure_one()
        lots = self._escarcelle_with_bags(self.lot_ids)
        if not lots:
            raise UserError(self.env._("Choose the lots to follow."))
        recall = self.env["escarcelle.recall"].create(
            {"company_id": self.company_id.id, "lot_ids": [fields.Command.set(lots.ids)]}
        )
        recall.action_find()
        return {
            "type": "ir.actions.act_window",
            "res_model": "escarcelle.recall",
            "res_id": recall.id,
            "view_mode": "form",
        }

    def _escarcelle_household(self):
        """The household of that card or code, in this shop; UserError when there is none."""
        code = (self.code or "").strip()
        if not code:
            raise UserError(self.env._("Type or scan a card number, or a household code."))
        households = self.env["escarcelle.household"].sudo().with_context(active_test=False)
        found = households.search(
            [
                ("company_id", "=", self.company_id.id),
                "|", ("code", "=ilike", code.replace("\\", "").replace("%", "").replace("_", "")),
                ("card_ids.number", "=", code),
            ],
            limit=1,
        )  # fmt: skip
        if not found:
            raise UserError(self.env._("No household of this shop has the card or code %s.", code[:40]))
        return found

    # -- what was sold -----------------------------------------------------------------------------

    @api.model
    def _escarcelle_sales_of(self, lots, company):
        """Rows of the sales these lots, and the bags made of them, may have gone into."""
        lots = self._escarcelle_with_bags(lots)
        if not lots:
            return []
        return self._escarcelle_query(
            company,
            SQL("lot.id IN %s", tuple(lots.ids)),
            SQL("line.product_id IN %s", tuple(lots.product_id.ids)),
        )

    @api.model
    def _escarcelle_sales_of_goods(self, goods, since, company):
        """Rows of the sales of ``goods`` since the day ``since`` (none: ever), whatever the lot: all are possible."""
        if not goods:
            return []
        start = company._escarcelle_day_bounds(since)[0] if since else datetime.min
        self.env.flush_all()
        return self._escarcelle_bounded(
            SQL(SALES_OF_GOODS, company=company.id, goods=tuple(goods.ids), since=start)
        )

    @api.model
    def _escarcelle_lots_of(self, household, company):
        """Rows of the lots the tickets of this household may hold."""
        partner = household.partner_id
        if not partner:
            return []
        return self._escarcelle_query(
            company,
            SQL(
                "lot.product_id IN (SELECT bought.product_id FROM pos_order_line bought"
                " JOIN pos_order paid ON paid.id = bought.order_id WHERE paid.partner_id = %s)"
                " AND (lot.company_id IS NULL OR lot.company_id = %s)",
                partner.id, company.id,
            ),
            SQL("o.partner_id = %s", partner.id),
        )  # fmt: skip

    def _escarcelle_query(self, company, lots, sales):
        self.env.flush_all()
        return self._escarcelle_bounded(SQL(SALES, company=company.id, lots=lots, sales=sales))

    def _escarcelle_bounded(self, query):
        rows = self.env.execute_query_dict(query)
        if len(rows) > MOST:
            raise UserError(self.env._("More than %s tickets: choose fewer lots at a time.", MOST))
        return rows

    @api.model
    def _escarcelle_with_bags(self, lots):
        """These lots and, one repacking after the other, the lots of the bags made of them."""
        found, fresh = lots, lots
        while fresh:
            bags = self.env["escarcelle.repacking.line"].search(
                [("repacking_id.lot_id", "in", fresh.ids), ("repacking_id.state", "=", "done")]
            )
            wanted = {(line.product_id.id, line.lot_name) for line in bags if line.lot_name}
            made = self.env["stock.lot"].search(
                [("product_id", "in", bags.product_id.ids), ("name", "in", bags.mapped("lot_name"))]
            ).filtered(lambda lot, wanted=wanted: (lot.product_id.id, lot.name) in wanted)
            fresh = made - found
            found |= fresh
        return found

    @api.model
    def _escarcelle_values(self, rows):
        partners = {row["partner_id"] for row in rows} - {None}
        households = self.env["escarcelle.household"].sudo().with_context(active_test=False)
        by_partner = {
            home.partner_id.id: home
            for home in households.search_fetch([("partner_id", "in", list(partners))], ["partner_id", "code"])
        }
        empty = households.browse()
        return [
            {
                "order_id": row["order_id"],
                "product_id": row["product_id"],
                "lot_id": row["lot_id"],
                "date": row["date_order"],
                "quantity": row["quantity"],
                "certainty": RANKS[row["rank"]],
                "household_id": by_partner.get(row["partner_id"], empty).id,
                "household_code": by_partner.get(row["partner_id"], empty).code,
            }
            for row in rows
        ]


class EscarcelleTraceLine(models.TransientModel):
    """A sale and a lot it may come from."""

    _name = "escarcelle.trace.line"
    _description = "Sale of a Lot"
    _order = "date desc, id"

    trace_id = fields.Many2one("escarcelle.trace", required=True, ondelete="cascade", index=True)
    order_id = fields.Many2one("pos.order", "Sale", groups="escarcelle_social.group_manager")
    ticket = fields.Char(compute="_compute_ticket")
    product_id = fields.Many2one("product.product", "Good")
    lot_id = fields.Many2one("stock.lot", "Lot")
    lot_date = fields.Date(related="lot_id.escarcelle_date")
    date = fields.Datetime("Sold on")
    quantity = fields.Float(digits=(16, 3))
    household_id = fields.Many2one("escarcelle.household", "Household", groups="escarcelle_social.group_manager")
    household_code = fields.Char("Household code")
    certainty = fields.Selection(CERTAINTY)

    @api.depends("lot_id")
    def _compute_ticket(self):
        for line in self.sudo():
            line.ticket = line.order_id.name
