from odoo import fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    escarcelle_validated_at = fields.Datetime(
        "Validated on", readonly=True, copy=False,
        help="When the entry was posted, for good: what the FEC calls ValidDate. Its accounting date may be another.",
    )  # fmt: skip

    def write(self, vals):
        # EXTENDS 'account'
        if vals.get("state") == "posted" and any(move.state != "posted" for move in self):
            vals = {**vals, "escarcelle_validated_at": fields.Datetime.now()}
        elif vals.get("state") in ("draft", "cancel"):
            vals = {**vals, "escarcelle_validated_at": False}
        return super().write(vals)
