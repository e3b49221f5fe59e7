from odoo import fields, models


class EscarcelleTillPairing(models.TransientModel):
    """Shows a pairing code once. Opened as a new form that is never saved: the code is not stored."""

    _name = "escarcelle.till.pairing"
    _description = "Pair a till"

    till_id = fields.Many2one("escarcelle.till", required=True, readonly=True, ondelete="cascade")
    valid_until = fields.Datetime(related="till_id.pairing_until")
    code = fields.Char(store=False, readonly=True)
