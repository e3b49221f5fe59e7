import base64
import io
import zipfile

from odoo.exceptions import UserError
from odoo.tests import BaseCase, tagged
from odoo.tools import file_open
from openpyxl import Workbook

from ..tools import readers, sheets
from .common import CatalogueCase, csv

HEAD = (
    "Référence;Libellé;Catégorie;Catégorie de TVA;Unité;Poids (g);Prix;EAN;Conservation;Type de date;"
    "Allergènes;Pesé"
)


@tagged("post_install", "-at_install")
class TestGoodsImport(CatalogueCase):
    def seen(self, *lines, head=HEAD, filename="articles.csv", file=None):
        wizard = self.env["escarcelle.goods.import"].create(
            {"file": file or csv(head, *lines), "filename": filename}
        )
        wizard.action_read()
        return wizard

    def by_code(self, code):
        return (
            self.env["product.template"]
            .with_context(active_test=False)
            .search([("default_code", "=", code)])
        )

    def counts(self, wizard):
        return wizard.error_count, wizard.create_count, wizard.update_count, wizard.same_count

    def test_new_goods(self):
        wizard = self.seen(
            "MAG-1;Épeautre 1 kg;Farine, sucre et pâtisserie;Denrées alimentaires;pièce;1000;2,10 €;3017800238608;"
            "ambiant;DDM;Gluten, lait;non",
            "MAG-2;Pommes du verger;Fruits du coin;ALIMENTAIRE;kg;;;;;aucune;;oui",
        )
        self.assertEqual(self.counts(wizard), (0, 2, 0, 0))
        self.assertFalse(self.by_code("MAG-1"), "nothing is written before it is asked")
        wizard.action_import()
        spelt, apples = self.by_code("MAG-1"), self.by_code("MAG-2")
        self.assertEqual((spelt.name, spelt.list_price, spelt.weight), ("Épeautre 1 kg", 2.1, 1.0))
        self.assertEqual((spelt.barcode, spelt.available_in_pos), ("3017800238608", True))
        self.assertEqual(
            (spelt.categ_id.name, self.rates_of(spelt)), ("Farine, sucre et pâtisserie", [5.5])
        )
        self.assertEqual(spelt.escarcelle_allergen_ids.mapped("code"), ["GLUTEN", "LAIT"])
        self.assertEqual(
            (apples.to_weight, apples.weight, apples.escarcelle_unpriced), (True, 1.0, True)
        )
        self.assertEqual(apples.categ_id.name, "Fruits du coin")
        self.assertEqual(wizard.state, "done")

    def test_updated_by_code_and_by_barcode(self):
        rice = self.rice.product_tmpl_id
        rice.default_code = "RIZ-1"
        wizard = self.seen("RIZ-1;Riz long d'ici;;;;;2,60;;;;;", ";;;;;;;3017800238592;frais;;;")
        self.assertEqual(self.counts(wizard)[0], 1, "one good on two lines")
        wizard = self.seen("RIZ-1;Riz long d'ici;;;;;2,60;;;;;")
        self.assertEqual(self.counts(wizard), (0, 0, 1, 0))
        wizard.action_import()
        self.assertEqual((rice.name, rice.list_price, rice.weight), ("Riz long d'ici", 2.6, 0.0))
        wizard = self.seen(";;;;;;;3017800238592;froid;;;")
        wizard.action_import()
        self.assertEqual((rice.escarcelle_storage_kind, rice.name), ("fresh", "Riz long d'ici"))
        self.assertEqual(self.counts(self.seen("RIZ-1;Riz long d'ici;;;;;2,60;;;;;")), (0, 0, 0, 1))

    def test_a_barcode_attached_to_a_good_finds_it(self):
        self.env["product.uom"].create(
            {"product_id": self.rice.id, "uom_id": self.rice.uom_id.id, "barcode": "3017800238608"}
        )
        wizard = self.seen(";;;;;;2,70;3017800238608;;;;")
        self.assertEqual(self.counts(wizard), (0, 0, 1, 0))
        wizard.action_import()
        self.assertEqual((self.rice.lst_price, self.rice.barcode), (2.7, "3017800238592"))

    def test_every_line_that_is_wrong_is_named(self):
        bad = {
            "X-1;;;ALIMENTAIRE;;;;;;;;": "no name",
            "X-2;Sans TVA;;;;;;;;;;": "no VAT category",
            "X-3;A;;LUXE;;;;;;;;": "unknown VAT category",
            "X-4;A;;ALIMENTAIRE;seau;;;;;;;": "unit",
            "X-5;A;;ALIMENTAIRE;;lourd;;;;;;": "weight",
            "X-6;A;;ALIMENTAIRE;;;-1;;;;;": "price",
            "X-7;A;;ALIMENTAIRE;;;1,234;;;;;": "price in tenths of a cent",
            "X-8;A;;ALIMENTAIRE;;;1e400;;;;;": "price",
            "X-9;A;;ALIMENTAIRE;;;nan;;;;;": "price",
            "X-10;A;;ALIMENTAIRE;;;;3017800238599;;;;": "check digit",
            "X-11;A;;ALIMENTAIRE;;;;2000000000015;;;;": "a household's card",
            "X-12;A;;ALIMENTAIRE;;;;;tiède;;;": "storage",
            "X-13;A;;ALIMENTAIRE;;;;;;bientôt;;": "date",
            "X-14;A;;ALIMENTAIRE;;;;;;;plutonium;": "allergen",
            "X-15;A;;ALIMENTAIRE;pièce;;;;;;;oui": "weighed by the piece",
            "X-16;A;;ALIMENTAIRE;;;;;;;;peut-être": "yes or no",
            f"X-17;{'A' * 200};;ALIMENTAIRE;;;;;;;;": "name too long",
            f"{'X' * 40};A;;ALIMENTAIRE;;;;;;;;": "code too long",
        }  # fmt: skip
        for line, why in bad.items():
            wizard = self.seen(line)
            self.assertEqual(self.counts(wizard), (1, 0, 0, 0), why)
            self.assertTrue(wizard.line_ids.message, why)
            with self.assertRaises(UserError, msg=why):
                wizard.action_import()

    def test_one_wrong_line_and_nothing_is_written(self):
        wizard = self.seen("Y-1;Bon;;ALIMENTAIRE;;;1;;;;;", "Y-2;;;ALIMENTAIRE;;;;;;;;")
        self.assertEqual(self.counts(wizard), (1, 1, 0, 0))
        with self.assertRaises(UserError):
            wizard.action_import()
        self.assertFalse(self.by_code("Y-1"))
        self.assertEqual(wizard.line_ids.filtered(lambda line: line.state == "error").rank, 3)

    def test_what_is_shown_is_not_what_is_trusted(self):
        """The lines of the preview come back from a browser: the file is read again."""
        wizard = self.seen("Z-1;;;ALIMENTAIRE;;;;;;;;")
        wizard.write({"error_count": 0})
        wizard.line_ids.write({"state": "create"})
        with self.assertRaises(UserError):
            wizard.action_import()

    def test_goods_that_changed_since_the_preview(self):
        wizard = self.seen("W-1;Nouveau;;ALIMENTAIRE;;;;3017800238608;;;;")
        self.soap.barcode = "3017800238608"
        wizard.action_import()
        self.assertEqual(
            self.by_code("W-1"), self.soap.product_tmpl_id, "found by its barcode now, not doubled"
        )

    def test_the_same_line_twice(self):
        for lines in (
            ("D-1;A;;ALIMENTAIRE;;;;;;;;", "D-1;B;;ALIMENTAIRE;;;;;;;;"),
            (";A;;ALIMENTAIRE;;;;3017800238608;;;;", ";B;;ALIMENTAIRE;;;;3017800238608;;;;"),
        ):
            self.assertEqual(self.seen(*lines).error_count, 1)

    def test_a_barcode_of_another_good(self):
        self.soap.default_code = "SAV-1"
        self.assertEqual(self.seen("SAV-1;;;;;;;3017800238592;;;;").error_count, 1)

    def test_two_goods_with_one_reference(self):
        (self.rice | self.soap).write({"default_code": "DEUX"})
        self.assertEqual(self.seen("DEUX;A;;;;;;;;;;").error_count, 1)

    def test_a_good_of_another_shop_is_not_touched(self):
        other = self.env["res.company"].create({"name": "Autre boutique"})
        self.env["product.template"].create(
            {
                "name": "Ailleurs",
                "default_code": "AIL-1",
                "barcode": "3017800238608",
                "company_id": other.id,
            }
        )
        wizard = self.seen("AIL-1;Ici;;ALIMENTAIRE;;;;;;;;")
        self.assertEqual(self.counts(wizard), (0, 1, 0, 0))
        self.assertEqual(self.seen(";Ici;;ALIMENTAIRE;;;;3017800238608;;;;").error_count, 1)

    def test_the_unit_of_a_good_is_not_changed(self):
        self.rice.default_code = "RIZ-1"
        self.assertEqual(self.seen("RIZ-1;;;;kg;;;;;;;").error_count, 1)

    def test_replayed(self):
        line = "R-1;Une fois;;ALIMENTAIRE;;;1;;;;;"
        self.seen(line).action_import()
        wizard = self.seen(line)
        self.assertEqual(self.counts(wizard), (0, 0, 0, 1))
        wizard.action_import()
        self.assertEqual(len(self.by_code("R-1")), 1)

    def test_an_archived_good_is_found(self):
        self.rice.default_code = "RIZ-1"
        self.rice.product_tmpl_id.action_archive()
        self.assertEqual(self.counts(self.seen("RIZ-1;Riz;;;;;;;;;;")), (0, 0, 1, 0))

    def test_excel(self):
        book = Workbook()
        for row in (
            HEAD.split(";"),
            ["E-1", "Épeautre", None, "Denrées alimentaires", None, 500, 2.1, 3017800238608],
        ):
            book.active.append(row)
        stream = io.BytesIO()
        book.save(stream)
        wizard = self.seen(file=base64.b64encode(stream.getvalue()), filename="articles.xlsx")
        wizard.action_import()
        good = self.by_code("E-1")
        self.assertEqual((good.weight, good.list_price, good.barcode), (0.5, 2.1, "3017800238608"))

    def test_the_model_file_is_good(self):
        with file_open("escarcelle_catalogue/static/modele/articles.csv", "rb") as stream:
            wizard = self.seen(file=base64.b64encode(stream.read()))
        self.assertEqual(wizard.error_count, 0)
        self.assertFalse(wizard.ignored)
        self.assertGreaterEqual(wizard.create_count, 2)

    def test_files_that_are_refused(self):
        for content in (
            b"", b"\0\1\2", b"PK\3\4 not a zip", b"%PDF-1.7 \0", b"Rien;A;Voir\n1;2;3\n", b"\n\n\n",
            HEAD.encode(), b'Code;Nom\n"A;B\n', b"Code;Code\nA;B\n", b"Nom\n" + b"A" * 3000,
            b"Nom\n" + b"A\n" * (readers.MAX_ROWS + 2), b"Nom" + b";x" * 100 + b"\nA",
            b"Nom\n" + b"A" * readers.MAX_BYTES,
        ):  # fmt: skip
            with self.assertRaises(UserError, msg=content[:20]):
                self.seen(file=base64.b64encode(content) or False, filename="articles.csv")

    def test_a_code_in_a_cell_is_only_text(self):
        wizard = self.seen("=1+1;<script>alert(1)</script>;;ALIMENTAIRE;;;;;;;;")
        wizard.action_import()
        self.assertEqual(self.by_code("=1+1").name, "<script>alert(1)</script>")

    def test_unknown_columns_are_said(self):
        wizard = self.seen("C-1;A;ALIMENTAIRE;bleu", head="Code;Nom;TVA;Couleur")
        self.assertEqual((wizard.ignored, wizard.create_count), ("Couleur", 1))

    def test_few_queries_whatever_the_number_of_lines(self):
        lines = [f"N-{n};Article {n};Rayon;ALIMENTAIRE;;100;1;;;;;" for n in range(300)]
        wizard = self.env["escarcelle.goods.import"].create(
            {"file": csv(HEAD, *lines), "filename": "a.csv"}
        )
        before = self.env.cr.sql_log_count
        wizard._escarcelle_plans()
        self.assertLess(self.env.cr.sql_log_count - before, 40)


