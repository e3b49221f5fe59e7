from odoo import api, fields, models
from odoo.tools import SQL


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
        return self._escarcelle_household_codes(1)[0]

    def _escarcelle_household_codes(self, count):
        """The next ``count`` codes, in their order."""
        self.ensure_one()
        sequences = self.env["ir.sequence"].sudo()
        code = "escarcelle.household"
        sequence = sequences.search([("code", "=", code), ("company_id", "=", self.id)], limit=1)
        if not sequence:
            sequence = sequences.create(
                {
                    "name": self.env._("Households of %s", self.name),
                    "code": code,
                    "company_id": self.id,
                    "prefix": "F",
                    "padding": 5,
                }
            )
        if count == 1 or sequence.implementation != "standard" or sequence.use_date_range:
            return [sequence.next_by_id() for _ in range(count)]
        # Thousands at once: one query instead of one a household.
        rows = self.env.execute_query(
            SQL(
                "SELECT nextval(%s) FROM generate_series(1, %s)",
                f"ir_sequence_{sequence.id:03d}",
                count,
            )
        )
        return [sequence.get_next_char(number) for (number,) in rows]
