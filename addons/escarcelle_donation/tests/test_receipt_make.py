from datetime import date

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import DonationCase


@tagged("post_install", "-at_install")
class TestReceiptMake(DonationCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.company_id = cls.company

    def wizard(self, **values):
        return self.env["escarcelle.donation.receipt.make"].create(
            {
                "company_id": self.company.id,
                "date_from": date(2026, 1, 1),
                "date_to": date(2026, 12, 31),
                **values,
            }
        )

    def test_one_a_gift_for_companies_one_a_year_for_people(self):
        self.gift(), self.gift(self.line(lot_name="B"))
        self.money(10), self.money(20), self.money(5, date=date(2025, 12, 31))
        wizard = self.wizard()
        found = sorted((line.donor_id.name, line.count, line.amount) for line in wizard.line_ids)
        market, person = self.market.name, self.person.name
        self.assertEqual(found, [(person, 2, 30), (market, 1, 7), (market, 1, 7)])
        action = wizard.action_issue()
        receipts = self.receipts.search(action["domain"])
        self.assertEqual(
            sorted(receipts.mapped("name")), ["E-2026-00001", "E-2026-00002", "P-2026-00001"]
        )
        self.assertFalse(self.wizard().line_ids)

    def test_a_receipt_never_spans_two_years(self):
        self.money(5, date=date(2025, 12, 31)), self.money(10)
        wizard = self.wizard(date_from=date(2025, 1, 1))
        self.assertEqual(sorted(wizard.line_ids.mapped("year")), [2025, 2026])

    def test_what_is_missing_is_seen_before_and_left_aside(self):
        self.person.street = False
        self.money(10)
        self.gift(self.line(unit_value=0))
        good = self.gift(self.line(lot_name="B"))
        wizard = self.wizard()
        self.assertEqual((wizard.ready_count, wizard.problem_count), (1, 2))
        self.assertEqual(wizard.line_ids.filtered("chosen").donation_ids, good)
        self.assertTrue(wizard.unsigned, "nobody's signature is drawn: they are signed by hand")
        receipts = self.receipts.search(wizard.action_drafts()["domain"])
        self.assertEqual((receipts.donation_ids, receipts.state), (good, "draft"))
        with self.assertRaises(UserError):
            self.wizard().action_issue()

    def test_who_and_rhythm(self):
        self.gift(), self.gift(self.line(lot_name="B"))
        self.money(10), self.money(20)
        self.assertEqual(self.wizard(who="individual").line_ids.donor_id, self.person)
        self.assertEqual(len(self.wizard(who="company", rhythm="yearly").line_ids), 1)
        self.assertEqual(len(self.wizard(who="individual", rhythm="each").line_ids), 2)
        self.market.escarcelle_receipt_rhythm = "never"
        self.assertEqual(self.wizard(who="company").line_ids.mapped("count"), [1, 1])

    def test_from_the_screen(self):
        self.gift()
        form = Form(self.env["escarcelle.donation.receipt.make"].with_company(self.company))
        form.date_from, form.date_to = date(2026, 1, 1), date(2026, 12, 31)
        wizard = form.save()
        self.assertEqual(wizard.line_ids.donor_id, self.market)
        wizard.action_issue()
        self.assertEqual(
            self.receipts.search([("company_id", "=", self.company.id)]).mapped("number"), [1]
        )

    def test_a_line_written_by_hand_is_checked_again(self):
        gift = self.gift()
        wizard = self.wizard()
        wizard.line_ids.write({"donor_id": self.person.id, "problem": False})
        with self.assertRaises(UserError):
            wizard.action_issue()
        self.assertFalse(gift.receipt_id)
