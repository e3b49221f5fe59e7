from odoo import api, fields, models
from odoo.exceptions import UserError


class EscarcelleHouseholdEnd(models.TransientModel):
    """Suspend households, or let them go, with a reason."""

    _name = "escarcelle.household.end"
    _description = "Suspend a Household or Let It Go"

    household_ids = fields.Many2many("escarcelle.household", required=True)
    company_id = fields.Many2one("res.company", compute="_compute_company_id")
    kind = fields.Selection([("suspension", "Suspension"), ("exit", "Exit")], required=True)
    reason_id = fields.Many2one(
        "escarcelle.household.reason", "Reason", required=True,
        domain="[('kind', '=', kind), ('company_id', 'in', (company_id, False))]",
    )  # fmt: skip
    until = fields.Date("Until", help="Last day of the suspension. Empty: until somebody lifts it.")
    day = fields.Date("Last day", default=fields.Date.context_today)
    details = fields.Char(
        help="What helps the next volunteer. Nothing on health, religion or opinions."
    )

    @api.depends("household_ids")
    def _compute_company_id(self):
        for wizard in self:
            wizard.company_id = wizard.household_ids.company_id[:1]

    @api.model
    def default_get(self, fields_list):
        # EXTENDS 'base'
        values = super().default_get(fields_list)
        if self.env.context.get("active_model") == "escarcelle.household":
            values["household_ids"] = [fields.Command.set(self.env.context.get("active_ids", []))]
        return values

    def action_apply(self):
        """Do it."""
        self.ensure_one()
        self.household_ids.check_access("write")
        if self.kind == "exit":
            self.household_ids._escarcelle_leave(
                self.reason_id, self.day or fields.Date.context_today(self)
            )
        else:
            if self.until and self.until < fields.Date.context_today(self):
                raise UserError(self.env._("A suspension ends today or later."))
            self.household_ids._escarcelle_suspend(self.reason_id, self.until, self.details)
        return {"type": "ir.actions.act_window_close"}
