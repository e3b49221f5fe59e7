from odoo import models

#: Besides our own models: an export of these is an export of fiscal data (JET 110).
EXPORTED = {
    "pos.order", "pos.order.line", "pos.payment", "pos.session", "report.pos.order",
    "account.move", "account.move.line",
}  # fmt: skip
OURS = "escarcelle.fiscal."


class Base(models.AbstractModel):
    _inherit = "base"

    def export_data(self, fields_to_export):
        # EXTENDS 'base': Odoo's own list export
        answer = super().export_data(fields_to_export)
        if self._name.startswith(OURS) or self._name in EXPORTED:
            self.env["escarcelle.fiscal.outbox"]._escarcelle_note_export(self._name, len(self))
        return answer
