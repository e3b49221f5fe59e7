from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from escarcelle_core import funding

from .common import SocialCase, SocialTillCase
from .test_order import TestOrder


@tagged("post_install", "-at_install")
class TestFundingSource(SocialCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sources = cls.env["escarcelle.funding.source"]
        cls.union = cls.sources.create({"name": "Aide UE", "code": "FSE", "kind": "eu"})
        cls.sweets, cls.grocery = cls.env["product.category"].create(
            [{"name": "Confiserie"}, {"name": "Épicerie"}]
        )
        cls.chocolate = cls.env["product.category"].create(
            {"name": "Chocolat", "parent_id": cls.sweets.id}
        )

    def product(self, **values):
        return self.env["product.template"].create(
            {"name": "Pâtes", "list_price": 2.0, "available_in_pos": True, **values}
        )

    def test_what_the_union_pays_for_is_free_and_off_the_budget(self):
        self.assertTrue(self.union.free_only and self.union.households_only)
        self.assertFalse(self.union.consumes_budget)
        for values in ({"free_only": False}, {"consumes_budget": True}):
            with self.subTest(values), self.refused_by_postgresql():
                self.union.write(values)
                self.union.flush_recordset()
            self.union.invalidate_recordset(flush=False)
        pasta = self.product(escarcelle_funding_source_id=self.union.id).product_variant_id
        for pricelist in (self.social, self.public, self.env["product.pricelist"]):
            self.assertEqual(pricelist._get_product_price(pasta, 1.0), 0.0)
        self.assertEqual(pasta.lst_price, 2.0, "the reference price is kept for statistics")

    def test_the_form_follows_the_kind(self):
        form = Form(self.sources)
        form.name, form.code = "Département", "CD67"
        form.kind = "eu"
        self.assertTrue(form.free_only)
        form.kind = "local"
        self.assertFalse(form.free_only)
        self.assertTrue(form.consumes_budget)
        form.rate_min, form.rate_max = 10, 30
        source = form.save()
        pasta = self.product(escarcelle_funding_source_id=source.id).product_variant_id
        self.assertEqual(self.social._get_product_price(pasta, 1.0), 0.20)
        self.assertEqual(self.public._get_product_price(pasta, 1.0), 0.60)
        self.assertEqual(source.product_count, 1)
        self.assertEqual(
            self.env["product.template"].search(source.action_view_products()["domain"]),
            pasta.product_tmpl_id,
        )

    def test_rates(self):
        for low, high in ((-1, 10), (20, 10), (0, 101)):
            with self.subTest(low=low), self.refused_by_postgresql():
                self.sources.create({"name": "x", "code": "X", "rate_min": low, "rate_max": high})

    def test_excluded_categories(self):
        self.union.excluded_category_ids = self.sweets
        with self.assertRaises(ValidationError):
            self.product(escarcelle_funding_source_id=self.union.id, categ_id=self.chocolate.id)
        pasta = self.product(escarcelle_funding_source_id=self.union.id, categ_id=self.grocery.id)
        with self.assertRaises(ValidationError):
            pasta.categ_id = self.chocolate
        row = self.union._escarcelle_row()
        self.assertEqual(set(row["excluded_category_ids"]), {self.sweets.id, self.chocolate.id})

    def test_what_may_come_in_as_another_good(self):
        """A till sells by the product's rules: a payer with rules of its own needs a product of its own."""
        pasta = self.product(categ_id=self.grocery.id).product_variant_id
        plain = {"name": "Don", "kind": "donation"}
        free = self.sources.create({**plain, "code": "D"})
        free._escarcelle_check_received(pasta)
        self.sources._escarcelle_check_received(pasta)
        for rank, rule in enumerate(
            (
                {"kind": "eu"},
                {"free_only": True},
                {"consumes_budget": False},
                {"rate_min": 1},
                {"rate_max": 99},
                {"households_only": True},
                {"pricelist_ids": [fields.Command.set(self.social.ids)]},
            )
        ):
            source = self.sources.create({**plain, "code": f"D{rank}", **rule})
            with self.subTest(rule), self.assertRaises(ValidationError):
                source._escarcelle_check_received(pasta)
            pasta.escarcelle_funding_source_id = source
            source._escarcelle_check_received(pasta)
            pasta.escarcelle_funding_source_id = False
        free.excluded_category_ids = self.grocery
        with self.assertRaises(ValidationError):
            free._escarcelle_check_received(pasta)

    def test_codes(self):
        with self.refused("code"):
            self.sources.create({"name": "x", "code": "fse"})
        copy = self.union.copy()
        self.assertNotEqual(copy.code, self.union.code)

    def test_the_same_good_of_another_source(self):
        pasta = self.product(
            escarcelle_funding_source_id=self.union.id, barcode="3760000000017", default_code="P1"
        )
        action = pasta.action_escarcelle_other_source()
        other = self.env["product.template"].browse(action["res_id"])
        self.assertEqual((other.name, other.list_price, other.barcode), ("Pâtes", 2.0, False))
        self.assertFalse(other.escarcelle_funding_source_id)

    def test_the_rules_travel_in_the_snapshot(self):
        town = self.sources.create(
            {
                "name": "Ville",
                "code": "V",
                "kind": "local",
                "rate_min": 12.5,
                "rate_max": 30,
                "pricelist_ids": [fields.Command.set(self.social.ids)],
                "active": False,
            }
        )
        pasta = self.product(escarcelle_funding_source_id=town.id).product_variant_id
        till = self.env["escarcelle.till"].create(
            {"name": "Caisse", "config_id": self.pos_config().id}
        )
        read = funding.read(till._escarcelle_settings()["funding_sources"])
        self.assertEqual(read[town.id].tariff_ids, frozenset(self.social.ids), "archived ones too")
        self.assertTrue(read[self.union.id].free)
        rows = {row["id"]: row["funding_source_id"] for row in till._escarcelle_products()}
        self.assertEqual(rows[pasta.id], town.id)
        self.assertIn("escarcelle.funding.source", till._escarcelle_watched_models())


@tagged("post_install", "-at_install")
class TestFundingOnATablet(TestOrder):
    """The same rules without a till program."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.union = cls.env["escarcelle.funding.source"].create(
            {"name": "Aide UE", "code": "FSE", "kind": "eu"}
        )
        cls.policy = cls.env["escarcelle.budget.policy"]._escarcelle_for(cls.company)

    def test_given_goods(self):
        self.product.escarcelle_funding_source_id = self.union
        self.policy.basis = "shelf"
        self.sell(2, 0.0)
        self.assertEqual(self.home.ledger_seq, 0, "neither paid nor counted")
        with self.assertRaisesRegex(UserError, "se donne"):
            self.sell(2, 0.5)
        with self.assertRaisesRegex(UserError, "réservé"):
            self.sell(1, 0.0, self.partner_a)
        self.sell(-1, 0.5)

    def test_over_the_budget(self):
        with self.assertRaisesRegex(UserError, "dépassé de 0,01"):
            self.sell(1, 40.01)
        self.policy.write({"over_budget": "tolerance", "tolerance": 1})
        self.sell(1, 40.01)
        self.policy.over_budget = "owed"
        self.sell(1, 39.99)
        with self.assertRaisesRegex(UserError, "dépassé de 0,01"):
            self.sell(1, 0.01)
        self.policy.over_budget = "public"
        self.sell(1, 1.99)
        self.assertEqual(self.home.balance_cents, -4000, "the public price takes nothing off")
        with self.assertRaisesRegex(UserError, "dépassé"):
            self.sell(1, 0.01)

    def test_what_was_sold_while_the_server_was_away_is_counted(self):
        order = self.env["pos.order"]
        self.patch(type(order), "_escarcelle_sold_already", lambda order: True)
        self.product.escarcelle_funding_source_id = self.union
        self.sell(1, 45.0)
        self.assertEqual(self.home.ledger_seq, 0, "given goods never count")
        self.product.escarcelle_funding_source_id = False
        self.sell(1, 45.0)
        self.assertEqual(self.home.balance_cents, -500)


@tagged("post_install", "-at_install")
class TestWhatTheTillCounted(SocialTillCase):
    """The till told the household what it took off the budget: that holds, and a difference is shown."""

    def entry(self, amount):
        entry = self.device.sell([self.row(550, "12.5000", "1")], household=self.home.code)
        entry["event"]["budget"] = {"household": self.home.code, "amount": amount, "left": 0}
        return entry

    def test_the_count_of_the_till_holds(self):
        self.ingest(self.till, self.entry(900))
        self.assertEqual(self.home.balance_cents, 4000 - 900)
        found = self.env["escarcelle.difference"].search([("kind", "=", "budget")])
        self.assertEqual((found.ticket_amount, found.server_amount), (9.0, 12.5))
        self.assertEqual(found.what, self.home.code)

    def test_nonsense_is_not_believed(self):
        for amount in ("12", 10**12, True, None, 3.5, [], {}):
            with self.subTest(amount=amount):
                before = self.home.balance_cents
                self.ingest(self.till, self.entry(amount))
                self.home.invalidate_recordset()
                opened = 4000 if not before else 0
                self.assertEqual(self.home.balance_cents - before, opened - 1250)
        self.assertFalse(self.env["escarcelle.difference"].search([("kind", "=", "budget")]))
