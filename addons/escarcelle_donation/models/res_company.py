from odoo import api, models


class ResCompany(models.Model):
    _inherit = "res.company"

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'base'
        companies = super().create(vals_list)
        companies._escarcelle_make_donation_policies()
        return companies

    def _escarcelle_make_donation_policies(self):
        """Give these shops their gift rules."""
        policies = self.env["escarcelle.donation.policy"]
        for company in self:
            policies._escarcelle_for(company)

    def _escarcelle_next_donation(self, code, name, prefix):
        """The next number of ``code`` in this shop, whose sequence is made the first time: ``DON/2026/00012``."""
        self.ensure_one()
        sequences = self.env["ir.sequence"].sudo()
        if not sequences.search_count([("code", "=", code), ("company_id", "=", self.id)], limit=1):
            sequences.create(
                {
                    "name": name, "code": code, "company_id": self.id, "prefix": prefix + "/%(range_year)s/",
                    "padding": 5, "use_date_range": True,
                }
            )  # fmt: skip
        return sequences.with_company(self).next_by_code(
            code, sequence_date=self._escarcelle_today()
        )
