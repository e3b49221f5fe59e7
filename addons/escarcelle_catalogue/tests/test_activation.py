from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2.errors import UniqueViolation

from .common import CatalogueCase


@tagged("post_install", "-at_install")
class TestActivation(CatalogueCase):
    def test_a_good_says_everything_it_knows(self):
        good = self.activated("LAI-001")
        self.assertEqual(
            (good.default_code, good.name, good.weight),
            ("LAI-001", "Lait demi-écrémé, longue conservation 1 L", 1.03),
        )
        self.assertEqual((good.type, good.is_storable), ("consu", True))
        self.assertEqual(good.uom_id, self.env.ref("uom.product_uom_unit"))
        self.assertEqual(
            (good.escarcelle_storage_kind, good.escarcelle_date_kind), ("ambient", "ddm")
        )
        self.assertEqual(good.escarcelle_allergen_ids.mapped("code"), ["LAIT"])
        self.assertEqual(good.categ_id.name, "Lait, yaourts et desserts frais")
        self.assertEqual(good.pos_categ_ids.name, "Lait, yaourts et desserts frais")
        self.assertEqual(
            (good.escarcelle_vat_category, self.rates_of(good)), ("ALIMENTAIRE", [5.5])
        )
        apples = self.activated("FRU-001")
        self.assertEqual(
            (apples.uom_id, apples.to_weight), (self.env.ref("uom.product_uom_kgm"), True)
        )
        self.assertEqual(self.activated("HUI-006").uom_id, self.env.ref("uom.product_uom_litre"))

    def test_a_good_without_a_price_is_not_sold(self):
        good = self.activated("LAI-001")
        self.assertEqual(
            (good.list_price, good.available_in_pos, good.escarcelle_unpriced), (0, False, True)
        )
        good.list_price = 1.05
        self.assertEqual((good.available_in_pos, good.escarcelle_unpriced), (True, False))
        good.available_in_pos = False
        good.list_price = 1.1
        self.assertFalse(good.available_in_pos, "taken off the till by hand, it stays off")

    def test_prices_typed_for_several_goods(self):
        goods = self.activated("LAI-001", "LAI-002", "LAI-003")
        goods[:2].write({"list_price": 0.95})
        self.assertEqual(goods.mapped("available_in_pos"), [True, True, False])
        goods[2].action_escarcelle_free()
        self.assertEqual((goods[2].available_in_pos, goods[2].list_price), (True, 0))
        variant = self.activated("LAI-005").product_variant_id
        variant.lst_price = 2
        self.assertTrue(variant.available_in_pos)

    def test_done_again_nothing_is_doubled(self):
        goods = self.goods.search([("category_id.code", "=", "PAT")])
        first = goods._escarcelle_activate()
        again = goods._escarcelle_activate()
        self.assertEqual(
            (len(first["made"]), len(again["made"]), again["kept"]), (len(goods), 0, first["made"])
        )
        self.assertEqual(set(goods.mapped("state")), {"used"})
        self.assertEqual(
            self.env["product.template"].search_count(
                [("default_code", "in", goods.mapped("code"))]
            ),
            len(goods),
        )

    def test_two_people_at_once(self):
        good = self.good("LAI-001")
        self.activated("LAI-001")
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(UniqueViolation),
            self.env.cr.savepoint(),
        ):
            good.sudo()._escarcelle_make()

    def test_few_queries_whatever_their_number(self):
        goods = self.goods.search([])
        self.assertGreaterEqual(len(goods), 400)
        goods[:20]._escarcelle_activate()
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        made = goods[20:420]._escarcelle_activate()["made"]
        self.env.flush_all()
        # Core itself makes some five queries a product; ours must not add any.
        self.assertLess((self.env.cr.sql_log_count - before) / len(made), 7)

    def test_categories_the_shop_has_are_used(self):
        shelf = self.env["product.category"].create({"name": "Fruits frais"})
        good = self.activated("FRU-001")
        self.assertEqual(good.categ_id, shelf)
        shelf.name = "Fruits"
        self.assertEqual(self.activated("FRU-002").categ_id, shelf, "renamed, it is still that one")
        self.assertEqual(good.pos_categ_ids, self.activated("FRU-003").pos_categ_ids)

    def test_a_good_the_shop_typed_under_the_same_code_is_adopted(self):
        own = self.env["product.template"].create(
            {
                "name": "Coquillettes du moulin",
                "default_code": "PAT-001",
                "list_price": 1.3,
                "weight": 0.4,
            }
        )
        done = self.good("PAT-001")._escarcelle_activate()
        self.assertEqual((done["adopted"], len(done["made"])), (own, 0))
        self.assertEqual(
            (own.name, own.list_price, own.weight), ("Coquillettes du moulin", 1.3, 0.4)
        )
        self.assertEqual(self.good("PAT-001").template_id, own)

    def test_archived_and_back(self):
        good = self.activated("PAT-001")
        good.write({"list_price": 1.3, "name": "Coquillettes"})
        done = self.good("PAT-001")._escarcelle_deactivate()
        self.assertEqual(
            (done["archived"], good.active, self.good("PAT-001").state), (good, False, "archived")
        )
        self.assertFalse(good.product_variant_ids.filtered("active"))
        done = self.good("PAT-001")._escarcelle_activate()
        self.assertEqual(
            (done["restored"], good.active, good.list_price, good.name),
            (good, True, 1.3, "Coquillettes"),
        )
        self.assertEqual(self.good("PAT-001").state, "used")

    def _stock(self, product, quantity, company=None):
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", (company or self.company).id)], limit=1
        )
        self.env["stock.quant"].sudo()._update_available_quantity(
            product.product_variant_id, warehouse.lot_stock_id, quantity
        )

    def test_goods_in_stock_are_left_unless_forced(self):
        pasta, rice = self.activated("PAT-001", "PAT-012")
        self._stock(pasta, 3)
        goods = self.good("PAT-001") | self.good("PAT-012")
        done = goods._escarcelle_deactivate()
        self.assertEqual((done["archived"], done["refused"]), (rice, self.good("PAT-001")))
        self.assertTrue(pasta.active)
        done = goods._escarcelle_deactivate(force=True)
        self.assertEqual((done["archived"], pasta.active), (pasta, False))

    def test_stock_of_another_shop_counts(self):
        pasta = self.activated("PAT-001")
        other = self.env["res.company"].create({"name": "Autre boutique"})
        self._stock(pasta, 1, other)
        self.assertEqual(
            self.good("PAT-001")._escarcelle_deactivate()["refused"], self.good("PAT-001")
        )

    def test_taxes_of_every_shop(self):
        """A good is common to the shops of a network: each has its own territory."""
        other = self.setup_other_company()["company"]
        other.escarcelle_territory = "DOM"
        self.env["escarcelle.fiscal.vat.setup"]._escarcelle_set_up(other)
        good = self.activated("CHO-014").sudo()
        self.assertEqual(
            good.taxes_id.filtered(lambda t: t.company_id == other).mapped("amount"), [8.5]
        )
        self.assertEqual(self.rates_of(good), [20])
        self.assertEqual(len(good.taxes_id.filtered(lambda t: t.company_id == other)), 1)
        good.escarcelle_vat_category_id = self.category("ALIMENTAIRE")
        self.assertEqual(
            good.taxes_id.filtered(lambda t: t.company_id == other).mapped("amount"), [2.1]
        )

    def test_no_chart_of_accounts_no_goods(self):
        bare = self.env["res.company"].create({"name": "Sans comptabilité"})
        self.env.user.company_ids |= bare
        with self.assertRaises(UserError):
            self.good("PAT-001").with_company(bare)._escarcelle_activate()
        self.assertEqual(self.good("PAT-001").state, "free")

    def _run(self, wizard):
        action = wizard.action_run()
        self.assertEqual(action["params"]["wizard_id"], wizard.id)
        for _step in range(20):
            step = wizard.action_step()
            if step["action"]:
                return step
        raise AssertionError("the wizard never ends")

    def test_the_wizard_by_category(self):
        shelves = self.env["escarcelle.catalogue.category"].search([("code", "in", ["PAT", "SEC"])])
        wizard = self.env["escarcelle.catalogue.wizard"].create(
            {"category_ids": [Command.set(shelves.ids)]}
        )
        count = sum(shelves.mapped("good_count"))
        self.assertEqual(wizard.good_count, count)
        wizard.good_ids -= self.good("PAT-001")
        self._run(wizard)
        self.assertEqual((wizard.state, wizard.made_count), ("done", count - 1))
        self.assertEqual(self.good("PAT-001").state, "free")
        pat = shelves.filtered(lambda shelf: shelf.code == "PAT")
        self.assertEqual(pat.used_count, pat.good_count - 1)
        self.assertIn(
            str(pat.used_count), pat.with_context(escarcelle_show_counts=True).display_name
        )

    def test_the_wizard_in_several_steps(self):
        goods = self.goods.search([], limit=250)
        wizard = self.env["escarcelle.catalogue.wizard"].browse(goods.action_activate()["res_id"])
        wizard.action_run()
        left = []
        while not left or left[-1]:
            left.append(wizard.action_step()["left"])
        self.assertEqual(left, [150, 50, 0])
        self.assertEqual(wizard.made_count, 250)

    def test_the_wizard_takes_goods_away(self):
        pasta, _rice = self.activated("PAT-001", "PAT-012")
        self._stock(pasta, 2)
        goods = self.good("PAT-001") | self.good("PAT-012")
        wizard = self.env["escarcelle.catalogue.wizard"].browse(goods.action_deactivate()["res_id"])
        self.assertEqual((wizard.stock_ids, wizard.stock_count), (self.good("PAT-001"), 1))
        self._run(wizard)
        self.assertEqual((wizard.archived_count, wizard.refused_ids), (1, self.good("PAT-001")))

    def test_nothing_chosen(self):
        with self.assertRaises(UserError):
            self.goods.action_activate()
        with self.assertRaises(UserError):
            self.env["escarcelle.catalogue.wizard"].create({}).action_run()
