"""A household's tariff and budget, seen from its file."""

from odoo import api, fields, models

_MANAGER = "escarcelle_social.group_manager"


class EscarcelleHousehold(models.Model):
    _inherit = "escarcelle.household"

    currency_id = fields.Many2one(related="company_id.currency_id")
    pricelist_id = fields.Many2one(
        "product.pricelist", "Tariff", tracking=True, index="btree_not_null", ondelete="restrict",
        check_company=True, groups=_MANAGER,
    )  # fmt: skip
    fiscal_position_id = fields.Many2one(
        related="pricelist_id.escarcelle_fiscal_position_id", string="VAT regime", groups=_MANAGER
    )
    has_budget = fields.Boolean(
        "Has a budget", default=True, tracking=True, groups=_MANAGER,
        help="Untick for a household that shops without any limit, as the public of a mixed shop does.",
    )  # fmt: skip
    tier_id = fields.Many2one(
        "escarcelle.budget.tier", "Budget tier", compute="_compute_tier_id", store=True, readonly=False,
        ondelete="restrict", groups=_MANAGER, domain="[('company_id', '=', company_id)]",
        help="Follows the size of the household; may be chosen by hand.",
    )  # fmt: skip
    balance_cents = fields.Integer(
        "Budget left (cents)", readonly=True, copy=False, groups=_MANAGER
    )
    balance = fields.Monetary("Budget left", compute="_compute_balance", groups=_MANAGER)
    ledger_seq = fields.Integer("Movements", readonly=True, copy=False, groups=_MANAGER)
    movement_ids = fields.One2many(
        "escarcelle.budget.ledger", "household_id", "Budget movements", groups=_MANAGER
    )

    @api.depends("balance_cents")
    def _compute_balance(self):
        for household in self:
            household.balance = household.balance_cents / 100

    @api.depends("size", "company_id", "has_budget")
    def _compute_tier_id(self):
        tiers = self.env["escarcelle.budget.tier"]
        found = {}
        for household in self:
            if not household.has_budget:
                household.tier_id = False
                continue
            key = (household.company_id, household.size)
            if key not in found:
                found[key] = tiers._escarcelle_for_size(*key)
            household.tier_id = found[key]

    def action_view_ledger(self):
        """Open the movements of these households."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "escarcelle_social.budget_ledger_action"
        )
        return {
            **action,
            "domain": [("household_id", "in", self.ids)],
            "context": {"search_default_group_period": 1},
        }
