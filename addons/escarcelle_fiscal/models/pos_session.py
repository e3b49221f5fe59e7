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

    def try_cash_in_out(self, _type, amount, reason, partner_id, extras):
        # EXTENDS 'point_of_sale': money that is no sale (JET 910)
        result = super().try_cash_in_out(_type, amount, reason, partner_id, extras)
        for session in self.filtered(lambda s: s.config_id.escarcelle_signer == "server"):
            signed = amount if _type == "in" else -amount
            self.env["escarcelle.fiscal.outbox"]._escarcelle_note(
                jet.NON_SALE_AMOUNT, f"{session.config_id.name} {session.name} {signed:.2f} {reason or ''}".strip()
            )
        return result

    def delete_cash_in_out(self, absl_id, partner_id):
        # EXTENDS 'point_of_sale'
        amount = self.env["account.bank.statement.line"].browse(absl_id).exists().amount
        result = super().delete_cash_in_out(absl_id, partner_id)
        if self.config_id.escarcelle_signer == "server":
            self.env["escarcelle.fiscal.outbox"]._escarcelle_note(
                jet.NON_SALE_AMOUNT, f"{self.config_id.name} {self.name} mouvement de {amount:.2f} retiré"
            )
        return result
