from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import SIRET, ShopCase


@tagged("post_install", "-at_install")
class TestStart(ShopCase):
    """Each step of the assistant: what it makes, what it leaves alone, what it refuses."""

    # -- from step to step -----------------------------------------------------------------------

    def test_it_is_left_and_taken_up_again(self):
        self.start.action_next()
        self.start.write({"territory": "DOM"})
        again = self.opened()
        self.assertEqual((again, again.step, again.territory), (self.start, "territory", "DOM"))
        again.action_skip()
        self.assertEqual((again.step, again.states["territory"]), ("vat", "skipped"))
        again.action_back()
        self.assertEqual(again.step, "territory")
        again.action_next()
        self.assertEqual(again.states["territory"], "done")
        again.action_back()
        again.action_skip()
        self.assertEqual(
            again.states["territory"], "done", "what was done is not undone by passing by"
        )

    def test_the_first_page_is_the_landing_of_a_manager_once(self):
        wanted = self.env["escarcelle.start"]._escarcelle_is_wanted
        self.assertTrue(wanted(self.company))
        self.start.action_later()
        self.assertFalse(wanted(self.company))

    # -- the shop --------------------------------------------------------------------------------

    def test_the_shop_is_its_company(self):
        self.identify(name="Les Tilleuls")
        self.assertEqual(
            (self.company.name, self.company.company_registry), ("Les Tilleuls", SIRET)
        )
        self.assertEqual(self.company.ape, "8899B", "proposed, and kept")
        places = self.env["stock.warehouse"].sudo().search([("company_id", "=", self.company.id)])
        self.assertEqual(places.name, "Les Tilleuls", "Odoo called it after the company")
        self.assertFalse(self.start.missing)
        before = self.company.write_date
        self.go("shop", name="Les Tilleuls", siret=f"{SIRET[:3]} {SIRET[3:]}")
        self.assertEqual(self.company.write_date, before, "nothing changed, nothing is written")

    def test_what_is_missing_goes_as_one_types(self):
        self.env["res.company"].sudo().search([("name", "=", "My Company")]).name = "Première"
        self.company.write({"street": False, "name": "My Company"})
        self.assertEqual(len(self.start.missing.split(", ")), 2)
        with Form(self.start) as page:
            page.street = "2 rue du Port"
            self.assertNotIn(",", page.missing)
            page.name = "Les Tilleuls"
            self.assertFalse(page.missing)

    def test_what_is_wrong_is_said(self):
        for values in ({"siret": "123"}, {"siret": "01726384900015"}, {"ape": "88"}, {"name": ""}):
            with self.assertRaises(UserError):
                self.start.write(values)
        self.assertEqual(self.company.company_registry, SIRET)

    def test_the_postcode_says_where(self):
        for code, place in (
            ("97300", ("GUYANE", "America/Cayenne")),
            ("97600", ("MAYOTTE", "Indian/Mayotte")),
            ("20 000", ("CORSE", "Europe/Paris")),
            ("97110", ("DOM", "America/Guadeloupe")),
            ("35000", ("METROPOLE", "Europe/Paris")),
            ("97133", None),  # Saint-Barthélemy
            ("97150", None),  # Saint-Martin
            ("98800", None),
            ("974", None),
            ("", None),
        ):
            self.start.zip = code
            self.assertEqual(self.start._escarcelle_place(), place, code)
        self.identify(zip="97400")
        self.assertEqual((self.start.territory, self.start.timezone), ("DOM", "Indian/Reunion"))
        # A figure was wrong: nobody has confirmed the territory yet.
        self.identify(zip="35000")
        self.assertEqual((self.start.territory, self.start.timezone), ("METROPOLE", "Europe/Paris"))
        self.go("territory", territory="CORSE")
        self.identify(zip="97400")
        self.assertEqual(self.start.territory, "CORSE", "what was confirmed is kept")

    # -- VAT -------------------------------------------------------------------------------------

    def test_a_regime_sets_up_all_that_follows(self):
        self.go("vat", regime="EXO_B")
        self.assertEqual(self.company.escarcelle_regime, "EXO_B")
        position = self.env["account.fiscal.position"].search([("company_id", "=", self.company.id),
                                                               ("escarcelle_sector", "=", "EXO_B")])  # fmt: skip
        self.assertEqual(len(position), 1)
        self.go("vat", regime="EXO_B")
        self.assertEqual(self.env["account.fiscal.position"].search_count(
            [("company_id", "=", self.company.id), ("escarcelle_sector", "=", "EXO_B")]), 1)  # fmt: skip
        self.go("till")
        self.assertEqual(self.start.till_id.config_id.default_fiscal_position_id, position)

    # -- days ------------------------------------------------------------------------------------

    def test_days_of_delivery_serve_suppliers_that_tell_none(self):
        supplier = self.env["res.partner"].create({"name": "Grossiste"})
        self.start.step = "opening"
        self.assertEqual(
            supplier._escarcelle_weekdays(), frozenset(), "days only proposed say nothing"
        )
        self.start.day_ids.filtered(lambda day: day.weekday in "0234").delivers = False
        self.start.action_next()
        self.assertEqual(supplier._escarcelle_weekdays(), {1})
        supplier.escarcelle_friday = True
        self.assertEqual(supplier._escarcelle_weekdays(), {4})

    def test_hours_that_cannot_be(self):
        self.start.step = "opening"
        monday = self.start.day_ids[0]
        for values in (
            {"hour_to": 8.0}, {"again_from": 11.0}, {"hour_from": -1.0}, {"again_to": 25.0},
            {"hour_from": 0, "hour_to": 0, "again_from": 0, "again_to": 0},
        ):  # fmt: skip
            with self.refused():
                monday.write(values)
        for hour in (
            10,
            13,
            20,
        ):  # in the morning, at noon, after closing: the morning would be of the day before
            self.start.closing_hour = hour
            with self.refused():
                self.start.action_next()
        self.start.closing_hour = 3
        self.start.action_next()
        self.assertEqual(self.company.escarcelle_closing_hour, 3)

    # -- tariffs and budgets ---------------------------------------------------------------------

    def pricelists(self):
        return self.env["product.pricelist"].search(
            [("company_id", "=", self.company.id)], order="sequence, id"
        )

    def test_tariffs_are_made_once_and_only_changed_where_they_are(self):
        self.start.step = "tariffs"
        [first] = self.pricelists()
        self.assertFalse(first.item_ids, "nothing is made before « Next »")
        self.start.action_next()
        made = self.pricelists()
        self.assertEqual(
            (made[0], first.name), (first, "Tarif public"), "Odoo's own becomes the public tariff"
        )
        self.assertEqual(made.mapped("escarcelle_rate"), [100, 30, 20, 10])
        made[1].write({"name": "Tarif solidaire", "escarcelle_minimum_price": 0.1})
        self.start.step = "tariffs"
        row = self.start.tariff_ids[1]
        self.assertEqual(
            (row.name, row.minimum), ("Tarif solidaire", 0.1), "what is there is shown"
        )
        row.rate = 25
        self.start.action_next()
        self.assertEqual(self.pricelists(), made)
        self.assertEqual((made[1].escarcelle_rate, made[1].escarcelle_minimum_price), (25, 0.1))
        self.start.step = "tariffs"
        self.start.tariff_ids[3].unlink()
        self.start.action_next()
        self.assertEqual(
            (self.pricelists(), made[3].active), (made[:3], False), "taken out: archived"
        )

    def test_two_tariffs_of_a_name(self):
        self.start.step = "tariffs"
        self.start.tariff_ids[1].name = " tarif PUBLIC"
        with self.refused("« Tarif public »"):
            self.start.action_next()
        self.assertEqual(len(self.pricelists()), 1)

    def test_a_shop_keeps_a_tariff(self):
        self.go("tariffs")
        made = self.pricelists()
        self.start.step = "tariffs"
        self.start.tariff_ids.unlink()
        with self.refused():
            self.start.action_next()
        self.assertEqual(self.pricelists(), made)

    def test_a_mixed_shop_says_who_pays_no_vat(self):
        self.start.step = "tariffs"
        self.start.tariff_ids[1].exempt = True
        with self.refused():
            self.start.action_next()
        self.start.write({"regime": "MIXED"})
        self.start.action_next()
        self.assertEqual(
            [tariff.escarcelle_sector for tariff in self.pricelists()],
            [False, "EXO_B", False, False],
        )

    def test_tiers(self):
        self.start.step = "budget"
        self.start.tier_ids[0].amount = 42
        self.start.write({"over_budget": "tolerance", "tolerance": 5})
        self.start.action_next()
        tiers = self.env["escarcelle.budget.tier"].search([("company_id", "=", self.company.id)])
        self.assertEqual(tiers.mapped("amount_cents"), [4200, 5500, 7500, 9500])
        policy = self.env["escarcelle.budget.policy"]._escarcelle_for(self.company)
        self.assertEqual((policy.over_budget, policy.tolerance), ("tolerance", 5))
        # Limits that change places, in one go.
        self.start.step = "budget"
        one, two, three, _more = self.start.tier_ids
        one.max_size = 2
        two.write({"min_size": 3, "max_size": 3})
        three.min_size = 4
        self.start.action_next()
        self.assertEqual(
            [(t.min_size, t.max_size) for t in tiers], [(1, 2), (3, 3), (4, 4), (5, 0)]
        )
        self.start.step = "budget"
        self.start.tier_ids[1].min_size = 2
        with self.refused():
            self.start.action_next()

    # -- goods -----------------------------------------------------------------------------------

    def test_shelves_become_goods_with_a_price(self):
        self.start.step = "catalogue"
        self.assertGreater(self.start.good_count, 400)
        pasta = self.env["escarcelle.catalogue.category"].search([("code", "=", "PAT")])
        self.start.category_ids = [Command.set(pasta.ids)]
        action = self.start.action_next()
        self.assertEqual(
            (action["tag"], self.start.step), ("escarcelle_catalogue.run", "catalogue")
        )
        wizard = self.env["escarcelle.catalogue.wizard"].browse(action["params"]["wizard_id"])
        back = wizard.action_step()["action"]
        self.assertEqual((back["res_model"], back["res_id"]), ("escarcelle.start", self.start.id))
        self.assertEqual(self.start.step, "people", "left once all is made, not before")
        goods = self.env["product.template"].search(
            [("escarcelle_catalogue_good_id.category_id", "=", pasta.id)]
        )
        self.assertEqual(len(goods), pasta.good_count)
        self.assertTrue(
            all(goods.mapped("available_in_pos")) and min(goods.mapped("list_price")) > 0
        )
        self.start.step = "catalogue"
        self.assertIsNone(self.start.action_next(), "nothing more to make")

    def test_on_a_shop_that_works_nothing_is_proposed_nor_moved(self):
        self.company.escarcelle_territory = "CORSE"
        self.start._escarcelle_make_till()
        self.start.invalidate_recordset()
        self.go("shop", zip="97400")
        self.assertEqual(self.company.escarcelle_territory, "CORSE")
        self.start.step = "catalogue"
        self.assertEqual((self.start.good_count, self.start.action_next()), (0, None))

    def test_every_good_of_the_catalogue_has_a_usual_price(self):
        from ..tools import usual_prices

        codes = set(self.env["escarcelle.catalogue.good"].search([]).mapped("code"))
        table = usual_prices.table()
        self.assertEqual(codes - table.keys(), set())
        self.assertTrue(all(0.3 <= price <= 30 for price in table.values()))

    # -- shops apart -----------------------------------------------------------------------------

    def test_a_second_shop_sees_nothing_of_the_first(self):
        for step in ("tariffs", "budget", "people", "till"):
            self.go(step)
        other, user, start = self.other_shop()
        self.assertNotEqual(start, self.start)
        self.assertFalse(start.till_id)
        for step in ("tariffs", "budget", "people"):
            start.step = step
        self.assertEqual(start.person_ids.user_id, user)
        self.assertEqual(start.tariff_ids.pricelist_id.sudo().company_id, other)
        with self.assertRaises(AccessError):
            start.browse(self.start.id).step_state  # noqa: B018
        before = self.pricelists(), self.start.till_id
        start.action_next()
        start.step = "tariffs"
        start.action_next()
        start.step = "till"
        start.action_next()
        self.assertEqual((self.pricelists(), self.start.till_id), before)
        self.assertEqual(start.till_id.company_id, other)
        self.assertNotEqual(start.till_id.number, self.start.till_id.number)

    def test_what_is_another_shops_cannot_be_named(self):
        for step in ("tariffs", "budget", "people"):
            self.go(step)
        _other, _user, start = self.other_shop()
        env = start.env
        for model, values in (
            ("escarcelle.start.tariff", {"name": "x", "pricelist_id": self.pricelists()[0].id}),
            ("escarcelle.start.tier", {"name": "x", "tier_id": self.start.tier_ids[0].tier_id.id}),
            ("escarcelle.start.person", {"name": "x", "user_id": self.user.id}),
            (
                "escarcelle.start.person",
                {"name": "x", "cashier_id": self.start.person_ids[0].cashier_id.id},
            ),
        ):
            with self.refused():
                env[model].create({"start_id": start.id, **values})
            with self.refused():
                env[model].create({**values, "start_id": self.start.id})
        row = env["escarcelle.start.person"].create(
            {"start_id": start.id, "name": "Solène", "role": "stock", "email": self.user.login}
        )
        start.step = "people"
        with self.refused(self.user.login):
            start.action_next()
        row.unlink()
