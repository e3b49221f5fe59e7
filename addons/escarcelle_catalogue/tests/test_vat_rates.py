from datetime import date, datetime, timezone

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import TODAY, CatalogueCase

#: Rates in percent: mainland, Corsica, Guadeloupe-Martinique-Réunion, Guyane, Mayotte.
GOLDEN = {
    "CHO-014": (20, 20, 8.5, 0, 0),  # sweets
    "CHO-006": (20, 20, 8.5, 0, 0),  # milk chocolate
    "CHO-009": (20, 20, 8.5, 0, 0),  # filled chocolate
    "CHO-002": (5.5, 2.1, 2.1, 0, 0),  # plain dark chocolate
    "CHO-004": (5.5, 2.1, 2.1, 0, 0),  # milk chocolate for household use
    "BEU-007": (20, 20, 8.5, 0, 0),  # margarine
    "BEU-010": (20, 20, 8.5, 0, 0),  # vegetable fat
    "HUI-001": (5.5, 2.1, 2.1, 0, 0),  # oil is no vegetable fat
    "BEU-004": (5.5, 2.1, 2.1, 0, 0),  # butter
    "POI-016": (20, 20, 8.5, 0, 0),  # caviar
    "POI-015": (5.5, 2.1, 2.1, 0, 0),  # other roes
    "ALC-006": (20, 20, 8.5, 0, 0),  # wine
    "BOI-021": (5.5, 2.1, 2.1, 0, 0),  # beer without alcohol
    "BOI-001": (5.5, 2.1, 2.1, 0, 0),  # water
    "BEB-010": (20, 20, 8.5, 0, 0),  # nappies
    "HYG-024": (5.5, 5.5, 2.1, 0, 0),  # period protection
    "ANI-001": (20, 20, 8.5, 0, 0),  # pet food
    "ENT-005": (20, 20, 8.5, 0, 0),  # cleaning
    "HYG-008": (20, 20, 8.5, 0, 0),  # hygiene
    "EMP-001": (10, 10, 2.1, 0, 0),  # sandwich
    "EMP-007": (10, 10, 2.1, 0, 0),  # fresh sushi
    "PAT-001": (5.5, 2.1, 2.1, 0, 0),  # pasta
    "ECO-013": (5.5, 2.1, 2.1, 0, 0),  # book
}
TERRITORIES = ("METROPOLE", "CORSE", "DOM", "GUYANE", "MAYOTTE")


