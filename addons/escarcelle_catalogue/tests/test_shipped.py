"""The data files themselves: what is shipped is well formed, complete, plausible and says what the law says."""

import re
import tempfile
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from odoo.tests import BaseCase, tagged

from escarcelle_core import vat

from ..tools import shipped

#: Kept for goods a shop may have already; a grocery's catalogue has none of them.
WITHOUT_GOODS = {"PRESSE", "MEDICAMENT", "ANIMAL_VIVANT", "CARBURANT"}


@tagged("post_install", "-at_install")
class TestShipped(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.goods = shipped.goods()
        cls.categories = shipped.categories()
        cls.vat_categories = shipped.vat_categories()
        cls.rates = shipped.vat_rates()

    def test_there_are_enough_of_them(self):
        self.assertGreaterEqual(len(self.goods), 400)
        self.assertGreaterEqual(len(self.categories), 20)
        for category in self.categories:
            count = sum(good.category == category.code for good in self.goods)
            self.assertGreaterEqual(count, 5, category.name)

    def test_codes_and_labels_are_unique(self):
        for rows in (self.goods, self.categories, self.vat_categories):
            for key in ("code", "name"):
                values = [getattr(row, key).casefold() for row in rows]
                self.assertEqual(sorted(values), sorted(set(values)))

    def test_everything_named_exists(self):
        self.assertEqual({g.category for g in self.goods}, {c.code for c in self.categories})
        used = {g.vat_category for g in self.goods}
        known = {c.code for c in self.vat_categories}
        self.assertEqual(used, known - WITHOUT_GOODS)
        self.assertEqual({c.tax_class for c in self.vat_categories}, set(vat.CATEGORIES))

    def test_french_is_sane(self):
        texts = [
            row.name for rows in (self.goods, self.categories, self.vat_categories) for row in rows
        ]
        for text in texts:
            self.assertEqual(text, " ".join(text.split()), "double or outer space")
            self.assertLessEqual(len(text), 60, text)
            self.assertTrue(text[0].isupper(), f"{text}: capital first")
            self.assertFalse(re.search(r"\b[A-ZÀ-Ý]{4,}\b", text), f"{text}: all capitals")
            self.assertTrue(re.fullmatch(r"[0-9A-Za-zÀ-ÿŒœ ,'’%()./-]+", text), text)
            # An apostrophe is followed by a letter; a number keeps its space before its unit.
            self.assertFalse(re.search(r"'(?![A-Za-zÀ-ÿœ])", text), text)
            self.assertFalse(
                re.search(r"\d(?:kg|g|L|cl|ml)\b", text), f"{text}: space before the unit"
            )
            self.assertFalse(re.search(r"\boe|oeuf|coeur|boeuf", text.lower()), f"{text}: œ")

    def test_accents_are_there(self):
        """Words that are always misspelt without an accent."""
        wrong = re.compile(
            r"\b(peche|pate|the|cafe|creme|bebe|legume|cereale|oeuf|epice|hache|fume|puree|saute|lait? entiere|"
            r"surgele|boite|creme|poire?s? en boite|chataigne|celeri|epinard|echalote|mais)s?\b",
            re.IGNORECASE,
        )
        for good in self.goods:
            self.assertFalse(wrong.search(good.name), good.name)

    def test_weights_are_plausible(self):
        for good in self.goods:
            self.assertTrue(5 <= good.weight <= 10_000, good)
            if good.unit == "kg":
                self.assertEqual(good.weight, 1000, good)
            elif good.unit == "litre":
                self.assertTrue(900 <= good.weight <= 1100, good)
            self.assertEqual(good.to_weigh, good.unit == "kg", good)

    def test_a_weight_agrees_with_its_label(self):
        """« 500 g », « 1 kg »: what is written is what is weighed; drained goods weigh less, a lot weighs more."""
        for good in self.goods:
            said = re.findall(r"(?<![x\d] )(?<!\d,)\b(\d+(?:,\d+)?) (k?g)\b", good.name)
            if len(said) != 1 or " x " in good.name or good.vat_category == "COUCHES":
                continue
            number, unit = said[0]
            grams = Decimal(number.replace(",", ".")) * (1000 if unit == "kg" else 1)
            drained = re.search(r"boîte|sirop|Olives|Cornichons|au jus", good.name)
            self.assertTrue(
                grams * 2 / 5 <= good.weight <= grams if drained else good.weight == grams, good
            )

    def test_cold_goods_have_a_date(self):
        for good in self.goods:
            if good.storage == "frozen":
                self.assertEqual(good.date_kind, "ddm", good)
            if good.category in ("VIA", "POI"):
                self.assertEqual((good.storage, good.date_kind), ("fresh", "dlc"), good)
            if good.date_kind == "dlc":
                self.assertEqual(good.storage, "fresh", good)

    def test_a_date_is_missing_only_where_the_law_wants_none(self):
        """Regulation (EU) 1169/2011, annex X, 1, d: fresh plants, wine and cider, 10 % of alcohol, the day's bread,
        vinegar, salt, sugar; and what is eaten at once."""
        food = {
            "ALIMENTAIRE", "BOISSON", "CHOCOLAT_NOIR", "CHOCOLAT_GARNI", "CONFISERIE", "MARGARINE", "CAVIAR",
            "ALCOOL", "A_EMPORTER",
        }  # fmt: skip
        free = re.compile(
            r"Vin |Cidre |Rhum |Vinaigre |Sel |Gros sel |Sucre |Baguette$|Pain (de campagne|complet)$|Part de pizza|"
            r"Boisson chaude"
        )
        fresh = {"FRU", "LEG"}
        for good in self.goods:
            if good.vat_category not in food:
                continue
            if free.match(good.name):
                self.assertFalse(good.date_kind, good)
            elif good.category not in fresh:
                self.assertTrue(good.date_kind, good)
            if re.match(
                r"Mozzarella|Fromage (frais|blanc)|Faisselle|Petits-suisses|Yaourts", good.name
            ):
                self.assertEqual(good.date_kind, "dlc", good)

    def test_obvious_allergens(self):
        """What cannot be forgotten: milk of dairy goods, gluten of pasta, fish, eggs, nuts."""
        words = {
            r"Lait (?!de coco|corporel)|Yaourts|Beurre (?!de caca)|Emmental|Fromage|Crème (?!de marrons|pour)": "LAIT",
            r"Pâtes (?!de fruits)|Spaghettis|Coquillettes|Baguette|Semoule": "GLUTEN",
            r"Farine (?!de maïs|de sarrasin)|Pain (?!sans)": "GLUTEN",
            r"Œufs, ": "OEUFS",
            r"Thon|Sardines|Saumon|Truite|Filets de|Maquereaux": "POISSONS",
            r"Amandes|Noisettes|Cerneaux|Noix (?!de coco)": "FRUITS_A_COQUE",
            r"Moutarde": "MOUTARDE",
            r"Crevettes": "CRUSTACES",
            r"Moules": "MOLLUSQUES",
            r"Cacahuètes|Beurre de caca": "ARACHIDES",
            r"Céleri": "CELERI",
            r"Vin ": "SULFITES",
        }
        checked = 0
        for good in self.goods:
            for pattern, allergen in words.items():
                if re.match(pattern, good.name):
                    checked += 1
                    self.assertIn(allergen, good.allergens, good.name)
        self.assertGreater(checked, 70)

    def test_rates_say_what_the_table_of_the_core_says(self):
        """Two files, one law: on every day a line starts or ends, in every territory."""
        classes = {c.code: c.tax_class for c in self.vat_categories}
        compared = 0
        for rate in self.rates:
            for day in filter(
                None, (rate.start, rate.end, rate.end and rate.end + timedelta(days=1))
            ):
                held = [
                    r.rate for r in self.rates
                    if (r.category, r.territory) == (rate.category, rate.territory)
                    and r.start <= day and (r.end is None or day <= r.end)
                ]  # fmt: skip
                self.assertEqual(len(held), 1, rate)
                self.assertEqual(
                    held[0] * 100, vat.rate(rate.territory, classes[rate.category], day), rate
                )
                compared += 1
        self.assertGreater(compared, 100)

    def test_every_territory_has_every_category(self):
        pairs = {(r.category, r.territory) for r in self.rates}
        missing = {
            (c.code, t) for c in self.vat_categories for t in vat.TERRITORIES
        } - pairs  # fmt: skip
        self.assertEqual(missing, {("CARBURANT", "DOM")}, "not in the law as known here")

    def test_every_rate_names_its_law(self):
        for rate in self.rates:
            self.assertRegex(rate.source, r"^CGI art\. (278|279|281|294|296|297|298)")

    def _refused(self, name, content):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / name).write_text(content, encoding="utf-8")
            reader = {"goods.csv": shipped.goods, "vat_rates.csv": shipped.vat_rates}[name]
            with self.assertRaises(shipped.ShippedError) as caught:
                reader(Path(folder))
        return str(caught.exception)

    def test_a_spoilt_line_is_refused_with_its_number(self):
        head = "code;libelle;categorie;tva;unite;poids_g;conservation;date;allergenes;ean;pese\n"
        good = "A-1;Riz;PAT;ALIMENTAIRE;piece;500;AMBIANT;DDM;;;non\n"
        for spoilt in (
            "A-2;Riz;PAT;ALIMENTAIRE;piece;lourd;AMBIANT;DDM;;;non\n",
            "A-2;Riz;PAT;ALIMENTAIRE;seau;500;AMBIANT;DDM;;;non\n",
            "A-2;Riz;PAT;ALIMENTAIRE;piece;500;TIEDE;DDM;;;non\n",
            "A-2;Riz;PAT;ALIMENTAIRE;piece;500;AMBIANT;DDM;PLUTONIUM;;non\n",
            "A-2;Riz;PAT;ALIMENTAIRE;piece;500\n",
            "A-2;Riz;PAT;ALIMENTAIRE;piece;500;AMBIANT;DDM;;;non;de trop\n",
        ):
            self.assertIn("goods.csv, ligne 3", self._refused("goods.csv", head + good + spoilt))
        self.assertIn("ligne 2", self._refused(
            "vat_rates.csv",
            "categorie;territoire;taux;debut;fin;source\nALIMENTAIRE;METROPOLE;cinq;2014-01-01;;CGI\n",
        ))  # fmt: skip
