from odoo import fields, models
from odoo.exceptions import UserError


class EscarcelleDonationReceiptCancel(models.TransientModel):
    """Cancels a receipt, with the reason its number will bear."""

    _name = "escarcelle.donation.receipt.cancel"
    _description = "Cancel a Receipt"

    receipt_id = fields.Many2one("escarcelle.donation.receipt", required=True, readonly=True)
    reason = fields.Char(required=True, size=200)

    def action_cancel(self):
        """Cancel; the gifts are free for another receipt."""
        self.ensure_one()
        self.receipt_id.check_access("write")
        if not self.reason.strip():
            raise UserError(self.env._("Say why this receipt is cancelled."))
        self.receipt_id.lock_for_update()
        self.receipt_id._escarcelle_close("cancelled", self.reason.strip())
        return {"type": "ir.actions.act_window_close"}
