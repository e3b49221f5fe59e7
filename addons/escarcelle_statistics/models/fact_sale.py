"""What a ticket tells: the goods that left, and the household that came. Never on the way of the ticket."""

from collections import defaultdict
from datetime import date, timezone
from decimal import Decimal
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL

from escarcelle_core.money import half_up

from ..tools.stores import AMOUNTS, HOME

#: What a line holds that a fact needs, and the source of the lot when the till read it.
LINES = """
SELECT line.order_id, line.product_id, line.qty::numeric AS qty, line.price_subtotal_incl::numeric AS paid,
       lot.escarcelle_funding_source_id AS source_id
  FROM pos_order_line line
  LEFT JOIN LATERAL (
       SELECT found.escarcelle_funding_source_id
         FROM pos_pack_operation_lot told
         JOIN stock_lot found ON found.product_id = line.product_id AND found.name = told.lot_name
              AND coalesce(found.company_id, line.company_id) = line.company_id
        WHERE told.pos_order_line_id = line.id AND found.escarcelle_funding_source_id IS NOT NULL LIMIT 1
       ) lot ON TRUE
 WHERE line.order_id IN %s
 ORDER BY line.order_id, line.id
"""
PAID = ("paid", "done", "invoiced")


class Ticket(NamedTuple):
    """Business day of a ticket; whether something was bought with it (not only given back)."""

    day: date
    bought: bool


def _exact(number):
    """The decimal a figure of the database was, before the driver made a float of it."""
    return Decimal(repr(number))


class EscarcelleTill(models.Model):
    _inherit = "escarcelle.till"

    def _escarcelle_ingested(self, entry, order):
        # EXTENDS 'escarcelle_pos': the ticket is noted, with its own business day; it is counted later
        super()._escarcelle_ingested(entry, order)
        ticket = next((record for record in entry["records"] if record["kind"] == "TCK"), None)
        if ticket and entry.get("order"):
            self.env["escarcelle.fact.event"]._escarcelle_note(
                "pos.order", order.ids, day=fields.Date.to_date(ticket["business_day"])
            )


class PosOrder(models.Model):
    _inherit = "pos.order"

    def action_pos_order_paid(self):
        # EXTENDS 'point_of_sale': a sale without a till program is noted here
        result = super().action_pos_order_paid()
        if self.config_id.escarcelle_signer in ("server", "none"):
            day = self.company_id._escarcelle_rules().business_day(
                self.env["escarcelle.fiscal.device"]._escarcelle_now()
            )
            self.env["escarcelle.fact.event"]._escarcelle_note("pos.order", self.ids, day=day)
        return result

    @api.model
    def _escarcelle_facts(self, _event, events):
        """Goods, visits and people of paid orders (see ``escarcelle.fact.feed``)."""
        days = {event.res_id: event.day for event in events}
        orders = self.browse(days).exists().filtered(lambda order: order.state in PAID)
        if not orders:
            return {}
        lines = self._escarcelle_fact_lines(orders)
        orders = orders.filtered(lambda order: order.id in lines)
        tickets = {
            order: Ticket(
                days[order.id] or order._escarcelle_fact_day(),
                any(line["quantity"] > 0 for line in lines[order.id]),
            )
            for order in orders
        }
        homes, people = self.env["escarcelle.fact.home.reader"]._escarcelle_homes(tickets)
        goods, visits = [], []
        for order, (day, bought) in tickets.items():
            home = homes[order]
            common = {
                "day": day, "company_id": order.company_id.id, "tariff_id": order.pricelist_id.id,
                "public": "household" if home["key"] else "other",
                **{name: home[name] for name in HOME},
            }  # fmt: skip
            goods += [{"kind": "sold", **common, **line} for line in lines[order.id]]
            visits.append(
                {
                    **common, "kind": "purchase", "key": home["key"], "size": home["size"],
                    "visits": int(home["first"]), "tickets": int(bought),
                    **{name: sum(line[name] for line in lines[order.id]) for name in AMOUNTS},
                }
            )  # fmt: skip
        return {"goods": goods, "visit": visits, "person": people}

    def _escarcelle_fact_day(self):
        """Business day of an order that did not say it: the day it was made."""
        self.ensure_one()
        return self.company_id._escarcelle_rules().business_day(
            self.date_order.replace(tzinfo=timezone.utc)
        )

    @api.model
    def _escarcelle_fact_lines(self, orders):
        """``{order id: [figures of a line]}``. Services (a fee) are no goods; what lowers a price is kept."""
        orders.env.flush_all()
        rows = self.env.execute_query_dict(SQL(LINES, tuple(orders.ids)))
        products = self.env["product.product"].sudo().browse({row["product_id"] for row in rows})
        known = products._escarcelle_fact_goods()
        lines = defaultdict(list)
        for row in rows:
            good = known[row["product_id"]]
            cents, qty = half_up(_exact(row["paid"]) * 100), _exact(row["qty"])
            if good["service"]:
                if cents * qty >= 0:
                    continue
                qty = Decimal(0)
            reference = half_up(qty * good["price"] * 100)
            lines[row["order_id"]].append(
                {
                    "product_tmpl_id": good["product_tmpl_id"], "categ_id": good["categ_id"],
                    "source_id": row["source_id"] or good["source_id"], "quantity": qty,
                    "weight": qty * good["kilograms"], "paid": Decimal(cents) / 100,
                    "reference": Decimal(reference) / 100, "savings": Decimal(reference - cents) / 100,
                }
            )  # fmt: skip
        return lines


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _escarcelle_fact_goods(self):
        """What facts keep of each of these goods: ``{id: {…}}``, ``price`` and ``kilograms`` for one unit."""
        return {
            product.id: {
                "product_tmpl_id": product.product_tmpl_id.id,
                "categ_id": product.categ_id.id or None,
                "source_id": product.escarcelle_funding_source_id.id or None,
                "service": product.type == "service",
                "price": Decimal(f"{product.lst_price:.4f}"),
                "kilograms": Decimal(f"{product._escarcelle_weight(1):.6f}"),
            }
            for product in self
        }
