from datetime import timedelta, timezone
from decimal import Decimal

from odoo import models
from odoo.exceptions import UserError

from escarcelle_core import budget, funding, quota

#: An order that took longer to arrive was sold while the server could not be reached.
SOLD_BEFORE = timedelta(minutes=2)


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
        if self.config_id.escarcelle_signer not in ("server", "none"):
            return super().action_pos_order_paid()
        household = self.partner_id._escarcelle_household()
        day = self.company_id._escarcelle_rules().business_day(
            self.env["escarcelle.fiscal.device"]._escarcelle_now()
        )
        spent = self._escarcelle_spent() if household else 0
        # What was sold while the server was away is done: it is counted, never refused.
        if not self._escarcelle_sold_already():
            self._escarcelle_check_funding(household)
            self._escarcelle_check_quotas(household, day)
            self._escarcelle_check_budget(household, spent, day)
        result = super().action_pos_order_paid()
        if household:
            self.env["escarcelle.budget.ledger"]._escarcelle_post_ticket(
                household, spent, day, self.uuid, self
            )
        return result

    def _escarcelle_sold_already(self):
        """The browser says which sales were made while the server was away, or their delay does."""
        now = self.env["escarcelle.fiscal.device"]._escarcelle_now().replace(tzinfo=None)
        provisional = self.env.context.get("escarcelle_provisional") or ()
        return self.uuid in provisional or now - self.date_order > SOLD_BEFORE

    def _escarcelle_check_budget(self, household, spent, day):
        """The till's own rule (``escarcelle_core.budget.decide``); UserError says what to do."""
        if not household or not household.has_budget or spent <= 0:
            return
        policy = self.env["escarcelle.budget.policy"]._escarcelle_for(self.company_id)
        self.env["escarcelle.budget.ledger"]._escarcelle_open(household, spent, day)
        allowance = self.company_id._escarcelle_allowances(household, day).get(household.id, 0)
        left = household.balance_cents
        decision = budget.decide(policy._escarcelle_core(), left, spent, allowance)
        if not decision.allowed:
            raise UserError(budget.refusal(left, decision.missing, override=False))

    def _escarcelle_check_quotas(self, household, day):
        """The till's own rule (``escarcelle_core.quota``); a tablet has no manager's agreement."""
        quotas = self.env["escarcelle.quota"].sudo().search([("company_id", "=", self.company_id.id)])
        if not household or not quotas:
            return
        rules = self.company_id._escarcelle_rules()

        def taken(line):
            sold = line.refunded_orderline_id.order_id.date_order
            on = rules.business_day(sold.replace(tzinfo=timezone.utc)) if sold else day
            return quota.Taken(on, line.product_id.id, Decimal(f"{line.qty:.3f}"))

        found = quotas._escarcelle_standing(household.sudo(), day, map(taken, self.lines))
        beyond = quota.exceeded(found)
        if beyond:
            raise UserError(quota.refusal(beyond, override=False))

    def _escarcelle_check_funding(self, household):
        """What the payers of these goods allow (``escarcelle_core.funding``); UserError in French."""
        for line in self.lines.filtered(
            lambda line: line.qty > 0 and not line.refunded_orderline_id
        ):
            source = line.product_id.sudo().escarcelle_funding_source_id
            if not source:
                continue
            expected = self.pricelist_id._get_product_price(line.product_id, line.qty)
            problem = funding.problem(
                source._escarcelle_core(),
                line.product_id.display_name,
                reference=Decimal(f"{line.product_id.lst_price:.4f}"),
                expected=Decimal(f"{expected:.4f}"),
                unit_price=Decimal(f"{line.price_unit:.4f}"),
                discount=Decimal(f"{line.discount:.2f}"),
                tariff_id=self.pricelist_id.id or None,
                household=bool(household),
                category_id=line.product_id.categ_id.id,
            )
            if problem:
                raise UserError(problem)

    def _escarcelle_spent(self):
        """Cents this order takes off a budget: what is paid, or the shelf value of its goods."""
        policy = self.env["escarcelle.budget.policy"]._escarcelle_for(self.company_id)
        if policy.basis == "paid":
            free = self.lines.filtered(lambda line: not line._escarcelle_counted(policy))
            return round((self.amount_total - sum(free.mapped("price_subtotal_incl"))) * 100)
        return sum(line._escarcelle_counted(policy) for line in self.lines)
