from odoo import models

from escarcelle_core import money


class PosOrder(models.Model):
    _inherit = "pos.order"

    def _escarcelle_ticket_extra(self):
        # EXTENDS 'escarcelle_fiscal': who buys, by code, and at which tariff
        household = self.partner_id._escarcelle_household()
        return {
            **super()._escarcelle_ticket_extra(),
            "customer": household.code or "",
            "tariff": str(self.pricelist_id.id or ""),
        }

    def action_pos_order_paid(self):
        # EXTENDS 'point_of_sale': a sale without a till program counts on the budget at once
        result = super().action_pos_order_paid()
        household = self.partner_id._escarcelle_household()
        if household and self.config_id.escarcelle_signer in ("server", "none"):
            day = self.company_id._escarcelle_rules().business_day(
                self.env["escarcelle.fiscal.device"]._escarcelle_now()
            )
            self.env["escarcelle.budget.ledger"]._escarcelle_post_ticket(
                household, self._escarcelle_spent(), day, self.uuid, self
            )
        return result

    def _escarcelle_spent(self):
        """Cents this order takes off a budget: what is paid, or the shelf value of its goods."""
        policy = self.env["escarcelle.budget.policy"]._escarcelle_for(self.company_id)
        if policy.basis == "paid":
            return round(self.amount_total * 100)
        # Shop prices include VAT (docs/formats.md §1): the list price is the shelf price.
        return sum(
            money.line_amount(
                money.quantity(f"{line.qty:.3f}"),
                money.unit_price(f"{line.product_id.lst_price:.4f}"),
            )
            for line in self.lines
        )
