from datetime import timedelta

from odoo import api, fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    escarcelle_date_kind = fields.Selection(
        [("dlc", "Use by (DLC)"), ("ddm", "Best before (DDM)")], "Kind of date",
        help="Use by: refused everywhere once past. Best before: still given within the limit of the shop.",
    )  # fmt: skip
    escarcelle_storage_id = fields.Many2one(
        "escarcelle.storage", "Storage", index="btree_not_null", ondelete="restrict"
    )

    @api.onchange("escarcelle_date_kind")
    def _onchange_escarcelle_date_kind(self):
        if self.escarcelle_date_kind and self.is_storable:
            self.use_expiration_date = True
            if self.tracking == "none" and not self._origin.qty_available:
                self.tracking = "lot"


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _escarcelle_last_day(self, day, company):
        """Last day goods dated ``day`` may leave ``company``. What tells no kind is treated as a DLC."""
        self.ensure_one()
        if day and self.escarcelle_date_kind == "ddm":
            return day + timedelta(days=self.categ_id._escarcelle_ddm_days(company))
        return day
