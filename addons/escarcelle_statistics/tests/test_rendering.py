"""Tables written down and read back: workbook, text, picture."""

import csv
import io
from dataclasses import replace
from decimal import Decimal

import openpyxl
from lxml import etree
from odoo.tests import BaseCase, tagged

from ..rendering.chart import svg
from ..rendering.csv import csv_file
from ..rendering.document import Document, Section, Words
from ..rendering.excel import excel
from ..rendering.figures import figure
from ..table import MASKED, Column, Row, Table, masked

WORDS = Words(
    "Boutique",
    "Période",
    "Édité le",
    "Sommaire",
    "Total",
    "masqué",
    "Page",
    "Rien à cette période.",
)
COLUMNS = (
    Column("Foyers", "households"),
    Column("Poids", "weight"),
    Column("Payé", "money"),
    Column("Participation", "percent"),
)
TABLE = Table(
    "Ventes par catégorie",
    "octobre 2026 – Épicerie du Port",
    "Catégorie",
    COLUMNS,
    (
        Row("=HYPERLINK(1)", (120, 1234567, 98765, Decimal("30.05"))),
        Row("dont frais", (70, 34567, 1200, None), 1),
        Row("Pâtes & riz", (30, 500, -1230, Decimal("10"))),
    ),
    Row("Total", (150, 1235067, 97535, Decimal("29.9"))),
    "Sans les bons.",
    "bar",
)
SMALL = replace(
    TABLE,
    rows=(
        Row("Lait", (3, 2000, 150, Decimal("30"))),
        Row("Riz", (12, 9000, 900, Decimal("25"))),
        Row("Pain", (40, 30000, 2500, Decimal("20"))),
    ),
    total=Row("Total", (55, 41000, 3550, Decimal("21"))),
)


def document(*tables, **said):
    sections = tuple(Section(table.title, table) for table in tables)
    said = {"sections": sections, **said}
    return Document(
        "Rapport du réseau", "Épicerie & Cie", "octobre 2026", "01/11/2026 09:00", words=WORDS, **said
    )  # fmt: skip


def read(data):
    return openpyxl.load_workbook(io.BytesIO(data))


def read_csv(data):
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"))


