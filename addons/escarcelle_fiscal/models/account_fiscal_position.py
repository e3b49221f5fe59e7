from odoo import api, fields, models

from escarcelle_core.vat import MENTIONS

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
        "Mention printed on tickets", compute="_compute_escarcelle_mention", store=True, readonly=False,
        precompute=True, help="Why no VAT is due, in the words of the law.",
    )  # fmt: skip

    @api.depends("escarcelle_sector")
    def _compute_escarcelle_mention(self):
        for position in self:
            position.escarcelle_mention = MENTIONS.get(position.escarcelle_sector, False)