@tagged("post_install", "-at_install")
class TestSheets(BaseCase):
    def test_delimiters_and_encodings(self):
        for delimiter in (";", ",", "\t"):
            for encoding in ("utf-8", "utf-8-sig", "cp1252"):
                content = (
                    delimiter.join(("Référence", "Libellé"))
                    + "\r\n"
                    + delimiter.join(("A", "Pâtes à pizza"))
                )
                table = readers.table(content.encode(encoding), "a.csv")
                rows, unknown, twice, columns = sheets.read(table)
                self.assertEqual(
                    (rows[0].values, unknown, twice),
                    ({"code": "A", "name": "Pâtes à pizza"}, [], []),
                )
                self.assertEqual(columns, {"code", "name"})

    def test_headings(self):
        found, unknown, twice = sheets.headings(
            ["CODE-BARRES", "Prix TTC", "pesé ?", "Zut", "gencod"]
        )
        self.assertEqual(list(found.values()), ["barcode", "price", "to_weigh"])
        self.assertEqual((unknown, twice), (["Zut"], ["gencod"]))

    def test_a_zip_that_swells(self):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/worksheets/sheet1.xml", b"0" * (readers.MAX_UNPACKED + 1))
        with self.assertRaises(readers.TableError) as caught:
            readers.table(stream.getvalue(), "a.xlsx")
        self.assertEqual(caught.exception.reason, "size")
