from datetime import date

from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common import TillCase


@tagged("post_install", "-at_install")
class TestDay(TillCase):
    """A day closed at the till becomes one closed session and one entry, dated that day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.till, cls.device = cls._till()

    def test_closing_books_the_day_on_its_date(self):
        sales = [
            self.device.sell([self.row(550, "2.5000", "1.235"), self.row(2000, "9.9900", "2")]),
            self.device.sell([self.row(1000, "3.3300", "3")], payments=[(self.device.card, 999)]),
            self.device.sell([self.row(210, "1.0700", "1")]),
        ]
        closing = self.device.close()
        self.ingest(self.till, *sales, closing)
        [session] = self.close_due(self.till)
        self.assertEqual((session.state, session.escarcelle_close_error), ("closed", False))
        day = date(2026, 11, 21)
        self.assertEqual((session.move_id.date, session.move_id.state), (day, "posted"))
        self.assertEqual(set(session.statement_line_ids.mapped("date")), {day})
        self.assertEqual(set(session.bank_payment_ids.mapped("date")), {day})
        self.assertEqual(set(session.order_ids.mapped("state")), {"done"})
        [row] = self.reconciled(self.till)
        self.assertTrue(row["matches"], row)
        self.assertEqual(row["closing"], 309 + 1998 + 999 + 107)
        self.assertEqual(row["tickets"], 3)
        self.assertEqual(row["entry_date"], "2026-11-21")

    def test_goods_leave_the_stock_at_closing(self):
        self.ingest(self.till, self.device.sell([self.row(550, "1.0000", "2.125")]), self.device.close())
        self.assertFalse(self.products[550].qty_available)
        [session] = self.close_due(self.till)
        self.assertEqual(session.picking_ids.mapped("state"), ["done"])
        self.assertEqual(self.products[550].qty_available, -2.125)

    def test_nothing_is_booked_before_the_closing_comes(self):
        self.ingest(self.till, self.device.sell([self.row()]))
        [session] = self.close_due(self.till)
        self.assertEqual(session.state, "opened")
        [row] = self.reconciled(self.till)
        self.assertEqual((row["state"], row["matches"], row["signed"], row["orders"]), ("open", False, 250, 250))

    def test_back_office_cannot_close_nor_sell(self):
        self.ingest(self.till, self.device.sell([self.row()]))
        session = self.env["pos.session"].search([("escarcelle_till_id", "=", self.till.id)])
        for action in ("action_pos_session_closing_control", "close_session_from_ui", "_validate_session"):
            with self.subTest(action), self.assertRaisesRegex(UserError, "caisse|till"):
                getattr(session.with_user(self.manager), action)()
        with self.assertRaises(UserError):
            session.with_user(self.manager).try_cash_in_out("in", 5, "x", False, {"translatedType": "in"})
        with self.assertRaises(UserError):
            self.env["pos.order"].with_user(self.manager).sync_from_ui([{"session_id": session.id, "lines": []}])
        self.assertEqual(session.state, "opened")
        action = self.till.config_id.with_user(self.manager).open_ui()
        self.assertEqual(action["url"], f"/pos/ui/{self.till.config_id.id}")

    def test_days_without_network_arrive_together(self):
        entries = []
        for _day in range(3):
            entries.append(self.device.sell([self.row(550, "2.0000", "1.5")]))
            entries.append(self.device.sell([self.row(2000, "0.9900")], payments=[(self.device.card, 99)]))
            self.device.pass_time(days=1)
        entries.append(self.device.close_elapsed())
        self.ingest(self.till, *entries)
        sessions = self.close_due(self.till)
        self.assertEqual(sessions.mapped("escarcelle_close_error"), [False] * 3)
        self.assertEqual(sessions.mapped("state"), ["closed"] * 3)
        days = [date(2026, 11, 21), date(2026, 11, 22), date(2026, 11, 23)]
        self.assertEqual(sessions.mapped("move_id.date"), days)
        self.assertEqual([session.statement_line_ids.mapped("date") for session in sessions], [[d] for d in days])
        self.assertEqual([session.bank_payment_ids.mapped("date") for session in sessions], [[d] for d in days])
        rows = self.reconciled(self.till)
        self.assertEqual([row["matches"] for row in rows], [True] * 3, rows)
        self.assertEqual({row["closing"] for row in rows}, {300 + 99})

    def test_sales_after_the_closing_of_the_day(self):
        one = self.device.sell([self.row()])
        first = self.device.close()
        two = self.device.sell([self.row(2000, "4.0000")])
        second = self.device.close()
        self.ingest(self.till, one, first, two, second)
        sessions = self.close_due(self.till)
        self.assertEqual(sessions.mapped("escarcelle_rank"), [1, 2])
        self.assertEqual(set(sessions.mapped("escarcelle_business_day")), {date(2026, 11, 21)})
        [row] = self.reconciled(self.till)
        self.assertEqual((row["matches"], row["closing"]), (True, 650))

    def test_empty_day_needs_no_session(self):
        self.ingest(self.till, self.device.sell([self.row()]))
        self.device.pass_time(days=3)
        self.ingest(self.till, self.device.close_elapsed())
        self.assertEqual(len(self.close_due(self.till)), 1)
        self.assertEqual([row["matches"] for row in self.reconciled(self.till)], [True, True, True])

    def test_cash_is_counted_and_its_difference_booked(self):
        opening = self.device.count(10000, "opening")
        sale = self.device.sell([self.row(550, "10.0000")])
        taken = self.device.cash_move(-2000, "Timbres")
        counted = self.device.count(8950, "closing")
        closing = self.device.close()
        acks = self.ingest(self.till, opening, sale, taken, counted, closing)
        self.assertEqual({ack["order"] for ack in acks}, {"built", "none"})
        [session] = self.close_due(self.till)
        self.assertEqual(session.escarcelle_close_error, False)
        self.assertEqual(session.cash_register_balance_start, 100)
        self.assertEqual(session.cash_register_balance_end_real, 89.5)
        self.assertEqual(sorted(session.statement_line_ids.mapped("amount")), [-20.0, -0.5, 10.0])
        self.assertEqual(set(session.statement_line_ids.mapped("date")), {date(2026, 11, 21)})
        self.device.pass_time(days=1)
        self.ingest(self.till, self.device.sell([self.row()]))
        following = self.close_due(self.till)[-1]
        self.assertEqual(following.cash_register_balance_start, 89.5)

    def test_uncounted_drawer_has_no_difference(self):
        self.ingest(self.till, self.device.sell([self.row(550, "10.0000")]), self.device.close())
        [session] = self.close_due(self.till)
        self.assertEqual(session.statement_line_ids.mapped("amount"), [10.0])
        self.assertEqual(session.cash_register_balance_end_real, 10)

    def test_next_day_starts_with_what_was_left_even_if_closed_late(self):
        first = self.device.sell([self.row(550, "10.0000")])
        self.device.pass_time(days=1)
        second = self.device.sell([self.row(550, "1.0000")])
        self.ingest(self.till, first, second)
        sessions = self.close_due(self.till)
        self.assertEqual(sessions.mapped("state"), ["closed", "opened"])
        self.assertEqual(sessions[1].cash_register_balance_start, 10)

    def test_count_that_comes_after_the_closing(self):
        self.ingest(self.till, self.device.sell([self.row(550, "10.0000")]), self.device.close())
        self.close_due(self.till)
        [ack] = self.ingest(self.till, self.device.count(1000))
        self.assertEqual((ack["status"], ack["order"]), ("stored", "none"))
        entry = self.env["escarcelle.till.entry"].search([("till_id", "=", self.till.id)], order="n desc", limit=1)
        self.assertTrue(entry.error)

    def test_cash_taken_after_the_closing(self):
        self.ingest(self.till, self.device.sell([self.row(550, "10.0000")]), self.device.close())
        self.close_due(self.till)
        taken = self.device.cash_move(-500, "Banque")
        self.device.pass_time(days=1)
        sale = self.device.sell([self.row()])
        self.device.pass_time(days=1)
        self.ingest(self.till, taken, sale, self.device.close_elapsed())
        sessions = self.close_due(self.till)
        self.assertEqual(sessions.mapped("escarcelle_close_error"), [False] * 3)
        self.assertEqual(sessions.mapped("state"), ["closed"] * 3)
        self.assertEqual(sessions[1].statement_line_ids.mapped("amount"), [-5.0])
        self.assertEqual(sessions[1].escarcelle_business_day, date(2026, 11, 21))
        self.assertEqual(sessions[2].cash_register_balance_end_real, 7.5)

    def test_drawer_counted_before_any_sale_of_a_day_that_comes_late(self):
        entries = [self.device.count(1000, "opening"), self.device.sell([self.row()]), self.device.close()]
        self.ingest(self.till, *entries)
        [session] = self.close_due(self.till)
        self.assertEqual((session.state, session.cash_register_balance_start), ("closed", 10))

    def test_locked_period_books_today_as_a_cutoff(self):
        sale, closing = self.device.sell([self.row()]), self.device.close()
        self.company.fiscalyear_lock_date = date(2026, 11, 30)
        with freeze_time("2026-12-05 09:00:00"):
            [ack, _closed] = self.ingest(self.till, sale, closing)
            self.assertEqual(ack["order"], "built")
            [session] = self.close_due(self.till)
        self.assertEqual((session.state, session.move_id.date), ("closed", date(2026, 12, 5)))
        [row] = self.reconciled(self.till)
        self.assertTrue(row["matches"] and row["cutoff"], row)
        self.assertEqual(session.escarcelle_business_day, date(2026, 11, 21))

    @mute_logger("odoo.addons.escarcelle_pos.models.pos_session")
    def test_closing_that_fails_is_shown_and_tried_again(self):
        cash = self.till.config_id.payment_method_ids.filtered("is_cash_count").journal_id
        account, cash.loss_account_id = cash.loss_account_id, False
        first, counted, closing = self.device.sell([self.row()]), self.device.count(200), self.device.close()
        self.ingest(self.till, first, counted, closing)
        [session] = self.close_due(self.till)
        self.assertEqual(session.state, "opened")
        self.assertIn(cash.name, session.escarcelle_close_error)
        self.assertEqual(self.reconciled(self.till)[0]["state"], "booking")
        self.device.pass_time(days=1)
        [ack] = self.ingest(self.till, self.device.sell([self.row()]))
        self.assertEqual(ack["order"], "built", "the next day goes on")
        cash.loss_account_id = account
        session.with_user(self.manager).action_escarcelle_close()
        self.assertEqual((session.state, session.escarcelle_close_error), ("closed", False))

    def test_deleted_product_waits_for_repair_and_its_day_with_it(self):
        lost = self._product("Disparu", "GONE", 550)
        first = self.device.sell([self.row()])
        second = self.device.sell([{**self.row(), "product": lost}])
        closing = self.device.close()
        lost.unlink()
        acks = self.ingest(self.till, first, second, closing)
        self.assertEqual({ack["status"] for ack in acks}, {"stored"})
        self.assertEqual([ack["order"] for ack in acks], ["built", "repair", "none"])
        entry = self.env["escarcelle.till.entry"].search([("uuid", "=", second["uuid"])])
        self.assertIn("GONE", entry.error)
        [session] = self.close_due(self.till)
        self.assertNotEqual(session.state, "closed")
        self.assertEqual(self.reconciled(self.till)[0]["state"], "repair")
        entry.with_user(self.manager).action_retry()
        self.assertEqual(entry.build, "repair", "still no product")
        self._product("Revenu", "GONE", 550)
        entry.with_user(self.manager).action_retry()
        self.assertEqual((entry.build, entry.order_id.amount_total), ("built", 2.5))
        self.close_due(self.till)
        self.assertEqual((session.state, session.escarcelle_close_error), ("closed", False))
        [row] = self.reconciled(self.till)
        self.assertTrue(row["matches"], row)

    def test_repaired_after_a_forced_closing_has_a_session_of_the_same_day(self):
        lost = self._product("Disparu", "GONE", 550)
        sales = [self.device.sell([self.row()]), self.device.sell([{**self.row(), "product": lost}])]
        closing = self.device.close()
        lost.unlink()
        self.ingest(self.till, *sales, closing)
        [session] = self.close_due(self.till)
        session.with_user(self.manager).action_escarcelle_force_close()
        self.assertEqual(session.state, "closed")
        self._product("Revenu", "GONE", 550)
        entry = self.env["escarcelle.till.entry"].search([("uuid", "=", sales[1]["uuid"])])
        entry.with_user(self.manager).action_retry()
        sessions = self.close_due(self.till)
        self.assertEqual(sessions.mapped("state"), ["closed", "closed"])
        self.assertEqual(set(sessions.mapped("escarcelle_business_day")), {date(2026, 11, 21)})
        self.assertEqual(sessions[1].move_id.date, date(2026, 11, 21))
        self.assertTrue(self.reconciled(self.till)[0]["matches"])

    def test_one_bad_ticket_does_not_spoil_its_batch(self):
        lost = self._product("Disparu", "GONE", 550)
        sales = [self.device.sell([{**self.row(), "product": lost} if i == 3 else self.row()]) for i in range(8)]
        lost.unlink()
        acks = self.ingest(self.till, *sales)
        self.assertEqual([a["order"] for a in acks], ["built"] * 3 + ["repair"] + ["built"] * 4)

    def test_order_refused_by_odoo_is_the_only_one_to_repair(self):
        first = self.device.sell([self.row()])
        self.ingest(self.till, first)
        # A payment uuid that exists already: Odoo's own constraint refuses this order, and only this one.
        taken = first["order"]["payments"][0]["uuid"]
        sales = [self.device.sell([self.row()], payment_uid=uid) for uid in ("", taken, "")]
        with mute_logger("odoo.sql_db", "odoo.addons.escarcelle_pos.models.ingestion"):
            acks = self.ingest(self.till, *sales)
        self.assertEqual([a["order"] for a in acks], ["built", "repair", "built"])

