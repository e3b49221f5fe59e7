from odoo import api, fields, models


class EscarcelleHouseholdPolicy(models.Model):
    """How a shop follows its households: fee, renewals, eligibility. One a shop."""

    _name = "escarcelle.household.policy"
    _description = "Household Rules"
    _inherit = ["escarcelle.shop.rules"]
    _rec_name = "company_id"

    currency_id = fields.Many2one(related="company_id.currency_id")
    renewal_days = fields.Integer(
        "Remind before the end (days)", default=30, required=True,
        help="A household whose entitlement ends within this time is « to renew ». 0: never.",
    )  # fmt: skip
    renewal_user_id = fields.Many2one(
        "res.users", "Reminders go to", domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Who receives the activity. Empty: whoever granted the entitlement.",
    )  # fmt: skip
    renewal_mail = fields.Boolean(
        "Write to the social referent too",
        help="By e-mail, with the number of the file and no name.",
    )
    membership_required = fields.Boolean(
        "Households pay a membership fee",
        help="A file without a valid fee says so. The till never turns anybody down for it.",
    )
    membership_months = fields.Integer("The fee is valid (months)", default=12, required=True)
    membership_amount = fields.Monetary("Amount of the fee")
    membership_product_id = fields.Many2one(
        "product.product", "Sold at the till as", ondelete="restrict",
        help="Selling this product to a household renews its fee; giving it back cancels it.",
    )  # fmt: skip
    joint_custody_half = fields.Boolean(
        "A child in joint custody counts half",
        default=True,
        help="In the eligibility calculator only; budgets count everybody.",
    )
    keep_inputs = fields.Boolean(
        "Keep resources and charges",
        help="Unticked, what was typed is thrown away once the result is kept: the result, its day and the "
        "threshold stay.",
    )
    days_in_month = fields.Integer(
        "Days in a month",
        default=30,
        required=True,
        help="Of the living rest a day: 30 in most shops.",
    )

    _sound = models.Constraint(
        "CHECK (renewal_days BETWEEN 0 AND 366 AND membership_months BETWEEN 1 AND 120"
        " AND membership_amount >= 0 AND days_in_month BETWEEN 28 AND 31)",
        "Remind 0 to 366 days before, let the fee last 1 to 120 months, count 28 to 31 days in a month.",
    )

    def _compute_display_name(self):
        # A shop has one: its name would say where, which is known, and not what.
        self.display_name = self.env["ir.model"]._get(self._name).name

    @api.model
    def _escarcelle_of(self, companies):
        """``{company: rules}`` of these shops, in one query."""
        found = self.sudo().search([("company_id", "in", companies.ids)]).grouped("company_id")
        return {
            company: found.get(company) or self._escarcelle_for(company) for company in companies
        }
