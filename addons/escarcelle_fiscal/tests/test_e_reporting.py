import csv
import io
import zipfile
from datetime import datetime, timezone

import openpyxl
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from pypdf import PdfReader

from .test_regimes import RegimeCase

DAY = datetime(2027, 9, 3, 11, 0, tzinfo=timezone.utc)


@tagged("post_install", "-at_install")
class TestEReporting(RegimeCase):
    """Daily totals of sales to consumers, by regime."""

    def _request(self, **values):
        return self.env["escarcelle.fiscal.e.reporting"].create(
            {"company_id": self.company.id, "date_from": "2027-09-01", "date_to": "2027-09-30", **values}
        )

    def _tables(self, request=None):
        return {table.name: list(table.rows) for table in (request or self._request())._escarcelle_tables()}

    def _sell_a_day(self, position=None):
        with self._at(DAY):
            session = self._open(self.config)
            sale = self._sell_in(session, [(self.rice, 2), (self.soap, 1)], position=position)
            self._sell_in(session, [(self.meal, 1)], position=position, payments=[(self.card, 6.9)])
            self._sell_in(session, [(self.rice, -1)], position=position, refund=sale)
        return session

    def test_taxed_shop_by_rate_with_the_number_of_transactions(self):
        self._regime("METROPOLE", "TAXABLE")
        self._sell_a_day()
        tables = self._tables()
        self.assertEqual(
            [row[1:] for row in tables["transactions"]],
            [("TLB1", "EUR", 2000, 100, 20, 120, 3), ("TLB1", "EUR", 1000, 627, 63, 690, 3),
             ("TLB1", "EUR", 550, 237, 13, 250, 3)],
        )  # fmt: skip
        self.assertEqual([row[1:] for row in tables["paiements"]], [(2000, 120), (1000, 690), (550, 250)])
        self.assertEqual(tables["hors-e-reporting"], [])

    def test_franchise_is_reported_without_vat(self):
        self._regime("METROPOLE", "FRANCHISE")
        self._sell_a_day()
        self.assertEqual([row[1:] for row in self._tables()["transactions"]], [("TNT1", "EUR", 0, 1060, 0, 1060, 3)])

    def test_exempt_association_owes_nothing_and_is_told(self):
        self._regime("METROPOLE", "EXO_B")
        self._sell_a_day()
        request = self._request()
        tables = self._tables(request)
        self.assertEqual((tables["transactions"], tables["paiements"]), ([], []))
        self.assertEqual([row[1:] for row in tables["hors-e-reporting"]], [("Exonéré 261-7-1° b", 1060, 3)])
        self.assertIn("n'est pas tenue", request.status)

    def test_guyane_is_outside(self):
        self._regime("GUYANE", "TAXABLE")
        self._sell_a_day()
        self.assertEqual(self._tables()["transactions"], [])

    def test_mixed_shop_reports_its_taxed_sales_only(self):
        self._regime("METROPOLE", "MIXED")
        exempt = self._position("EXO_B")
        with self._at(DAY):
            session = self._open(self.config)
            self._sell_in(session, [(self.rice, 2)])
            self._sell_in(session, [(self.rice, 4)], position=exempt)
        request = self._request()
        tables = self._tables(request)
        self.assertEqual([row[1:] for row in tables["transactions"]], [("TLB1", "EUR", 550, 474, 26, 500, 1)])
        self.assertEqual([row[1:] for row in tables["hors-e-reporting"]], [("Exonéré 261-7-1° b", 1000, 1)])
        self.assertFalse(request.status)

    def test_before_the_obligation_it_says_so(self):
        self.assertIn("01/09/2027", self._request(date_from="2027-08-01", date_to="2027-08-31").status)

    def test_what_is_invoiced_to_a_firm_travels_otherwise(self):
        self._regime("METROPOLE", "TAXABLE")
        with self._at(DAY):
            session = self._open(self.config)
            self._sell_in(session, [(self.rice, 2)])
            self._invoice(session, [(self.soap, 10)], "FR44732829320")
            self._invoice(session, [(self.rice, 1)])
        rows = self._tables()["transactions"]
        self.assertEqual([row[3:] for row in rows], [(550, 711, 39, 750, 2)])

    def test_totals_are_those_of_the_tickets(self):
        self._regime("METROPOLE", "TAXABLE")
        self._sell_a_day()
        tickets = self._records("TCK")
        total = sum(row[6] for row in self._tables()["transactions"])
        self.assertEqual(total, round(sum(tickets.mapped("amount")) * 100))

    def test_files(self):
        self._regime("METROPOLE", "TAXABLE")
        self._sell_a_day()
        request = self._request()

        def content(action):
            return self.env["ir.attachment"].browse(int(action["url"].split("/")[3].split("?")[0])).raw

        with zipfile.ZipFile(io.BytesIO(content(request.action_csv()))) as packed:
            text = packed.read("transactions.csv").decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
        self.assertEqual((rows[0]["Date"], rows[0]["Catégorie"], rows[0]["Base HT"]), ("2027-09-03", "TLB1", "1,00"))
        book = openpyxl.load_workbook(io.BytesIO(content(request.action_xlsx())))
        self.assertEqual(book.sheetnames, ["transactions", "paiements", "hors-e-reporting"])
        report = self.env.ref("escarcelle_fiscal.report_e_reporting")
        data, _kind = report.with_context(force_report_rendering=True)._render_qweb_pdf(report.id, request.ids)
        text = " ".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages).split())
        self.assertIn("TLB1", text)
        self.assertIn("03/09/2027", text)

    def test_a_cashier_may_not(self):
        cashier = new_test_user(
            self.env, "er_caisse", groups="point_of_sale.group_pos_user", company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )  # fmt: skip
        request = self._request()
        with self.assertRaises(AccessError):
            request.with_user(cashier).action_csv()
