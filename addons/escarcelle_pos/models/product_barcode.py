from odoo import api, fields, models
from odoo.exceptions import ValidationError

from escarcelle_core import ean13


class ProductProduct(models.Model):
    _inherit = "product.product"

    escarcelle_barcode_ids = fields.One2many("product.uom", "product_id", "Other barcodes")

    @api.constrains("barcode")
    def _check_escarcelle_card(self):
        self._escarcelle_no_card(self.mapped("barcode"))

    @api.model
    def _escarcelle_no_card(self, codes):
        """ValidationError when a code is the number of a household's card."""
        for code in codes:
            if ean13.is_card(code):
                raise ValidationError(
                    self.env._(
                        "%s is the number of a household's card: it cannot be the barcode of a good.", code
                    )
                )


class ProductTemplate(models.Model):
    _inherit = "product.template"

    escarcelle_barcode_ids = fields.One2many(
        "product.uom",
        string="Other barcodes",
        compute="_compute_escarcelle_barcode_ids",
        inverse="_inverse_escarcelle_barcode_ids",
        help="Every barcode of this good besides the first: other makers, packs.",
    )

    @api.depends("product_variant_ids.escarcelle_barcode_ids")
    def _compute_escarcelle_barcode_ids(self):
        self._compute_template_field_from_variant_field("escarcelle_barcode_ids")

    def _inverse_escarcelle_barcode_ids(self):
        self._set_product_variant_field("escarcelle_barcode_ids")
