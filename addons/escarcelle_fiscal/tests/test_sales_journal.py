import csv
import io
import zipfile
from datetime import date, timedelta

import openpyxl
from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from pypdf import PdfReader

from escarcelle_core import jet

from ..tools import tables
from .test_regimes import NOON, RegimeCase, _cents


@tagged("post_install", "-at_install")
class TestSalesJournal(RegimeCase):
    """The sales journal: three books side by side, to the cent, on screen and in each file."""

    def _sold(self):
        """A mixed day, closed and booked; its session."""
        self._regime("METROPOLE", "MIXED")
        exempt = self._position("EXO_B")

        def sell(session):
            self._sell_in(session, [(self.rice, 2), (self.soap, 1)])
            self._sell_in(session, [(self.meal, 2)], payments=[(self.card, 13.8)])
            sale = self._sell_in(session, [(self.rice, 3)], position=exempt)
            self._sell_in(session, [(self.rice, -1)], position=exempt, refund=sale)

        return self._day(sell)[0]

    def _report(self, **values):
        return self.env["escarcelle.fiscal.sales.report"].create(
            {"company_id": self.company.id, "date_from": "2026-11-01", "date_to": "2026-11-30", **values}
        )

    def _lines(self, report=None):
        action = (report or self._report()).action_show()
        self.env.flush_all()
        return self.env[action["res_model"]].search(action["domain"])

    def _file(self, action):
        return self.env["ir.attachment"].browse(int(action["url"].split("/")[3].split("?")[0]))

    def test_the_three_books_are_equal(self):
        session = self._sold()
        lines = self._lines()
        vat = lines.filtered(lambda line: line.part == "vat")
        self.assertEqual(
            {(v.sector, v.rate, v.tickets, _cents(v.amount), _cents(v.tax)) for v in vat},
            {("TAXABLE", 5.5, 1, 500, 26), ("TAXABLE", 20.0, 1, 120, 20), ("TAXABLE", 10.0, 1, 1380, 125),
             ("EXO_B", 0.0, 2, 500, 0)},
        )  # fmt: skip
        for line in vat:
            self.assertEqual(_cents(line.amount), _cents(line.closing), line.label)
            self.assertEqual(_cents(line.amount), _cents(line.booked), line.label)
            self.assertEqual(_cents(line.tax), _cents(line.booked_tax), line.label)
            self.assertEqual((line.state, line.difference), ("equal", 0), line.label)
            self.assertEqual(line.move_ids, session.move_id.ids)
        paid = {(p.label, _cents(p.amount), p.state) for p in lines - vat}
        self.assertEqual(paid, {("Espèces", 500 + 120 + 500, "equal"), ("Carte bancaire", 1380, "equal")})

    def test_one_cent_in_the_accounts_is_seen(self):
        session = self._sold()
        line = session.move_id.line_ids.filtered(
            lambda item: item.account_id.account_type == "income" and item.tax_ids.amount == 10
        )
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move_line SET balance = balance - 0.01, credit = credit + 0.01 WHERE id = %s", [line.id]
        )
        self.env.invalidate_all()
        found = self._lines().filtered(lambda item: item.state == "different")
        self.assertEqual([(f.sector, f.rate, _cents(f.difference)) for f in found], [("TAXABLE", 10.0, 1)])

    def test_a_sale_booked_in_the_wrong_sector_is_seen_on_both_sides(self):
        session = self._sold()
        exempt = self._position("EXO_B")
        line = session.move_id.line_ids.filtered(lambda item: exempt.tax_ids & item.tax_ids and item.credit)
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM account_move_line_account_tax_rel WHERE account_move_line_id = %s", [line.id])
        self.env.cr.execute(
            "UPDATE account_move_line SET account_id = %s WHERE id = %s", [self.company.income_account_id.id, line.id]
        )
        self.env.invalidate_all()
        found = self._lines().filtered(lambda item: item.state == "different")
        self.assertEqual(
            {(f.sector, f.rate, _cents(f.difference)) for f in found}, {("EXO_B", 0.0, -750), ("TAXABLE", 0.0, 750)}
        )

    def test_open_day_and_open_session_say_so(self):
        self._regime("METROPOLE", "TAXABLE")
        with self._at(NOON):
            session = self._open(self.config)
            self._sell_in(session, [(self.rice, 2)])
        vat = self._lines().filtered(lambda line: line.part == "vat")
        self.assertEqual((vat.state, _cents(vat.amount), vat.closing, vat.booked), ("open", 500, 0, 0))
        with self.assertRaises(UserError):
            vat.action_view_entries()
        with self._at(NOON + timedelta(days=1)):
            self._sell_in(session, [(self.rice, 1)])
        first = self._lines().filtered(lambda line: line.part == "vat" and line.business_day == date(2026, 11, 21))
        self.assertEqual((first.state, _cents(first.closing)), ("booking", 500))

    def test_a_session_over_two_days_is_equal_on_both(self):
        self._regime("METROPOLE", "TAXABLE")
        with self._at(NOON):
            session = self._open(self.config)
            self._sell_in(session, [(self.rice, 2)])
        with self._at(NOON + timedelta(days=1)):
            self._sell_in(session, [(self.rice, 1), (self.soap, 1)])
            session.post_closing_cash_details(session.cash_register_balance_end)
            session.close_session_from_ui()
        with self._at(NOON + timedelta(days=2)):
            second = self._open(self._config("Tablette 2"))
            self._sell_in(second, [(self.rice, 1)])
        report = self._report()
        states = {
            (line.business_day.day, line.rate, _cents(line.booked), _cents(line.difference))
            for line in self._lines(report)
            if line.part == "vat" and line.till_id.config_id == self.config
        }
        self.assertEqual(states, {(21, 5.5, 500, 0), (22, 5.5, 250, 0), (22, 20.0, 120, 0)})
        # Half of the session asked for: what is outside the period is not a difference.
        half = self._lines(self._report(date_to="2026-11-21")).filtered(lambda line: line.part == "vat")
        self.assertEqual([(_cents(line.booked), line.difference) for line in half], [(500, 0)])

    def test_invoiced_sales_are_booked_by_their_invoice(self):
        self._regime("METROPOLE", "TAXABLE")
        orders = []

        def sell(session):
            self._sell_in(session, [(self.rice, 2)])
            orders.append(self._invoice(session, [(self.soap, 10), (self.rice, 1)], "FR44732829320"))

        session = self._day(sell)[0]
        vat = self._lines().filtered(lambda line: line.part == "vat")
        self.assertEqual(
            {(v.rate, _cents(v.amount), _cents(v.booked), _cents(v.booked_tax), v.state) for v in vat},
            {(5.5, 750, 750, 39, "equal"), (20.0, 1200, 1200, 200, "equal")},
        )
        soap = vat.filtered(lambda line: line.rate == 20)
        self.assertEqual(set(soap.move_ids), {session.move_id.id, orders[0].account_move.id})

    def test_drill_down_to_tickets_and_entries(self):
        session = self._sold()
        line = self._lines()[0]
        action = line.action_view_tickets()
        tickets = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(len(tickets), 4)
        action = line.action_view_entries()
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]), session.move_id)

    def test_devices_are_chosen(self):
        self._sold()
        other = self.env["escarcelle.fiscal.till"].search([("number", "=", 0)])
        till = self.env["escarcelle.fiscal.till"].search([("config_id", "=", self.config.id)])
        self.assertTrue(self._lines(self._report(till_ids=[Command.set(till.ids)])))
        if other:
            self.assertFalse(self._lines(self._report(till_ids=[Command.set(other.ids)])))

    # -- files -----------------------------------------------------------------------------------

    def test_csv_read_back(self):
        self._sold()
        attachment = self._file(self._report().action_csv())
        self.assertEqual(attachment.name, "journal-des-ventes_20261101_20261130.zip")
        with zipfile.ZipFile(io.BytesIO(attachment.raw)) as packed:
            text = packed.read("ventes.csv").decode("utf-8-sig")
            paid = packed.read("encaissements.csv").decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
        self.assertEqual(
            {(r["Journée"], r["Secteur"], r["Taux TVA"], r["TTC"], r["TVA"], r["Écart"], r["État"]) for r in rows},
            {("2026-11-21", "Taxable", "5,50", "5,00", "0,26", "0,00", "égal"),
             ("2026-11-21", "Taxable", "20,00", "1,20", "0,20", "0,00", "égal"),
             ("2026-11-21", "Taxable", "10,00", "13,80", "1,25", "0,00", "égal"),
             ("2026-11-21", "Exonéré 261-7-1° b", "0,00", "5,00", "0,00", "0,00", "égal")},
        )  # fmt: skip
        self.assertIn("Carte bancaire;1;13,80;13,80;0,00;égal", paid)

    def test_excel_read_back(self):
        self._sold()
        attachment = self._file(self._report().action_xlsx())
        book = openpyxl.load_workbook(io.BytesIO(attachment.raw))
        self.assertEqual(book.sheetnames, ["ventes", "encaissements"])
        rows = list(book["ventes"].iter_rows(values_only=True))
        self.assertEqual(rows[0][:4], ("Journée", "Caisse", "Secteur", "Taux TVA"))
        self.assertAlmostEqual(sum(row[7] for row in rows[1:-1]), 25)
        self.assertEqual(rows[1][0].date(), date(2026, 11, 21))
        self.assertEqual(rows[-1][7], "=SUM(H2:H5)")

    def test_pdf_read_back(self):
        self._sold()
        report = self._report()
        action = report.action_pdf()
        self.assertEqual(action["type"], "ir.actions.report")
        self.assertEqual(action["context"]["active_ids"], report.ids)
        record = self.env.ref("escarcelle_fiscal.report_sales")
        data, kind = record.with_context(force_report_rendering=True)._render_qweb_pdf(record.id, report.ids)
        self.assertEqual(kind, "pdf")
        text = " ".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages).split())
        for wanted in ("Journal des ventes", self.company.name, "3 rue des Halles", "21/11/2026", "13,80",
                       "Exonéré 261-7-1° b", "SIRET"):  # fmt: skip
            self.assertIn(wanted, text)

    def test_hostile_names_stay_text_in_spreadsheets(self):
        rows = [("=1+1",), ("@SUM(A1)",), ("-2",), ("normal",)]
        made = tables.Table("x", "x", (tables.Column("Nom"),), rows)
        text = tables.as_csv([made])[0].decode("utf-8-sig")
        self.assertEqual(text.split("\r\n")[1:5], ["'=1+1", "'@SUM(A1)", "'-2", "normal"])
        book = openpyxl.load_workbook(io.BytesIO(tables.as_xlsx([made])[0]))
        self.assertEqual([cell.data_type for cell in book["x"]["A"][1:5]], ["s"] * 4)

    # -- who -------------------------------------------------------------------------------------

    def test_who_may_and_what_is_noted(self):
        self._sold()
        companies = {"company_id": self.company.id, "company_ids": [Command.set(self.company.ids)]}
        outbox = self.env["escarcelle.fiscal.outbox"].sudo()
        values = {"date_from": "2026-11-01", "date_to": "2026-11-30"}
        for groups in ("account.group_account_readonly", "account.group_account_manager",
                       "escarcelle_fiscal.group_auditor"):  # fmt: skip
            user = new_test_user(self.env, f"jdv_{groups}", groups=groups, **companies)
            report = self.env["escarcelle.fiscal.sales.report"].with_user(user).create(values)
            action = report.action_show()
            self.assertEqual(len(self.env[action["res_model"]].with_user(user).search(action["domain"])), 6)
            before = outbox.search_count([("code", "=", jet.DATA_EXPORT)])
            report.action_csv()
            self.assertEqual(outbox.search_count([("code", "=", jet.DATA_EXPORT)]), before + 1)
        cashier = new_test_user(self.env, "jdv_caisse", groups="point_of_sale.group_pos_user", **companies)
        with self.assertRaises(AccessError):
            self.env["escarcelle.fiscal.sales.report"].with_user(cashier).create(values)
        with self.assertRaises(AccessError):
            report.with_user(cashier).action_csv()

    def test_wrong_periods_and_other_companies_are_refused(self):
        with self.assertRaises(UserError):
            self._report(date_from="2026-12-01").action_show()
        other = self.env["res.company"].create({"name": "Autre", "country_id": self.env.ref("base.fr").id})
        with self.assertRaises(AccessError):
            self._report(company_id=other.id).with_context(allowed_company_ids=self.company.ids).action_csv()
