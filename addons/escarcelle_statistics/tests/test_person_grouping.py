"""No ranking of volunteers: no screen, no statistic, no report counts by who worked."""

from lxml import etree
from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged

from ..models.person_grouping import PER_PERSON, PERSONS, person_of

SALES = ("pos.order", "pos.order.line", "pos.payment", "pos.session", "report.pos.order")


@tagged("post_install", "-at_install")
class TestPersonGrouping(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        models = (
            cls.env["ir.model"].search([("model", "=like", "escarcelle.fact%")]).mapped("model")
        )
        cls.facts = [name for name in models if not cls.env[name]._abstract]

    def test_who_is_a_person(self):
        for spec in (
            "user_id",
            "employee_id:count",
            "session_id.user_id",
            "create_uid",
            "order_id.employee_id",
        ):
            self.assertTrue(person_of(spec), spec)
        for spec in ("config_id", "date_order:month", "users", "user_id.company_id", ""):
            self.assertFalse(person_of(spec), spec)

    def test_facts_know_nobody(self):
        self.assertGreater(len(self.facts), 4)
        for model in self.facts:
            for field in self.env[model]._fields.values():
                with self.subTest(model=model, field=field.name):
                    self.assertNotIn(field.name, PERSONS)
                    self.assertNotIn(
                        field.comodel_name, ("res.users", "hr.employee", "escarcelle.cashier")
                    )

    def test_statistics_count_by_nobody(self):
        for model in ("escarcelle.statistic.dimension", "escarcelle.statistic.measure"):
            for code in self.env[model].search([]).mapped("code"):
                with self.subTest(code):
                    self.assertNotRegex(code, "cashier|user|employee|volunteer|person_by")

    def test_no_view_of_sales_groups_by_person(self):
        found = 0
        for view in self.env["ir.ui.view"].search(
            [("model", "in", [*SALES, *self.facts]), ("type", "in", ("search", "pivot", "graph")),
             ("mode", "=", "primary")]
        ):  # fmt: skip
            arch, _view = self.env[view.model]._get_view(view.id, view.type)
            found += 1
            for node in arch.iter("filter", "field"):
                with self.subTest(view=view.name, node=etree.tostring(node)):
                    if node.tag == "filter":
                        for name in PERSONS:
                            self.assertNotIn(f"'{name}'", node.get("context", "").replace('"', "'"))
                    elif view.type != "search":
                        self.assertNotIn(node.get("name"), PERSONS)
        self.assertGreater(found, 10)

    def test_odoo_s_own_filters_were_there(self):
        """The views of Odoo still have what is taken away: else the test above proves nothing."""
        view = self.env.ref("point_of_sale.view_report_pos_order_search")
        self.assertIn("user_id", view.arch)

    def test_no_action_of_sales_opens_by_person(self):
        actions = self.env["ir.actions.act_window"].search(
            [("res_model", "in", [*SALES, *self.facts])]
        )
        self.assertTrue(actions)
        filters = self.env["ir.filters"].search([("model_id", "in", [*SALES, *self.facts])])
        for text in [*actions.mapped("context"), *filters.mapped("context")]:
            for name in PERSONS:
                self.assertNotRegex(text or "", rf"group_by\W+[^}}]*\b{name}\b")

    def test_the_search_bar_offers_nobody(self):
        for model in SALES:
            for name, said in self.env[model].fields_get(attributes=["groupable"]).items():
                if name in PERSONS:
                    with self.subTest(model=model, field=name):
                        self.assertFalse(said.get("groupable"))

    def test_the_server_refuses_whatever_asks(self):
        for model in SALES:
            target = self.env[model]
            person = next(
                name for name in ("user_id", "create_uid", "order_id") if name in target._fields
            )
            spec = "order_id.user_id" if person == "order_id" else person
            calls = (
                lambda t=target, s=spec: t.formatted_read_group([], [s], ["__count"]),
                lambda t=target, s=spec: t.formatted_read_group(
                    domain=[], groupby=[s], aggregates=["__count"]
                ),
                lambda t=target, s=spec: t.formatted_read_grouping_sets(
                    [], [["id"], [s]], ["__count"]
                ),
                lambda t=target, s=spec: t.web_read_group([], [s], ["__count"]),
            )
            for call in calls:
                with self.subTest(model=model), self.assertRaises(UserError):
                    call()
        self.assertEqual(
            self.env["pos.order"].formatted_read_group(
                [("id", "=", 0)], ["config_id"], ["__count"]
            ),
            [],
        )

    def test_the_report_of_a_day_is_not_cut_up_by_employee(self):
        wizard = self.env["pos.daily.sales.reports.wizard"]
        arch, _view = wizard._get_view(view_type="form")
        self.assertNotIn(
            PER_PERSON, etree.tostring(arch, encoding="unicode").replace("invisible", "")
        )
        if PER_PERSON in wizard._fields:
            self.assertFalse(wizard.default_get([PER_PERSON])[PER_PERSON])
