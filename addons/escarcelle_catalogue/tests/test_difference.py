from odoo import Command
from odoo.tests import tagged

from .common import CatalogueCase, quietly


@tagged("post_install", "-at_install")
class TestDifference(CatalogueCase):
    def setUp(self):
        super().setUp()
        self.product = self.activated("PAT-001").with_context(lang="fr_FR")
        self.product.list_price = 0.95

    def ship(self, code="PAT-001", **values):
        """A new version of the catalogue says something else of a good."""
        good = self.good(code).with_env(quietly(self)).sudo()
        good.write({**values, "digest": str(values)})
        return self.good(code)

    def wizard(self, goods=None):
        opened = (goods or self.goods).action_update()
        return self.env["escarcelle.catalogue.difference"].browse(opened["res_id"])

    def test_nothing_new(self):
        self.assertFalse(self.good("PAT-001").has_update)
        self.assertFalse(self.wizard().line_ids)

    def test_what_the_shop_never_touched_is_updated(self):
        good = self.ship(weight=520, name="Coquillettes 520 g", storage="ambient")
        self.assertTrue(good.has_update)
        self.assertIn(good, self.goods.search([("has_update", "=", True)]))
        wizard = self.wizard()
        self.assertEqual({line.field for line in wizard.line_ids}, {"weight", "name"})
        self.assertTrue(
            all(wizard.line_ids.mapped("apply")) and not any(wizard.line_ids.mapped("own"))
        )
        wizard.action_apply()
        self.assertEqual((self.product.name, self.product.weight), ("Coquillettes 520 g", 0.52))
        self.assertEqual(self.product.list_price, 0.95)
        self.assertFalse(good.has_update)

    def test_what_the_shop_changed_is_kept_and_not_asked_again(self):
        self.product.name = "Coquillettes du moulin"
        self.product.escarcelle_allergen_ids = [Command.clear()]
        good = self.ship(name="Coquillettes 520 g", weight=520)
        wizard = self.wizard()
        name = wizard.line_ids.filtered(lambda line: line.field == "name")
        self.assertEqual(
            (name.own, name.apply, name.before), (True, False, "Coquillettes du moulin")
        )
        self.assertEqual(
            len(wizard.line_ids),
            2,
            "allergens: the shop's own business, the catalogue says nothing new",
        )
        wizard.action_apply()
        self.assertEqual((self.product.name, self.product.weight), ("Coquillettes du moulin", 0.52))
        self.assertFalse(self.product.escarcelle_allergen_ids)
        self.assertFalse(good.has_update)
        self.ship(name="Coquillettes 540 g")
        self.assertEqual(
            self.wizard().line_ids.mapped("own"), [True], "the catalogue moves again: asked again"
        )

    def test_a_difference_accepted(self):
        self.product.name = "Coquillettes du moulin"
        self.ship(name="Coquillettes 520 g")
        wizard = self.wizard()
        wizard.line_ids.apply = True
        wizard.action_apply()
        self.assertEqual(self.product.name, "Coquillettes 520 g")

    def test_a_new_vat_category_brings_its_tax(self):
        self.ship(vat_category_id=self.category("CONFISERIE").id)
        self.wizard().action_apply()
        self.assertEqual(
            (self.rates_of(self.product), self.product.escarcelle_vat_category), ([20], "NORMAL")
        )

    def test_a_new_shelf(self):
        shelf = self.env["escarcelle.catalogue.category"].search([("code", "=", "SEC")])
        self.ship(category_id=shelf.id)
        self.wizard().action_apply()
        self.assertEqual(self.product.categ_id.name, shelf.name)

    def test_a_category_of_the_shop_s_own_stays(self):
        own = self.env["product.category"].create({"name": "Rayon du fond"})
        self.product.categ_id = own
        self.ship(
            category_id=self.env["escarcelle.catalogue.category"].search([("code", "=", "SEC")]).id
        )
        wizard = self.wizard()
        self.assertEqual((wizard.line_ids.own, wizard.line_ids.before), (True, "Rayon du fond"))
        wizard.action_apply()
        self.assertEqual(self.product.categ_id, own)

    def test_loading_the_files_again_never_touches_goods(self):
        self.product.write({"name": "À moi", "weight": 9})
        self.good("PAT-001").with_env(quietly(self)).sudo().write(
            {"name": "Vieux nom", "digest": "old"}
        )
        self.goods._escarcelle_load()
        self.assertEqual(self.good("PAT-001").name, "Coquillettes 500 g")
        self.assertEqual((self.product.name, self.product.weight), ("À moi", 9))

    def test_a_good_that_left_the_catalogue(self):
        gone = self.goods.with_env(quietly(self)).sudo().create(
            {**self.good("PAT-001").copy_data()[0], "code": "ZZZ-001", "name": "Retiré"}
        )  # fmt: skip
        product = self.activated("ZZZ-001")
        self.goods._escarcelle_load()
        self.assertFalse(gone.active)
        self.assertTrue(product.active, "the shop still sells it")
        self.assertFalse(self.wizard().line_ids)

    def test_an_archived_good_is_left_alone(self):
        self.good("PAT-001")._escarcelle_deactivate()
        self.ship(name="Coquillettes 520 g")
        self.assertFalse(self.wizard().line_ids)
