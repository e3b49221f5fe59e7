from odoo import api, fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'base': the rules exist before two tills ask for them at once
        companies = super().create(vals_list)
        companies._escarcelle_make_policies()
        return companies

    def _escarcelle_make_policies(self):
        """Give these shops their budget rules."""
        policies = self.env["escarcelle.budget.policy"]
        for company in self:
            policies._escarcelle_for(company)

    def _escarcelle_today(self):
        """Today at the shop."""
        return fields.Date.context_today(self.with_context(tz=self.escarcelle_timezone))

    def _escarcelle_next_household_code(self):
        """The next household code of this shop: ``F00012``."""
        self.ensure_one()
        sequences = self.env["ir.sequence"].sudo()
        code = "escarcelle.household"
        if not sequences.search_count([("code", "=", code), ("company_id", "=", self.id)], limit=1):
            sequences.create(
                {
                    "name": self.env._("Households of %s", self.name),
                    "code": code,
                    "company_id": self.id,
                    "prefix": "F",
                    "padding": 5,
                }
            )
        return sequences.with_company(self).next_by_code(code)
