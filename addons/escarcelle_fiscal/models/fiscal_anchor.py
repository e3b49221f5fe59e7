from odoo import api, models


class EscarcelleFiscalAnchor(models.AbstractModel):
    """The anchor of the shop: one hash over the last anchor of every device, signed every day."""

    _name = "escarcelle.fiscal.anchor"
    _description = "Fiscal anchor of the shop"

    @api.model
    def _escarcelle_anchor(self):
        """Filled below."""
