from odoo import fields, models


class EscarcelleRestrictedRead(models.TransientModel):
    """Say why a restricted record is read; it then opens, and the reading is written down."""

    _name = "escarcelle.restricted.read"
    _description = "Read a Restricted Record"

    record_id = fields.Many2one(
        "escarcelle.restricted.record", required=True, readonly=True, ondelete="cascade"
    )
    reason = fields.Char("Why do you read it?", required=True)

    def action_read(self):
        """Write it down and open."""
        self.ensure_one()
        self.record_id._escarcelle_open(self.reason)
        return {
            "type": "ir.actions.act_window",
            "res_model": "escarcelle.restricted.record",
            "res_id": self.record_id.id,
            "view_mode": "form",
            "target": "current",
        }
