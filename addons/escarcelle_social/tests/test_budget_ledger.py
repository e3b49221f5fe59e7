from datetime import date

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import TODAY, SocialCase


@tagged("post_install", "-at_install")
class TestBudgetLedger(SocialCase):
    def setUp(self):
        super().setUp()
        self.home = self.household()

    def spend(self, cents, day=TODAY, origin="uuid-1", home=None):
        return self.ledger._escarcelle_post_ticket(home or self.home, cents, day, origin)

    def sums(self, home=None):
        """(sum of movements, balance kept, movements, movements counted), read from the tables."""
        home = home or self.home
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT coalesce(sum(l.amount_cents), 0), coalesce(h.balance_cents, 0), count(l.id),"
            " coalesce(h.ledger_seq, 0) FROM escarcelle_household h"
            " LEFT JOIN escarcelle_budget_ledger l ON l.household_id = h.id"
            " WHERE h.id = %s GROUP BY h.id",
            [home.id],
        )
        return self.env.cr.fetchone()

    def test_balance_is_the_sum_of_movements(self):
        self.spend(1250)
        self.spend(-250, origin="uuid-2")
        self.ledger._escarcelle_post(self.home, "adjustment", 17, TODAY, note="Erreur de caisse")
        total, balance, count, counted = self.sums()
        self.assertEqual((total, count), (balance, counted))
        self.assertEqual(balance, 4000 - 1250 + 250 + 17)
        self.assertEqual(self.home.balance_cents, balance)
        self.assertAlmostEqual(self.home.balance, balance / 100)
        self.assertEqual(self.home.ledger_seq, 4)

    def test_movements_are_only_added(self):
        movement = self.spend(100)
        for statement in (
            "UPDATE escarcelle_budget_ledger SET amount_cents = -1 WHERE id = %s",
            "UPDATE escarcelle_budget_ledger SET note = 'x' WHERE id = %s",
            "DELETE FROM escarcelle_budget_ledger WHERE id = %s",
        ):
            with self.subTest(statement), self.refused_by_postgresql():
                self.env.cr.execute(statement, [movement.id])
        with self.refused_by_postgresql():
            self.env.cr.execute("TRUNCATE escarcelle_budget_ledger CASCADE")
        with self.refused_by_postgresql():
            movement.note = "x"
            movement.flush_recordset()
        movement.invalidate_recordset(flush=False)
        with self.assertRaises(UserError):
            movement.unlink()

    def test_a_balance_moves_with_the_ledger_only(self):
        self.spend(100)
        for column in ("balance_cents", "ledger_seq"):
            with self.subTest(column), self.refused_by_postgresql():
                self.env.cr.execute(
                    f"UPDATE escarcelle_household SET {column} = 999999 WHERE id = %s",
                    [self.home.id],
                )
        self.home.phone = "01 99 00 00 00"
        self.home.flush_recordset()

    def test_a_ticket_counts_once(self):
        self.assertTrue(self.spend(1000))
        self.assertFalse(self.spend(1000))
        self.assertEqual(self.home.balance_cents, 3000)
        with self.refused("one_per_ticket"):
            self.ledger._escarcelle_post(self.home, "purchase", -1000, TODAY, origin="uuid-1")

    def test_a_ticket_that_moves_nothing_is_no_movement(self):
        self.assertFalse(self.spend(0))
        self.assertEqual(self.home.ledger_seq, 0)

    def test_two_tills_overspend_and_the_debt_is_carried(self):
        self.spend(3000, origin="till-1")
        self.spend(3000, origin="till-2")
        self.assertEqual(self.home.balance_cents, -2000)
        self.on(date(2026, 12, 1))
        self.company._escarcelle_allocate("2026-12")
        self.assertEqual(self.home.balance_cents, 2000)
        self.assertIn(
            self.home,
            self.households.search([("balance_cents", ">", 0), ("id", "=", self.home.id)]),
        )

    def test_a_late_ticket_counts_in_its_month(self):
        self.company._escarcelle_allocate("2026-11")
        self.on(date(2026, 12, 2))
        self.company._escarcelle_allocate("2026-12")
        self.assertEqual(self.home.balance_cents, 4000, "November was lost when December opened")
        self.spend(600, day=date(2026, 11, 30), origin="late")
        self.assertEqual(self.home.balance_cents, 4000, "spent money was not there to be lost")
        late = self.home.movement_ids.filtered(lambda m: m.origin == "late")
        self.assertEqual(
            sorted((m.type, m.period, m.amount_cents) for m in late),
            [("expiry", "2026-12", 600), ("purchase", "2026-11", -600)],
        )
        self.assertFalse(self.spend(600, day=date(2026, 11, 30), origin="late"))
        self.spend(5000, day=date(2026, 11, 30), origin="later")
        self.assertEqual(self.home.balance_cents, 4000 - 1600, "what was beyond the budget is owed")

    def test_a_ticket_opens_its_month_by_itself(self):
        """The till opened December while the server was away: the server does the same for its ticket."""
        self.company._escarcelle_allocate("2026-11")
        self.on(date(2026, 12, 2))
        self.spend(500, day=date(2026, 12, 1), origin="december")
        self.assertEqual(self.home.balance_cents, 4000 - 500)
        self.assertEqual(self.company._escarcelle_allocate("2026-12"), 0)
        self.assertEqual(self.sums()[0], 3500)

    def test_a_ticket_opens_its_month_after_a_later_one(self):
        """The till opened November while the server was away, which came back in December."""
        for rollover, left in (("none", 4000), ("full", 8000 - 500)):
            with self.subTest(rollover), self.env.cr.savepoint() as savepoint:
                self.policy.rollover = rollover
                self.on(date(2026, 12, 2))
                self.assertEqual(self.company._escarcelle_allocate("2026-12"), 1)
                self.spend(500, day=date(2026, 11, 30), origin="november")
                self.assertEqual(self.home.balance_cents, left)
                self.assertEqual(self.sums()[0], left)
                self.assertEqual(
                    self.company._escarcelle_allocate("2026-10"), 0, "only a ticket does that"
                )
                savepoint.rollback()
                self.env.invalidate_all()

    def test_a_till_whose_clock_is_ahead_opens_nothing(self):
        self.spend(500, day=date(2027, 6, 1), origin="ahead")
        self.assertEqual(self.home.balance_cents, 3500)
        self.assertEqual(
            self.home.movement_ids.filtered(lambda m: m.type == "allocation").period, "2026-11"
        )
        self.on(date(2026, 12, 1))
        self.assertEqual(self.company._escarcelle_allocate("2026-12"), 1)

    def test_signs(self):
        for kind, cents in (("allocation", -1), ("purchase", 1), ("return", -1)):
            with self.subTest(kind), self.refused_by_postgresql():
                self.ledger._escarcelle_post(self.home, kind, cents, TODAY)
        with self.refused_by_postgresql():
            self.ledger._escarcelle_post(self.home, "adjustment", 1, TODAY, period="2026-13")
