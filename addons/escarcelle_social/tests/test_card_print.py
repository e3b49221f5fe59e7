import io
import re

from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import pdf

from escarcelle_core import ean13

from .common import TODAY, SocialCase


@tagged("post_install", "-at_install")
class TestCardPrint(SocialCase):
    """Cards on paper: the shop, a barcode, the number of the file; no name."""

    def test_no_name_on_a_card(self):
        home = self.household()
        home.action_issue_card()
        sheet = self.env["escarcelle.card.print"].create({"card_ids": home.card_id.ids})
        for report, document in (("report_card", home.card_id), ("report_card_sheet", sheet)):
            with self.subTest(report):
                html, _kind = self.env["ir.actions.report"]._render_qweb_html(
                    f"escarcelle_social.{report}", document.ids
                )
                text = html.decode()
                self.assertIn(home.card_id.number, text)
                self.assertIn(home.code, text)
                self.assertIn("<svg", text, "the symbol is in the page")
                for hidden in ("Amina", "Benalouf"):
                    self.assertNotIn(hidden, text)

    def test_the_symbol_is_that_of_the_number(self):
        home = self.household()
        home.action_issue_card()
        symbol = str(home.card_id._escarcelle_symbol())
        bits = ["0"] * 95
        for x, width in re.findall(r'<rect x="(\d+)" y="0" width="(\d+)"', symbol):
            for place in range(int(x), int(x) + int(width)):
                bits[place - 11] = "1"
        self.assertEqual("".join(bits), ean13.modules(home.card_id.number))

    def test_sheets_of_twenty_four(self):
        homes = self.households.concat(*(self.household() for _ in range(25)))
        wizard = self.sheet(homes)
        pages = wizard._escarcelle_label_pages()
        self.assertEqual([len(page) for page in pages], [24, 24])
        self.assertEqual(sum(bool(cell) for page in pages for cell in page), 25)

    def sheet(self, homes):
        action = homes.action_print_sheet()
        return self.env[action["res_model"]].browse(action["res_id"])

    def test_a_sheet_that_was_begun(self):
        homes = self.households.concat(*(self.household() for _ in range(2)))
        wizard = self.sheet(homes)
        self.assertEqual((wizard.card_count, wizard.first), (2, 1))
        wizard.first = 24
        pages = wizard._escarcelle_label_pages()
        printed = [[bool(cell) for cell in page] for page in pages]
        self.assertEqual(printed, [[False] * 23 + [True], [True] + [False] * 23])
        self.assertEqual(wizard.action_print()["report_name"], "escarcelle_social.card_sheet")
        for first in (0, 25, -3):
            wizard.first = first
            with self.assertRaises(UserError):
                wizard.action_print()

    def test_who_left_gets_no_card(self):
        gone, here = self.household(), self.household()
        gone._escarcelle_leave(
            self.env["escarcelle.household.reason"].search([("kind", "=", "exit")], limit=1), TODAY
        )
        self.assertEqual(self.sheet(gone | here).card_ids, here.card_id)
        self.assertFalse(gone.card_id)

    def test_a_lost_card_is_not_printed(self):
        home = self.household()
        home.action_issue_card()
        lost = home.card_id
        lost.action_report_lost()
        with self.assertRaises(UserError):
            lost.action_print_card()


@tagged("post_install", "-at_install")
class TestCardPdf(HttpCase):
    def test_sizes(self):
        households = self.env["escarcelle.household"].create(
            [{"first_name": "Amina", "last_name": f"Benalouf {n}"} for n in range(25)]
        )
        households.action_issue_card()
        for report, pages, size in (
            ("report_card", 25, (86, 54)),
            ("report_card_sheet", 2, (210, 297)),
        ):
            with self.subTest(report):
                document = households.card_id
                if report == "report_card_sheet":
                    document = self.env["escarcelle.card.print"].create({"card_ids": document.ids})
                content, kind = (
                    self.env["ir.actions.report"]
                    .with_context(force_report_rendering=True)
                    ._render_qweb_pdf(f"escarcelle_social.{report}", document.ids)
                )
                self.assertEqual(kind, "pdf")
                document = pdf.PdfFileReader(io.BytesIO(content))
                self.assertEqual(len(document.pages), pages)
                box = document.pages[0].mediabox
                for points, millimetres in zip((box.width, box.height), size, strict=True):
                    self.assertAlmostEqual(float(points) / 72 * 25.4, millimetres, delta=1.0)

    def test_a_millimetre_is_one_on_the_paper(self):
        """Whichever wkhtmltopdf draws: Debian's own makes everything smaller, and labels are cut already."""
        homes = self.env["escarcelle.household"].create(
            [{"first_name": "Amina", "last_name": f"Benalouf {n}"} for n in range(24)]
        )
        homes.action_issue_card()
        sheet = self.env["escarcelle.card.print"].create({"card_ids": homes.card_id.ids})
        content, _kind = (
            self.env["ir.actions.report"]
            .with_context(force_report_rendering=True)
            ._render_qweb_pdf("escarcelle_social.report_card_sheet", sheet.ids)
        )
        places = self._places(content, homes.mapped("code"))
        self.assertEqual(len(places), 24, "every label is on the first page")
        columns, lines = zip(*places, strict=True)
        self.assertEqual(self._steps(columns), [70.0, 70.0])
        self.assertEqual(self._steps(lines), [37.0] * 7)

    def test_several_documents_are_one_paper(self):
        """Debian's wkhtmltopdf takes one document at a time: two statements are two runs."""
        content = self.env["ir.actions.report"]._run_wkhtmltopdf(
            ["<p>Un</p>", "<p>Deux</p>"], report_ref="escarcelle_social.report_card"
        )
        pages = pdf.PdfFileReader(io.BytesIO(content)).pages
        self.assertEqual([page.extract_text().strip() for page in pages], ["Un", "Deux"])

    def _places(self, content, words):
        """Where each of ``words`` stands on the first page, in millimetres from a corner."""
        found = []

        def note(text, page, matrix, _font, _size):
            if text.strip() in words:
                x, y = matrix[4], matrix[5]
                found.append(
                    tuple(
                        points / 72 * 25.4
                        for points in (
                            page[0] * x + page[2] * y + page[4],
                            page[1] * x + page[3] * y + page[5],
                        )
                    )
                )

        pdf.PdfFileReader(io.BytesIO(content)).pages[0].extract_text(visitor_text=note)
        return found

    def _steps(self, places):
        """Between neighbours, to the half millimetre."""
        apart = sorted({round(place, 1) for place in places})
        apart = [b for a, b in zip([-99, *apart], apart, strict=False) if b - a > 1]
        return [round((b - a) * 2) / 2 for a, b in zip(apart, apart[1:], strict=False)]
