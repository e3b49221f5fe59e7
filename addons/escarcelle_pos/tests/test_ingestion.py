import copy
from datetime import date

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import TillCase


@tagged("post_install", "-at_install")
class TestIngestion(TillCase):
    """Entries of a till become orders that equal their signed tickets."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.till, cls.device = cls._till()

    def test_order_equals_ticket(self):
        entry = self.device.sell(
            [self.row(550, "2.5000", "1.235"), self.row(2000, "9.9900", "2", discount="12.5")], change=300
        )
        [ack] = self.ingest(self.till, entry)
        self.assertEqual(ack, {"uuid": entry["uuid"], "n": 1, "status": "stored", "order": "built"})
        order = self.order(entry)
        # 2.50 × 1.235 = 3.0875 → 3.09 ; 9.99 × 2 × 0.875 = 17.4825 → 17.48
        self.assertAlmostEqual(order.amount_total, 20.57, 6)
        self.assertEqual(order.lines.mapped("price_subtotal_incl"), [3.09, 17.48])
        self.assertEqual(order.lines.mapped("price_subtotal"), [2.93, 14.57])
        self.assertEqual(order.lines.mapped("qty"), [1.235, 2.0])
        self.assertAlmostEqual(order.amount_tax, 0.16 + 2.91, 6)
        self.assertEqual(order.pos_reference, f"{self.till.number}-1")
        self.assertEqual(order.state, "paid")
        self.assertEqual(sorted(order.payment_ids.mapped("amount")), [-3.0, 23.57])
        self.assertTrue(order.payment_ids.filtered("is_change").amount, -3.0)
        self.assertEqual(self.recomputed(order), (2057, 307), "Odoo's own recomputation keeps the cents")

    def test_one_session_a_day_opened_by_the_first_record(self):
        one = self.device.sell([self.row()])
        self.device.pass_time(hours=2)
        two = self.device.sell([self.row()])
        self.device.pass_time(days=1)
        three = self.device.sell([self.row()])
        self.ingest(self.till, one, two, three)
        sessions = (self.order(one) | self.order(two) | self.order(three)).session_id
        self.assertEqual(
            sorted(sessions.mapped("escarcelle_business_day")), [date(2026, 11, 21), date(2026, 11, 22)]
        )
        first = self.order(one).session_id
        self.assertEqual(first, self.order(two).session_id)
        self.assertTrue(first.escarcelle_closed_at, "the first day was closed by the ticket of the second")
        self.assertEqual(first.start_at, self.order(one).date_order)
        self.assertEqual(set(sessions.mapped("state")), {"opened"})

    def test_replay_is_known_and_changes_nothing(self):
        entries = [self.device.sell([self.row()]) for _i in range(3)]
        self.ingest(self.till, *entries)
        acks = self.ingest(self.till, *entries)
        self.assertEqual({(a["status"], a["order"]) for a in acks}, {("known", "built")})
        self.assertEqual(self.env["pos.order"].search_count([("session_id.escarcelle_till_id", "=", self.till.id)]), 3)
        self.assertEqual(self.env["escarcelle.till.entry"].search_count([("till_id", "=", self.till.id)]), 3)

    def test_replay_inside_one_batch(self):
        entry = self.device.sell([self.row()])
        acks = self.ingest(self.till, entry, copy.deepcopy(entry))
        self.assertEqual([a["status"] for a in acks], ["stored", "known"])

    @mute_logger("odoo.sql_db")
    def test_same_number_signed_twice_goes_to_quarantine(self):
        before = self.device.state
        first = self.device.sell([self.row()])
        self.device.state, self.device.n = before, 0
        other = self.device.sell([self.row(2000, "7.0000")])
        self.ingest(self.till, first)
        [ack] = self.ingest(self.till, other)
        self.assertEqual((ack["status"], ack["order"]), ("quarantined", "none"))
        self.assertTrue(ack["reason"])
        self.assertFalse(self.order(other))
        kept = self.env["escarcelle.till.entry"].search([("uuid", "=", other["uuid"])])
        self.assertEqual(kept.state, "quarantined")
        [again] = self.ingest(self.till, other)
        self.assertEqual(again["status"], "quarantined")
        self.assertEqual(len(self.env["escarcelle.till.entry"].search([("uuid", "=", other["uuid"])])), 1)

    def test_altered_entry_is_rejected(self):
        entry = self.device.sell([self.row()])
        forged = copy.deepcopy(entry)
        forged["records"][0]["payload"] = forged["records"][0]["payload"].replace(",250,", ",150,")
        [ack] = self.ingest(self.till, forged)
        self.assertEqual(ack["status"], "rejected")
        self.assertFalse(self.order(entry))
        self.assertFalse(self.env["escarcelle.till.entry"].search([("till_id", "=", self.till.id)]))
        [ack] = self.ingest(self.till, entry)
        self.assertEqual(ack["status"], "stored", "the true one is still welcome")

    def test_shapes_that_are_no_entry(self):
        good = self.device.sell([self.row()])
        bad = [
            None, [], 7, {}, {**good, "uuid": "x"}, {**good, "n": True}, {**good, "n": 0}, {**good, "records": {}},
            {**good, "records": [1]}, {**good, "event": None}, {**good, "event": {"type": "hack"}},
            {**good, "made_at": "yesterday"}, {**good, "order": []}, {**good, "till": "deadbeef"},
        ]  # fmt: skip
        acks = self.ingest(self.till, *bad)
        self.assertEqual([a["status"] for a in acks], ["rejected"] * len(bad))
        self.assertTrue(all(a["reason"] for a in acks))
        self.assertFalse(self.env["escarcelle.till.entry"].search([("till_id", "=", self.till.id)]))

    def test_refund_is_linked_and_negative(self):
        sale = self.device.sell([self.row(550, "2.0000", "3"), self.row(2000, "1.0000", "1")])
        refund = self.device.refund(_with_rows(sale, self), {1: "2"})
        self.ingest(self.till, sale, refund)
        order = self.order(refund)
        self.assertEqual(order.amount_total, -4.0)
        self.assertTrue(order.is_refund)
        self.assertEqual(order.refunded_order_id, self.order(sale))
        self.assertEqual(order.lines.refunded_orderline_id, self.order(sale).lines[0])
        self.assertEqual(self.order(sale).lines[0].refunded_qty, 2)
        self.assertEqual(sum(order.payment_ids.mapped("amount")), -4.0)
        self.assertEqual(self.recomputed(order), (-400, -21))

    def test_refund_that_arrives_before_its_sale_is_linked_later(self):
        other_till, other = self._till("Autre")
        sale = self.device.sell([self.row(550, "2.0000", "3")])
        refund = other.refund(_with_rows(sale, self, self.row(550, "2.0000", "3")))
        [ack] = self.ingest(other_till, refund)
        self.assertEqual(ack["order"], "built")
        difference = self.env["escarcelle.difference"].search([("till_id", "=", other_till.id)])
        self.assertEqual(difference.kind, "origin")
        self.ingest(self.till, sale)
        self.assertEqual(self.order(refund).lines.refunded_orderline_id, self.order(sale).lines)
        self.assertTrue(difference.resolved)

    def test_exempt_sector_has_no_vat(self):
        entry = self.device.sell(
            [{**self.row(550, "2.9900", "1"), "rate": 0}, {**self.row(2000, "1.1100", "0.333"), "rate": 0}],
            sector="EXO_B", position=self.exempt.id,
        )  # fmt: skip
        [ack] = self.ingest(self.till, entry)
        self.assertEqual(ack["order"], "built")
        order = self.order(entry)
        self.assertEqual(order.amount_tax, 0)
        self.assertEqual(order.fiscal_position_id, self.exempt)
        self.assertEqual(order.lines.mapped("price_subtotal"), [2.99, 0.37])
        self.assertFalse(self.env["escarcelle.difference"].search([("till_id", "=", self.till.id)]))

    def test_the_signed_sector_decides_when_the_page_named_none(self):
        """A shop outside VAT: the till signed in its default sector, the page sent no fiscal position."""
        self.exempt.escarcelle_sector = "EXO_B"
        entry = self.device.sell([{**self.row(550, "2.9900", "1"), "rate": 0}], sector="EXO_B", position=None)
        [ack] = self.ingest(self.till, entry)
        self.assertEqual(ack["order"], "built")
        order = self.order(entry)
        self.assertEqual(order.fiscal_position_id, self.exempt)
        self.assertEqual((order.amount_tax, order.lines.price_subtotal), (0, 2.99))

    def test_a_day_of_a_till_is_equal_in_the_three_books(self):
        self.exempt.escarcelle_sector = "EXO_B"
        goods = [self.row(550, "2.5000", "3"), self.row(2000, "1.2000", "1")]
        taxed = self.device.sell(goods)
        exempt = self.device.sell(
            [{**self.row(550, "2.9900", "1"), "rate": 0}], sector="EXO_B", position=self.exempt.id
        )
        back = self.device.refund({**taxed, "rows": goods}, {1: "1"})
        closing = self.device.close()
        self.ingest(self.till, taxed, exempt, back, closing)
        self.close_due(self.till)
        day = self.order(taxed).session_id.escarcelle_business_day
        rows = self.env["escarcelle.fiscal.sales.ledger"]._escarcelle_rows(self.till.company_id, day, day)
        self.assertEqual(
            {(r.sector, r.key, r.closing, r.tickets, r.booked, r.booked_tax, r.state) for r in rows if r.part == "vat"},
            {("TAXABLE", "550", 500, 500, 500, 26, "equal"), ("TAXABLE", "2000", 120, 120, 120, 20, "equal"),
             ("EXO_B", "0", 299, 299, 299, 0, "equal")},
        )  # fmt: skip

    def test_free_goods_make_an_order(self):
        entry = self.device.sell([self.row(550, "0.0000", "2")], payments=[])
        [ack] = self.ingest(self.till, entry)
        self.assertEqual(ack["order"], "built")
        self.assertEqual(self.order(entry).amount_total, 0)

    def test_two_payments(self):
        entry = self.device.sell([self.row(550, "10.0000")], payments=[(self.device.card, 600), (None, 400)])
        self.ingest(self.till, entry)
        methods = {p.payment_method_id.id: p.amount for p in self.order(entry).payment_ids}
        self.assertEqual(methods, {self.device.card[0]: 6.0, self.device.cash[0]: 4.0})

    def test_training_makes_no_order(self):
        entry = self.device.sell([self.row()], training=True)
        [ack] = self.ingest(self.till, entry)
        self.assertEqual((ack["status"], ack["order"]), ("stored", "none"))
        self.assertFalse(self.order(entry))

    def test_vat_changed_on_the_server_follows_the_ticket_and_is_noted(self):
        entry = self.device.sell([self.row(550, "10.5500")])
        self.products[550].taxes_id = self.taxes[2000]
        self.ingest(self.till, entry)
        order = self.order(entry)
        self.assertEqual((order.amount_total, order.amount_tax), (10.55, 0.55))
        self.assertEqual(order.lines.tax_ids, self.taxes[550])
        difference = self.env["escarcelle.difference"].search([("order_id", "=", order.id)])
        self.assertEqual((difference.kind, difference.ticket_amount, difference.server_amount), ("vat", 0.55, 1.76))

    def test_order_that_contradicts_its_ticket_is_noted(self):
        entry = self.device.sell([self.row()], order_changes={"lines": [], "pricelist_id": 999999})
        self.ingest(self.till, entry)
        kinds = self.env["escarcelle.difference"].search([("till_id", "=", self.till.id)]).mapped("kind")
        self.assertEqual(sorted(kinds), ["line", "tariff"])
        self.assertEqual(self.order(entry).amount_total, 2.5, "built from the ticket, by the product's code")

    def test_email_of_a_receipt_is_not_kept(self):
        entry = self.device.sell([self.row()])
        self.ingest(self.till, entry)
        kept = self.env["escarcelle.till.entry"].search([("uuid", "=", entry["uuid"])])
        self.assertNotIn("email", kept.payload["order"])

    def test_a_ticket_costs_a_bounded_number_of_queries(self):
        sales = [self.device.sell([self.row()]) for _i in range(70)]
        self.ingest(self.till, *sales[:10])
        costs = []
        for batch in (sales[10:30], sales[30:70]):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.ingest(self.till, *batch)
            costs.append(self.env.cr.sql_log_count - before)
        # 20 more tickets in the second batch: what each of them costs besides what a batch costs.
        self.assertLess((costs[1] - costs[0]) / 20, 20, costs)

    def test_two_tills_do_not_mix(self):
        other_till, other = self._till("Autre")
        mine = self.device.sell([self.row()])
        theirs = other.sell([self.row()])
        [ack] = self.ingest(self.till, theirs)
        self.assertEqual(ack["status"], "rejected")
        self.ingest(other_till, theirs)
        self.ingest(self.till, mine)
        self.assertNotEqual(self.order(mine).session_id, self.order(theirs).session_id)


def _with_rows(entry, case, *rows):
    """The rows an entry was sold with, for SimulatedTill.refund."""
    rows = rows or [
        {
            "product": case.env["product.product"].browse(line["product_id"]),
            "rate": case.env["product.product"].browse(line["product_id"]).taxes_id.amount * 100,
            "price": line["unit_price"],
            "quantity": line["quantity"],
        }
        for line in entry["order"]["lines"]
    ]
    return {**entry, "rows": [{**row, "rate": int(row["rate"])} for row in rows]}
