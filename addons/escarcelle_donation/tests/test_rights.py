"""Who may do what with gifts: a line a role and model."""

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import DonationCase

ROLES = {
    "manager": "escarcelle_social.group_manager",
    "stock": "escarcelle_social.group_stock",
    "referent": "escarcelle_social.group_referent",
    "cashier": "escarcelle_social.group_cashier",
    "employee": "base.group_user",
    "accountant": "account.group_account_readonly",
    "auditor": "escarcelle_fiscal.group_auditor",
}
NONE, READ, KEEP, ALL = "", "r", "rwc", "rwcd"
OPERATIONS = {"r": "read", "w": "write", "c": "create", "d": "unlink"}
#: Model → rights of manager, stock manager, social referent, cashier, employee, accountant, tax auditor.
MATRIX = {
    "escarcelle.donation": (ALL, ALL, NONE, NONE, NONE, READ, NONE),
    "escarcelle.donation.line": (ALL, ALL, NONE, NONE, NONE, READ, NONE),
    "escarcelle.donation.agreement": (ALL, READ, NONE, NONE, NONE, READ, NONE),
    "escarcelle.donation.policy": (KEEP, NONE, NONE, NONE, NONE, READ, NONE),
    "escarcelle.donation.round": (ALL, ALL, NONE, NONE, NONE, NONE, NONE),
    "escarcelle.donation.round.step": (ALL, ALL, NONE, NONE, NONE, NONE, NONE),
    "escarcelle.donation.collection": (ALL, ALL, NONE, NONE, NONE, NONE, NONE),
    "escarcelle.donation.stop": (ALL, ALL, NONE, NONE, NONE, NONE, NONE),
    "escarcelle.donation.receipt": (ALL, NONE, NONE, NONE, NONE, READ, NONE),
    "escarcelle.donation.receipt.line": (ALL, NONE, NONE, NONE, NONE, READ, NONE),
    "escarcelle.donation.receipt.number": (READ, NONE, NONE, NONE, NONE, NONE, NONE),
    "escarcelle.donation.donor.import": (ALL, NONE, NONE, NONE, NONE, NONE, NONE),
    "escarcelle.donation.donor.import.line": (ALL, NONE, NONE, NONE, NONE, NONE, NONE),
    "escarcelle.donation.receipt.make": (ALL, NONE, NONE, NONE, NONE, NONE, NONE),
    "escarcelle.donation.receipt.make.line": (ALL, NONE, NONE, NONE, NONE, NONE, NONE),
    "escarcelle.donation.receipt.cancel": (ALL, NONE, NONE, NONE, NONE, NONE, NONE),
    "escarcelle.donation.contribution": (ALL, NONE, NONE, NONE, NONE, READ, NONE),
    "escarcelle.donation.contribution.line": (ALL, NONE, NONE, NONE, NONE, READ, NONE),
    "escarcelle.donation.summary": (ALL, NONE, NONE, NONE, NONE, ALL, NONE),
    "escarcelle.donation.summary.line": (ALL, NONE, NONE, NONE, NONE, ALL, NONE),
    "escarcelle.donation.declaration": (ALL, NONE, NONE, NONE, NONE, ALL, NONE),
}
ABSTRACT = {"escarcelle.donation.paper"}


@tagged("post_install", "-at_install")
class TestRights(DonationCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            role: new_test_user(
                cls.env,
                f"gift_{role}",
                group,
                company_id=cls.company.id,
                company_ids=[Command.set(cls.company.ids)],
            )
            for role, group in ROLES.items()
        }

    def test_a_line_for_each_role_and_model(self):
        for model, row in MATRIX.items():
            for role, rights in zip(ROLES, row, strict=True):
                target = self.env[model].with_user(self.users[role])
                for letter, operation in OPERATIONS.items():
                    with self.subTest(model=model, role=role, operation=operation):
                        self.assertEqual(target.has_access(operation), letter in rights)

    def test_every_model_of_this_addon_is_in_the_matrix(self):
        own = {
            name for name in self.env
            if name.startswith("escarcelle.") and self.env[name]._original_module == "escarcelle_donation"
        }  # fmt: skip
        self.assertEqual(own - ABSTRACT, set(MATRIX))

    def test_a_stock_manager_takes_goods_in_from_beginning_to_end(self):
        gift = self.donations.with_user(self.users["stock"]).create(
            {"donor_id": self.market.id, "company_id": self.company.id, "line_ids": [self.line()]}
        )
        gift.action_confirm()
        self.assertEqual(gift.state, "done")
        gift.action_undo()
        self.assertEqual(gift.state, "undone")

    def test_a_stock_manager_neither_sees_money_nor_issues(self):
        money, goods = self.money(), self.gift()
        seen = self.donations.with_user(self.users["stock"])
        self.assertEqual(seen.search([("id", "in", (money | goods).ids)]), goods)
        with self.assertRaises(AccessError):
            money.with_user(self.users["stock"]).read(["amount"])
        receipt = self.receipt(goods, issue=False)
        for role in ("stock", "accountant", "referent", "cashier", "employee"):
            with self.subTest(role), self.assertRaises(AccessError):
                receipt.with_user(self.users[role]).action_issue()
        receipt.with_user(self.users["manager"]).action_issue()
        self.assertEqual(receipt.state, "issued")

    def test_a_stock_manager_undoes_nothing_a_receipt_says_and_sees_the_gift_still(self):
        goods = self.gift()
        self.receipt(goods)
        mine = goods.with_user(self.users["stock"])
        self.assertEqual(mine.read(["state", "receipt_state"])[0]["receipt_state"], "issued")

    def test_an_accountant_reads_receipts_and_makes_the_year_s_papers(self):
        receipt = self.receipt(self.gift())
        mine = self.users["accountant"]
        self.assertEqual(receipt.with_user(mine).read(["amount"])[0]["amount"], 7)
        found = self.env["escarcelle.donation.declaration"].with_user(mine).create(
            {"company_id": self.company.id, "date_from": "2026-01-01", "date_to": "2026-12-31"}
        )  # fmt: skip
        self.assertEqual(found.count, 1)

    def test_the_next_number_is_nobody_s_to_take(self):
        numbers = self.env["escarcelle.donation.receipt.number"]
        self.receipt(self.gift())
        with self.assertRaises(AccessError):
            numbers.search([], limit=1).with_user(self.users["manager"]).write({"last": 40})
        self.assertTrue(getattr(numbers._escarcelle_take, "_api_private", False))

    def test_shops_apart(self):
        goods = self.gift()
        receipt = self.receipt(goods)
        other = self.env["res.company"].create({"name": "Autre"})
        stranger = new_test_user(
            self.env,
            "gift_stranger",
            "escarcelle_social.group_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        for record in (goods, goods.line_ids, receipt, receipt.line_ids, self.policy):
            with self.subTest(record._name):
                self.assertFalse(record.with_user(stranger).search([("id", "in", record.ids)]))
