from odoo import api, fields, models
from odoo.exceptions import UserError


class EscarcelleBudgetAdjust(models.TransientModel):
    """Add to a household's budget, or take off, with a reason that stays in the ledger."""

    _name = "escarcelle.budget.adjust"
    _description = "Adjust a Budget"

    household_id = fields.Many2one("escarcelle.household", required=True)
    currency_id = fields.Many2one(related="household_id.currency_id")
    balance = fields.Monetary(related="household_id.balance")
    amount = fields.Monetary(required=True, help="Negative to take off the budget.")
    after = fields.Monetary("Budget after", compute="_compute_after")
    reason = fields.Char(required=True)

    @api.depends("household_id", "amount")
    def _compute_after(self):
        for wizard in self:
            wizard.after = wizard.balance + wizard.amount

    def action_adjust(self):
        """Post the adjustment, dated today."""
        self.ensure_one()
        self.check_access("write")
        self.household_id.check_access("write")
        cents = round(self.amount * 100)
        if not cents:
            raise UserError(self.env._("Give an amount: nothing changes with zero."))
        self.env["escarcelle.budget.ledger"]._escarcelle_post(
            self.household_id,
            "adjustment",
            cents,
            self.household_id.company_id._escarcelle_today(),
            note=self.reason,
        )
        return {"type": "ir.actions.act_window_close"}
