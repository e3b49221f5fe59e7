from odoo import fields, models

#: Why VAT is due, or not: closings, sales journal and accounts are split by it.
SECTORS = [
    ("TAXABLE", "Taxed sales"),
    ("EXO_A", "Exempt, CGI 261-7-1° a"),
    ("EXO_B", "Exempt, CGI 261-7-1° b"),
    ("FRANCHISE", "VAT franchise, CGI 293 B"),
    ("DOM_NONE", "No VAT (Guyane, Mayotte)"),
]


class AccountFiscalPosition(models.Model):
    _inherit = "account.fiscal.position"

    escarcelle_sector = fields.Selection(
        SECTORS,
        string="VAT sector of tickets",
        default="TAXABLE",
        required=True,
        help="Closings, sales journal and accounts are split by it.",
    )
    escarcelle_mention = fields.Char(
        "Mention printed on tickets", help="Why no VAT is due, in the words of the law."
    )
