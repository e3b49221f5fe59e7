from odoo import models

from escarcelle_core.vat import MENTIONS


class AccountFiscalPosition(models.Model):
    _inherit = "account.fiscal.position"

    def _escarcelle_keeps_price(self):
        """True when the tariff's price is due to the cent although a sector takes the VAT off."""
        return self.escarcelle_sector in MENTIONS
