from odoo import models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    def _get_product_accounts(self):
        # EXTENDS 'account': sales of gifts stand apart (ANC rule 2018-06, account 7073)
        accounts = super()._get_product_accounts()
        if self.property_account_income_id or self.escarcelle_funding_source_id.kind != "donation":
            return accounts
        company = self.company_id or self.env.company
        policy = (
            self.env["escarcelle.donation.policy"]
            .sudo()
            .search([("company_id", "=", company.id)], limit=1)
        )
        if policy.sales_account_id:
            accounts["income"] = policy.sales_account_id.with_env(self.env)
        return accounts
