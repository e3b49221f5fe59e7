from odoo import fields, models
from odoo.exceptions import UserError

#: What an organisation may be on the forms; the French of each is what is printed (tools/forms.py).
STATUSES = [
    ("general", "Organisation of general interest"),
    ("utility", "Association or foundation of public utility (decree)"),
    ("alsace", "Association of public utility in Alsace or Moselle (prefect's order)"),
    ("endowment", "Endowment fund"),
    ("municipal", "Public body (town, CCAS)"),
    ("other", "Other organisation"),
]
#: Declared by a text whose date the forms ask for.
DATED = ("utility", "alsace")
RETENTION_YEARS = 6  # LPF art. L. 102 E


class EscarcelleDonationPolicy(models.Model):
    """What a shop says once for all its gifts: what it is for the tax office, who signs, which accounts.

    No receipt is issued before the organisation said that it may (CGI art. 1740 A: a receipt issued
    wrongly costs the tax its donor saved).
    """

    _name = "escarcelle.donation.policy"
    _description = "Gift Rules"
    _inherit = ["mail.thread", "escarcelle.shop.rules"]
    _rec_name = "company_id"
    _check_company_auto = True

    currency_id = fields.Many2one(related="company_id.currency_id")

    # -- the organisation, as the forms ask ------------------------------------------------------
    rna = fields.Char(
        "RNA number",
        size=10,
        help="W and nine digits, on the receipt of the prefecture. Corsica and overseas: W2A…, W9R…",
    )
    purpose = fields.Text(
        "Purpose",
        help="As the articles of the association say it, so that anybody sees why gifts to it count.",
    )
    status = fields.Selection(STATUSES, "What it is")
    status_other = fields.Char("Which one", size=128)
    decree_date = fields.Date("Date of the decree or order")
    journal_date = fields.Date("Published on", help="In the Journal officiel.")
    article_200 = fields.Boolean("Individuals (CGI art. 200)")
    article_978 = fields.Boolean("Wealth tax (CGI art. 978)")
    article_238 = fields.Boolean("Companies (CGI art. 238 bis)")
    needy = fields.Boolean(
        "Free help to people in need (CGI art. 200, 1 ter)",
        help="The organisation gives meals, care or housing for free. Ask the tax office when goods are sold,"
        " even for little.",
    )
    basis = fields.Selection(
        [
            ("ruling", "Ruling of the tax office (rescrit)"),
            ("text", "Decree or order"),
            ("self", "Own assessment"),
        ],
        "The organisation may, by",
    )
    basis_date = fields.Date("Dated")
    basis_document = fields.Binary("Ruling or decree", attachment=True)
    basis_document_name = fields.Char()
    confirmed = fields.Boolean(
        "The organisation may issue tax receipts", tracking=True,
        help="Non-profit, run without personal gain, not for a closed circle of people. Receipts issued wrongly"
        " are fined (CGI art. 1740 A).",
    )  # fmt: skip
    signatory = fields.Char("Signed by", size=128)
    signatory_quality = fields.Char("In the quality of", size=64)
    signature = fields.Image("Signature", max_width=900, max_height=300)

    # -- intake ----------------------------------------------------------------------------------
    source_id = fields.Many2one(
        "escarcelle.funding.source",
        "Source of donated goods",
        check_company=True,
        domain="[('kind', '=', 'donation')]",
    )
    short_days = fields.Integer(
        "Short use-by date, under (days)",
        default=2,
        help="48 hours: code de l'environnement, art. D. 541-310.",
    )
    signatures_required = fields.Boolean("Both signatures are required")

    # -- accounting ------------------------------------------------------------------------------
    journal_id = fields.Many2one(
        "account.journal",
        "Journal of gifts",
        check_company=True,
        domain="[('type', '=', 'general'), ('company_id', '=', company_id)]",
    )
    cash_account_id = fields.Many2one("account.account", "Cash", check_company=True)
    cheque_account_id = fields.Many2one("account.account", "Cheques to cash", check_company=True)
    bank_account_id = fields.Many2one(
        "account.account", "Bank receipts to match", check_company=True
    )
    manual_account_id = fields.Many2one(
        "account.account", "Gifts of individuals (7541)", check_company=True
    )
    waiver_account_id = fields.Many2one(
        "account.account", "Expenses waived (75412)", check_company=True
    )
    expense_account_id = fields.Many2one(
        "account.account",
        "Volunteers' expenses (4681)",
        check_company=True,
        help="Emptied when a volunteer waives a refund.",
    )
    patronage_account_id = fields.Many2one(
        "account.account", "Gifts of companies (7542)", check_company=True
    )
    grant_account_id = fields.Many2one(
        "account.account", "Gifts of other organisations (7551)", check_company=True
    )
    sales_account_id = fields.Many2one(
        "account.account", "Sales of donated goods (7073)", check_company=True,
        help="For goods whose funding source is a donation, unless the good has an income account of its own.",
    )  # fmt: skip
    post_entries = fields.Boolean(
        "Post entries at once", help="Unticked: the accountant finds drafts."
    )
    in_kind = fields.Selection(
        [("note", "In the notes only"), ("entry", "By entries of classes 86 and 87")], "Gifts in kind are shown",
        required=True, default="note", help="ANC rule 2018-06.",
    )  # fmt: skip
    in_kind_value = fields.Selection(
        [("donor", "What the donor says"), ("reference", "The reference price")], "Gifts in kind are worth",
        required=True, default="donor", help="The other value is taken where this one is missing.",
    )  # fmt: skip

    _short_days = models.Constraint("CHECK (short_days BETWEEN 0 AND 30)", "Between 0 and 30 days.")
    _rna = models.Constraint(
        # Corsica and overseas have a letter in the place of the third sign: W2A1000123, W9R4000123.
        "CHECK (rna IS NULL OR rna ~ '^W[0-9][0-9A-Z][0-9]{7}$')",
        "A RNA number is W and nine digits (Corsica and overseas: a letter in place of the second one).",
    )

    def _escarcelle_portable(self):
        """What another shop may take over (docs/formats.md §11): nothing of who this one is, nor of its accounts."""
        label = self.env._("Gift rules")
        return {
            "section": "donation_rules",
            "label": label,
            "sequence": 80,
            "fields": ("source_id", "short_days", "signatures_required", "in_kind", "in_kind_value"),
        }

    def _escarcelle_source(self):
        """The funding source of donated goods: that of the rules, else the first donation one."""
        self.ensure_one()
        return self.source_id or self.env["escarcelle.funding.source"].sudo().search(
            [("kind", "=", "donation"), ("company_id", "in", [False, self.company_id.id])], limit=1
        )

    def _escarcelle_siren(self):
        """The nine digits of the organisation, empty when it has none."""
        registry = "".join(filter(str.isdigit, self.company_id.company_registry or ""))
        return registry[:9] if len(registry) in (9, 14) else ""

    def _escarcelle_missing(self, form=None):
        """What keeps the shop from issuing receipts (of ``form``), as the screen calls it."""
        self.ensure_one()
        company = self.company_id
        wanted = [
            (self.env._("the statement that the organisation may issue receipts"), self.confirmed),
            (self.env._("its purpose"), (self.purpose or "").strip()),
            (self.env._("what it is"), self.status),
            (self.env._("the date of its decree"), self.decree_date or self.status not in DATED),
            (self.env._("which organisation it is"), self.status_other or self.status != "other"),
            (
                self.env._("who signs"),
                (self.signatory or "").strip() and (self.signatory_quality or "").strip(),
            ),
            (self.env._("its SIREN or RNA number"), self._escarcelle_siren() or self.rna),
            (self.env._("its address"), company.street and company.zip and company.city),
        ]
        if form == "16216":
            wanted.append((self.env._("article 238 bis"), self.article_238))
        elif form == "11580":
            wanted.append((self.env._("article 200 or 978"), self.article_200 or self.article_978))
        return [label for label, value in wanted if not value]

    def _escarcelle_check_may_issue(self, form):
        """UserError, saying what is missing, unless receipts of ``form`` may be issued."""
        missing = self._escarcelle_missing(form)
        if missing:
            raise UserError(
                self.env._(
                    "Before a receipt is issued, complete « Receipts and gift rules »: %(missing)s.",
                    missing=", ".join(missing),
                )
            )  # fmt: skip
