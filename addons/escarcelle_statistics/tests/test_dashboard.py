from datetime import date, timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..tools.tile import Tile
from .common import StatisticsCase

TODAY = date(2025, 3, 20)
ROLES = {
    "manager": "escarcelle_social.group_manager",
    "stock": "escarcelle_social.group_stock",
    "referent": "escarcelle_social.group_referent",
    "cashier": "escarcelle_social.group_cashier",
    "network": "escarcelle_statistics.group_network",
    "employee": "base.group_user",
    "auditor": "escarcelle_fiscal.group_auditor",
}
ALL = ["today", "month", "households", "stock", "waiting"]


@tagged("post_install", "-at_install")
class TestDashboard(StatisticsCase):
    """The first screen on 20 March 2025, whatever the machine says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = TODAY
        cls.startClassPatcher(patch.object(fields.Date, "context_today", lambda *_args: cls.today))
        cls.users = {
            role: new_test_user(
                cls.env, f"dash_{role}", group, company_id=cls.shop.id, company_ids=[Command.set(cls.shop.ids)]
            )
            for role, group in ROLES.items()
        }  # fmt: skip
        cls.board = cls.env["escarcelle.dashboard"]

    def on(self, day):
        type(self).today = day
        self.addCleanup(setattr, type(self), "today", TODAY)
        self.env.invalidate_all()

    def seen(self, role="manager"):
        return self.board.with_user(self.users[role])

    def tiles(self, role="manager"):
        return {
            tile["code"]: tile
            for section in self.seen(role).escarcelle_load()["sections"]
            for tile in section["tiles"]
        }

    def household(self, until=30, **values):
        return self.env["escarcelle.household"].create(
            {
                "first_name": "Amina",
                "last_name": "Benalouf",
                "entitlement_ids": [
                    Command.create(
                        {
                            "date_from": TODAY - timedelta(days=60),
                            "date_to": TODAY + timedelta(days=until),
                            "decision": "granted",
                        }
                    )
                ],
                **values,
            }
        )

    def order(self, moment, total, **values):
        if not hasattr(self, "session"):
            config = self.env["pos.config"].create(
                {"name": "Caisse", "payment_method_ids": [Command.clear()]}
            )
            self.session = (
                self.env["pos.session"]
                .sudo()
                .create({"config_id": config.id, "user_id": self.env.uid})
            )
        return self.env["pos.order"].create(
            {
                "session_id": self.session.id, "company_id": self.shop.id, "date_order": moment, "state": "paid",
                "amount_total": total, "amount_tax": 0, "amount_paid": total, "amount_return": 0, **values,
            }
        )  # fmt: skip

    # -- who sees what -----------------------------------------------------------------------------

    def test_each_role_sees_its_sections(self):
        for role, wanted in (("manager", ALL), ("stock", ["stock", "waiting"])):
            with self.subTest(role):
                answer = self.seen(role).escarcelle_load()
                self.assertEqual([section["code"] for section in answer["sections"]], wanted)
        self.assertEqual(
            [code for code in self.tiles("stock") if code.startswith("waiting.")],
            ["waiting.recalls"],
        )
        self.assertFalse(self.seen("stock").escarcelle_load()["steps"])

    def test_the_others_see_nothing(self):
        for role in ("referent", "cashier", "network", "employee", "auditor"):
            with self.subTest(role):
                with self.assertRaises(AccessError):
                    self.seen(role).escarcelle_load()
                for code in ("stock.soon", "today.takings", "start.goods"):
                    with self.assertRaises(AccessError):
                        self.seen(role).escarcelle_open(code)

    def test_a_stock_manager_opens_no_figure_of_households(self):
        for code in (
            "today.takings",
            "households.entitled",
            "waiting.vouchers",
            "month.paid",
            "start.goods",
        ):
            with self.subTest(code), self.assertRaises(AccessError):
                self.seen("stock").escarcelle_open(code)

    def test_a_figure_that_does_not_exist_opens_nothing(self):
        for code in ("", "stock", "stock.", "nothing.soon", "payload.x", None, 7, {"a": 1}):
            with self.subTest(code), self.assertRaises(AccessError):
                self.seen().escarcelle_open(code)

    def test_the_dashboard_is_the_first_menu(self):
        root = self.env.ref("escarcelle_social.menu_root")
        first = root.child_id.sorted(lambda menu: (menu.sequence, menu.id))[0]
        self.assertEqual(first, self.env.ref("escarcelle_statistics.menu_dashboard"))
        self.assertEqual(first.action, self.env.ref("escarcelle_statistics.dashboard_action"))

    # -- what the figures say ----------------------------------------------------------------------

    def test_every_figure_opens_the_list_it_counts(self):
        self.household()
        self.household(until=90, suspended=True)
        self.household(exit_on=TODAY)
        self.order("2025-03-20 09:00:00", 10)
        for role in ("manager", "stock"):
            for code, tile in self.tiles(role).items():
                with self.subTest(role=role, code=code):
                    board = self.seen(role)
                    action = board.escarcelle_open(code)
                    self.assertEqual(action["type"], "ir.actions.act_window")
                    self.assertEqual(action["name"], tile["label"])
                    found = board.env[action["res_model"]].search_count(action["domain"])
                    kept = next(
                        t
                        for t in board._escarcelle_tiles(code.split(".")[0], self.shop)
                        if t.code == code
                    )
                    if not kept.text:
                        self.assertEqual(action["res_model"], kept.model)
                        self.assertEqual(tile["text"], str(found))

    def test_today_at_the_till(self):
        home = self.household()
        home.action_issue_card()
        contact = home.partner_id.id
        # Paris is UTC+1 that day: 23:30 UTC on the 19th is 00:30 on the 20th, at the shop.
        self.order("2025-03-19 23:30:00", 10, partner_id=contact)
        self.order("2025-03-20 12:00:00", 20, partner_id=contact)
        self.order("2025-03-20 12:00:00", 6)
        self.order("2025-03-20 13:00:00", -4, is_refund=True)
        self.order("2025-03-20 23:30:00", 99)
        self.order("2025-03-20 12:00:00", 50, state="draft")
        self.env.flush_all()
        start, end = self.shop._escarcelle_day_bounds(TODAY)
        self.assertEqual((str(start), str(end)), ("2025-03-19 23:00:00", "2025-03-20 22:59:59"))
        board = self.seen()
        tiles = self.tiles()
        self.assertEqual(tiles["today.tickets"]["text"], board._escarcelle_number(3))
        self.assertEqual(tiles["today.households"]["text"], board._escarcelle_number(1))
        self.assertEqual(tiles["today.takings"]["text"], board._escarcelle_euros(32, self.shop))
        self.assertEqual(tiles["today.basket"]["text"], board._escarcelle_euros(12, self.shop))

    def test_the_month_against_the_same_days(self):
        for day, key, paid in (
            (date(2025, 2, 3), "a", 10.0), (date(2025, 2, 20), "b", 10.0), (date(2025, 2, 21), "c", 80.0),
            (date(2025, 3, 1), "a", 15.0), (date(2025, 3, 20), "a", 15.0), (date(2025, 3, 20), None, 5.0),
        ):  # fmt: skip
            self.visit(day, key, paid=paid, weight=2.0, reference=50.0, savings=50.0 - paid)
        self.visit(date(2025, 3, 4), None, tickets=0, visits=0, public="other", savings=7.0)
        # Who came to talk, or only gave something back, is no active household.
        self.visit(date(2025, 3, 4), "talks", tickets=0, kind="interview")
        self.visit(date(2025, 3, 4), "returns", tickets=0, visits=0)
        tiles, board = self.tiles(), self.seen()
        money = lambda amount: board._escarcelle_euros(amount, self.shop)  # noqa: E731
        self.assertEqual(tiles["month.paid"]["text"], money(35))
        self.assertIn(money(20), tiles["month.paid"]["before"])
        self.assertEqual(tiles["month.paid"]["change"], 75)
        self.assertEqual(tiles["month.households"]["text"], "1")
        self.assertEqual(tiles["month.households"]["change"], -50)
        self.assertEqual(tiles["month.savings"]["text"], money(115))
        self.assertEqual(tiles["month.weight"]["text"], board._escarcelle_kilograms(6))
        chart = board._escarcelle_chart(self.shop)
        now, then = (line["values"] for line in chart["lines"])
        self.assertEqual((now[0], now[19], now[20]), (15.0, 35.0, None))
        self.assertEqual((then[2], then[20], then[27], then[28]), (10.0, 100.0, 100.0, None))
        self.assertEqual(len(chart["days"]), 31)

    def test_months_of_every_length(self):
        for today, wanted in (
            (date(2025, 3, 31), (date(2025, 2, 1), date(2025, 2, 28))),
            (date(2024, 3, 30), (date(2024, 2, 1), date(2024, 2, 29))),
            (date(2024, 2, 29), (date(2024, 1, 1), date(2024, 1, 29))),
            (date(2025, 1, 31), (date(2024, 12, 1), date(2024, 12, 31))),
        ):
            with self.subTest(today):
                self.on(today)
                (first, last), before = self.board._escarcelle_months(self.shop)
                self.assertEqual((first, last), (today.replace(day=1), today))
                self.assertEqual(before, wanted)
                self.assertFalse(self.seen().escarcelle_load()["sections"][1]["chart"])

    def test_households_and_budgets(self):
        self.env["escarcelle.budget.tier"].create(
            {"name": "1", "min_size": 1, "max_size": 0, "amount": 40.0}
        )
        soon, later, poor = (
            self.household(until=30),
            self.household(until=31),
            self.household(until=60),
        )
        self.shop._escarcelle_allocate("2025-03")
        spent = self.env["escarcelle.budget.ledger"]
        spent._escarcelle_post(soon, "adjustment", -3601, TODAY)
        spent._escarcelle_post(later, "adjustment", -4500, TODAY)
        poor.suspended = True
        newcomer = self.household(until=90)
        newcomer.action_issue_card()
        figures = {
            code: tile["text"]
            for code, tile in self.tiles().items()
            if code.startswith("households.")
        }
        self.assertEqual(
            figures,
            {
                "households.entitled": "3", "households.ending": "1", "households.requested": "0",
                "households.appointments": "0", "households.nearly": "1", "households.overspent": "1",
                "households.allocate": "1", "households.cards": "2",
            },
        )  # fmt: skip

    def test_goods_asked_for_and_gone(self):
        self.apple.write({"is_storable": True, "available_in_pos": True})
        self.goods(TODAY - timedelta(days=3))
        self.assertEqual(self.tiles("stock")["stock.out"]["text"], "1")
        self.on(TODAY + timedelta(days=40))
        self.assertEqual(self.tiles("stock")["stock.out"]["text"], "0")

    def test_another_shop_counts_for_nothing(self):
        other = self.env["res.company"].create({"name": "Ailleurs"})
        before = self.tiles()
        here = self.shop
        self.visit(TODAY, "z", paid=99.0, company_id=other.id)
        self.household(company_id=other.id)
        self.assertEqual(self.tiles(), before)
        self.assertEqual(self.seen().escarcelle_load()["shop"], here.name)

    # -- a new shop, a large shop ------------------------------------------------------------------

    def test_a_new_shop_is_told_what_to_do_first(self):
        board = self.seen()
        steps = {step["code"]: step["done"] for step in board.escarcelle_load()["steps"]}
        self.assertFalse(steps["start.households"])
        self.assertFalse(steps["start.tills"])
        for code in steps:
            self.assertIn(
                board.escarcelle_open(code)["type"], ("ir.actions.act_window", "ir.actions.server")
            )
        assistant = bool(
            self.env.ref("escarcelle_start.start_open_action", raise_if_not_found=False)
        )
        self.assertEqual("start.assistant" in steps, assistant)
        self.household()
        steps = {step["code"]: step["done"] for step in board.escarcelle_load()["steps"]}
        self.assertTrue(steps["start.households"])
        self.order("2025-03-20 09:00:00", 10)
        self.assertFalse(board.escarcelle_load()["steps"])

    def test_as_many_queries_for_many_households(self):
        self.household()
        self.seen().escarcelle_load()

        def queries():
            # What waits is told first: this counts the reading of the screen.
            while self.feed._escarcelle_catch_up():
                pass
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            self.seen().escarcelle_load()
            return self.cr.sql_log_count - start

        few = queries()
        for number in range(30):
            self.household(until=number + 1)
            self.visit(TODAY - timedelta(days=number), f"k{number}", paid=1.0)
        self.assertLessEqual(queries(), few + 2)

    def test_what_is_still_to_be_counted_is_said(self):
        board = self.seen()
        self.assertEqual(board._escarcelle_note(0), "")
        self.assertIn("7", board._escarcelle_note(7))
        with patch.object(type(self.feed), "_escarcelle_catch_up", lambda *_args, **_kwargs: 7):
            self.assertEqual(board.escarcelle_load()["note"], board._escarcelle_note(7))

    def test_a_figure_has_a_known_tone(self):
        with self.assertRaises(ValueError):
            Tile("a.b", "x", "y", tone="loud")
