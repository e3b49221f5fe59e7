from odoo import models

from escarcelle_core import jet


class PosSession(models.Model):
    _inherit = "pos.session"

    def write(self, vals):
        # EXTENDS 'point_of_sale': a tablet's session is its log-on and log-off (JET 80, 170, 40)
        before = {session: session.state for session in self}
        result = super().write(vals)
        if "state" in vals:
            for session in self:
                if session.state != before[session] and session.config_id.escarcelle_signer == "server":
                    session._escarcelle_note_state()
        return result

    def _escarcelle_note_state(self):
        self.ensure_one()
        outbox = self.env["escarcelle.fiscal.outbox"]
        text = f"{self.config_id.name} {self.name}"
        if self.state == "opened":
            outbox._escarcelle_note(jet.START, text)
        elif self.state == "closed":
            counted = f"compté {self.cash_register_balance_end_real:.2f} attendu {self.cash_register_balance_end:.2f}"
            outbox._escarcelle_note(jet.CASH_COUNT, f"{text} {counted}")
            outbox._escarcelle_note(jet.STOP, text)
