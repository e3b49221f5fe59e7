import base64
import io

from odoo.addons.base.models.ir_actions_report import _wkhtml
from odoo.tests import TransactionCase, tagged
from odoo.tools import file_open
from pypdf import PdfReader


@tagged("post_install", "-at_install")
class TestPaperHeader(TransactionCase):
    """An invoice of Odoo says who sells, as words that can be read aloud and searched."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.company.write(
            {
                "name": "Épicerie des Tilleuls",
                "report_footer": "<p>SIREN 732 829 320</p>",
                "external_report_layout_id": cls.env.ref("web.external_layout_standard").id,
            }
        )
        partner = cls.env["res.partner"].create({"name": "Mairie"})
        journal = cls.env["account.journal"].search(
            [("type", "=", "sale"), ("company_id", "=", cls.company.id)], limit=1
        )
        cls.invoices = cls.env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": partner.id,
                    "journal_id": journal.id,
                    "invoice_line_ids": [(0, 0, {"name": goods, "price_unit": 12, "tax_ids": []})],
                }
                for goods in ("Lentilles vertes", "Pois chiches")
            ]
        )

    def paper(self, records):
        report = self.env.ref("account.account_invoices_without_payment")
        report = report.with_context(force_report_rendering=True)
        data, _kind = report._render_qweb_pdf(report.id, records.ids)
        return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(data)).pages]

    def test_who_sells_is_said_on_each(self):
        pages = self.paper(self.invoices)
        self.assertEqual(len(pages), 2)
        for text, goods in zip(pages, ("Lentilles vertes", "Pois chiches"), strict=True):
            self.assertIn(goods, text)
            self.assertIn("Épicerie des Tilleuls", text)
            self.assertIn("SIREN 732 829 320", text)

    def test_a_shop_without_a_logo_shows_none(self):
        layouts = self.env["report.layout"].search([])
        self.assertGreaterEqual(len(layouts), 7)
        self.assertTrue(self.company.uses_default_logo)
        own = base64.b64encode(file_open("base/static/img/avatar_grey.png", "rb").read())
        for layout in layouts:
            self.company.external_report_layout_id = layout.view_id
            for logo, shown in ((self.company._get_logo(), False), (own, True)):
                self.company.logo = logo
                html, _kind = self.env["ir.actions.report"]._render_qweb_html(
                    "account.account_invoices_without_payment", self.invoices[0].ids
                )
                self.assertEqual(b'alt="Logo"' in html, shown, layout.name)

    def test_pages_are_not_numbered_by_nobody(self):
        if _wkhtml().is_patched_qt:
            self.assertIn("Page 1 / 1", self.paper(self.invoices[0])[0])
        else:
            self.assertNotIn("Page", self.paper(self.invoices[0])[0])
