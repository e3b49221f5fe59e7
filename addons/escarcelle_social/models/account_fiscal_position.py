from odoo import api, fields, models

# The words the law asks for on the ticket: constants of the format, not interface texts.
MENTIONS = {
    "EXO_A": "Exonération de TVA, art. 261, 7-1° a du CGI",
    "EXO_B": "Exonération de TVA, art. 261, 7-1° b du CGI",
    "FRANCHISE": "TVA non applicable, art. 293 B du CGI",
    "DOM_NONE": "TVA non applicable, art. 294, 1 du CGI",
}


class AccountFiscalPosition(models.Model):
    _inherit = "account.fiscal.position"

    escarcelle_sector = fields.Selection(
        [
            ("TAXABLE", "Taxed"),
            ("EXO_A", "Exempt, CGI 261-7-1° a (services to members)"),
            ("EXO_B", "Exempt, CGI 261-7-1° b (charitable works)"),
            ("FRANCHISE", "Small business, CGI 293 B"),
            ("DOM_NONE", "Territory without VAT, CGI 294"),
        ],
        "VAT sector",
        help="Totals, sales journal and accounts are kept apart by sector. The household pays the"
        " tariff's price whatever the sector.",
    )
    escarcelle_mention = fields.Char(
        "Mention on tickets", compute="_compute_escarcelle_mention", store=True, readonly=False
    )

    @api.depends("escarcelle_sector")
    def _compute_escarcelle_mention(self):
        for position in self:
            position.escarcelle_mention = MENTIONS.get(position.escarcelle_sector, False)

    def _escarcelle_keeps_price(self):
        """True when prices are those of the tariff, VAT included or not: taxes change, the price does not."""
        return bool(self.escarcelle_sector)
