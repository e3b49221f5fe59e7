from odoo import fields, models
from odoo.exceptions import UserError


class EscarcelleCashierSecret(models.TransientModel):
    """Sets a cashier's PIN and badge. What is typed is never stored: only its hash, on the cashier."""

    _name = "escarcelle.cashier.secret"
    _description = "Set a cashier's PIN and badge"

    cashier_id = fields.Many2one("escarcelle.cashier", required=True, readonly=True, ondelete="cascade")
    pin = fields.Char("New PIN", compute="_compute_blank", inverse="_inverse_secrets")
    confirmation = fields.Char("PIN again", compute="_compute_blank", inverse="_inverse_secrets")
    badge = fields.Char("Badge", compute="_compute_blank", inverse="_inverse_secrets")

    def _compute_blank(self):
        for wizard in self:
            wizard.pin = wizard.confirmation = wizard.badge = ""

    def _inverse_secrets(self):
        for wizard in self:
            if (wizard.pin or "") != (wizard.confirmation or ""):
                raise UserError(self.env._("The two PINs differ: type them again."))
            if wizard.pin or wizard.badge:
                wizard.cashier_id._escarcelle_set_secrets(wizard.pin or None, wizard.badge or None)

    def action_done(self):
        """The dialog was saved before: nothing is left to do."""
        return {"type": "ir.actions.act_window_close"}
