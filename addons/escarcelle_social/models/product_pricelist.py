from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from escarcelle_core import funding, tariffs


class ProductPricelist(models.Model):
    """A tariff: what part of the reference price a group of households pays, and its VAT regime."""

    _inherit = "product.pricelist"

    escarcelle_rate = fields.Float(
        "Participation (%)",
        digits=(5, 2),
        compute="_compute_escarcelle_rate",
        inverse="_inverse_escarcelle_rate",
        help="Part of the reference price that the household pays, for every good without a rule of its own.",
    )
    escarcelle_rounding = fields.Selection(
        [(step, step) for step in tariffs.STEPS],
        "Prices rounded to",
        required=True,
        default=tariffs.STEPS[0],
        help="Every price of this tariff is a multiple of this amount, halves rounded up.",
    )
    escarcelle_minimum_price = fields.Float(
        "Lowest price", digits=(16, 4), help="What is not free costs at least this."
    )
    escarcelle_fiscal_position_id = fields.Many2one(
        "account.fiscal.position", "VAT regime", check_company=True, ondelete="restrict",
        help="Empty: the shop's own taxes.",
    )  # fmt: skip
    escarcelle_sector = fields.Selection(related="escarcelle_fiscal_position_id.escarcelle_sector")
    escarcelle_household_count = fields.Integer(
        "Households",
        compute="_compute_escarcelle_household_count",
        groups="escarcelle_social.group_manager",
    )

    _escarcelle_minimum_positive = models.Constraint(
        "CHECK (escarcelle_minimum_price IS NULL OR escarcelle_minimum_price >= 0)",
        "The lowest price is not negative.",
    )

    def _escarcelle_rate_rule(self):
        """The rule that stands for the participation rate: a percentage off every good, at any time."""
        self.ensure_one()
        return self.item_ids.filtered(
            lambda item: (
                item.applied_on == "3_global"
                and item.compute_price == "percentage"
                and item.base == "list_price"
                and not (item.min_quantity or item.date_start or item.date_end)
            )
        )[:1]

    @api.depends(
        "item_ids.percent_price",
        "item_ids.applied_on",
        "item_ids.compute_price",
        "item_ids.base",
        "item_ids.min_quantity",
        "item_ids.date_start",
        "item_ids.date_end",
    )
    def _compute_escarcelle_rate(self):
        for pricelist in self:
            rule = pricelist._escarcelle_rate_rule()
            pricelist.escarcelle_rate = 100 - rule.percent_price if rule else 100

    def _inverse_escarcelle_rate(self):
        for pricelist in self:
            if not 0 <= pricelist.escarcelle_rate <= 100:
                raise ValidationError(self.env._("A participation is between 0 and 100 %."))
            off = round(100 - pricelist.escarcelle_rate, 2)
            rule = pricelist._escarcelle_rate_rule()
            if rule:
                rule.percent_price = off
            elif off:
                pricelist.item_ids = [
                    fields.Command.create(
                        {
                            "applied_on": "3_global",
                            "compute_price": "percentage",
                            "percent_price": off,
                        }
                    )
                ]

    @api.depends_context("uid")
    def _compute_display_name(self):
        # EXTENDS 'product': the currency is worth naming only where there are several
        super()._compute_display_name()
        if not self.env.user.has_group("base.group_multi_currency"):
            for pricelist in self.filtered("name"):
                pricelist.display_name = pricelist.name

    def _compute_escarcelle_household_count(self):
        counts = dict(
            self.env["escarcelle.household"]._read_group(
                [("pricelist_id", "in", self.ids)], ["pricelist_id"], ["__count"]
            )
        )
        for pricelist in self:
            pricelist.escarcelle_household_count = counts.get(pricelist, 0)

    def _compute_price_rule(
        self,
        products,
        quantity,
        *,
        currency=None,
        uom=None,
        date=False,
        compute_price=True,
        **kwargs,
    ):
        # EXTENDS 'product': tariff rounding, the same as in the till and in the page
        results = super()._compute_price_rule(
            products,
            quantity,
            currency=currency,
            uom=uom,
            date=date,
            compute_price=compute_price,
            **kwargs,
        )
        if not compute_price:
            return results
        if self:
            results = {
                product_id: (self._escarcelle_round(price, bool(rule_id)), rule_id)
                for product_id, (price, rule_id) in results.items()
            }
        for product in products.filtered("escarcelle_price_bounds"):
            price, rule_id = results[product.id]
            reference = product._price_compute("list_price", uom=uom, currency=currency, date=date)
            results[product.id] = (
                self._escarcelle_bounded(product, price, reference[product.id]),
                rule_id,
            )
        return results

    def _escarcelle_round(self, price, ruled=True):
        """Tariff rounding of a float price in euros (``escarcelle_core.tariffs``)."""
        step = Decimal(self.escarcelle_rounding or tariffs.STEPS[0])
        minimum = Decimal(repr(round(self.escarcelle_minimum_price, 4)))
        return float(tariffs.rounded(Decimal(repr(price)), step, minimum, ruled=ruled))

    def _escarcelle_bounded(self, product, price, reference):
        """``price`` within what the payer of ``product`` allows (``escarcelle_core.funding``)."""
        bounds = funding.bounds(product.escarcelle_price_bounds)
        found = bounds.price(
            Decimal(repr(price)),
            Decimal(repr(round(reference, 4))),
            Decimal(self.escarcelle_rounding or tariffs.STEPS[0]),
        )
        return float(found)

    @api.model
    def _load_pos_data_fields(self, config):
        # EXTENDS 'point_of_sale'
        return [
            *super()._load_pos_data_fields(config),
            "escarcelle_rounding",
            "escarcelle_minimum_price",
            "escarcelle_fiscal_position_id",
        ]

    def write(self, vals):
        # EXTENDS 'product': the households' contacts follow their tariff's VAT regime
        result = super().write(vals)
        if "escarcelle_fiscal_position_id" in vals:
            households = self.env["escarcelle.household"].sudo()
            households.search([("pricelist_id", "in", self.ids)])._escarcelle_sync_partner()
        return result

    def action_escarcelle_households(self):
        """Open the households of this tariff."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("escarcelle_social.household_action")
        return {**action, "domain": [("pricelist_id", "=", self.id)], "context": {}}