@tagged("post_install", "-at_install")
class TestRendering(BaseCase):
    def test_figures_as_a_french_reader_expects_them(self):
        for value, column, said in (
            (1234550, Column("", "money"), "12\u202f345,50\u00a0€"),
            (-5, Column("", "money"), "-0,05\u00a0€"),
            (12345, Column("", "weight"), "12,3\u00a0kg"),
            (12350, Column("", "weight"), "12,4\u00a0kg"),
            (Decimal("30.05"), Column("", "percent"), "30,1\u00a0%"),
            (Decimal("2.5"), Column("", "ratio"), "2,50"),
            (Decimal("0.500"), Column("", "quantity"), "0,5"),
            (Decimal("1200"), Column("", "quantity"), "1\u202f200"),
            (1000000, Column("", "persons"), "1\u202f000\u202f000"),
            (0, Column("", "households"), "0"),
            (None, Column("", "ratio"), "–"),
            (MASKED, Column("", "households"), "masqué"),
        ):
            with self.subTest(said):
                self.assertEqual(figure(value, column, "masqué"), said)

    def test_a_workbook_read_back_holds_numbers_with_their_formats(self):
        book = read(excel(document(TABLE, text="Bonjour", notice="Cellules masquées.")))
        self.assertEqual(book.sheetnames, ["Sommaire", "Ventes par catégorie"])
        cover = [str(row[i]) for row in book["Sommaire"].values for i in (0, 1) if row[i]]
        for said in (
            "Rapport du réseau", "Épicerie & Cie", "octobre 2026", "01/11/2026 09:00", "Bonjour",
            "Cellules masquées.", "Ventes par catégorie",
        ):  # fmt: skip
            self.assertIn(said, cover)
        sheet = book["Ventes par catégorie"]
        self.assertEqual(
            [cell.value for cell in sheet[4]],
            ["Catégorie", "Foyers", "Poids (kg)", "Payé (€)", "Participation (%)"],
        )
        self.assertEqual(
            [cell.value for cell in sheet[5]], ["=HYPERLINK(1)", 120, 1234.567, 987.65, 30.05]
        )
        self.assertEqual(sheet["A5"].data_type, "s")
        self.assertEqual([cell.value for cell in sheet[7]], ["Pâtes & riz", 30, 0.5, -12.3, 10])
        self.assertEqual([cell.value for cell in sheet[8]], ["Total", 150, 1235.067, 975.35, 29.9])
        self.assertEqual(sheet["A6"].alignment.indent, 1)
        self.assertIsNone(sheet["E6"].value)
        self.assertEqual(sheet["C5"].number_format, '#,##0.0\\ "kg"')
        self.assertEqual(sheet["D5"].number_format, '#,##0.00\\ "€"')
        self.assertEqual(sheet["B5"].number_format, "#,##0")

    def test_a_workbook_is_ready_to_read_and_to_print(self):
        sheet = read(excel(document(TABLE)))["Ventes par catégorie"]
        self.assertEqual(sheet.freeze_panes, "B5")
        self.assertEqual(sheet.print_title_rows, "$4:$4")
        self.assertEqual(
            (sheet.page_setup.orientation, sheet.page_setup.paperSize), ("landscape", 9)
        )
        # As wide as a page, as long as it takes.
        self.assertTrue(sheet.sheet_properties.pageSetUpPr.fitToPage)
        self.assertEqual(sheet.page_setup.fitToHeight, 0)
        self.assertGreaterEqual(sheet.column_dimensions["A"].width, 18)
        self.assertGreaterEqual(sheet.column_dimensions["C"].width, 12)
        self.assertIn("Épicerie && Cie", sheet.oddFooter.left.text)

    def test_a_chart_draws_whole_lines_of_one_kind(self):
        for kind, expected in (("bar", "BarChart"), ("line", "LineChart"), ("pie", "PieChart")):
            with self.subTest(kind):
                sheet = read(excel(document(replace(TABLE, chart=kind))))["Ventes par catégorie"]
                (chart,) = sheet._charts
                self.assertEqual(type(chart).__name__, expected)
                (series,) = chart.ser
                self.assertEqual(
                    series.val.numRef.f,
                    "('Ventes par catégorie'!$B$5,'Ventes par catégorie'!$B$7)",
                )
        self.assertFalse(
            read(excel(document(replace(TABLE, chart=""))))["Ventes par catégorie"]._charts
        )

    def test_masked_cells_are_words_and_nothing_behind_them(self):
        table = masked(SMALL)
        sheet = read(excel(document(table)))["Ventes par catégorie"]
        self.assertEqual([cell.value for cell in sheet[5]][1:], ["masqué"] * 4)
        self.assertEqual([cell.value for cell in sheet[6]][1:], ["masqué"] * 4)
        self.assertEqual([cell.value for cell in sheet[7]][1:], [40, 30, 25, 20])
        rows = read_csv(csv_file(document(table)))
        self.assertEqual(rows[7], ["Lait"] + ["masqué"] * 4)
        self.assertEqual(rows[9], ["Pain", "40", "30,000", "25,00", "20,0"])

    def test_names_of_sheets_that_excel_refuses(self):
        titles = ["A/B: [x] * ?", "A B x", "'a b X'", "x" * 40, "x" * 41, "", "History", "Sommaire"]
        sections = tuple(Section(title, TABLE) for title in titles)
        book = read(excel(document(sections=sections)))
        names = book.sheetnames[1:]
        self.assertEqual(len({name.casefold() for name in book.sheetnames}), 9)
        self.assertEqual(names[:3], ["A B x", "A B x (2)", "a b X (3)"])
        self.assertTrue(all(0 < len(name) <= 31 for name in names))
        self.assertEqual([book[name]["A1"].value or "" for name in names], titles)

    def test_text_read_back(self):
        data = csv_file(document(TABLE, notice="Cellules masquées."))
        self.assertTrue(data.startswith(b"\xef\xbb\xbf"))
        self.assertIn(b"\r\n", data)
        rows = read_csv(data)
        self.assertEqual(rows[:4], [
            ["Rapport du réseau"], ["Boutique", "Épicerie & Cie"], ["Période", "octobre 2026"],
            ["Édité le", "01/11/2026 09:00"],
        ])  # fmt: skip
        self.assertEqual(rows[4], ["Cellules masquées."])
        self.assertEqual(
            rows[7], ["Catégorie", "Foyers", "Poids (kg)", "Payé (€)", "Participation (%)"]
        )
        self.assertEqual(rows[8], ["'=HYPERLINK(1)", "120", "1234,567", "987,65", "30,1"])
        self.assertEqual(rows[9], ["dont frais", "70", "34,567", "12,00", ""])
        self.assertEqual(rows[10], ["Pâtes & riz", "30", "0,500", "-12,30", "10,0"])
        self.assertEqual(rows[11][0], "Total")

    def test_no_label_becomes_a_formula(self):
        for label in (
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "  =1",
            '=cmd|"/C calc"!A0;x\n"',
        ):
            with self.subTest(label):
                table = replace(TABLE, rows=(Row(label, (5, 1, 1, None)),), row_header=label)
                said = document(table, text=label)
                self.assertTrue(all(
                    not cell.lstrip(" ").startswith(("=", "+", "@", "\t", "\r")) and cell[:2] != "-1"
                    for row in read_csv(csv_file(said)) for cell in row
                ))  # fmt: skip
                sheet = read(excel(said))["Ventes par catégorie"]
                self.assertEqual(
                    {cell.data_type for row in sheet for cell in row} - {"s", "n"}, set()
                )

    def test_a_picture_is_well_formed_whatever_the_labels(self):
        hostile = replace(
            TABLE, rows=(Row('<script>"&\x0b', (5, 1, 1, None)), Row("b" * 300, (9, 1, 1, None)))
        )
        for table in (TABLE, SMALL, hostile):
            for kind in ("bar", "line", "pie"):
                with self.subTest(kind, label=table.rows[0].label):
                    drawing = etree.fromstring(svg(replace(table, chart=kind)))
                    self.assertFalse(drawing.findall(".//{*}script"))
                    self.assertTrue(drawing.findall(".//{*}rect"))
        bars = etree.fromstring(svg(masked(SMALL))).findall(".//{*}rect")
        # The legend, then a bar a line: a masked one has no height.
        self.assertEqual([float(bar.get("height")) for bar in bars[1:]][:2], [0.0, 0.0])

    def test_a_line_stops_at_what_is_masked(self):
        rows = tuple(Row(str(n), (value,)) for n, value in enumerate((9, 8, MASKED, 7, None, 6, 5)))
        line = Table("t", "s", "Mois", (Column("Foyers", "households"),), rows, chart="line")
        drawing = etree.fromstring(svg(line))
        self.assertEqual(len(drawing.findall(".//{*}polyline")), 2)
        self.assertEqual(len(drawing.findall(".//{*}circle")), 5)

    def test_a_pie_is_the_whole(self):
        """Shares are those of all there is: what is masked, and the small slices, are one slice more."""
        column, many = Column("Kilos", "weight"), range(1, 13)
        rows = tuple(Row(f"r{n}", (n * 1000,)) for n in many)
        table = Table("t", "s", "h", (column,), rows, Row("Total", (78_000,)), chart="pie")
        said = [one.text for one in etree.fromstring(svg(table, "Autres")).findall(".//{*}text")]
        self.assertEqual((said[0], said[-1], len(said)), ("r12 – 15 %", "Autres – 19 %", 8))
        hidden = replace(
            table, rows=(*rows[:2], Row("x", (MASKED,))), total=Row("Total", (10_000,))
        )
        said = [one.text for one in etree.fromstring(svg(hidden, "Autres")).findall(".//{*}text")]
        self.assertEqual(said, ["r1 – 10 %", "r2 – 20 %", "Autres – 70 %"])
        # A household that changed is on two lines, and once in the total.
        twice = replace(table, rows=rows[:2], total=Row("Total", (2000,)))
        said = [one.text for one in etree.fromstring(svg(twice, "Autres")).findall(".//{*}text")]
        self.assertEqual(said, ["r1 – 33 %", "r2 – 67 %"])

    def test_nothing_to_draw_draws_nothing(self):
        for table in (
            replace(TABLE, chart=""), replace(TABLE, rows=()),
            replace(TABLE, rows=TABLE.rows[:1]), masked(replace(SMALL, chart="pie")),
            replace(TABLE, rows=(Row("a", (0, 0, 0, None)), Row("b", (0, 0, 0, None)))),
        ):  # fmt: skip
            self.assertEqual(svg(table), "")
        self.assertTrue(svg(TABLE))

    def test_an_empty_table_says_so_in_every_form(self):
        empty = replace(TABLE, rows=(), total=None)
        self.assertTrue(document(empty).empty)
        self.assertTrue(Section("x", replace(TABLE, rows=(Row("a", (0, 0, None, None)),))).empty)
        self.assertFalse(document(TABLE, empty).empty)
        self.assertFalse(document(sections=(Section("Mot", None, "<p>a</p>", "a"),)).empty)
        book = read(excel(document(empty)))
        self.assertEqual(book["Ventes par catégorie"]["A4"].value, WORDS.empty)
        self.assertIn([WORDS.empty], read_csv(csv_file(document(empty))))
