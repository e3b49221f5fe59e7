from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date, formatLang

from ..tools import need
from ..tools.shown import number

#: Sold (delivered to households less what came back) since an instant, per good.
SOLD = """
    SELECT line.product_id, sum(CASE WHEN there.usage = 'customer' THEN line.quantity_product_uom
                                     ELSE -line.quantity_product_uom END) AS sold
    FROM stock_move_line line
    JOIN stock_location here ON here.id = line.location_id
    JOIN stock_location there ON there.id = line.location_dest_id
    WHERE line.state = 'done' AND line.company_id = %(company)s AND line.date >= %(since)s
      AND line.product_id IN %(products)s
      AND ((here.usage = 'internal' AND there.usage = 'customer')
        OR (here.usage = 'customer' AND there.usage = 'internal'))
    GROUP BY 1
"""
#: What is on the shelves, by the last day it may be sold.
HELD = """
    SELECT quant.product_id, lot.removal_date::date AS last, sum(quant.quantity) AS quantity
    FROM stock_quant quant
    JOIN stock_location place ON place.id = quant.location_id
    LEFT JOIN stock_lot lot ON lot.id = quant.lot_id
    WHERE place.usage = 'internal' AND quant.company_id = %(company)s AND quant.product_id IN %(products)s
    GROUP BY 1, 2
"""
#: Confirmed and not yet delivered, and orders being written.
AWAITED = """
    SELECT product_id, sum(quantity) AS quantity FROM (
        SELECT move.product_id, move.product_qty AS quantity
        FROM stock_move move
        JOIN stock_location here ON here.id = move.location_id
        JOIN stock_location there ON there.id = move.location_dest_id
        WHERE move.state IN ('waiting', 'confirmed', 'partially_available', 'assigned')
          AND move.company_id = %(company)s AND move.product_id IN %(products)s
          AND here.usage IN ('supplier', 'transit') AND there.usage = 'internal'
        UNION ALL
        SELECT line.product_id, line.product_uom_qty
        FROM purchase_order_line line JOIN purchase_order o ON o.id = line.order_id
        WHERE o.state IN ('draft', 'sent', 'to approve') AND line.company_id = %(company)s
          AND line.product_id IN %(products)s
    ) awaited GROUP BY 1
"""


