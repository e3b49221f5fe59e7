from odoo.tests import HttpCase, new_test_user, tagged

from .common import CatalogueCase


@tagged("post_install", "-at_install")
class TestTour(CatalogueCase, HttpCase):
    def test_a_stock_manager_activates_categories_and_types_a_price(self):
        new_test_user(
            self.env, "stock_tour", "escarcelle_social.group_stock", company_id=self.company.id,
            company_ids=self.company.ids,
        )  # fmt: skip
        self.start_tour(
            "/odoo/action-escarcelle_catalogue.catalogue_wizard_action",
            "escarcelle_catalogue_activate",
            login="stock_tour",
        )
        used = self.goods.search([("state", "=", "used")])
        shelves = self.env["escarcelle.catalogue.category"].search([("code", "in", ["PAT", "SUR"])])
        self.assertEqual(used, self.goods.search([("category_id", "in", shelves.ids)]))
        priced = used.template_id.filtered(lambda good: good.list_price == 1.25)
        self.assertEqual((len(priced), priced.available_in_pos), (1, True))
