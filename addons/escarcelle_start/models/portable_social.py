"""Settings of the grocery itself that travel: tariffs, budgets, households, payers, quotas, vouchers."""

from odoo import models


class EscarcelleStart(models.Model):
    _inherit = "escarcelle.start"

    def _escarcelle_portable(self):
        label = self.env._("Territory, VAT, closing hour")
        return {
            "section": "shop", "label": label, "sequence": 10,
            "fields": ("territory", "regime", "timezone", "closing_hour"),
        }  # fmt: skip


class EscarcelleStartDay(models.Model):
    _inherit = "escarcelle.start.day"

    def _escarcelle_portable(self):
        label = self.env._("Opening days")
        return {
            "section": "days", "label": label, "sequence": 11, "key": ("weekday",),
            "fields": ("is_open", "hour_from", "hour_to", "again_from", "again_to", "delivers"),
        }  # fmt: skip

    def _escarcelle_unpack(self, values):
        """Days belong to the first steps of their shop."""
        start = self.env["escarcelle.start"]._escarcelle_for(self.env.company)
        return self.create([{"start_id": start.id, **one} for one in values])


class ProductPricelist(models.Model):
    _inherit = "product.pricelist"

    def _escarcelle_portable(self):
        label = self.env._("Tariffs")
        return {
            "section": "tariffs", "label": label, "sequence": 30, "key": ("name",),
            "fields": (
                "sequence", "escarcelle_rate", "escarcelle_rounding", "escarcelle_minimum_price",
                "escarcelle_fiscal_position_id",
            ),
        }  # fmt: skip

    def _escarcelle_unpack(self, values):
        """The participation is a rule of the pricelist: it comes once that is made."""
        made = self.create(
            [
                {
                    **{name: value for name, value in one.items() if name != "escarcelle_rate"},
                    "company_id": self.env.company.id,
                    "currency_id": self.env.company.currency_id.id,
                }
                for one in values
            ]
        )
        for pricelist, one in zip(made, values, strict=True):
            pricelist.escarcelle_rate = one.get("escarcelle_rate", 100)
        return made


class ProductPricelistItem(models.Model):
    _inherit = "product.pricelist.item"

    def _escarcelle_portable(self):
        label = self.env._("Rules of tariffs")
        return {
            "section": "tariff_rules", "label": label, "sequence": 31,
            "key": (
                "pricelist_id", "applied_on", "categ_id", "product_tmpl_id", "min_quantity", "date_start", "date_end",
            ),
            "fields": ("compute_price", "percent_price", "fixed_price", "price_discount", "price_surcharge", "base"),
            "domain": [("applied_on", "in", ("1_product", "2_product_category"))],
        }  # fmt: skip


class BudgetPolicy(models.Model):
    _inherit = "escarcelle.budget.policy"

    def _escarcelle_portable(self):
        label = self.env._("Budget rules")
        return {
            "section": "budget_rules", "label": label, "sequence": 40,
            "fields": (
                "period", "proration", "rollover", "rollover_cap", "basis", "over_budget", "tolerance",
            ),
        }  # fmt: skip


class BudgetTier(models.Model):
    _inherit = "escarcelle.budget.tier"

    def _escarcelle_portable(self):
        label = self.env._("Budget tiers")
        return {
            "section": "budget_tiers", "label": label, "sequence": 41,
            "key": ("min_size", "max_size"), "fields": ("name", "amount"), "whole": True,
        }  # fmt: skip


class BudgetSupplement(models.Model):
    _inherit = "escarcelle.budget.supplement"

    def _escarcelle_portable(self):
        label = self.env._("Supplements by age")
        return {
            "section": "budget_supplements", "label": label, "sequence": 42,
            "key": ("name",), "fields": ("age_from", "age_to", "amount"),
        }  # fmt: skip


class FundingSource(models.Model):
    _inherit = "escarcelle.funding.source"

    def _escarcelle_portable(self):
        label = self.env._("Funding sources")
        return {
            "section": "funding_sources", "label": label, "sequence": 50, "key": ("code",),
            "fields": (
                "name", "sequence", "kind", "free_only", "consumes_budget", "rate_min", "rate_max", "households_only",
                "pricelist_ids", "excluded_category_ids", "note",
            ),
        }  # fmt: skip


class Quota(models.Model):
    _inherit = "escarcelle.quota"

    def _escarcelle_portable(self):
        label = self.env._("Quotas")
        return {
            "section": "quotas", "label": label, "sequence": 51, "key": ("name",),
            "fields": (
                "sequence", "applies_to", "product_ids", "category_ids", "tag_ids", "limit", "measure", "scope",
                "period", "date_from", "date_to",
            ),
        }  # fmt: skip


class VoucherKind(models.Model):
    _inherit = "escarcelle.voucher.kind"

    def _escarcelle_portable(self):
        # Not the numbers of a contract: they are between one shop and one payer.
        label = self.env._("Kinds of vouchers")
        return {
            "section": "voucher_kinds", "label": label, "sequence": 52, "key": ("name",),
            "fields": (
                "issuer_id", "nature", "numbered", "value", "share", "date_from", "date_to", "excluded_category_ids",
                "settled_by",
            ),
        }  # fmt: skip


class HouseholdPolicy(models.Model):
    _inherit = "escarcelle.household.policy"

    def _escarcelle_portable(self):
        label = self.env._("Household rules")
        return {
            "section": "household_rules", "label": label, "sequence": 60,
            "fields": (
                "renewal_days", "renewal_mail", "membership_required", "membership_months", "membership_amount",
                "joint_custody_half", "keep_inputs", "days_in_month",
            ),
        }  # fmt: skip


class HouseholdReason(models.Model):
    _inherit = "escarcelle.household.reason"

    def _escarcelle_portable(self):
        label = self.env._("Reasons")
        return {
            "section": "reasons", "label": label, "sequence": 61, "key": ("kind", "name"),
            "fields": ("sequence",),
        }  # fmt: skip


class AgeClass(models.Model):
    _inherit = "escarcelle.age.class"

    def _escarcelle_portable(self):
        label = self.env._("Age classes")
        return {
            "section": "age_classes", "label": label, "sequence": 62, "key": ("code",),
            "fields": ("name", "age_from", "age_to"),
        }  # fmt: skip


class Convention(models.Model):
    _inherit = "escarcelle.convention"

    def _escarcelle_portable(self):
        label = self.env._("Conventions")
        return {
            "section": "conventions", "label": label, "sequence": 63, "key": ("name",),
            "fields": ("organisation_id", "date_from", "date_to", "duration_months", "max_months", "waiting_months"),
        }  # fmt: skip


class EligibilityKind(models.Model):
    _inherit = "escarcelle.eligibility.kind"

    def _escarcelle_portable(self):
        label = self.env._("Resources and charges")
        return {
            "section": "eligibility_kinds", "label": label, "sequence": 64,
            "key": ("type", "name"), "fields": ("sequence",),
        }  # fmt: skip


class EligibilityThreshold(models.Model):
    _inherit = "escarcelle.eligibility.threshold"

    def _escarcelle_portable(self):
        label = self.env._("Eligibility thresholds")
        return {
            "section": "eligibility_thresholds", "label": label, "sequence": 65,
            "key": ("date_from", "convention_id"), "fields": ("amount",),
        }  # fmt: skip
