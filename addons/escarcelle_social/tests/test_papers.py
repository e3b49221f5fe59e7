from datetime import date

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from escarcelle_core import ean13

from .common import TODAY, SocialCase


@tagged("post_install", "-at_install")
class TestStatement(SocialCase):
    def statement(self, households, **values):
        return self.env["escarcelle.budget.statement"].create(
            {"household_ids": households.ids, **values}
        )

    def test_what_came_in_and_went_out(self):
        home, other = self.household(), self.household(size=2)
        self.on(date(2026, 10, 5))
        self.ledger._escarcelle_post_ticket(home, 1000, self.today, "october")
        self.on(TODAY)
        self.ledger._escarcelle_post_ticket(home, 5000, TODAY, "november")
        wizard = self.statement(home | other)
        self.assertEqual(
            (wizard.date_from, wizard.date_to), (date(2026, 11, 1), date(2026, 11, 30))
        )
        mine, theirs = wizard._escarcelle_statements()
        self.assertEqual((mine["before"], mine["after"]), (30.0, -10.0))
        self.assertEqual([row["after"] for row in mine["rows"]], [0.0, 40.0, -10.0])
        self.assertAlmostEqual(mine["before"] + mine["received"] - mine["spent"], mine["after"])
        self.assertEqual((theirs["rows"], theirs["after"]), ([], 0))
        html = (
            self.env["ir.actions.report"]
            ._render_qweb_html("escarcelle_social.budget_statement_report", wizard.ids)[0]
            .decode()
        )
        for text in (home.code, other.code, "Amina B."):
            self.assertIn(text, html)
        self.assertNotIn("Benalouf", html, "a statement lies about: first name and initial")

    def test_two_queries_for_any_number(self):
        homes = self.households.concat(*(self.household() for _ in range(12)))
        self.company._escarcelle_allocate("2026-11")
        wizard = self.statement(homes)
        self.env.invalidate_all()
        with self.assertQueryCount(8):
            self.assertEqual(len(wizard._escarcelle_statements()), 12)

    def test_dates_in_order_and_somebody(self):
        with self.refused_by_postgresql():
            self.statement(self.household(), date_from="2026-12-01", date_to="2026-11-01")
        with self.assertRaises(UserError):
            self.statement(self.households).action_print()

    def test_it_is_a_pdf(self):
        self.company.external_report_layout_id = self.env.ref("web.external_layout_standard")
        wizard = self.statement(self.household())
        action = wizard.action_print()
        self.assertEqual(action["report_name"], "escarcelle_social.budget_statement_document")
        pdf, kind = (
            self.env["ir.actions.report"]
            .with_context(force_report_rendering=True)
            ._render_qweb_pdf("escarcelle_social.budget_statement_report", wizard.ids)
        )
        self.assertEqual((kind, pdf[:5]), ("pdf", b"%PDF-"))


@tagged("post_install", "-at_install")
class TestAdjust(SocialCase):
    def wizard(self, **values):
        return self.env["escarcelle.budget.adjust"].create({"reason": "Naissance", **values})

    def test_several_households(self):
        homes = self.household() | self.household()
        form = Form(
            self.env["escarcelle.budget.adjust"].with_context(
                active_model="escarcelle.household", active_ids=homes.ids
            )
        )
        self.assertTrue(form.several)
        form.amount, form.reason = 15.55, "Aide de fin d'année"
        form.save().action_adjust()
        self.assertEqual(homes.mapped("balance_cents"), [1555, 1555])
        self.assertEqual(set(homes.movement_ids.mapped("note")), {"Aide de fin d'année"})

    def test_passed_on(self):
        one, other = self.household(), self.household()
        self.company._escarcelle_allocate("2026-11")
        self.wizard(
            household_id=one.id, motive="transfer", to_household_id=other.id, amount=12.5
        ).action_adjust()
        self.assertEqual((one.balance_cents, other.balance_cents), (2750, 5250))
        moved = (one | other).movement_ids.filtered(lambda m: m.type == "transfer")
        self.assertEqual(sum(moved.mapped("amount_cents")), 0)
        for values in (
            {"to_household_id": one.id, "amount": 1},
            {"to_household_id": False, "amount": 1},
            {"to_household_id": other.id, "amount": -1},
            {"to_household_id": other.id, "amount": 27.51},
        ):
            with self.subTest(values), self.assertRaises(UserError):
                self.wizard(household_id=one.id, motive="transfer", **values).action_adjust()

    def test_nobody(self):
        with self.assertRaises(UserError):
            self.wizard(amount=1).action_adjust()


