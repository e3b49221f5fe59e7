from odoo import api, fields, models

# The words the law asks for on the ticket: constants of the format, not texts of the interface.
MENTIONS = {
    "EXO_A": "Exonération de TVA, art. 261, 7-1° a du CGI",
    "EXO_B": "Exonération de TVA, art. 261, 7-1° b du CGI",
    "FRANCHISE": "TVA non applicable, art. 293 B du CGI",
    "DOM_NONE": "TVA non applicable, art. 294, 1 du CGI",
}


class AccountFiscalPosition(models.Model):
    _inherit = "account.fiscal.position"

    escarcelle_mention = fields.Char(
        compute="_compute_escarcelle_mention", store=True, readonly=False, precompute=True
    )

    @api.depends("escarcelle_sector")
    def _compute_escarcelle_mention(self):
        for position in self:
            position.escarcelle_mention = MENTIONS.get(position.escarcelle_sector, False)

    def _escarcelle_keeps_price(self):
        """True when the tariff's price is due to the cent although a sector takes the VAT off."""
        return self.escarcelle_sector in MENTIONS
