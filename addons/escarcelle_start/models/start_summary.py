from odoo import fields, models


class EscarcelleStart(models.Model):
    """The last page: what there is, what is still missing, where to go."""

    _inherit = "escarcelle.start"

    tariff_count = fields.Integer("Tariffs in use", compute="_compute_summary")
    tier_count = fields.Integer("Budget tiers of the shop", compute="_compute_summary")
    user_count = fields.Integer("People who sign in here", compute="_compute_summary")
    cashier_count = fields.Integer("People who may sell", compute="_compute_summary")
    skipped = fields.Char("Left for later", compute="_compute_summary")

    def _compute_summary(self):
        labels = dict(self._fields["step"]._description_selection(self.env))
        for start in self:
            own = [("company_id", "=", start.company_id.id)]
            start.tariff_count = self.env["product.pricelist"].search_count(own)
            start.tier_count = self.env["escarcelle.budget.tier"].search_count(own)
            start.user_count = len(start.person_ids.user_id)
            start.cashier_count = len(
                self.env["escarcelle.cashier"].sudo()._escarcelle_cashiers(start.company_id)
            )
            done = {step for step, state in (start.states or {}).items() if state == "done"}
            done |= {"till"} if start.till_id else set()
            start.skipped = ", ".join(
                label for step, label in labels.items() if step not in done and step != "done"
            )

    def _escarcelle_apply_done(self):
        """The shop works: it no longer opens by itself."""
        self.closed = True
        return self.env["ir.actions.act_window"]._for_xml_id("escarcelle_social.household_action")

    def action_first_delivery(self):
        return self.env["ir.actions.act_window"]._for_xml_id("escarcelle_supply.delivery_action")

    def action_first_household(self):
        return {
            "type": "ir.actions.act_window",
            "res_model": "escarcelle.household",
            "views": [(False, "form")],
            "target": "current",
        }
