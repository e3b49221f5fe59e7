from datetime import date
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged

from .common import StatisticsCase

TODAY = date(2025, 4, 10)
MARCH = {"kind": "last_month"}
MASKED = "masked"


class NetworkCase(StatisticsCase):
    """Two shops with households and one with very few, in March 2025, and who reads them together."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(patch.object(fields.Date, "context_today", lambda *_args: TODAY))
        cls.large, cls.small, cls.foreign = cls.env["res.company"].create(
            [
                {"name": "Épicerie large"},
                {"name": "Épicerie petite"},
                {"name": "Épicerie étrangère"},
            ]
        )
        cls.reader, cls.stranger = (
            new_test_user(
                cls.env, f"net_{name}", "escarcelle_statistics.group_network", company_id=cls.foreign.id,
                company_ids=[Command.set(cls.foreign.ids)],
            )
            for name in ("reader", "stranger")
        )  # fmt: skip
        cls.network = cls.env["escarcelle.network"].create(
            {
                "name": "Réseau",
                "company_ids": [Command.set((cls.shop | cls.large | cls.small).ids)],
                "user_ids": [Command.set(cls.reader.ids)],
            }
        )
        cls.asked = cls.env["escarcelle.network"].with_user(cls.reader)

    def shop_sells(self, shop, households, paid=10.0, month=3):
        for number in range(households):
            values = {
                "company_id": shop.id,
                "paid": paid,
                "weight": 4.0,
                "reference": 40.0,
                "savings": 40.0 - paid,
            }
            self.visit(date(2025, month, 1 + number % 28), f"{shop.id}-{number}", size=2, **values)
            self.goods(date(2025, month, 1 + number % 28), **values)

    def table(self, index=0, said=None, **values):
        answer = self.asked.escarcelle_figures(self.network.id, {**(said or MARCH), **values})
        table = answer["periods"][0]["tables"][index]
        return {
            row["label"]: dict(zip(table["columns"], row["values"], strict=True))
            for row in table["rows"]
        }


@tagged("post_install", "-at_install")
class TestNetwork(NetworkCase):
    def test_shops_are_summed_up(self):
        for shop, households in ((self.shop, 10), (self.large, 20), (self.small, 6)):
            self.shop_sells(shop, households)
        self.shop_sells(self.foreign, 50)
        rows = self.table()
        self.assertEqual(set(rows), {self.shop.name, self.large.name, self.small.name, "Total"})
        self.assertEqual(
            {name: list(row.values())[0] for name, row in rows.items()},
            {self.shop.name: "10", self.large.name: "20", self.small.name: "6", "Total": "36"},
        )
        whole = list(rows["Total"].values())
        self.assertIn("72", whole)  # two people a household
        self.assertIn("144,0\u00a0kg", whole)
        self.assertIn("25,0\u00a0%", whole)  # 10 € of 40 €
        self.assertNotIn(MASKED, whole)

    def test_a_shop_with_few_households_is_masked_and_not_found_again(self):
        for shop, households in ((self.shop, 10), (self.large, 20), (self.small, 3)):
            self.shop_sells(shop, households, paid=1.0 * households)
        rows = self.table()
        self.assertEqual(set(rows[self.small.name].values()), {MASKED})
        self.assertEqual(list(rows["Total"].values())[0], "33")
        hidden = [name for name, row in rows.items() if list(row.values())[0] == MASKED]
        self.assertEqual(len(hidden), 2, "a lone masked shop is the total less the others")

    def test_a_month_is_not_found_again_by_taking_the_others_away(self):
        """Three households in March, eight in January and February: the quarter less both would tell March."""
        for month, households in ((1, 8), (2, 8), (3, 3)):
            self.shop_sells(self.shop, 10, month=month)
            self.shop_sells(self.large, 20, month=month)
            self.shop_sells(self.small, households, paid=1.0, month=month)
        for said in (
            {"kind": "last_quarter"},
            {"kind": "custom", "first": "2025-02", "last": "2025-03"},
        ):
            rows = self.table(said=said)
            heads, *others = rows[self.small.name].values()
            self.assertEqual((heads, others[0]), ("8", "16"), "who came over the quarter is no few")
            self.assertEqual(set(others[1:]), {MASKED})
            # Nor by the shop that was hidden beside it in March, nor by the total.
            self.assertEqual(set(list(rows[self.shop.name].values())[2:]), {MASKED})
            self.assertNotIn(MASKED, rows[self.large.name].values())
            self.assertNotIn(MASKED, rows["Total"].values())
        months = {"kind": "custom", "first": "2025-01", "last": "2025-02"}
        self.assertNotIn(
            MASKED, [one for row in self.table(said=months).values() for one in row.values()]
        )

    def test_a_month_of_few_in_all_shops_is_in_no_total(self):
        for month, households in ((1, 8), (2, 9), (3, 3)):
            self.shop_sells(self.small, households, month=month)
        shops = self.table(said={"kind": "last_quarter"})
        self.assertEqual(set(list(shops["Total"].values())[2:]), {MASKED})
        months = self.table(1, said={"kind": "last_quarter"})
        self.assertEqual(set(list(months["Total"].values())[2:]), {MASKED})
        self.assertEqual(list(months["Total"].values())[0], "9")

    def test_the_month_that_runs_is_not_told(self):
        """What it tells today, taken from what it tells tomorrow, would be a day."""
        self.shop_sells(self.shop, 10, month=3)
        self.shop_sells(self.shop, 9, month=4)
        rows = self.table(said={"kind": "year"})
        self.assertEqual(list(rows["Total"].values())[:3], ["10", "20", "10"])
        both = {"kind": "custom", "first": "2025-03", "last": "2025-04"}
        self.assertEqual(list(self.table(said=both)["Total"].values())[2], "10")
        for said in (
            {"kind": "month"},
            {"kind": "quarter"},
            {"kind": "custom", "first": "2025-04", "last": "2025-04"},
        ):
            with self.subTest(said), self.assertRaises(UserError):
                self.table(said=said)

    def test_a_network_of_few_households_says_nothing_of_them(self):
        self.shop_sells(self.small, 3)
        self.env["escarcelle.network"].browse(self.network.id).company_ids = self.small
        answer = self.asked.escarcelle_figures(self.network.id, MARCH)["periods"][0]["tables"]
        said = {value for table in answer for row in table["rows"] for value in row["values"]}
        self.assertEqual(said, {MASKED})

    def test_nothing_of_a_row_reaches_the_page(self):
        self.shop_sells(self.shop, 7)
        answer = str(self.asked.escarcelle_figures(self.network.id, {**MARCH, "compare": True}))
        for word in ("key", "household_id", "district", f"{self.shop.id}-"):
            self.assertNotIn(word, answer)

    def test_only_one_s_own_networks(self):
        self.assertEqual([one["id"] for one in self.asked.escarcelle_networks()], self.network.ids)
        other = self.env["escarcelle.network"].with_user(self.stranger)
        self.assertEqual(other.escarcelle_networks(), [])
        for call in (
            lambda: other.escarcelle_figures(self.network.id, MARCH),
            lambda: other._escarcelle_workbook(self.network.id, MARCH),
            lambda: self.asked.escarcelle_figures(self.network.id + 1000, MARCH),
            lambda: self.asked.escarcelle_figures(str(self.network.id), MARCH),
        ):
            with self.assertRaises(AccessError):
                call()
        self.network.active = False
        self.assertEqual(self.asked.escarcelle_networks(), [])

    def test_other_roles_ask_for_nothing(self):
        for number, group in enumerate(
            ("escarcelle_social.group_manager", "escarcelle_social.group_stock", "escarcelle_social.group_referent",
             "escarcelle_social.group_cashier", "base.group_user")
        ):  # fmt: skip
            user = new_test_user(self.env, f"net_other{number}", group)
            self.network.user_ids |= user
            asked = self.env["escarcelle.network"].with_user(user)
            for call in (
                asked.escarcelle_networks,
                lambda a=asked: a.escarcelle_figures(self.network.id, MARCH),
            ):
                with self.subTest(group), self.assertRaises(AccessError):
                    call()

    def test_who_gives_shops_to_a_network(self):
        keeper = new_test_user(self.env, "net_keeper", "base.group_erp_manager")
        made = self.env["escarcelle.network"].with_user(keeper).create(
            {"name": "À lui", "company_ids": [Command.set(self.shop.ids)]}
        )  # fmt: skip
        made.write({"user_ids": [Command.set(self.stranger.ids)]})
        manager = new_test_user(self.env, "net_manager", "escarcelle_social.group_manager")
        for user in (manager, self.reader):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.network.with_user(user).write({"company_ids": [Command.set(self.foreign.ids)]})
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.network.with_user(user).read(["name"])

    def test_whole_months_only(self):
        network = self.network
        found = network._escarcelle_period(
            {"kind": "custom", "first": "2025-01", "last": "2025-03"}
        )
        self.assertEqual((found.start, found.stop), (date(2025, 1, 1), date(2025, 3, 31)))
        leap = network._escarcelle_period({"kind": "custom", "first": "2024-02", "last": "2024-02"})
        self.assertEqual(leap.stop, date(2024, 2, 29))

    def test_periods_that_are_none(self):
        for said in (
            {}, None, 7, {"kind": "day"}, {"kind": "custom"}, {"kind": ["month"]},
            {"kind": "custom", "first": "2025-03", "last": "2025-02"},
            {"kind": "custom", "first": "2025-13", "last": "2025-13"},
            {"kind": "custom", "first": "2025-03-01", "last": "2025-03-02"},
            {"kind": "custom", "first": "2020-01", "last": "2025-03"},
            {"kind": "custom", "first": 202503, "last": 202503},
        ):  # fmt: skip
            with self.subTest(said), self.assertRaises(UserError):
                self.asked.escarcelle_figures(self.network.id, said)


@tagged("post_install", "-at_install")
class TestNetworkWorkbook(HttpCase):
    def test_the_workbook_is_for_its_readers(self):
        reader, stranger = (
            new_test_user(self.env, name, "escarcelle_statistics.group_network")
            for name in ("net_a", "net_b")
        )
        network = self.env["escarcelle.network"].create(
            {
                "name": "Réseau",
                "company_ids": [Command.set(self.env.company.ids)],
                "user_ids": [Command.set(reader.ids)],
            }
        )
        address = f"/escarcelle/network/{network.id}.xlsx"
        self.authenticate(reader.login, reader.login)
        got = self.url_open(f"{address}?kind=last_month")
        self.assertEqual(got.status_code, 200)
        self.assertTrue(got.content.startswith(b"PK"))
        self.assertIn("no-store", got.headers["Cache-Control"])
        self.assertEqual(self.url_open(f"{address}?kind=day").status_code, 400)
        self.authenticate(stranger.login, stranger.login)
        self.assertEqual(self.url_open(f"{address}?kind=last_month").status_code, 403)
