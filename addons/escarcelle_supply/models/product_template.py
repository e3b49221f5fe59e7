from odoo import fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    escarcelle_date_kind = fields.Selection(
        [("dlc", "Use by (DLC)"), ("ddm", "Best before (DDM)")], "Kind of date",
        help="Use by: refused everywhere once past. Best before: still given within the limit of the shop.",
    )  # fmt: skip
    escarcelle_storage_id = fields.Many2one(
        "escarcelle.storage", "Storage", index="btree_not_null", ondelete="restrict"
    )
