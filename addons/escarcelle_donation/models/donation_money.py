"""Money given: cash, cheque, transfer, or a volunteer's expenses whose refund is waived."""

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

MAX_AMOUNT = 10_000_000
#: What comes in is no money: securities stand at their price on the day, a rent that is not claimed is a cost.
UNBOOKED = ("securities", "income")


class EscarcelleDonation(models.Model):
    _inherit = "escarcelle.donation"

    amount = fields.Monetary(tracking=True)
    payment_kind = fields.Selection(
        [
            ("cash", "Cash"), ("cheque", "Cheque"), ("transfer", "Transfer or direct debit"), ("card", "Card"),
            ("other", "Other"),
        ], "Paid with",
    )  # fmt: skip
    payment_reference = fields.Char(
        "Payment reference", size=64, help="Cheque number, wording of the transfer."
    )
    nature = fields.Selection(
        [
            ("money", "Money"), ("waiver", "Expenses of a volunteer, waived"), ("income", "Income or produce waived"),
            ("securities", "Listed securities"),
        ], default="money", required=True,
    )  # fmt: skip
    act = fields.Selection(
        [
            ("manual", "Declared manual gift"), ("private", "Private deed"), ("authentic", "Authentic deed"),
            ("other", "Other"),
        ], "Form of the gift", default="manual", required=True,
    )  # fmt: skip
    move_id = fields.Many2one(
        "account.move",
        "Entry",
        readonly=True,
        copy=False,
        groups="account.group_account_readonly,account.group_account_invoice",
    )
    undo_move_id = fields.Many2one(
        "account.move",
        "Contrary entry",
        readonly=True,
        copy=False,
        groups="account.group_account_readonly,account.group_account_invoice",
    )

    _amount = models.Constraint(
        f"CHECK (amount IS NULL OR (amount >= 0 AND amount <= {MAX_AMOUNT}))",
        "An amount is not negative, nor that large.",
    )

    @api.depends("amount")
    def _compute_value(self):
        super()._compute_value()
        for donation in self.filtered(lambda d: d.kind == "money"):
            donation.value = donation.amount

    def _escarcelle_check(self):
        super()._escarcelle_check()
        if self.kind != "money":
            return
        if not self.amount:
            raise UserError(self.env._("Write how much was given."))
        if self.nature == "money" and not self.payment_kind:
            raise UserError(self.env._("Say how it was paid: receipts tell."))

    def _escarcelle_book(self):
        super()._escarcelle_book()
        if self.kind != "money":
            return
        if self.nature in UNBOOKED:
            self.message_post(
                body=self.env._("Not booked: no money came in, the accountant writes this entry.")
            )
            return
        gift = self.sudo()
        accounts = gift._escarcelle_accounts()
        policy = gift._escarcelle_policy()
        if not (accounts and policy.journal_id):
            self.message_post(
                body=self.env._(
                    "Not booked: the accounts of « Receipts and gift rules » are incomplete."
                )
            )
            return
        debit, credit = accounts
        label = self.env._("Gift %s", self.name)
        # No name in the entry: the receipt and the gift have it (DESIGN §4).
        gift.move_id = self.env["account.move"].sudo().create(
            {
                "move_type": "entry", "company_id": self.company_id.id, "journal_id": policy.journal_id.id,
                "date": self.date, "ref": self.name,
                "line_ids": [
                    Command.create({"account_id": debit.id, "name": label, "debit": self.amount, "credit": 0}),
                    Command.create({"account_id": credit.id, "name": label, "debit": 0, "credit": self.amount}),
                ],
            }
        )  # fmt: skip
        if policy.post_entries:
            gift.move_id._post()

    def _escarcelle_accounts(self):
        """(debit, credit) of this gift; empty while the rules do not name them."""
        policy = self._escarcelle_policy()
        if self.nature == "waiver":
            found = policy.expense_account_id, policy.waiver_account_id
        else:
            by_kind = {"cash": policy.cash_account_id, "cheque": policy.cheque_account_id}
            # ANC rule 2018-06: what another organisation gives is no gift of the public.
            by_donor = {
                "company": policy.patronage_account_id,
                "association": policy.grant_account_id,
            }
            gift = by_donor.get(self.donor_kind, policy.manual_account_id)
            found = by_kind.get(self.payment_kind, policy.bank_account_id), gift
        return found if all(found) else ()

    def _escarcelle_unbook(self):
        super()._escarcelle_unbook()
        gift = self.sudo()
        if not gift.move_id:
            return
        if gift.move_id.state == "posted":
            gift.undo_move_id = gift.move_id._reverse_moves(
                [
                    {
                        "ref": self.env._("Undoes %s", self.name),
                        "date": self.company_id._escarcelle_today(),
                    }
                ],
                cancel=True,
            )
        else:
            gift.move_id.button_cancel()