@tagged("post_install", "-at_install")
class TestLabels(SocialCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.goods = cls.env["product.product"].create(
            [
                {"name": "Pâtes", "list_price": 1.25, "weight": 0.5, "barcode": ean13.complete("376000000001"),
                 "available_in_pos": True},
                {"name": "Pommes", "list_price": 2.35, "available_in_pos": True,
                 "uom_id": cls.env.ref("uom.product_uom_kgm").id},
                {"name": "Savon", "list_price": 0.0, "available_in_pos": True},
            ]
        )  # fmt: skip

    def labels(self, **values):
        return self.env["escarcelle.label.print"].create({"product_ids": self.goods.ids, **values})

    def test_prices_are_those_of_the_server(self):
        wizard = self.labels(pricelist_ids=[(6, 0, self.social.ids)])
        found = {label["product"]: label for label in wizard._escarcelle_labels()}
        pasta, apples, soap = (found[product] for product in self.goods)
        money = wizard._escarcelle_money
        self.assertEqual((pasta["price"], apples["price"]), (money(1.25), money(2.35)))
        self.assertIn(money(2.5), pasta["unit_price"], "two packets are a kilogram")
        self.assertIn(money(2.35), apples["unit_price"])
        self.assertFalse(soap["unit_price"])
        for label in (pasta, apples, soap):
            price = self.social._get_product_price(label["product"], 1.0)
            self.assertEqual(label["tariffs"], [("Tarif C", money(price))])
        self.assertEqual(self.labels()._escarcelle_labels()[0]["tariffs"], [])

    def test_a_barcode_that_is_no_ean(self):
        pasta, apples, soap = self.goods
        pasta.barcode = "ABC-12"
        symbols = {row["product"]: row["symbol"] for row in self.labels()._escarcelle_labels()}
        self.assertEqual((symbols[pasta], symbols[apples]), ("ABC-12", False))
        hidden = self.labels(show_barcode=False)._escarcelle_labels()
        self.assertFalse(any(row["symbol"] for row in hidden))

    def test_pages(self):
        for kind, copies, pages in (
            ("a4_24", 8, 1),
            ("a4_24", 9, 2),
            ("a4_10", 4, 2),
            ("roll", 2, 6),
        ):
            wizard = self.labels(label_format=kind, copies=copies)
            self.assertEqual(len(wizard._escarcelle_pages()), pages)
        with self.refused_by_postgresql():
            self.labels(copies=0)
        for wizard in (self.labels(copies=2000), self.labels(product_ids=False)):
            with self.assertRaises(UserError):
                wizard.action_print()

    def test_it_is_a_pdf(self):
        for kind in ("a4_24", "roll"):
            wizard = self.labels(label_format=kind, pricelist_ids=[(6, 0, self.social.ids)])
            report = wizard.action_print()["report_name"]
            html = self.env["ir.actions.report"]._render_qweb_html(report, wizard.ids)[0].decode()
            self.assertIn("Pâtes", html)
            self.assertIn("<svg", html, "the barcode is drawn")
            pdf, made = (
                self.env["ir.actions.report"]
                .with_context(force_report_rendering=True)
                ._render_qweb_pdf(report, wizard.ids)
            )
            self.assertEqual((made, pdf[:5]), ("pdf", b"%PDF-"))
