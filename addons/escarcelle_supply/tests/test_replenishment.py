import time
from datetime import date, datetime, timedelta

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged
from odoo.tools import formatLang
from psycopg2.errors import CheckViolation

from ..tools import need
from .common import TODAY, SupplyCase


@tagged("post_install", "-at_install")
class TestNeed(TransactionCase):
    """The arithmetic, by hand. 21 November 2026 is a Saturday."""

    def test_calendar(self):
        tuesday_friday = frozenset({1, 4})
        for today, delay, expected in (
            (date(2026, 11, 21), 0, (24, 27)),
            (date(2026, 11, 24), 0, (24, 27)),
            (date(2026, 11, 24), 1, (27, 1)),
            (date(2026, 12, 29), 3, (1, 5)),
            (date(2028, 2, 28), 1, (29, 3)),
        ):
            found = need.calendar(today, delay, tuesday_friday)
            self.assertEqual((found.first.day, found.second.day), expected)
        found = need.calendar(date(2026, 11, 21), 2, frozenset())
        self.assertEqual((found.first.day, found.second.day), (23, 30))
        self.assertEqual(need.calendar(date(2026, 11, 21), -5, frozenset()).first.day, 21)

    def test_need(self):
        until = TODAY + timedelta(days=9)  # ten days
        for rate, lots, awaited, minimum, wasted, missing in (
            (2, [(None, 5)], 0, 0, 0, 15),
            (2, [(None, 5)], 4, 0, 0, 11),
            (2, [(None, 50)], 0, 0, 0, 0),
            # Six in a lot that lasts today and tomorrow: four are sold, two wasted.
            (2, [(TODAY + timedelta(days=1), 6), (None, 1)], 0, 0, 2, 15),
            # The second lot starts when the first is sold.
            (1, [(TODAY + timedelta(days=1), 2), (TODAY + timedelta(days=2), 3)], 0, 0, 2, 7),
            (2, [(TODAY - timedelta(days=1), 9)], 0, 0, 9, 20),
            (0, [(None, 1)], 0, 4, 0, 3),
            (0, [(TODAY + timedelta(days=1), 5)], 0, 4, 0, 0),
            (2, [(None, -3)], 0, 0, 0, 23),
            (0, [], 0, 0, 0, 0),
        ):
            found = need.need(TODAY, until, rate, lots, awaited, minimum)
            self.assertEqual((found.wasted, found.missing), (wasted, missing), (rate, lots))

    def test_rounded_up(self):
        for quantity, step, minimum, expected in (
            (0, 1, 12, 0), (0.1, 1, 0, 1), (2.0000001, 1, 0, 2), (5, 6, 0, 6), (5, 6, 7, 12), (13, 6, 12, 18),
            (-3, 1, 5, 0), (2.2, 0, 0, 3),
        ):  # fmt: skip
            self.assertEqual(need.rounded_up(quantity, step, minimum), expected, (quantity, step))