@tagged("post_install", "-at_install")
class TestVatRates(CatalogueCase):
    def test_golden_cases_in_every_territory(self):
        """The goods are there first: setting the shop elsewhere makes their taxes follow."""
        products = dict(zip(GOLDEN, self.activated(*GOLDEN), strict=True))
        for rank, territory in enumerate(TERRITORIES):
            self.set_up(territory)
            for code, rates in GOLDEN.items():
                self.assertEqual(
                    self.rates_of(products[code]), [rates[rank]], f"{code} {territory}"
                )

    def test_golden_cases_activated_in_every_territory(self):
        for rank, territory in enumerate(TERRITORIES):
            self.set_up(territory)
            codes = [
                code for number, code in enumerate(GOLDEN) if number % len(TERRITORIES) == rank
            ]
            for code, product in zip(codes, self.activated(*codes), strict=True):
                self.assertEqual(
                    self.rates_of(product), [GOLDEN[code][rank]], f"{code} {territory}"
                )
                self.assertTrue(product.taxes_id.filtered("price_include"))

    def test_a_regime_without_vat_keeps_the_tax_of_the_good(self):
        """Exempt shops map the tax by their fiscal position: the good itself says what the law says of it."""
        self.set_up("METROPOLE", "EXO_B")
        product = self.activated("PAT-001")
        self.assertEqual(self.rates_of(product), [5.5])
        position = self.config.default_fiscal_position_id
        mapped = position.map_tax(
            product.taxes_id.filtered(lambda tax: tax.company_id == self.company)
        )
        self.assertEqual(mapped.mapped("amount"), [0])

    def test_rates_change_at_their_dates(self):
        """Period protection, 1 January 2016 (law 2015-1785, art. 10)."""
        protection = self.category("PROTECTION").id
        for territory, before, after in (
            ("METROPOLE", 2000, 550),
            ("CORSE", 2000, 550),
            ("DOM", 850, 210),
        ):
            self.assertEqual(
                self.rates._escarcelle_rates(territory, date(2015, 12, 31))[protection], before
            )
            self.assertEqual(
                self.rates._escarcelle_rates(territory, date(2016, 1, 1))[protection], after
            )
        self.assertNotIn(protection, self.rates._escarcelle_rates("METROPOLE", date(2013, 12, 31)))

    def test_a_good_takes_the_rate_of_its_day(self):
        self.now(datetime(2015, 12, 31, 11, 0, tzinfo=timezone.utc))
        self.assertEqual(self.rates_of(self.activated("HYG-024")), [20])
        self.now(datetime(2016, 1, 1, 11, 0, tzinfo=timezone.utc))
        self.assertEqual(self.rates_of(self.activated("HYG-025")), [5.5])

    def test_the_category_on_the_form_gives_the_tax(self):
        soap = self.soap.product_tmpl_id
        soap.escarcelle_vat_category_id = self.category("CHOCOLAT_NOIR")
        self.assertEqual(self.rates_of(soap), [5.5])
        self.assertEqual(soap.escarcelle_vat_category, "ALIMENTAIRE")
        soap.escarcelle_vat_category_id = self.category("CONFISERIE")
        self.assertEqual((self.rates_of(soap), soap.escarcelle_vat_category), ([20], "NORMAL"))
        soap.escarcelle_vat_category_id = False
        self.assertFalse(soap.escarcelle_vat_category)

    def test_a_tax_given_with_the_category_is_kept(self):
        soap = self.soap.product_tmpl_id
        soap.write(
            {
                "escarcelle_vat_category_id": self.category("ALIMENTAIRE").id,
                "taxes_id": self.tax20.ids,
            }
        )
        self.assertEqual(self.rates_of(soap), [20])

    def test_the_class_of_the_law_names_a_category(self):
        """What the fiscal addon writes (its own set-up, its own tests) is understood."""
        rice = self.rice.product_tmpl_id
        rice.escarcelle_vat_category = "ALIMENTAIRE"
        self.assertEqual(rice.escarcelle_vat_category_id, self.category("ALIMENTAIRE"))
        rice.escarcelle_vat_category_id = self.category("BOISSON")
        rice.escarcelle_vat_category = "ALIMENTAIRE"
        self.assertEqual(rice.escarcelle_vat_category_id.code, "BOISSON", "a finer category stays")
        rice.escarcelle_vat_category = "HYGIENE"
        self.assertEqual(rice.escarcelle_vat_category_id.code, "PROTECTION")
        made = self.env["product.template"].create(
            {"name": "Livre", "escarcelle_vat_category": "LIVRE"}
        )
        self.assertEqual(
            (made.escarcelle_vat_category_id.code, self.rates_of(made)), ("LIVRE", [5.5])
        )

    def test_created_with_a_category(self):
        made = self.env["product.template"].create(
            [{"name": str(n), "escarcelle_vat_category_id": self.category(code).id}
             for n, code in enumerate(("CONFISERIE", "PROTECTION", "A_EMPORTER"))]
        )  # fmt: skip
        self.assertEqual([self.rates_of(good) for good in made], [[20], [5.5], [10]])

    def test_a_rate_shipped_is_not_edited(self):
        line = self.rates.search([("shipped", "=", True)], limit=1)
        with self.assertRaises(UserError):
            line.rate = 3
        with self.assertRaises(UserError):
            line.unlink()

    def test_own_rates_do_not_overlap(self):
        values = {
            "category_id": self.category("CONFISERIE").id, "territory": "METROPOLE", "rate": 10,
            "date_start": "2027-01-01", "source": "essai", "shipped": True,
        }  # fmt: skip
        line = self.rates.create(values)
        self.assertFalse(line.shipped, "only the data file ships")
        with self.assertRaises(ValidationError):
            self.rates.create({**values, "date_start": "2028-01-01"})
        line.date_end = "2027-12-31"
        self.rates.create({**values, "date_start": "2028-01-01"})

    def test_loaded_again_nothing_moves(self):
        before = [(r.id, r.write_date) for r in self.rates.search([])]
        goods = [(g.id, g.write_date) for g in self.goods.search([])]
        own = self.rates.create(
            {"category_id": self.category("CONFISERIE").id, "territory": "METROPOLE", "rate": 10,
             "date_start": "2027-01-01", "source": "essai"}
        )  # fmt: skip
        self.goods._escarcelle_load()
        self.assertEqual([(r.id, r.write_date) for r in self.rates.search([]) - own], before)
        self.assertEqual([(g.id, g.write_date) for g in self.goods.search([])], goods)
        self.assertTrue(own.exists())

    def test_today_on_the_category(self):
        self.assertEqual(self.category("CONFISERIE").rate_today, 20)
        self.company.escarcelle_territory = "DOM"
        self.env.invalidate_all()
        self.assertEqual(self.category("CONFISERIE").rate_today, 8.5)
        self.assertEqual(TODAY, self.company._escarcelle_business_day())
