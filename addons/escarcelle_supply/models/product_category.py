from odoo import api, fields, models

#: No limit told by the category or those above it: the shop's.
UNTOLD = -1


class ProductCategory(models.Model):
    _inherit = "product.category"

    escarcelle_ddm_own = fields.Boolean(
        "Own limit past the best-before date", help="Else that of the category above, else the shop's."
    )
    escarcelle_ddm_days = fields.Integer("Still given after (days)")
    escarcelle_ddm_limit = fields.Integer(
        compute="_compute_escarcelle_ddm_limit", store=True, recursive=True,
        help="Days past the best-before date; -1 when only the shop tells.",
    )  # fmt: skip

    _escarcelle_ddm_positive = models.Constraint(
        "CHECK (escarcelle_ddm_days IS NULL OR escarcelle_ddm_days >= 0)", "Days are not negative."
    )

    @api.depends("escarcelle_ddm_own", "escarcelle_ddm_days", "parent_id.escarcelle_ddm_limit")
    def _compute_escarcelle_ddm_limit(self):
        for category in self:
            if category.escarcelle_ddm_own:
                category.escarcelle_ddm_limit = category.escarcelle_ddm_days
            elif category.parent_id:
                category.escarcelle_ddm_limit = category.parent_id.escarcelle_ddm_limit
            else:
                category.escarcelle_ddm_limit = UNTOLD

    def _escarcelle_ddm_days(self, company):
        """Days goods of this category are still given past their best-before date in ``company``."""
        limit = self.escarcelle_ddm_limit if self else UNTOLD
        if limit != UNTOLD:
            return limit
        return self.env["escarcelle.supply.policy"]._escarcelle_for(company).ddm_days
