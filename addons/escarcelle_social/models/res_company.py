from odoo import models


class ResCompany(models.Model):
    _inherit = "res.company"

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
