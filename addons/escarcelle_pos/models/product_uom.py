from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from escarcelle_core import barcodes
from escarcelle_core.barcodes import AttachError


class ProductUom(models.Model):
    """A barcode of a good besides its first: another maker's, or that of a pack of n units.

    Invariants: in a shop a code names one good, whether as its first barcode or here; it is never the number
    of a household's card, nor a code read by halves. The pack is Odoo's own unit (six of the good's unit).
    """

    _inherit = "product.uom"

    escarcelle_count = fields.Integer(
        "Units",
        compute="_compute_escarcelle_count",
        inverse="_inverse_escarcelle_count",
        help="How many units one scan counts: 6 for a pack of six.",
    )
    escarcelle_source = fields.Selection(
        [("office", "Typed in"), ("import", "Imported"), ("till", "Attached at a till")],
        "From",
        readonly=True,
        default="office",
    )

    _barcode_uniq = models.Constraint(
        "UNIQUE (barcode, company_id)", "This barcode is already that of a good."
    )

    @api.depends("uom_id.factor", "product_id.uom_id.factor")
    def _compute_escarcelle_count(self):
        for line in self:
            unit = line.product_id.uom_id.factor or 1.0
            line.escarcelle_count = round((line.uom_id.factor or unit) / unit)

    def _inverse_escarcelle_count(self):
        for line in self:
            line.uom_id = self._escarcelle_pack(line.product_id, line.escarcelle_count)

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'product': a pack is told by its count, the code belongs to the shop of its good
        Product = self.env["product.product"]
        prepared = []
        for given in vals_list:
            vals = {**given, "barcode": (given.get("barcode") or "").strip()}
            product = Product.browse(vals.get("product_id"))
            if "escarcelle_count" in vals:  # typed on a screen, imported, attached: not a packaging of another addon
                vals["barcode"] = self._escarcelle_attachable(vals["barcode"])
            count = vals.pop("escarcelle_count", None)
            if count or not vals.get("uom_id"):
                vals["uom_id"] = self._escarcelle_pack(product, count or 1).id
            if product.company_id:
                vals["company_id"] = product.company_id.id
            vals.setdefault("company_id", self.env.company.id)
            prepared.append(vals)
        self._escarcelle_check_free(prepared)
        return super().create(prepared)

    def _escarcelle_check_free(self, vals_list):
        """ValidationError when a code has a good already: PostgreSQL would not say which."""
        by_company = {}
        for vals in vals_list:
            by_company.setdefault(vals["company_id"], []).append(vals["barcode"])
        for company_id, codes in by_company.items():
            company = self.env["res.company"].browse(company_id)
            for code, product in self._escarcelle_owners(codes, company).items():
                raise self._escarcelle_taken(code, product)

    def _escarcelle_taken(self, code, product):
        return ValidationError(
            self.env._(
                "Barcode %(barcode)s is already that of “%(product)s”: take it off there first.",
                barcode=code,
                product=product.sudo().display_name,
            )
        )

    @api.constrains("barcode")
    def _check_escarcelle_card(self):
        self.env["product.product"]._escarcelle_no_card(self.mapped("barcode"))

    def write(self, vals):
        # EXTENDS 'product': a code corrected on a screen is checked like a new one
        if vals.get("barcode"):
            vals = {**vals, "barcode": self._escarcelle_attachable(vals["barcode"])}
        return super().write(vals)

    @api.constrains("barcode", "company_id")
    def _check_barcode_uniqueness(self):
        # OVERRIDES 'product': core looks in every shop, and names no good
        for line in self:
            other = self._escarcelle_owner(line.barcode, line.company_id) - line.product_id
            first = line.product_id.barcode == line.barcode and line.product_id
            if other or first:
                raise self._escarcelle_taken(line.barcode, (other or first)[:1])

    @api.model
    def _escarcelle_attachable(self, barcode):
        """``barcode`` as it is kept; UserError when it cannot be that of a good."""
        try:
            return barcodes.attachable(barcode)
        except AttachError as error:
            raise UserError(str(error)) from error

    @api.model
    def _escarcelle_owner(self, barcode, company):
        """The good of a code in a shop, archived ones included; empty when it is free."""
        return self._escarcelle_owners([barcode], company).get(barcode, self.env["product.product"])

    @api.model
    def _escarcelle_owners(self, codes, company):
        """Code → its good, for many codes at once."""
        shop = Domain("barcode", "in", list(codes)) & Domain("company_id", "in", (False, company.id))
        Product = self.env["product.product"].sudo().with_context(active_test=False)
        found = {product.barcode: product.sudo(False) for product in Product.search(shop)}
        for line in self.sudo().search(shop):
            found.setdefault(line.barcode, line.product_id.sudo(False))
        return found

    @api.model
    def _escarcelle_pack(self, product, count):
        """The unit of ``count`` units of a good: its own for one, a pack for more, made when there is none."""
        try:
            barcodes.units(count)
        except AttachError as error:
            raise UserError(str(error)) from error
        unit = product.uom_id
        if count == 1 or not unit:
            return unit
        Uom = self.env["uom.uom"].sudo()
        pack = Uom.search([("relative_uom_id", "=", unit.id), ("relative_factor", "=", count)], limit=1)
        return pack or Uom.create(
            {
                "name": self.env._("Pack of %s", count),
                "relative_uom_id": unit.id,
                "relative_factor": count,
            }
        )

    def _escarcelle_counts(self):
        """Code → units a scan counts, of packs of a whole number of units."""
        return {line.barcode: line.escarcelle_count for line in self if line.escarcelle_count > 1}
