"""Who reads facts; that nobody writes them; that a shop reads its own."""

from datetime import date

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import StatisticsCase

GOODS = ("goods", "goods.month", "goods.day")
HOMES = ("visit", "person", "registration", "visit.month", "goods.home")
NEVER = ("key", "event")
ROLES = {
    "cashier": (),
    "referent": (),
    "stock": GOODS,
    "manager": (*GOODS, *HOMES),
}


@tagged("post_install", "-at_install")
class TestFactRights(StatisticsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            role: new_test_user(
                cls.env, f"test_{role}_facts", groups=f"escarcelle_social.group_{role}", company_id=cls.shop.id,
                company_ids=[(6, 0, cls.shop.ids)],
            )
            for role in ROLES
        }  # fmt: skip

    def test_each_role_reads_its_facts_and_writes_none(self):
        for role, user in self.users.items():
            for name in (*GOODS, *HOMES, *NEVER):
                model = self.env[f"escarcelle.fact.{name}"].with_user(user)
                with self.subTest(role=role, model=name):
                    self.assertEqual(model.has_access("read"), name in ROLES[role])
                    for operation in ("write", "create", "unlink"):
                        self.assertFalse(model.has_access(operation))

    def test_a_manager_reads_the_facts_of_her_shop(self):
        elsewhere = self.env["res.company"].create({"name": "Ailleurs"})
        self.goods(date(2025, 3, 1))
        self.goods(date(2025, 3, 1), company_id=elsewhere.id)
        self.visit(date(2025, 3, 1), "a", district="67000")
        self.visit(date(2025, 3, 1), "b", company_id=elsewhere.id)
        manager = self.users["manager"]
        for name in ("goods", "goods.month", "goods.day", "goods.home", "visit", "visit.month"):
            found = self.env[f"escarcelle.fact.{name}"].with_user(manager).search([])
            self.assertEqual(found.company_id, self.shop, name)

    def test_who_keeps_the_stock_reads_goods_and_not_whose(self):
        self.goods(date(2025, 3, 1), district="67000")
        goods = self.env["escarcelle.fact.goods"].with_user(self.users["stock"])
        self.assertEqual(goods.search([]).weight, 1.0)
        with self.assertRaises(AccessError):
            goods.search([]).read(["district"])
        with self.assertRaises(AccessError):
            goods._read_group([], ["shape"], ["__count"])

    def test_statistics_are_ones_own_or_shared(self):
        mine = self.statistic(["weight"], user_id=self.env.uid)
        manager, stock = self.users["manager"], self.users["stock"]
        with self.assertRaises(AccessError):
            mine.with_user(manager).check_access("read")
        mine.shared = True
        mine.with_user(manager).check_access("read")
        mine.with_user(stock).check_access("read")
        with self.assertRaises(AccessError):
            mine.with_user(stock).check_access("write")
        homes = self.statistic(["households"], subject="visit", shared=True)
        with self.assertRaises(AccessError):
            homes.with_user(stock).check_access("read")
        own = (
            self.env["escarcelle.statistic"]
            .with_user(stock)
            .create({"name": "À moi", "company_id": self.shop.id})
        )
        own.name = "À moi seul"
        for role in ("cashier", "referent"):
            self.assertFalse(own.with_user(self.users[role]).has_access("read"))
