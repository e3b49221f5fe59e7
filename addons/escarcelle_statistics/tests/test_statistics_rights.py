"""Who may do what with statistics: a line a role and model, for reading, writing, creating, deleting, reporting."""

from datetime import date

from lxml import etree
from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import StatisticsCase

ROLES = {
    "manager": "escarcelle_social.group_manager",
    "stock": "escarcelle_social.group_stock",
    "referent": "escarcelle_social.group_referent",
    "cashier": "escarcelle_social.group_cashier",
    "network": "escarcelle_statistics.group_network",
    "employee": "base.group_user",
    "auditor": "escarcelle_fiscal.group_auditor",
}
NONE, READ, ALL = "", "r", "rwcd"
OPERATIONS = {"r": "read", "w": "write", "c": "create", "d": "unlink"}
#: Model → rights of manager and of stock manager. Nobody else has any.
MATRIX = {
    "escarcelle.fact.goods": (READ, READ),
    "escarcelle.fact.goods.month": (READ, READ),
    "escarcelle.fact.goods.day": (READ, READ),
    "escarcelle.fact.goods.home": (READ, NONE),
    "escarcelle.fact.visit": (READ, NONE),
    "escarcelle.fact.visit.month": (READ, NONE),
    "escarcelle.fact.person": (READ, NONE),
    "escarcelle.fact.registration": (READ, NONE),
    "escarcelle.fact.key": (NONE, NONE),
    "escarcelle.fact.event": (NONE, NONE),
    "escarcelle.statistic": (ALL, ALL),
    "escarcelle.statistic.measure": (READ, READ),
    "escarcelle.statistic.dimension": (READ, READ),
    "escarcelle.statistic.preview": (ALL, ALL),
    "escarcelle.statistic.report": (ALL, NONE),
    "escarcelle.statistic.report.section": (ALL, NONE),
    "escarcelle.statistic.mailing": (ALL, NONE),
    "escarcelle.statistic.mailing.sent": (READ, NONE),
    "escarcelle.network": (NONE, NONE),
}
#: What a stock manager does not read of the goods that moved.
HIDDEN = ("shape", "district", "department")