@tagged("post_install", "-at_install")
class TestReplenishment(SupplyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["product.supplierinfo"].search([]).unlink()
        cls.partner.write({"escarcelle_tuesday": True, "escarcelle_friday": True})
        cls.other = cls.env["res.partner"].create({"name": "Grossiste"})
        cls.box = cls.env["uom.uom"].create(
            {"name": "Carton de 6", "relative_factor": 6, "relative_uom_id": cls.env.ref("uom.product_uom_unit").id}
        )
        cls.env["product.supplierinfo"].create(
            [
                {"partner_id": cls.partner.id, "product_tmpl_id": cls.milk.product_tmpl_id.id, "price": 4.8,
                 "product_uom_id": cls.box.id, "delay": 1, "min_qty": 2},
                {"partner_id": cls.other.id, "product_tmpl_id": cls.rice.product_tmpl_id.id, "price": 1, "delay": 2},
            ]
        )  # fmt: skip
        rules = cls.env["escarcelle.supply.policy"]._escarcelle_for(cls.company)
        rules.write({"sales_days": 28, "safety_days": 2})
        old = datetime(2026, 1, 1)
        cls.env.cr.execute(
            "UPDATE product_product SET create_date = %s WHERE id IN %s", [old, (cls.milk.id, cls.rice.id)]
        )
        cls.env.invalidate_all()
        cls.lines = cls.env["escarcelle.replenishment"].with_user(cls.keeper)

    def _sold(self, product, quantity, days_ago=3, lot=None):
        picking = self._transfer(self.warehouse.out_type_id, self.stock, self.customer, quantity, product)
        for move in picking.move_ids:
            move.quantity = quantity
            move.picked = True
        picking._action_done()
        when = datetime.combine(TODAY - timedelta(days=days_ago), datetime.min.time()) + timedelta(hours=10)
        picking.move_ids.move_line_ids.date = when

    def _propose(self):
        self.lines.action_escarcelle_propose()
        return {line.product_id: line for line in self.lines.search([])}

    def test_proposed_and_explained(self):
        self._lot(self.milk, 60, 56)
        self._sold(self.milk, 28 * 1.5)
        # 1.5 a day; 14 are left. Next delivery Tuesday 24, the one after Friday 27, two days of safety:
        # 21 to 28 November, eight days, 12 wanted.
        line = self._propose()[self.milk]
        self.assertEqual((line.sold_per_day, line.on_hand, line.proposed), (1.5, 14, 0))
        self.assertEqual((line.delivery_date, line.cover_until), (date(2026, 11, 24), date(2026, 11, 28)))
        self.milk_lot = self.env["stock.lot"].search([("product_id", "=", self.milk.id)])
        self.milk_lot.escarcelle_date = TODAY + timedelta(days=1)
        # Two days to sell 14: 3 are sold, 11 wasted; 9 missing make two boxes of six.
        line = self._propose()[self.milk]
        self.assertEqual((line.wasted, line.proposed, line.uom_id, line.amount), (11, 2, self.box, 9.6))
        for piece in (formatLang(self.env, 1.5), "14", "11", "12"):
            self.assertIn(piece, line.explanation)

    def test_the_least_a_supplier_sells(self):
        self._held(self.rice, 28)
        self._sold(self.rice, 28)
        line = self._propose()[self.rice]
        # Delivered on Monday 23, the next a week later: until 1 December, eleven days.
        self.assertEqual((line.sold_per_day, line.cover_until, line.proposed), (1, date(2026, 12, 1), 11))

    def test_what_is_not_from_sales_is_explained_too(self):
        """The shop wants to hold forty, its supplier sells by a hundred: both say why a hundred are proposed."""
        self.env["stock.warehouse.orderpoint"].create(
            {"product_id": self.rice.id, "location_id": self.stock.id, "company_id": self.company.id,
             "product_min_qty": 40, "product_max_qty": 40, "trigger": "manual"}
        )  # fmt: skip
        seller = self.env["product.supplierinfo"].search([("product_tmpl_id", "=", self.rice.product_tmpl_id.id)])
        for least, proposed, told, untold in ((1, 40, "40", "100"), (100, 100, "100", "nothing")):
            seller.min_qty = least
            line = self._propose()[self.rice]
            self.assertEqual(line.proposed, proposed)
            self.assertIn(told, line.explanation)
            self.assertIn("40", line.explanation)
            self.assertNotIn(untold, line.explanation)

    def test_what_is_awaited_is_not_ordered_twice(self):
        self._held(self.rice, 28)
        self._sold(self.rice, 28)
        order = self.env["purchase.order"].create(
            {"partner_id": self.other.id, "company_id": self.company.id,
             "order_line": [Command.create({"product_id": self.rice.id, "product_qty": 4})]}
        )  # fmt: skip
        self.assertEqual(self._propose()[self.rice].proposed, 7)
        order.button_confirm()
        self.assertEqual(self._propose()[self.rice].proposed, 7)
        self._validate(order.picking_ids)
        line = self._propose()[self.rice]
        self.assertEqual((line.on_order, line.on_hand, line.proposed), (0, 4, 7))

    def test_old_sales_do_not_count_and_returns_do(self):
        self._held(self.rice, 56)
        self._sold(self.rice, 28, days_ago=40)
        self.assertEqual(self._propose()[self.rice].sold_per_day, 0)
        self._sold(self.rice, 28)
        self._validate(self._transfer(self.warehouse.in_type_id, self.customer, self.stock, 14, self.rice))
        self.env["stock.move.line"].search([("product_id", "=", self.rice.id)], order="id desc", limit=1).date = (
            datetime(2026, 11, 20, 9)
        )
        self.assertEqual(self._propose()[self.rice].sold_per_day, 0.5)

    def test_ordered_in_one_click_once(self):
        self._held(self.rice, 28)
        self._sold(self.rice, 28)
        lines = self._propose()
        lines[self.milk].quantity = 3
        every = lines[self.milk] | lines[self.rice]
        action = every.action_order()
        orders = self.env["purchase.order"].search(action["domain"])
        self.assertEqual(orders.partner_id, self.partner | self.other)
        milk = orders.order_line.filtered(lambda line: line.product_id == self.milk)
        self.assertEqual(
            (milk.product_qty, milk.product_uom_id, milk.price_unit, milk.date_planned.date()),
            (3, self.box, 4.8, date(2026, 11, 24)),
        )
        with self.refused(UserError, "already"):
            every.action_order()
        # Proposed again, what is being ordered counts.
        self.assertEqual(self._propose()[self.rice].proposed, 0)

    def test_a_correction_of_the_day_stays_while_the_same_is_proposed(self):
        self._held(self.rice, 28)
        self._sold(self.rice, 28)

        def corrected(quantity, when):
            line = self._propose()[self.rice]
            line.quantity = quantity
            line.flush_recordset()
            self.env.cr.execute(
                "UPDATE escarcelle_replenishment SET create_date = %s WHERE id = %s",
                [when, line.id],
            )
            line.invalidate_recordset()
            return self._propose()[self.rice]

        today = datetime.combine(TODAY, datetime.min.time()) + timedelta(hours=9)
        for quantity in (20, 0):
            line = corrected(quantity, today)
            self.assertEqual((line.proposed, line.quantity, line.amount), (11, quantity, quantity))
        # Yesterday's is forgotten, and so is one of what is not proposed any more.
        self.assertEqual(corrected(20, today - timedelta(days=1)).quantity, 11)
        self._held(self.rice, 4)
        line = corrected(9, today)
        self.assertEqual((line.proposed, line.quantity), (7, 9))
        self._held(self.rice, 1)
        self.assertEqual(self._propose()[self.rice].quantity, 6)

    def test_only_one_supplier(self):
        self._held(self.rice, 28)
        self._sold(self.rice, 28)
        lines = self._propose()
        lines[self.milk].quantity = 3
        action = lines[self.rice].action_order_supplier()
        self.assertEqual(self.env["purchase.order"].browse(action["res_id"]).partner_id, self.other)
        self.assertTrue(lines[self.milk].exists())

    def test_nonsense(self):
        line = self._propose()[self.rice]
        with self.refused(CheckViolation):
            line.quantity = -1
            self.env.flush_all()
        line.quantity = 0
        with self.refused(UserError):
            line.action_order()

    def test_four_hundred_goods_in_a_second_or_two(self):
        goods = self.env["product.product"].create(
            [{"name": f"Produit {n}", "is_storable": True} for n in range(400)]
        )
        self.env["product.supplierinfo"].create(
            [
                {"partner_id": self.partner.id, "product_tmpl_id": good.product_tmpl_id.id, "price": 1}
                for good in goods
            ]
        )
        self.env.flush_all()
        self.env.invalidate_all()
        before, start = self.env.cr.sql_log_count, time.monotonic()
        self.assertEqual(len(self._propose()), 402)
        spent, queries = time.monotonic() - start, self.env.cr.sql_log_count - before
        self.assertLess(queries, 120)
        self.assertLess(spent, 5)
