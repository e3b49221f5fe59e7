import base64
import io
from datetime import date

import openpyxl
from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import DonationCase


@tagged("post_install", "-at_install")
class TestYear(DonationCase):
    def _summary(self, **values):
        return self.env["escarcelle.donation.summary"].create(
            {"company_id": self.company.id, "year": 2026, **values}
        )

    def test_what_each_donor_gave(self):
        self.gift(), self.gift(self.line(lot_name="B", quantity=5)), self.money(30)
        self.gift(self.line(lot_name="C"), date=date(2025, 12, 31))
        undone = self.gift(self.line(lot_name="D"))
        undone.action_undo()
        lines = {line.donor_id: line for line in self._summary().line_ids}
        market, person = lines[self.market], lines[self.person]
        self.assertEqual(
            (market.count, market.weight, market.goods, market.money), (2, 15, 10.5, 0)
        )
        self.assertEqual((person.count, person.goods, person.money), (1, 0, 30))
        self.assertEqual(
            self._summary(donor_ids=[Command.set(self.person.ids)]).line_ids.donor_id, self.person
        )

    def test_excel_has_real_figures_and_no_formula_of_others(self):
        self.market.name = '=HYPERLINK("http://x";"y")'
        receipt = self.receipt(self.gift())
        receipt._escarcelle_close("cancelled", "=1+1")
        url = self._summary().action_xlsx()["url"]
        attachment = self.env["ir.attachment"].browse(int(url.split("/")[3].split("?")[0]))
        book = openpyxl.load_workbook(io.BytesIO(base64.b64decode(attachment.datas)))
        self.assertEqual(
            book.sheetnames, ["Donateurs", "Dons", "Marchandises", "Registre des reçus"]
        )
        self.assertEqual(book["Donateurs"]["A2"].value, "Entreprise")
        row = list(book["Dons"][2])
        self.assertEqual((row[0].value.date(), row[6].value), (date(2026, 11, 21), 7))
        self.assertEqual((row[1].data_type, row[1].value), ("s", self.market.name))
        register = [cell.value for cell in book["Registre des reçus"][2]]
        self.assertEqual(
            (register[2], register[4], register[8], register[10]),
            ("E-2026-00001", "annulé", 7, "=1+1"),
        )

    def test_a_page_a_donor(self):
        self.gift(), self.money(30)
        page = (
            self.env["ir.actions.report"]
            ._render_qweb_html("escarcelle_donation.summary", self._summary().ids)[0]
            .decode()
        )
        self.assertEqual(page.count("Récapitulatif des dons de"), 2)
        with self.assertRaises(UserError):
            self._summary(year=1999).action_pdf()

    # -- CGI art. 222 bis ---------------------------------------------------------------------------

    def _declaration(self, start="2026-01-01", end="2026-12-31"):
        return self.env["escarcelle.donation.declaration"].create(
            {"company_id": self.company.id, "date_from": start, "date_to": end}
        )

    def test_the_declaration_counts_receipts_in_force_and_gifts_of_the_year(self):
        self.receipt(self.gift())
        old = self.receipt(self.money(50))
        self.receipts.browse(old.action_replace()["res_id"]).action_issue()
        self.receipt(self.money(8))._escarcelle_close("cancelled", "x")
        self.receipt(self.money(1000, date=date(2025, 12, 31)))
        found = self._declaration()
        # Four numbers 11580 in 2026, of which two in force; the gift of 2025 belongs to that year's total.
        self.assertEqual(
            (found.count_company, found.count_individual, found.count, found.cancelled),
            (1, 2, 3, 2),
        )
        self.assertEqual((found.amount_company, found.amount_individual, found.amount), (7, 50, 57))
        self.assertEqual(found.waiting, 1)
        self.assertEqual(self._declaration("2025-01-01", "2025-12-31").amount, 1000)
        page = (
            self.env["ir.actions.report"]
            ._render_qweb_html("escarcelle_donation.declaration", found.ids)[0]
            .decode()
        )
        self.assertIn("222 bis", page)

    # -- classes 86 and 87 ----------------------------------------------------------------------------

    def _contribution(self, **values):
        return self.env["escarcelle.donation.contribution"].create(
            {
                "company_id": self.company.id,
                "date_from": date(2026, 1, 1),
                "date_to": date(2026, 12, 31),
                **values,
            }
        )

    def _accounts(self):
        self.env["account.account"].create(
            [
                {
                    "name": code,
                    "code": code,
                    "account_type": "off_balance",
                    "company_ids": [Command.set(self.company.ids)],
                }
                for code in ("860100", "870000", "864000", "875000")
            ]
        )
        self.policy.journal_id = self.env["account.journal"].create(
            {"name": "Dons", "code": "DONY", "type": "general", "company_id": self.company.id}
        )

    def test_goods_are_counted_once_and_hours_added(self):
        self._accounts()
        self.policy.in_kind = "entry"
        self.gift(), self.gift(self.line(lot_name="B", unit_value=0)), self.money(500)
        self.gift(self.line(lot_name="R", refused=True, refusal="unfit"))
        period = self._contribution(
            line_ids=[
                Command.create(
                    {"kind": "volunteers", "name": "Accueil", "quantity": 100, "rate": 12}
                )
            ]
        )
        period.action_compute()
        period.action_compute()
        # 7.00 by the donor, 12.00 at the reference price where the donor says nothing, 1 200 of volunteers
        self.assertEqual((period.weight, period.amount), (20, 1219))
        period.action_show()
        entry = {
            (line.account_id.code, line.debit, line.credit) for line in period.move_id.line_ids
        }
        self.assertEqual(
            entry, {("860100", 19, 0), ("870000", 0, 19), ("864000", 1200, 0), ("875000", 0, 1200)}
        )
        self.assertEqual((period.move_id.state, period.move_id.date), ("draft", date(2026, 12, 31)))
        period.action_show()
        self.assertEqual(self.env["account.move"].search_count([("ref", "ilike", period.name)]), 1)
        with self.assertRaises(UserError):
            period.write({"date_to": date(2026, 6, 30)})
        period.action_back()
        self.assertEqual((period.state, period.move_id.id), ("draft", False))

    def test_only_the_note(self):
        self.gift()
        period = self._contribution()
        with self.assertRaises(UserError):
            period.action_show()
        period.action_compute()
        period.action_show()
        self.assertEqual((period.state, period.mode, period.move_id.id), ("done", "note", False))
        page = (
            self.env["ir.actions.report"]
            ._render_qweb_html("escarcelle_donation.contribution", period.ids)[0]
            .decode()
        )
        self.assertIn("2018-06", page)

    def test_at_the_reference_price(self):
        self.policy.in_kind_value = "reference"
        self.gift()
        period = self._contribution()
        period.action_compute()
        self.assertEqual(period.amount, 12)

    def test_a_day_is_in_one_period(self):
        self._contribution()
        for start, end in (
            (date(2026, 12, 31), date(2027, 1, 1)),
            (date(2025, 1, 1), date(2027, 1, 1)),
        ):
            with self.assertRaises(ValidationError):
                self._contribution(date_from=start, date_to=end)

    def test_the_accounts_of_an_association(self):
        company = self.env["res.company"].create(
            {"name": "Association", "country_id": self.env.ref("base.fr").id}
        )
        self.env["account.chart.template"].try_loading("fr", company, install_demo=False)
        accounts = self.env["account.account"].with_company(company)
        codes = set(accounts.search([("company_ids", "in", company.ids)]).mapped("code"))
        self.assertLessEqual(
            {"754110", "754120", "754200", "707300", "860100", "864000", "870000", "875000"}
            | {"102400", "103400", "194000", "196000", "689400", "730000", "789400", "755110"},
            codes,
        )
        named = accounts.search([("company_ids", "in", company.ids), ("code", "in", ("194000", "789600"))])
        self.assertEqual(
            set(named.mapped("account_type")), {"liability_non_current", "income"}
        )
        policy = (
            self.env["escarcelle.donation.policy"]._escarcelle_for(company).with_company(company)
        )
        self.assertEqual(
            (
                policy.manual_account_id.code, policy.patronage_account_id.code, policy.sales_account_id.code,
                policy.cheque_account_id.code, policy.cash_account_id.code, policy.journal_id.code,
                policy.grant_account_id.code, policy.bank_account_id.code,
            ),
            ("754110", "754200", "707300", "511200", "530000", "DON", "755110", "580000"),
        )  # fmt: skip
        kinds = accounts.search(
            [("company_ids", "in", company.ids), ("code", "=like", "8%")]
        ).mapped("account_type")
        self.assertEqual(set(kinds), {"off_balance"})
        before = accounts.search_count([("company_ids", "in", company.ids)])
        company._escarcelle_make_association_accounts()
        self.assertEqual(accounts.search_count([("company_ids", "in", company.ids)]), before)
