from odoo import models


class ResCompany(models.Model):
    _inherit = "res.company"

    def _escarcelle_business_day(self):
        """The business day in course at the shop."""
        self.ensure_one()
        now = self.env["escarcelle.fiscal.device"]._escarcelle_now()
        return self._escarcelle_rules().business_day(now)

    def _escarcelle_vat_ready(self):
        """Shops whose chart of accounts has French taxes: the others choose theirs themselves."""
        return self.filtered(
            lambda company: company._escarcelle_vat_setup()._template("tva_sale_good_0")
        )

    def _escarcelle_vat_setup(self):
        """The set-up of taxes of this shop, in its own company only."""
        setup = self.env["escarcelle.fiscal.vat.setup"].sudo().with_company(self)
        return setup.with_context(allowed_company_ids=self.ids)

    def _escarcelle_rate_taxes(self, rates):
        """Rate (hundredths) → sale tax of the shop, VAT included; switched on or made when missing."""
        self.ensure_one()
        setup = self._escarcelle_vat_setup()
        return setup._taxes(self.with_env(setup.env), sorted(set(rates), reverse=True))

    def _escarcelle_category_taxes(self, day=None):
        """VAT category id → sale tax of the shop on ``day`` (the business day when not said)."""
        self.ensure_one()
        day = day or self._escarcelle_business_day()
        rates = self.env["escarcelle.vat.rate"]._escarcelle_rates(self.escarcelle_territory, day)
        taxes = self._escarcelle_rate_taxes(rates.values())
        return {category: taxes[rate] for category, rate in rates.items()}

    def _escarcelle_purchase_taxes(self, rates):
        """Rate (hundredths) → the tax goods are bought with, where the chart of accounts has one in use."""
        self.ensure_one()
        found = self.env["account.tax"].sudo().search(
            [
                ("company_id", "=", self.id),
                ("type_tax_use", "=", "purchase"),
                ("amount_type", "=", "percent"),
                ("tax_exigibility", "=", "on_invoice"),
            ]
        )  # fmt: skip
        chosen = {}
        for rate in set(rates):
            same = found.filtered(lambda tax, rate=rate: round(tax.amount * 100) == rate)
            plain = same.filtered(lambda tax: not tax.price_include and not tax.fiscal_position_ids)
            chosen[rate] = (plain or same)[:1]
        return chosen
