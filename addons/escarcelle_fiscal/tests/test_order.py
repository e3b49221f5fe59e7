from datetime import datetime, timedelta, timezone
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from escarcelle_core.xml import stamp, ticket_xml

from .common import FiscalCase


@tagged("post_install", "-at_install")
class TestOrder(FiscalCase):
    """Sales on a tablet: signed by the server in the order's transaction."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.session = cls._open(cls.config)

    def test_paid_order_is_signed_and_says_so(self):
        order = self._sell(self.session, [(self.rice, 2), (self.soap, 1)])
        record = self._records("TCK")
        self.assertEqual(order.escarcelle_number, "901-1")
        self.assertEqual(order.escarcelle_shown, "Ticket (VTE) 901-1")
        self.assertEqual(order.escarcelle_excerpt, record.excerpt)
        self.assertEqual(record.origin, order.uuid)
        self.assertEqual(record.amount, 6.2)
        self.assertEqual(record.order_id, order)
        for text in ("Ticket (VTE) 901-1", "2 lignes", "SIRET 82345678900014", "NAF 8899B", "France",
                     f"Signature {record.excerpt}"):  # fmt: skip
            self.assertIn(text, order.escarcelle_mention)

    def test_first_record_of_a_device_is_its_initialisation(self):
        self._sell(self.session, [(self.rice, 1)])
        kinds = [(r.kind, r.payload.split(",")[1]) for r in self._records(till=901)]
        self.assertEqual(kinds[0], ("JET", "260"))
        self.assertEqual(kinds[1][0], "TCK")

    def test_the_answer_of_the_sale_carries_number_and_mention(self):
        data = self._order(self.session, [(self.rice, 1)])
        answer = self.env["pos.order"].sync_from_ui([data])["pos.order"][0]
        self.assertEqual(answer["escarcelle_number"], "901-1")
        self.assertIn("Signature", answer["escarcelle_mention"])

    def test_ticket_says_what_the_order_says(self):
        order = self._sell(
            self.session,
            [(self.rice, 1.5), (self.soap, 3)],
            payments=[(self.card, 5), (self.config.payment_method_ids.filtered("is_cash_count"), 2.35)],
        )
        ticket = ticket_xml.read(stamp.parse(self._records("TCK").xml))
        self.assertEqual(ticket.total, round(order.amount_total * 100))
        self.assertEqual(ticket.tax, round(order.amount_tax * 100))
        self.assertEqual([line.amount for line in ticket.lines], [375, 360])
        self.assertEqual([(p.mode, p.amount) for p in ticket.payments], [("CARTE", 500), ("ESPECES", 235)])
        self.assertEqual([line.uid for line in ticket.lines], order.lines.mapped("uuid"))
        self.assertEqual(ticket.cashier, f"U{self.env.uid}")

    def test_change_is_taken_off_the_cash_payment(self):
        cash = self.config.payment_method_ids.filtered("is_cash_count")
        data = self._order(self.session, [(self.rice, 1)], payments=[(cash, 10)], amount_paid=10)
        data["amount_return"] = -7.5
        self.env["pos.order"].sync_from_ui([data])
        payment = ticket_xml.read(stamp.parse(self._records("TCK").xml)).payments
        self.assertEqual([(p.amount, p.change) for p in payment], [(250, 750)])

    def test_forged_total_is_refused(self):
        data = self._order(self.session, [(self.rice, 12)], amount_total=12, amount_paid=12)
        data["payment_ids"][0][2]["amount"] = 12
        with self.assertRaisesRegex(UserError, "1200 au lieu de 3000"):
            self.env["pos.order"].sync_from_ui([data])

    def test_forged_line_is_refused(self):
        forged = {"price_subtotal_incl": 1.0, "price_subtotal": 0.95}
        data = self._order(self.session, [(self.rice, 12, forged)], amount_total=1, amount_tax=0.05)
        data["payment_ids"][0][2]["amount"] = 1
        with self.assertRaisesRegex(UserError, "30.00"):
            self.env["pos.order"].sync_from_ui([data])

    def test_refused_sale_leaves_neither_order_nor_record(self):
        data = self._order(self.session, [(self.rice, 12)], amount_total=12)
        data["payment_ids"][0][2]["amount"] = 12
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.env["pos.order"].sync_from_ui([data])
        self.assertFalse(self.env["pos.order"].search([("uuid", "=", data["uuid"])]))
        self.assertFalse(self._records("TCK"))

    def test_same_order_again_is_signed_once(self):
        data = self._order(self.session, [(self.rice, 1)])
        for _time in range(2):
            self.env["pos.order"].sync_from_ui([{**data}])
        self.assertEqual(len(self._records("TCK")), 1)

    def test_refund_names_the_ticket_it_cancels(self):
        sale = self._sell(self.session, [(self.rice, 2)])
        refund = self._sell(
            self.session, [(self.rice, -1, {"refunded_orderline_id": sale.lines.id})], is_refund=True
        )
        ticket = ticket_xml.read(stamp.parse(self._records("TCK")[-1].xml))
        self.assertEqual(refund.escarcelle_shown, "Ticket (ANN) 901-2")
        self.assertEqual((ticket.origin.till_number, ticket.origin.seq), (901, 1))
        self.assertEqual(ticket.lines[0].origin, sale.lines.uuid)
        self.assertIn("Ce ticket annule le ticket n° 901-1", refund.escarcelle_mention)
        codes = [r.payload.split(",")[1] for r in self._records("JET", 901)]
        self.assertIn("190", codes)

    def test_two_tablets_have_their_own_chains(self):
        second = self._open(self._config("Tablette 2"))
        self._sell(self.session, [(self.rice, 1)])
        other = self._sell(second, [(self.rice, 1)])
        again = self._sell(self.session, [(self.rice, 1)])
        self.assertEqual(other.escarcelle_number, "902-1")
        self.assertEqual(again.escarcelle_number, "901-2")

    def test_order_of_an_hour_ago_is_degraded_and_late(self):
        sold = datetime.now(timezone.utc).replace(tzinfo=None) - timedelta(hours=1)
        order = self._sell(self.session, [(self.rice, 1)], date_order=sold)
        record = self._records("TCK")
        self.assertTrue(record.late)
        self.assertIn("MODE DÉGRADÉ", order.escarcelle_mention)
        self._sell(self.session, [(self.rice, 1)])
        codes = [r.payload.split(",")[1] for r in self._records("JET", 901)]
        self.assertEqual(codes, ["260", "70", "120"])

    def test_ticket_after_midnight_closes_the_day_first(self):
        first = datetime(2026, 11, 30, 15, 0, tzinfo=timezone.utc)
        with self._at(first):
            self._sell(self.session, [(self.rice, 1)])
        with self._at(first + timedelta(days=1)):
            self._sell(self.session, [(self.rice, 2)])
        kinds = self._records(till=901).mapped("kind")
        self.assertEqual(kinds, ["JET", "TCK", "GTJ", "JET", "GTM", "JET", "ANC", "TCK"])
        closing = self.env["escarcelle.fiscal.closing"].search([("kind", "=", "GTJ")])
        self.assertEqual((closing.amount, closing.tickets, closing.period), (2.5, 1, "20261130"))
        self.assertEqual(closing.tax, 0.13)

    def test_incomplete_identity_is_refused_naming_what_is_missing(self):
        self.company.ape = False
        with self.assertRaisesRegex(UserError, "APE"):
            self._sell(self.session, [(self.rice, 1)])

    def test_tax_not_included_in_the_price_is_refused(self):
        self.tax.price_include_override = "tax_excluded"
        with self.assertRaisesRegex(UserError, "Riz long"):
            self._sell(self.session, [(self.rice, 1)])

    def test_company_outside_france_is_left_alone(self):
        self.company.account_fiscal_country_id = self.env.ref("base.be")
        order = self._sell(self.session, [(self.rice, 1)])
        self.assertFalse(order.escarcelle_number)
        self.assertEqual(self.config.escarcelle_signer, "none")

    def test_test_copy_sells_without_signing(self):
        self.env["ir.config_parameter"].sudo().set_param("database.is_neutralized", True)
        order = self._sell(self.session, [(self.rice, 1)])
        self.assertIn("SIMULATION", order.escarcelle_mention)
        self.assertFalse(self._records("TCK"))

    def test_exempt_sector_and_its_mention_are_signed(self):
        position = self.env["account.fiscal.position"].create(
            {
                "name": "Exonéré",
                "escarcelle_sector": "EXO_B",
                "escarcelle_mention": "Exonération de TVA, art. 261-7-1° b du CGI",
            }
        )
        exempt = self.env["account.tax"].create(
            {"name": "0 %", "amount": 0, "type_tax_use": "sale", "price_include_override": "tax_included",
             "fiscal_position_ids": position.ids, "original_tax_ids": self.tax.ids}
        )  # fmt: skip
        line = {"price_subtotal": 2.5, "price_subtotal_incl": 2.5}
        order = self._sell(
            self.session, [(self.rice, 1, line)], fiscal_position_id=position.id, amount_tax=0
        )
        self.assertEqual(order.lines.tax_ids_after_fiscal_position, exempt)
        record = self._records("TCK")
        self.assertIn("261-7-1° b", order.escarcelle_mention)
        self.assertEqual(record.totals["shares"][0]["sector"], "EXO_B")

    def test_point_of_sale_of_a_till_program_refuses_the_browser(self):
        with patch.object(type(self.config), "escarcelle_signer", "till"), self.assertRaises(UserError):
            self._sell(self.session, [(self.rice, 1)])

    def test_signed_order_is_not_changed_any_more(self):
        order = self._sell(self.session, [(self.rice, 1)])
        for record, values in (
            (order, {"amount_total": 1}),
            (order, {"lines": [(5,)]}),
            (order, {"payment_ids": [(5,)]}),
            (order, {"uuid": "0" * 8}),
            (order.lines, {"qty": 5}),
            (order.lines, {"tax_ids": [(5,)]}),
            (order.payment_ids, {"amount": 1}),
            (order.payment_ids, {"payment_method_id": self.card.id}),
        ):
            with self.assertRaisesRegex(UserError, "901-1"):
                record.write(values)
        for record in (order.payment_ids, order.lines):
            with self.assertRaisesRegex(UserError, "901-1"):
                record.unlink()

    def test_writing_the_same_again_is_no_change(self):
        order = self._sell(self.session, [(self.rice, 3)])
        order._compute_prices()
        order.write({"amount_total": 7.5, "uuid": order.uuid, "user_id": order.user_id.id})
        order.lines.write({"qty": 3, "price_unit": 2.5, "product_id": self.rice.id})
        self.assertEqual(order.amount_total, 7.5)

    def test_session_of_signed_orders_closes_and_balances(self):
        self._sell(self.session, [(self.rice, 2), (self.soap, 1)])
        sale = self._sell(self.session, [(self.rice, 3)], payments=[(self.card, 7.5)])
        self._sell(self.session, [(self.rice, -1, {"refunded_orderline_id": sale.lines.id})])
        self.session.post_closing_cash_details(self.session.cash_register_balance_end)
        self.session.close_session_from_ui()
        self.assertEqual(self.session.state, "closed")
        self.assertEqual(self.session.order_ids.mapped("state"), ["done"] * 3)
        move = self.session.move_id
        self.assertEqual(move.state, "posted")
        sold = -sum(
            line.balance for line in move.line_ids
            if line.tax_line_id or line.account_id.account_type in ("income", "income_other")
        )
        self.assertAlmostEqual(sold, sum(self._records("TCK").mapped("amount")))

    def test_session_and_abandoned_sale_leave_events(self):
        outbox = self.env["escarcelle.fiscal.outbox"].sudo()
        outbox.search([]).unlink()
        data = self._order(self.session, [(self.rice, 2)], state="draft", payment_ids=[], amount_paid=0)
        self.env["pos.order"].sync_from_ui([data])
        self.env["pos.order"].search([("uuid", "=", data["uuid"])]).unlink()
        self.session.post_closing_cash_details(12.5)
        self.session.close_session_from_ui()
        noted = outbox.search([], order="id")
        self.assertEqual(noted.mapped("code"), [320, 170, 40])
        self.assertIn("1 lignes 5.00", noted[0].description)
        self.assertIn("compté 12.50 attendu 0.00", noted[1].description)