class EscarcelleReplenishment(models.Model):
    """A good to order from a supplier: how much is proposed and why. Rewritten at each proposal."""

    _name = "escarcelle.replenishment"
    _description = "Replenishment Proposal"
    _order = "partner_id, product_id, id"
    _rec_name = "product_id"

    company_id = fields.Many2one("res.company", "Shop", required=True, readonly=True, index=True)
    partner_id = fields.Many2one("res.partner", "Supplier", required=True, readonly=True, index=True)
    product_id = fields.Many2one("product.product", "Good", required=True, readonly=True, ondelete="cascade")
    category_id = fields.Many2one(related="product_id.categ_id")
    seller_id = fields.Many2one("product.supplierinfo", readonly=True, ondelete="cascade")
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    uom_id = fields.Many2one("uom.uom", "Unit", required=True, readonly=True)
    sold_per_day = fields.Float("Sold a day", digits=(16, 2), readonly=True)
    on_hand = fields.Float("In stock", digits=(16, 3), readonly=True)
    wasted = fields.Float("Will not be sold in time", digits=(16, 3), readonly=True)
    on_order = fields.Float("Awaited", digits=(16, 3), readonly=True)
    delivery_date = fields.Date("Delivery", readonly=True)
    cover_until = fields.Date("Lasts until", readonly=True)
    proposed = fields.Float("Proposed", digits=(16, 3), readonly=True)
    quantity = fields.Float("To order", digits=(16, 3))
    price_unit = fields.Float("Price", digits="Product Price", readonly=True)
    amount = fields.Monetary("Amount", compute="_compute_amount", store=True)
    explanation = fields.Char("Why", readonly=True)

    _quantity_positive = models.Constraint("CHECK (quantity >= 0)", "A quantity to order is not negative.")

    @api.depends("quantity", "price_unit")
    def _compute_amount(self):
        for line in self:
            line.amount = line.quantity * line.price_unit

    # -- proposing ---------------------------------------------------------------------------------

    @api.model
    def action_escarcelle_propose(self):
        """Write the proposal of the current shop anew and open it."""
        self.check_access("create")
        self._escarcelle_propose(self.env.company)
        return self._escarcelle_action()

    def _escarcelle_action(self):
        action = self.env["ir.actions.act_window"]._for_xml_id("escarcelle_supply.replenishment_action")
        return {**action, "target": "main"}

    @api.model
    def _escarcelle_propose(self, company):
        """The proposal of ``company``, in a handful of queries however many goods there are.

        What somebody corrected today stays, as long as the same is proposed: the list may be left and opened again.
        """
        before = self.sudo().search([("company_id", "=", company.id)])
        corrected = before._escarcelle_corrected(company)
        before.unlink()
        sellers = self._escarcelle_sellers(company)
        if not sellers:
            return self.browse()
        facts = self._escarcelle_facts(company, list(sellers))
        rules = self.env["escarcelle.supply.policy"]._escarcelle_for(company)
        today = company._escarcelle_today()
        calendars = {}
        vals_list = []
        for product, seller in sellers.items():
            key = (seller.partner_id, seller.delay)
            if key not in calendars:
                calendars[key] = need.calendar(today, seller.delay, seller.partner_id._escarcelle_weekdays())
            vals_list.append(
                self._escarcelle_line(company, product, seller, facts, rules, today, calendars[key])
            )
        for vals in vals_list:
            key = (vals["partner_id"], vals["product_id"], vals["proposed"])
            vals["quantity"] = corrected.get(key, vals["proposed"])
        return self.create(vals_list)

    def _escarcelle_corrected(self, company):
        """``{(supplier id, good id, proposed): quantity}`` of the lines of today that somebody changed."""
        start = company._escarcelle_day_bounds(company._escarcelle_today())[0]
        return {
            (line.partner_id.id, line.product_id.id, line.proposed): line.quantity
            for line in self
            if line.quantity != line.proposed and line.create_date >= start
        }

    def _escarcelle_sellers(self, company):
        """``{good: the price list line of its supplier}``, the first valid one of each."""
        today = company._escarcelle_today()
        infos = self.env["product.supplierinfo"].search(
            [
                ("company_id", "in", [False, company.id]),
                ("product_tmpl_id.purchase_ok", "=", True),
                ("product_tmpl_id.is_storable", "=", True),
                ("product_tmpl_id.active", "=", True),
                ("product_tmpl_id.company_id", "in", [False, company.id]),
            ],
            order="sequence, min_qty, price, id",
        )
        valid = infos.filtered(
            lambda info: (not info.date_start or info.date_start <= today)
            and (not info.date_end or info.date_end >= today)
        )
        found = {}
        for info in valid:
            for product in info.product_id or info.product_tmpl_id.product_variant_ids:
                found.setdefault(product, info)
        return found

    def _escarcelle_facts(self, company, products):
        ids = tuple(product.id for product in products)
        self.env.flush_all()
        today = company._escarcelle_today()
        rules = self.env["escarcelle.supply.policy"]._escarcelle_for(company)
        since = company._escarcelle_day_bounds(today - timedelta(days=rules.sales_days))[0]
        query = {"company": company.id, "products": ids, "since": since}
        held = {}
        for row in self.env.execute_query_dict(SQL(HELD, **query)):
            held.setdefault(row["product_id"], []).append((row["last"], row["quantity"]))
        sold = {row["product_id"]: row["sold"] for row in self.env.execute_query_dict(SQL(SOLD, **query))}
        awaited = {row["product_id"]: row["quantity"] for row in self.env.execute_query_dict(SQL(AWAITED, **query))}
        minimums = self.env["stock.warehouse.orderpoint"]._read_group(
            [("product_id", "in", ids), ("company_id", "=", company.id)], ["product_id"], ["product_min_qty:sum"]
        )
        return {
            "held": held, "sold": sold, "awaited": awaited,
            "minimum": {product.id: quantity for product, quantity in minimums},
        }  # fmt: skip

    def _escarcelle_line(self, company, product, seller, facts, rules, today, days):
        looked = min(rules.sales_days, max((today - product.create_date.date()).days, 1))
        rate = max(facts["sold"].get(product.id, 0.0), 0.0) / looked
        lots = facts["held"].get(product.id, [])
        awaited = facts["awaited"].get(product.id, 0.0)
        until = days.second - timedelta(days=1) + timedelta(days=rules.safety_days)
        minimum = facts["minimum"].get(product.id, 0.0)
        found = need.need(today, until, rate, lots, awaited, minimum)
        uom = seller.product_uom_id or product.uom_id
        missing = product.uom_id._compute_quantity(found.missing, uom, round=False)
        step = uom.rounding if uom.rounding < 1 and uom != product.uom_id else 1.0
        proposed = need.rounded_up(missing, step, seller.min_qty)
        on_hand = round(sum(quantity for _last, quantity in lots), 3)
        return {
            "company_id": company.id,
            "partner_id": seller.partner_id.id,
            "product_id": product.id,
            "seller_id": seller.id,
            "currency_id": seller.currency_id.id,
            "uom_id": uom.id,
            "sold_per_day": rate,
            "on_hand": on_hand,
            "wasted": found.wasted,
            "on_order": awaited,
            "delivery_date": days.first,
            "cover_until": until,
            "proposed": proposed,
            "price_unit": seller.price * (1 - seller.discount / 100),
            "explanation": self._escarcelle_explain(
                rate, on_hand, found, awaited, days, until,
                minimum=minimum if minimum > found.wanted else 0.0,
                least=seller.min_qty if 0 < missing < seller.min_qty else 0.0,
            ),
        }

    def _escarcelle_explain(self, rate, on_hand, found, awaited, days, until, minimum, least):
        """``minimum``: what the shop wants to hold, when that is more than what sells; ``least``: what the supplier
        wants to sell, when that is more than what is missing; else 0."""
        parts = [
            self.env._(
                "%(rate)s sold a day, %(held)s in stock",
                rate=formatLang(self.env, rate), held=number(self.env, on_hand),
            ),
        ]
        if found.wasted:
            parts.append(self.env._("of which %s will pass its date first", number(self.env, found.wasted)))
        if awaited:
            parts.append(self.env._("%s awaited", number(self.env, awaited)))
        parts.append(
            self.env._(
                "delivered on %(first)s, lasts until %(until)s: %(wanted)s wanted",
                first=format_date(self.env, days.first), until=format_date(self.env, until),
                wanted=number(self.env, found.wanted),
            )
        )  # fmt: skip
        if minimum:
            parts.append(self.env._("at least %s to be held", number(self.env, minimum)))
        if least:
            parts.append(self.env._("sold by %s at least", number(self.env, least)))
        return ", ".join(parts)

    # -- ordering ----------------------------------------------------------------------------------

    def action_order(self):
        """Make one order a supplier of these lines, and open them. A second click finds them gone."""
        lines = self.exists().filtered("quantity")
        if not self.exists():
            raise UserError(self.env._("These goods are ordered already: look at the orders."))
        if not lines:
            raise UserError(self.env._("Type how much to order."))
        orders = self.env["purchase.order"].create(
            [group._escarcelle_order_values(partner) for partner, group in lines.grouped("partner_id").items()]
        )
        lines.unlink()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Orders"),
            "res_model": "purchase.order",
            "view_mode": "form" if len(orders) == 1 else "list,form",
            "res_id": orders.id if len(orders) == 1 else False,
            "domain": [("id", "in", orders.ids)],
        }

    def action_order_supplier(self):
        """Order everything proposed from the supplier of this line."""
        self.ensure_one()
        return self.search(
            [("partner_id", "=", self.partner_id.id), ("company_id", "=", self.company_id.id), ("quantity", ">", 0)]
        ).action_order()

    def _escarcelle_order_values(self, partner):
        day = min(self.mapped("delivery_date"))
        return {
            "partner_id": partner.id,
            "company_id": self.company_id.id,
            "currency_id": self.currency_id[:1].id,
            "origin": self.env._("Replenishment"),
            "date_planned": datetime.combine(day, time(10)),
            "order_line": [
                fields.Command.create(
                    {
                        "product_id": line.product_id.id,
                        "product_qty": line.quantity,
                        "product_uom_id": line.uom_id.id,
                        "date_planned": datetime.combine(line.delivery_date, time(10)),
                    }
                )
                for line in self
            ],
        }
