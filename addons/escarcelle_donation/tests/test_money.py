from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2.errors import CheckViolation

from .common import DonationCase


@tagged("post_install", "-at_install")
class TestMoney(DonationCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        make = cls.env["account.account"].create
        own = {"company_ids": [Command.set(cls.company.ids)]}
        cls.cheques, cls.cash, cls.gifts, cls.patronage, cls.waiver, cls.grants, cls.volunteers = make(
            [
                {**own, "name": "Chèques", "code": "511299", "account_type": "asset_current"},
                {**own, "name": "Caisse", "code": "530099", "account_type": "asset_cash"},
                {**own, "name": "Dons manuels", "code": "754119", "account_type": "income_other"},
                {**own, "name": "Mécénats", "code": "754299", "account_type": "income_other"},
                {**own, "name": "Abandons", "code": "754129", "account_type": "income_other"},
                {**own, "name": "Contributions", "code": "755119", "account_type": "income_other"},
                {
                    **own,
                    "name": "Frais des bénévoles",
                    "code": "468199",
                    "account_type": "liability_current",
                },
            ]
        )
        cls.journal = cls.env["account.journal"].create(
            {"name": "Dons", "code": "DONX", "type": "general", "company_id": cls.company.id}
        )
        cls.policy.write(
            {
                "journal_id": cls.journal.id, "cheque_account_id": cls.cheques.id, "cash_account_id": cls.cash.id,
                "bank_account_id": cls.cheques.id, "manual_account_id": cls.gifts.id,
                "patronage_account_id": cls.patronage.id, "waiver_account_id": cls.waiver.id,
                "expense_account_id": cls.volunteers.id, "grant_account_id": cls.grants.id,
            }
        )  # fmt: skip

    def _entry(self, gift):
        return {
            (line.account_id.code, line.debit, line.credit) for line in gift.sudo().move_id.line_ids
        }

    def test_each_kind_goes_to_its_accounts(self):
        club = self.env["res.partner"].create(
            {"name": "Club", "is_company": True, "escarcelle_donor": True, "escarcelle_donor_kind": "association"}
        )  # fmt: skip
        for gift, expected in (
            (self.money(70, donor=club), {("511299", 70, 0), ("755119", 0, 70)}),
            (self.money(50), {("511299", 50, 0), ("754119", 0, 50)}),
            (self.money(20, payment_kind="cash"), {("530099", 20, 0), ("754119", 0, 20)}),
            (
                self.money(900, donor=self.market, payment_kind="transfer"),
                {("511299", 900, 0), ("754299", 0, 900)},
            ),
            (
                self.money(30, nature="waiver", payment_kind=False),
                {("468199", 30, 0), ("754129", 0, 30)},
            ),
        ):
            self.assertEqual(self._entry(gift), expected)
            self.assertEqual(
                (gift.move_id.state, gift.move_id.date, gift.value),
                ("draft", gift.date, gift.amount),
            )

    def test_what_is_no_money_goes_to_no_bank(self):
        for nature in ("securities", "income"):
            with self.subTest(nature):
                gift = self.money(500, nature=nature, payment_kind=False)
                self.assertEqual((gift.state, gift.move_id.id, gift.value), ("done", False, 500))

    def test_no_name_in_the_entry(self):
        move = self.money().move_id
        said = " ".join([move.ref or "", *move.line_ids.mapped("name")])
        self.assertNotIn("Dupont", said)
        self.assertFalse(move.partner_id or move.line_ids.partner_id)

    def test_confirming_twice_books_once(self):
        gift = self.money()
        move = gift.move_id
        gift.action_confirm()
        self.assertEqual(gift.move_id, move)

    def test_undone_in_the_books_too(self):
        draft = self.money()
        draft.action_undo()
        self.assertEqual((draft.state, draft.move_id.state), ("undone", "cancel"))
        self.policy.post_entries = True
        posted = self.money()
        self.assertEqual(posted.move_id.state, "posted")
        posted.action_undo()
        self.assertEqual(
            (posted.undo_move_id.state, posted.undo_move_id.reversed_entry_id),
            ("posted", posted.move_id),
        )

    def test_without_accounts_the_gift_is_received_all_the_same(self):
        self.policy.journal_id = False
        gift = self.money()
        self.assertEqual((gift.state, gift.move_id.id), ("done", False))
        gift.action_undo()

    @mute_logger("odoo.sql_db")
    def test_what_is_refused(self):
        for values in ({"amount": 0}, {"amount": 5, "payment_kind": False}):
            with self.subTest(values), self.assertRaises(UserError):
                self.money(**values)
        for amount in (-5, 1e9):
            with self.subTest(amount), self.assertRaises(CheckViolation), self.env.cr.savepoint():
                self.money(amount, done=False)
                self.env.flush_all()
