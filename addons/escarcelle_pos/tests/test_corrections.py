from decimal import Decimal

from odoo.tests import tagged

from .common import TillCase


@tagged("post_install", "-at_install")
class TestCorrections(TillCase):
    """Cancellations, exchanges and training of a till, in Odoo."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.till, cls.device = cls._till()
        cls.other, cls.second = cls._till("Autre")

    def _differences(self, kind):
        return self.env["escarcelle.difference"].search(
            [("kind", "=", kind), ("till_id", "in", (self.till.id, self.other.id))]
        )

    def test_a_cancelled_ticket_comes_to_nothing(self):
        sale = self.device.sell([self.row(), self.row(2000, "9.9900", "2", discount="12.5")])
        sale["rows"] = [self.row(), self.row(2000, "9.9900", "2", discount="12.5")]
        back = self.device.refund(sale)
        self.ingest(self.till, sale, back)
        orders = self.order(sale) | self.order(back)
        self.assertEqual(sum(orders.mapped("amount_total")), 0)
        self.assertEqual(sum(orders.mapped("amount_tax")), 0)
        self.assertEqual(self.order(back).lines.refunded_orderline_id, self.order(sale).lines)
        self.assertTrue(self.order(back).is_refund)
        self.assertFalse(self._differences("refund"))

    def test_an_exchange_moves_stock_both_ways_and_is_paid_by_its_difference(self):
        sale = self.device.sell([self.row(quantity="2")])
        line = sale["order"]["lines"][0]["uuid"]
        exchange = self.device.sell(
            [self.row(quantity="-1", origin=line), self.row(2000, "9.9900", "1")], payments=[(None, 749)]
        )
        self.device.pass_time(days=1)
        self.ingest(self.till, sale, exchange, self.device.close_elapsed())
        order = self.order(exchange)
        self.assertAlmostEqual(order.amount_total, 7.49)
        self.assertEqual(order.lines.mapped("qty"), [-1.0, 1.0])
        self.assertEqual(order.lines[0].refunded_orderline_id.uuid, line)
        [session] = self.close_due(self.till)
        self.assertEqual(session.state, "closed", session.escarcelle_close_error)
        moved = self.env["stock.move"].search([("picking_id.pos_session_id", "=", session.id)])
        moved = moved.filtered(lambda move: move.product_id == self.products[550])
        sold = moved.filtered(lambda move: move.location_dest_id.usage == "customer")
        self.assertEqual(sum(sold.mapped("quantity")) - sum((moved - sold).mapped("quantity")), 1.0)
        self.assertEqual(self.recomputed(order), (749, round(order.amount_tax * 100)))

    def test_goods_given_back_at_two_tills_are_shown(self):
        sale = self.device.sell([self.row(quantity="2")])
        line = sale["order"]["lines"][0]["uuid"]
        here = self.device.sell([self.row(quantity="-2", origin=line)], operation="ANN")
        there = self.second.sell(
            [self.row(quantity="-1", origin=line)], operation="ANN", payments=[(self.second.cash, -250)]
        )
        self.ingest(self.till, sale, here)
        self.assertFalse(self._differences("refund"))
        [ack] = self.ingest(self.other, there)
        self.assertEqual((ack["status"], ack["order"]), ("stored", "built"), "a signed ticket is never refused")
        difference = self._differences("refund")
        self.assertEqual(len(difference), 1)
        self.assertEqual((difference.reference, difference.ticket_amount), (line, -2.5))
        self.assertEqual(difference.order_id, self.order(there))

    def test_a_ticket_that_gives_five_hundred_lines_back_is_stored(self):
        """One JET line a returned line: the entry is long, and sound."""
        from escarcelle_core import chain
        from escarcelle_core.documents import JetEvent
        from escarcelle_core.jet import REFUND

        sale = self.device.sell([self.row()])
        line = sale["order"]["lines"][0]["uuid"]
        back = self.device.sell([self.row(quantity="-1", origin=line)], operation="ANN")
        for _line in range(520):
            issue = chain.issue_event(self.device.state, self.device.desk, JetEvent(REFUND, "x"), self.device.at)
            self.device.state = issue.state
            back["records"] += [record.as_json() for record in issue.records]
        acks = self.ingest(self.till, sale, back)
        self.assertEqual([ack["status"] for ack in acks], ["stored", "stored"])

    def test_school_leaves_nothing_in_odoo(self):
        product = self.products[550]
        counted = ("pos.order", "pos.payment", "stock.move", "stock.quant", "account.move", "account.move.line")
        before = {model: self.env[model].search_count([]) for model in counted}
        entries = [self.device.sell([self.row(quantity=str(Decimal(n)))], training=True) for n in range(1, 4)]
        acks = self.ingest(self.till, *entries)
        self.assertEqual({(ack["status"], ack["order"]) for ack in acks}, {("stored", "none")})
        self.device.pass_time(days=1)
        self.ingest(self.till, self.device.close_elapsed())
        self.close_due(self.till)
        self.env.flush_all()
        self.assertEqual({model: self.env[model].search_count([]) for model in counted}, before)
        self.assertEqual(product.qty_available, 0)
        self.env.cr.execute(
            "SELECT count(*), max(seq) FROM fiscal.record WHERE till = %s AND kind = 'ECO'", [self.device.uid8]
        )
        self.assertEqual(self.env.cr.fetchone(), (3, 3))
        self.env.cr.execute(
            "SELECT DISTINCT totals->>'perpetual_absolute' FROM fiscal.record WHERE till = %s", [self.device.uid8]
        )
        self.assertEqual(self.env.cr.fetchall(), [("0",)])
