"""What a membership fee is among the goods: no good at all."""

from odoo import api, fields, models


class ProductProduct(models.Model):
    _inherit = "product.product"

    escarcelle_fee_rule_ids = fields.One2many(
        "escarcelle.household.policy", "membership_product_id", "Household rules that sell it as the fee"
    )


class ProductTemplate(models.Model):
    """Invariants: a fee takes nothing off a household's budget, which is for goods; a participation, the part of
    the price of every good, leaves its price alone. A rule of a tariff for this very product, or for its
    category, still applies: some shops ask their households for less."""

    _inherit = "product.template"

    escarcelle_fee = fields.Boolean(
        "Membership fee",
        compute="_compute_escarcelle_fee",
        store=True,
        help="Chosen in the household rules. Not a good: no participation, nothing off a budget.",
    )

    @api.depends("product_variant_ids.escarcelle_fee_rule_ids")
    def _compute_escarcelle_fee(self):
        for template in self:
            template.escarcelle_fee = bool(template.product_variant_ids.escarcelle_fee_rule_ids)

    def _escarcelle_consumes_budget(self):
        """Whether selling it takes anything off a household's budget."""
        self.ensure_one()
        source = self.escarcelle_funding_source_id
        return not self.escarcelle_fee and (not source or source.consumes_budget)

    @api.model
    def _load_pos_data_fields(self, config):
        # EXTENDS 'point_of_sale': the page prices it as the server does
        return [*super()._load_pos_data_fields(config), "escarcelle_fee"]


class ProductPricelistItem(models.Model):
    _inherit = "product.pricelist.item"

    def _is_applicable_for(self, product, qty_in_product_uom):
        # EXTENDS 'product': a rule for every good is none for a fee
        if self.applied_on == "3_global" and product.escarcelle_fee:
            return False
        return super()._is_applicable_for(product, qty_in_product_uom)
