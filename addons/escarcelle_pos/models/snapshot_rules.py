"""Snapshot parts the till program computes with: settings, goods, prices, recorded answers.

Shapes: ``docs/formats.md`` §7. The till recomputes every amount from them, so they say the same
thing as what the page loads, without depending on how the page computes.
"""

from decimal import ROUND_HALF_UP, Decimal

from odoo import models
from odoo.fields import Domain

from .snapshot_json import dumps

PRICE_STEP = Decimal("0.0001")


class EscarcelleTill(models.Model):
    _inherit = "escarcelle.till"

    def _escarcelle_settings(self):
        """Return the dict of ``settings.json``; other addons add their keys."""
        self.ensure_one()
        config = self.config_id
        company = config.company_id
        country = company.country_id.with_context(lang=self._escarcelle_lang())
        return {
            "company": {
                "name": company.name,
                "street": company.street or "",
                "street2": company.street2 or "",
                "zip": company.zip or "",
                "city": company.city or "",
                "country": country.name or "France",
                "siret": (company.company_registry or "").replace(" ", ""),
                "naf": company.ape or "",
                "vat": company.vat or "",
                "phone": company.phone or "",
            },
            "till": {
                "number": self.number,
                "name": self.name,
                "config_id": config.id,
                "session_id": config.id,
                "fiscal_position_id": config.default_fiscal_position_id.id or None,
            },
            "period": self._escarcelle_period(),
            "payment_methods": [
                {
                    "id": method.id,
                    "name": method.name,
                    "code": self._escarcelle_payment_code(method),
                    "cash": method.is_cash_count,
                }
                for method in config.payment_method_ids
            ],
            "taxes": [
                {"id": tax.id, "rate": _hundredths(tax.amount)} for tax in self._escarcelle_taxes()
            ],
            "fiscal_positions": [
                self._escarcelle_fiscal_position(position)
                for position in self.env["account.fiscal.position"].search(
                    self.env["account.fiscal.position"]._check_company_domain(company)
                )
            ],
            "social": {"over_budget": "none", "tolerance": 0, "basis": "paid"},
            "override_required": [],
        }

    def _escarcelle_period(self):
        """When days, months and years close."""
        company = self.config_id.company_id
        return {
            "timezone": company.escarcelle_timezone,
            "closing_hour": company.escarcelle_closing_hour,
            "year_end_month": int(company.fiscalyear_last_month),
            "year_end_day": company.fiscalyear_last_day,
        }

    def _escarcelle_taxes(self):
        """Percentage sale taxes of the company."""
        company = self.config_id.company_id
        return self.env["account.tax"].search(
            Domain(self.env["account.tax"]._check_company_domain(company))
            & Domain("type_tax_use", "=", "sale")
            & Domain("amount_type", "=", "percent")
        )

    def _escarcelle_payment_code(self, method):
        """The payment's code of the ticket format."""
        return method._escarcelle_mode()

    def _escarcelle_fiscal_position(self, position):
        """One entry of ``fiscal_positions``."""
        return {
            "id": position.id,
            "sector": position.escarcelle_sector or "TAXABLE",
            "mention": position.escarcelle_mention or "",
            "tax_map": {
                str(tax.id): position.map_tax(tax).ids
                for tax in self._escarcelle_taxes()
                if position.map_tax(tax) != tax
            },
        }

    def _escarcelle_products(self):
        """Rows of ``products.json``: every good the till may sell, or take back."""
        taxes = self._escarcelle_taxes()
        unit_kg = self.env.ref("uom.product_uom_kgm", raise_if_not_found=False)
        products = self.env["product.product"].search(
            Domain(self.env["product.product"]._check_company_domain(self.config_id.company_id))
            & Domain("available_in_pos", "=", True)
            & Domain("sale_ok", "=", True),
            order="id",
        )
        extra, packs = {}, {}
        for packaging in self.env["product.uom"].search([("product_id", "in", products.ids)]):
            extra.setdefault(packaging.product_id.id, []).append(packaging.barcode)
            packs.setdefault(packaging.product_id.id, {}).update(packaging._escarcelle_counts())
        rows = []
        for product in products:
            own = product.taxes_id & taxes
            barcodes = [product.barcode] if product.barcode else []
            rows.append(
                {
                    "id": product.id,
                    "code": product.default_code or "",
                    "name": product.with_context(display_default_code=False).display_name,
                    "barcodes": barcodes + sorted(extra.get(product.id, [])),
                    "packs": packs.get(product.id, {}),
                    "unit": "KG" if product.uom_id == unit_kg else "U",
                    "tax_ids": own.ids,
                    "price": _price(_with_vat(product.lst_price, own)),
                    "category": {
                        "id": product.categ_id.id or 0,
                        "name": product.categ_id.name or "",
                    },
                    "available": True,
                }
            )
        return rows

    def _escarcelle_prices(self):
        """Rows of ``prices.json``: tariffs, with their rules in the order Odoo tries them."""
        company = self.config_id.company_id
        pricelists = self.env["product.pricelist"].search(
            self.env["product.pricelist"]._check_company_domain(company), order="id"
        )
        return [self._escarcelle_tariff(pricelist) for pricelist in pricelists]

    def _escarcelle_tariff(self, pricelist):
        """One tariff of ``prices.json``; the addon that knows tariffs completes it."""
        return {
            "pricelist_id": pricelist.id,
            "name": pricelist.name,
            "fiscal_position_id": None,
            "rounding": "0.01",
            "minimum": "0.0000",
            "items": [
                row
                for item in self.env["product.pricelist.item"].search(
                    [("pricelist_id", "=", pricelist.id)]
                )
                for row in self._escarcelle_price_rule(item)
            ],
        }

    def _escarcelle_price_rule(self, item):
        """One row a product for a rule on a good, one row for a rule on a category or on all."""
        products = item.product_id or item.product_tmpl_id.product_variant_ids
        categories = None
        if item.categ_id:
            tree = self.env["product.category"].search([("id", "child_of", item.categ_id.id)])
            categories = tree.ids
        if (item.product_tmpl_id or item.product_id) and not products:
            return []
        row = {
            "sequence": item.id,
            "product_id": None,
            "category_ids": categories,
            "from": _instant(item.date_start),
            "to": _instant(item.date_end),
            "min_quantity": str(Decimal(str(item.min_quantity)).quantize(Decimal("0.001"))),
            "compute": item.compute_price,
            "fixed": _price(item.fixed_price),
            "percent": _price(
                item.percent_price if item.compute_price == "percentage" else item.price_discount
            ),
            "round": _price(item.price_round),
            "surcharge": _price(item.price_surcharge),
            "base": item.base,
            "base_pricelist_id": item.base_pricelist_id.id or None,
        }
        return [{**row, "product_id": product.id} for product in products] or [row]

    def _escarcelle_rpc_answers(self):
        """``rpc.json``: answers recorded for the page, by ``model/method`` then by record."""
        config = self.config_id
        nomenclatures = config.company_id.nomenclature_id | config.fallback_nomenclature_id
        fields = ["name", "rule_ids", "upc_ean_conv"]
        if "is_gs1_nomenclature" in nomenclatures._fields:
            fields += ["is_gs1_nomenclature", "gs1_separator_fnc1"]
        rules = {}
        for nomenclature in nomenclatures:
            rules[str(nomenclature.id)] = [
                {key: value for key, value in row.items() if not key.endswith(("_uid", "_date"))}
                for row in nomenclature.rule_ids.read()
            ]
        return {
            "barcode.nomenclature/read": {
                str(row["id"]): row for row in nomenclatures.read(fields)
            },
            "barcode.rule/search_read": rules,
        }

    def _escarcelle_rule_parts(self):
        """Return the parts of this file."""
        return {
            "settings.json": dumps(self._escarcelle_settings()),
            "products.json": dumps(self._escarcelle_products()),
            "prices.json": dumps(self._escarcelle_prices()),
            "rpc.json": dumps(self._escarcelle_rpc_answers()),
            "cashiers.json": dumps(
                self.env["escarcelle.cashier"]._escarcelle_cashiers(self.config_id.company_id)
            ),
        }


def _hundredths(percent):
    return int((Decimal(str(percent)) * 100).quantize(Decimal(1), ROUND_HALF_UP))


def _price(value):
    return str(Decimal(str(value or 0)).quantize(PRICE_STEP, ROUND_HALF_UP))


def _with_vat(price, taxes):
    """Public price with VAT, whichever way the shop enters its prices."""
    factor = sum(
        (Decimal(str(tax.amount)) for tax in taxes if not tax.price_include), Decimal(0)
    )
    return Decimal(str(price)) * (1 + factor / 100)


def _instant(value):
    return value.strftime("%Y-%m-%dT%H:%M:%SZ") if value else None
