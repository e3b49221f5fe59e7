from decimal import ROUND_HALF_UP, Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import formatLang

from escarcelle_core.ean13 import BarcodeError

from ..tools import symbol

#: More labels than this in one document is a mistake.
MOST = 5_000
FORMATS = {"a4_24": 24, "a4_10": 10, "roll": 1}


class EscarcelleLabelPrint(models.TransientModel):
    """Shelf labels (PDF): the reference price, and the tariffs the shop wants to show.

    Prices are those the till charges now for one unit: the server's, by ``product.pricelist``. A label names
    a tariff as the shop calls it and nothing of who pays it.
    """

    _name = "escarcelle.label.print"
    _description = "Shelf Labels"

    company_id = fields.Many2one(
        "res.company", "Shop", required=True, default=lambda self: self.env.company
    )
    product_ids = fields.Many2many(
        "product.product",
        string="Goods",
        required=True,
        default=lambda self: self._default_product_ids(),
    )
    pricelist_ids = fields.Many2many(
        "product.pricelist",
        string="Tariffs shown",
        check_company=True,
        help="Empty: the reference price only.",
    )
    label_format = fields.Selection(
        [("a4_24", "A4 sheet of 24"), ("a4_10", "A4 sheet of 10"), ("roll", "Roll, 57 × 32 mm")],
        required=True,
        default="a4_24",
    )
    copies = fields.Integer(required=True, default=1)
    show_barcode = fields.Boolean("Barcode", default=True)

    _copies_positive = models.Constraint("CHECK (copies > 0)", "Print one label at least.")

    @api.model
    def _default_product_ids(self):
        ids = self.env.context.get("active_ids", [])
        if self.env.context.get("active_model") == "product.template":
            return self.env["product.template"].browse(ids).product_variant_ids.ids
        return ids if self.env.context.get("active_model") == "product.product" else []

    def action_print(self):
        """The PDF."""
        self.ensure_one()
        if not self.product_ids:
            raise UserError(self.env._("Choose the goods whose label you want."))
        if len(self.product_ids) * self.copies > MOST:
            raise UserError(self.env._("%s labels at once at most: choose fewer goods.", MOST))
        kind = "roll" if self.label_format == "roll" else "sheet"
        return self.env.ref(f"escarcelle_social.label_{kind}_report").report_action(
            self, config=False
        )

    def _escarcelle_labels(self):
        """One dict a label, copies included, in the order of the list of goods."""
        self.ensure_one()
        products = self.product_ids.sorted()
        public = self.env["product.pricelist"]._get_products_price(products, 1.0)
        others = [
            (pricelist.name, pricelist._get_products_price(products, 1.0))
            for pricelist in self.pricelist_ids
        ]
        labels = [
            {
                "product": product,
                "name": product.with_context(display_default_code=False).display_name,
                "price": self._escarcelle_money(public[product.id]),
                "symbol": self._escarcelle_symbol(product.barcode),
                "unit_price": self._escarcelle_unit_price(product, public[product.id]),
                "tariffs": [
                    (name, self._escarcelle_money(prices[product.id])) for name, prices in others
                ],
            }
            for product in products
        ]
        return [label for label in labels for _copy in range(self.copies)]

    def _escarcelle_symbol(self, barcode):
        """The bars of an EAN-13; another barcode is written, and scanned from the pack."""
        if not self.show_barcode or not barcode:
            return False
        try:
            return symbol.drawing(barcode, "36mm", "9mm")
        except BarcodeError:
            return barcode

    def _escarcelle_pages(self):
        """The labels, by page of the format."""
        labels = self._escarcelle_labels()
        size = FORMATS[self.label_format]
        return [labels[start : start + size] for start in range(0, len(labels), size)]

    def _escarcelle_money(self, amount):
        return formatLang(self.env, amount, currency_obj=self.company_id.currency_id)

    def _escarcelle_unit_price(self, product, price):
        """Price of a kilogram, as the law wants it beside the price (arrêté du 16 novembre 1999); False
        when the weight is not known."""
        kilogram = self.env.ref("uom.product_uom_kgm", raise_if_not_found=False)
        if product.uom_id == kilogram:
            return self.env._("%s per kg", self._escarcelle_money(price))
        if not product.weight or not price:
            return False
        by_kilogram = (Decimal(repr(price)) / Decimal(repr(product.weight))).quantize(
            Decimal("0.01"), rounding=ROUND_HALF_UP
        )
        return self.env._("%s per kg", self._escarcelle_money(float(by_kilogram)))
