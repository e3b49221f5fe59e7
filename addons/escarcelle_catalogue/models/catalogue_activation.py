"""From a good of the catalogue to a good of the shop, and back to the archives."""

from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

#: Weights are kept in kilograms on products.
GRAMS = 1000.0


class EscarcelleCatalogueGood(models.Model):
    _inherit = "escarcelle.catalogue.good"

    @api.model
    def _escarcelle_check_keeper(self):
        """The catalogue is kept by stock managers and managers; what it makes is made as superuser."""
        if not self.env.su and not self.env.user.has_group("escarcelle_social.group_stock"):
            raise AccessError(
                self.env._("Only a stock manager or a manager changes the goods of the shop.")
            )

    def _escarcelle_activate(self):
        """Give the shop a product for each of these goods, in a few queries whatever their number.

        Returns {"made", "restored", "adopted", "kept"}: product templates made, taken out of the archives, recognised
        by their internal reference, and already in use. Done again, it does nothing.
        """
        self._escarcelle_check_keeper()
        if not self.env.company.sudo()._escarcelle_vat_ready():
            raise UserError(
                self.env._(
                    "%s has no French chart of accounts yet, so its goods would have no VAT: choose « France » in"
                    " Invoicing, Configuration, Settings, Fiscal Localization, then come back.",
                    self.env.company.name,
                )
            )
        goods = self.sudo().with_context(self._escarcelle_quiet())
        templates = goods._escarcelle_templates()
        linked = self.env["product.template"].sudo().browse([t.id for t in templates.values()])
        restored = linked.filtered(lambda template: not template.active)
        restored.action_unarchive()
        missing = goods.filtered(lambda good: good.id not in templates)
        adopted = missing._escarcelle_adopt()
        missing -= adopted.escarcelle_catalogue_good_id
        made = missing._escarcelle_make()
        return {"made": made, "restored": restored, "adopted": adopted, "kept": linked - restored}

    def _escarcelle_quiet(self):
        # Names are French; nobody follows a product made by the hundred.
        french = self.env["res.lang"]._get_data(code="fr_FR")
        return {
            "tracking_disable": True,
            "mail_create_nosubscribe": True,
            "mail_create_nolog": True,
            "active_test": False,
            **({"lang": "fr_FR"} if french else {}),
        }

    def _escarcelle_adopt(self):
        """Products that already bear the code of one of these goods: linked, and left as they are."""
        by_code = {good.code: good for good in self}
        found = self.env["product.template"]
        for template in found.search(
            [("default_code", "in", list(by_code)), ("escarcelle_catalogue_good_id", "=", False)],
            order="id",
        ):
            good = by_code.pop(template.default_code, None)
            if good:
                template.write({**good._escarcelle_mark(), "active": True})
                found |= template
        return found

    def _escarcelle_make(self):
        """Products of these goods, not priced and not at the till yet."""
        if not self:
            return self.env["product.template"]
        self.category_id._escarcelle_make_shop_categories()
        taxes, bought = self._escarcelle_taxes()
        units = self._escarcelle_units()
        # Made as products, not templates: core writes each template's reference and weight again one by one.
        products = self.env["product.product"].create(
            [
                {
                    "default_code": good.code,
                    "type": "consu",
                    "is_storable": True,
                    "list_price": 0.0,
                    "available_in_pos": False,
                    "escarcelle_unpriced": True,
                    "taxes_id": [Command.set(taxes.get(good.vat_category_id.id, []))],
                    "supplier_taxes_id": [Command.set(bought.get(good.vat_category_id.id, []))],
                    **good._escarcelle_mark(),
                    **good._escarcelle_product_values(units),
                }
                for good in self
            ]
        )
        products.product_tmpl_id._escarcelle_forget_taxes()
        return products.product_tmpl_id

    def _escarcelle_mark(self):
        """What a product remembers of the catalogue."""
        self.ensure_one()
        return {
            "escarcelle_catalogue_good_id": self.id,
            "escarcelle_catalogue_shipped": self._escarcelle_values(),
            "escarcelle_catalogue_digest": self.digest,
        }

    def _escarcelle_product_values(self, units, names=None):
        """Values of a product for these of FOLLOWED (all when not said)."""
        self.ensure_one()
        values = {
            "name": {"name": self.name},
            "category": {
                "categ_id": self.category_id.product_category_id.id,
                "pos_categ_ids": [Command.set(self.category_id.pos_category_id.ids)],
            },
            "vat_category": {"escarcelle_vat_category_id": self.vat_category_id.id},
            "unit": {"uom_id": units[self.unit].id},
            "weight": {"weight": self.weight / GRAMS},
            "storage": self.env["product.template"]._escarcelle_storage_values(self.storage),
            "date_kind": {"escarcelle_date_kind": self.date_kind},
            "allergens": {"escarcelle_allergen_ids": [Command.set(self.allergen_ids.ids)]},
            "barcode": {"barcode": self.barcode or False},
            "to_weigh": {"to_weight": self.to_weigh},
        }
        return {
            field: value
            for name, part in values.items()
            if names is None or name in names
            for field, value in part.items()
        }

    @api.model
    def _escarcelle_units(self):
        """Unit of the catalogue → unit of measure."""
        return {
            "piece": self.env.ref("uom.product_uom_unit"),
            "kg": self.env.ref("uom.product_uom_kgm"),
            "litre": self.env.ref("uom.product_uom_litre"),
        }

    def _escarcelle_taxes(self):
        """VAT category id → ids of the taxes to sell, and to buy, in every shop that has French taxes."""
        sold, bought = {}, {}
        for company in self.env["res.company"].search([])._escarcelle_vat_ready():
            taxes = company._escarcelle_category_taxes()
            purchase = company._escarcelle_purchase_taxes(
                [round(tax.amount * 100) for tax in taxes.values()]
            )
            for category, tax in taxes.items():
                sold.setdefault(category, []).append(tax.id)
                bought.setdefault(category, []).extend(purchase[round(tax.amount * 100)].ids)
        return sold, bought

    # -- back to the archives --------------------------------------------------------------------

    def _escarcelle_in_stock(self):
        """Those whose product is still in stock somewhere, in any shop."""
        templates = self.sudo()._escarcelle_templates()
        held = self.env["stock.quant"].sudo()._read_group(
            [
                ("product_id.product_tmpl_id", "in", [t.id for t in templates.values()]),
                ("location_id.usage", "=", "internal"),
                ("quantity", "!=", 0),
            ],
            ["product_id"],
        )  # fmt: skip
        kept = {product.product_tmpl_id.id for (product,) in held}
        return self.filtered(lambda good: good.id in templates and templates[good.id].id in kept)

    def _escarcelle_deactivate(self, force=False):
        """Archive the products of these goods; those in stock are left unless ``force``.

        Returns {"archived", "refused"}: product templates, and goods of the catalogue.
        """
        self._escarcelle_check_keeper()
        refused = self.browse() if force else self._escarcelle_in_stock()
        templates = (self - refused).sudo()._escarcelle_templates()
        archived = self.env["product.template"].sudo().browse(
            [template.id for template in templates.values() if template.active]
        )  # fmt: skip
        archived.action_archive()
        return {"archived": archived, "refused": refused}