@tagged("post_install", "-at_install")
class TestStatisticsRights(StatisticsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            role: new_test_user(
                cls.env, f"stat_{role}", group, company_id=cls.shop.id, company_ids=[Command.set(cls.shop.ids)]
            )
            for role, group in ROLES.items()
        }  # fmt: skip

    def rights(self, model, role):
        return dict(zip(("manager", "stock"), MATRIX[model], strict=True)).get(role, NONE)

    def test_a_line_for_each_role_and_model(self):
        for model in MATRIX:
            for role, user in self.users.items():
                for letter, operation in OPERATIONS.items():
                    with self.subTest(model=model, role=role, operation=operation):
                        target = self.env[model].with_user(user)
                        self.assertEqual(
                            target.has_access(operation), letter in self.rights(model, role)
                        )

    def test_every_model_of_this_addon_is_in_the_matrix(self):
        models = self.env["ir.model"].search([("model", "=like", "escarcelle.%")]).mapped("model")
        own = {
            model
            for model in models
            if self.env[model]._original_module == "escarcelle_statistics"
            and not self.env[model]._abstract
        }
        self.assertEqual(own, set(MATRIX))

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_reports_need_the_right_to_read(self):
        for model in MATRIX:
            for role, user in self.users.items():
                target = self.env[model].with_user(user)
                calls = {
                    "search_count": lambda t=target: t.search_count([]),
                    "search_read": lambda t=target: t.search_read([], ["id"], limit=1),
                    "formatted_read_group": lambda t=target: t.formatted_read_group(
                        [], [], ["__count"]
                    ),
                    "formatted_read_grouping_sets": lambda t=target: t.formatted_read_grouping_sets(
                        [], [[]], ["__count"]
                    ),
                    "web_read_group": lambda t=target: t.web_read_group([], ["id"], ["__count"]),
                }
                for name, call in calls.items():
                    with self.subTest(model=model, role=role, call=name):
                        if "r" in self.rights(model, role):
                            call()
                        else:
                            self.assertRaises(AccessError, call)

    def test_only_a_manager_exports(self):
        self.goods(date(2025, 3, 3), paid=2.0)
        fact = self.env["escarcelle.fact.goods"].search([("company_id", "=", self.shop.id)])
        got = fact.with_user(self.users["manager"]).export_data(["day", "paid"])["datas"]
        self.assertEqual(got, [[date(2025, 3, 3), 2.0]])
        for role in ("stock", "referent", "cashier", "network", "employee", "auditor"):
            with self.subTest(role), self.assertRaises(UserError):
                fact.with_user(self.users[role]).export_data(["day"])

    def test_nobody_writes_a_fact(self):
        self.goods(date(2025, 3, 3))
        fact = self.env["escarcelle.fact.goods"].search([("company_id", "=", self.shop.id)])
        manager = fact.with_user(self.users["manager"])
        for call in (lambda: manager.write({"paid": 1}), manager.unlink, lambda: manager.copy()):
            with self.assertRaises(AccessError):
                call()

    def test_shops_are_apart(self):
        other = self.env["res.company"].create({"name": "Ailleurs"})
        self.goods(date(2025, 3, 3), company_id=other.id)
        self.visit(date(2025, 3, 3), "k", company_id=other.id)
        for model in (
            "escarcelle.fact.goods",
            "escarcelle.fact.visit",
            "escarcelle.fact.visit.month",
        ):
            seen = self.env[model].with_user(self.users["manager"])
            with self.subTest(model):
                self.assertTrue(self.env[model].sudo().search([("company_id", "=", other.id)]))
                self.assertFalse(seen.search([("company_id", "=", other.id)]))
                self.assertEqual(
                    seen.formatted_read_group(
                        [("company_id", "=", other.id)], ["company_id"], ["__count"]
                    ),
                    [],
                )

    def test_a_stock_manager_sees_goods_and_not_who_took_them(self):
        goods = self.env["escarcelle.fact.goods"].with_user(self.users["stock"])
        views = goods.get_views([(False, kind) for kind in ("search", "pivot", "graph", "list")])[
            "views"
        ]
        for kind, view in views.items():
            for node in etree.fromstring(view["arch"]).iter("field", "filter"):
                for name in HIDDEN:
                    with self.subTest(kind=kind, field=name):
                        self.assertNotEqual(node.get("name"), name)
                        self.assertNotIn(f"'{name}'", node.get("context", ""))
        for name in HIDDEN:
            with self.subTest(name), self.assertRaises(AccessError):
                goods.formatted_read_group([], [name], ["__count"])
        for view in self.env["escarcelle.fact.goods"].with_user(self.users["manager"]).get_views(
            [(False, "search")]
        )["views"].values():  # fmt: skip
            self.assertIn("'shape'", view["arch"])

    def test_no_screen_breaks(self):
        screens = {
            "escarcelle.fact.goods": ("manager", "stock"),
            "escarcelle.fact.goods.month": ("manager", "stock"),
            "escarcelle.fact.visit": ("manager",),
            "escarcelle.fact.person": ("manager",),
            "escarcelle.fact.registration": ("manager",),
        }
        for model, roles in screens.items():
            action = self.env.ref(
                f"escarcelle_statistics.{model.removeprefix('escarcelle.').replace('.', '_')}_action"
            )
            kinds = ("search", *action.view_mode.split(","))
            for role in roles:
                with self.subTest(model=model, role=role):
                    views = (
                        self.env[model]
                        .with_user(self.users[role])
                        .get_views([(False, kind) for kind in kinds])
                    )
                    self.assertEqual(set(views["views"]), set(kinds))
                    arch = etree.fromstring(views["views"]["list"]["arch"])
                    self.assertEqual(arch.get("create"), "0")

    def test_every_measure_has_its_unit(self):
        """Money is money, weight says kilograms: no cents and no grams on a screen."""
        for model in ("escarcelle.fact.goods", "escarcelle.fact.visit"):
            fields = self.env[model]._fields
            for name in ("paid", "reference", "savings"):
                self.assertEqual(
                    (fields[name].type, fields[name].aggregator), ("monetary", "sum"), name
                )
            self.assertIn("kg", fields["weight"].string)
            self.assertNotIn("grams", fields)
