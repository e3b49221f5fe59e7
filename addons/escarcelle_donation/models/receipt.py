from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import forms
from ..tools.letters import euros_in_letters
from .policy import STATUSES

#: What changes on a receipt once it is issued; PostgreSQL refuses the rest (``init``).
LIVING = (
    "state", "cancel_reason", "cancelled_on", "cancelled_by_id", "replaced_by_id", "sent_on", "to_send",
    "message_main_attachment_id", "write_uid", "write_date",
)  # fmt: skip


class EscarcelleDonationReceipt(models.Model):
    """A tax receipt for gifts, with everything its form asks for, as it was on the day it was issued.

    Invariants: an issued receipt has the next number of its shop, form and year; it never changes nor
    disappears, it is cancelled or replaced, and says so; a gift is on one receipt in force. It names its donor
    on purpose: it is kept six years from its issue (LPF art. L. 102 E).
    """

    _name = "escarcelle.donation.receipt"
    _description = "Tax Receipt"
    _inherit = ["mail.thread", "escarcelle.donation.paper"]
    _order = "year desc, form, number desc, id desc"
    _check_company_auto = True

    name = fields.Char(
        "Number", readonly=True, copy=False, default=lambda self: self.env._("Draft")
    )
    form = fields.Selection(
        [("16216", "Company (16216*02)"), ("11580", "Individual (11580*05)")],
        required=True,
        default="16216",
    )
    year = fields.Integer(readonly=True, copy=False)
    number = fields.Integer("Rank", readonly=True, copy=False)
    state = fields.Selection(
        [("draft", "To issue"), ("issued", "In force"), ("replaced", "Replaced"), ("cancelled", "Cancelled")],
        required=True, readonly=True, copy=False, default="draft", tracking=True, index=True,
    )  # fmt: skip
    company_id = fields.Many2one(
        "res.company",
        "Shop",
        required=True,
        index=True,
        default=lambda self: self.env.company,
        ondelete="restrict",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    issued_on = fields.Date("Receipt issued on", readonly=True, copy=False)
    keep_until = fields.Date(
        "Kept until",
        readonly=True,
        copy=False,
        help="Six years from its issue (LPF art. L. 102 E).",
    )

    # -- donor -----------------------------------------------------------------------------------
    donor_id = fields.Many2one(
        "res.partner", "Donor", required=True, index=True, ondelete="restrict"
    )
    donor_name = fields.Char(size=256, readonly=True)
    donor_first_name = fields.Char("First name", size=64, readonly=True)
    donor_legal_form = fields.Char("Legal form", size=64, readonly=True)
    donor_siren = fields.Char("SIREN", size=11, readonly=True)
    donor_street = fields.Char("Street", size=256, readonly=True)
    donor_zip = fields.Char("Postcode", size=16, readonly=True)
    donor_city = fields.Char("Town", size=128, readonly=True)
    donor_country = fields.Char("Country", size=64, readonly=True)

    # -- beneficiary -----------------------------------------------------------------------------
    org_name = fields.Char("Beneficiary", size=256, readonly=True)
    org_siren = fields.Char("Its SIREN", size=9, readonly=True)
    org_rna = fields.Char("Its RNA number", size=10, readonly=True)
    org_street = fields.Char("Its street", size=256, readonly=True)
    org_zip = fields.Char("Its postcode", size=16, readonly=True)
    org_city = fields.Char("Its town", size=128, readonly=True)
    org_country = fields.Char("Its country", size=64, readonly=True)
    org_purpose = fields.Text("Its purpose", readonly=True)
    org_status = fields.Selection(STATUSES, "What it is", readonly=True)
    org_status_other = fields.Char("Which one", size=128, readonly=True)
    org_decree_date = fields.Date("Date of its decree", readonly=True)
    org_journal_date = fields.Date("Decree published on", readonly=True)
    org_needy = fields.Boolean("Free help to people in need", readonly=True)
    article_200 = fields.Boolean("CGI art. 200", readonly=True)
    article_978 = fields.Boolean("CGI art. 978", readonly=True)
    article_238 = fields.Boolean("CGI art. 238 bis", readonly=True)
    signatory = fields.Char("Signed by", size=128, readonly=True)
    signatory_quality = fields.Char("In the quality of", size=64, readonly=True)
    signature = fields.Image("Signature", readonly=True, attachment=False)

    # -- gifts -----------------------------------------------------------------------------------
    donation_ids = fields.Many2many(
        "escarcelle.donation", "escarcelle_donation_receipt_rel", "receipt_id", "donation_id", "Gifts", copy=False,
        domain="[('state', '=', 'done'), ('donor_id', '=', donor_id), ('receipt_id', '=', False),"
        " ('company_id', '=', company_id)]",
    )  # fmt: skip
    line_ids = fields.One2many(
        "escarcelle.donation.receipt.line", "receipt_id", "Goods and services", readonly=True
    )
    date_from = fields.Date("First gift", readonly=True)
    date_to = fields.Date("Last gift", readonly=True)
    date_label = fields.Char("Date or period", size=64, readonly=True)
    money_amount = fields.Monetary("In money", compute="_compute_amounts", store=True)
    goods_amount = fields.Monetary("In kind", compute="_compute_amounts", store=True)
    amount = fields.Monetary("Total", compute="_compute_amounts", store=True)
    money_letters = fields.Char("Money in letters", size=256, readonly=True)
    goods_letters = fields.Char("Gifts in kind in letters", size=256, readonly=True)
    amount_letters = fields.Char("In letters", size=256, readonly=True)
    acts = fields.Char("Forms of the gifts", size=64, readonly=True)  # codes of tools/forms.ACTS
    natures = fields.Char("Natures of the gifts", size=64, readonly=True)
    payments = fields.Char("Means of payment", size=64, readonly=True)
    staff = fields.Text(
        "Staff lent",
        help="Who a company lends: qualification, hours, what they do. As the company values it.",
    )
    staff_amount = fields.Monetary("Value of the staff lent")

    # -- life ------------------------------------------------------------------------------------
    replaces_id = fields.Many2one(
        "escarcelle.donation.receipt", "Replaces", readonly=True, copy=False, index="btree_not_null"
    )
    replaced_by_id = fields.Many2one(
        "escarcelle.donation.receipt", "Replaced by", readonly=True, copy=False
    )
    cancel_reason = fields.Char("Why cancelled", size=256, readonly=True, copy=False)
    cancelled_on = fields.Date(readonly=True, copy=False)
    cancelled_by_id = fields.Many2one("res.users", "Cancelled by", readonly=True, copy=False)
    sent_on = fields.Datetime("Receipt sent on", readonly=True, copy=False)
    to_send = fields.Boolean("Mail waiting", readonly=True, copy=False)

    _number_uniq = models.UniqueIndex(
        "(company_id, form, year, number) WHERE number > 0", "This number is taken already."
    )
    _replaced_once = models.UniqueIndex(
        "(replaces_id) WHERE replaces_id IS NOT NULL AND state <> 'cancelled'",
        "This receipt is being replaced already.",
    )
    _staff_amount = models.Constraint(
        "CHECK (staff_amount >= 0 AND staff_amount <= 10000000)",
        "A value is not negative, nor that large.",
    )
    _numbered = models.Constraint(
        "CHECK ((state = 'draft') = (coalesce(number, 0) = 0) AND (state = 'draft' OR (year > 0 AND number > 0)))",
        "An issued receipt has a number, a draft has none.",
    )

    def init(self):
        """Refuse, in PostgreSQL, that an issued receipt changes or disappears before its term."""
        living = ", ".join(f"'{column}'" for column in LIVING)
        self.env.cr.execute(
            f"""
            CREATE OR REPLACE FUNCTION escarcelle_donation_receipt_guard() RETURNS trigger LANGUAGE plpgsql AS $body$
            BEGIN
                IF coalesce(OLD.number, 0) = 0 THEN
                    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
                END IF;
                IF TG_OP = 'DELETE' THEN
                    IF OLD.keep_until >= current_date THEN
                        RAISE EXCEPTION 'An issued receipt is kept until its term' USING ERRCODE = '23514';
                    END IF;
                    RETURN OLD;
                END IF;
                IF to_jsonb(NEW) - ARRAY[{living}] <> to_jsonb(OLD) - ARRAY[{living}]
                   OR (OLD.state <> 'issued' AND NEW.state <> OLD.state) OR NEW.state = 'draft' THEN
                    RAISE EXCEPTION 'An issued receipt does not change: replace it' USING ERRCODE = '23514';
                END IF;
                RETURN NEW;
            END $body$;
            CREATE OR REPLACE TRIGGER escarcelle_donation_receipt_guard
                BEFORE UPDATE OR DELETE ON escarcelle_donation_receipt
                FOR EACH ROW EXECUTE FUNCTION escarcelle_donation_receipt_guard()
            """
        )

    @api.depends("donation_ids", "donation_ids.value", "staff_amount")
    def _compute_amounts(self):
        for receipt in self:
            if receipt.state != "draft":
                # Issued: what it said then, whatever becomes of its gifts.
                receipt.money_amount, receipt.goods_amount = (
                    receipt.money_amount,
                    receipt.goods_amount,
                )
                receipt.amount = receipt.amount
                continue
            in_money = receipt.donation_ids.filtered(lambda d: d.kind == "money")
            receipt.money_amount = sum(in_money.mapped("value"))
            receipt.goods_amount = (
                sum((receipt.donation_ids - in_money).mapped("value")) + receipt.staff_amount
            )
            receipt.amount = receipt.money_amount + receipt.goods_amount

    @api.onchange("donor_id")
    def _onchange_donor_id(self):
        self.form = (
            self.donor_id._escarcelle_receipt_form() or self.form if self.donor_id else self.form
        )

    @api.ondelete(at_uninstall=True)
    def _unlink_except_issued(self):
        today = fields.Date.context_today(self)
        if self.filtered(lambda r: r.number and (not r.keep_until or r.keep_until >= today)):
            raise UserError(self.env._("An issued receipt is kept: cancel it, or replace it."))

    def write(self, vals):
        if vals.keys() - set(LIVING) - self._escarcelle_mail_fields() and self.filtered("number"):
            raise UserError(self.env._("An issued receipt does not change: replace it."))
        return super().write(vals)

    @api.model
    def _escarcelle_mail_fields(self):
        return {name for name, field in self._fields.items() if field._module == "mail"} | {
            "message_follower_ids"
        }

    # -- what the paper says ---------------------------------------------------------------------

    def _escarcelle_paper(self):
        """French words of this receipt's form, for its report."""
        self.ensure_one()
        return {
            "title": forms.TITLES[self.form],
            "cerfa": forms.NUMBERS[self.form],
            "status": forms.STATUSES.get(self.org_status, ""),
            "acts": [
                (word, code in (self.acts or "").split(",")) for code, word in forms.ACTS.items()
            ],
            "natures": [
                (word, code in (self.natures or "").split(","))
                for code, word in forms.NATURES.items()
            ],
            "payments": [
                (word, code in (self.payments or "").split(","))
                for code, word in forms.PAYMENTS.items()
            ],
            "articles": [(label, self[field]) for field, label in forms.ARTICLES[self.form]],
        }

    def _escarcelle_letters(self, amount):
        return euros_in_letters(round(amount * 100))


class EscarcelleDonationReceiptLine(models.Model):
    """A good or service on a receipt, as its donor described and valued it: frozen when it is issued."""

    _name = "escarcelle.donation.receipt.line"
    _description = "Good on a Tax Receipt"
    _order = "receipt_id, date, id"

    receipt_id = fields.Many2one(
        "escarcelle.donation.receipt", required=True, ondelete="cascade", index=True
    )
    currency_id = fields.Many2one(related="receipt_id.currency_id")
    date = fields.Date(required=True)
    name = fields.Char("Description", required=True)
    quantity = fields.Float(digits=(16, 3))
    unit = fields.Char(size=32)
    value = fields.Monetary()

    def init(self):
        """Lines of an issued receipt are its content: they neither come, change nor go."""
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION escarcelle_donation_receipt_line_guard()
            RETURNS trigger LANGUAGE plpgsql AS $body$
            BEGIN
                IF EXISTS (
                    SELECT FROM escarcelle_donation_receipt r
                     WHERE r.id = CASE TG_OP WHEN 'INSERT' THEN NEW.receipt_id ELSE OLD.receipt_id END
                       AND r.number > 0 AND (TG_OP <> 'DELETE' OR r.keep_until >= current_date)
                ) THEN
                    RAISE EXCEPTION 'An issued receipt does not change: replace it' USING ERRCODE = '23514';
                END IF;
                RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
            END $body$;
            CREATE OR REPLACE TRIGGER escarcelle_donation_receipt_line_guard
                BEFORE INSERT OR UPDATE OR DELETE ON escarcelle_donation_receipt_line
                FOR EACH ROW EXECUTE FUNCTION escarcelle_donation_receipt_line_guard()
            """
        )
