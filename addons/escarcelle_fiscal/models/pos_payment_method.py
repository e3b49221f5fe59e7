from odoo import fields, models


class PosPaymentMethod(models.Model):
    _inherit = "pos.payment.method"

    escarcelle_code = fields.Selection(
        [
            ("ESPECES", "Cash"),
            ("CARTE", "Bank card"),
            ("CHEQUE", "Cheque"),
            ("VIREMENT", "Bank transfer"),
            ("BON", "Voucher"),
            ("COMPTE", "On account"),
            ("AUTRE", "Other"),
        ],
        string="Means of payment on tickets",
        help="What signed tickets and closings call it. Empty: cash, bank card or on account, by its kind.",
    )

    def _escarcelle_mode(self):
        """Code of the means of payment in signed documents."""
        self.ensure_one()
        return self.escarcelle_code or {"cash": "ESPECES", "bank": "CARTE"}.get(self.type, "COMPTE")
