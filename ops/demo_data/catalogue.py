"""Goods, their categories and barcodes, and the tariffs they are sold at."""

from pathlib import Path

from ops.demo_data import accounting, grocery, supply
from ops.demo_data.tables import rows

PRODUCTS = Path(__file__).with_name("products.csv")

#: Key → name, rounding, lowest price, what is taken off, exempt. Names say nothing of who pays them.
TARIFFS = {
    "PUBLIC": ("Tarif public", "0.01", 0.0, 0.0, False),
    "T30": ("Tarif B", "0.05", 0.05, 70.0, False),
    "T10": ("Tarif C", "0.05", 0.05, 90.0, True),
}


def load_tariffs(env, company):
    """Key of TARIFFS → pricelist. The one Odoo made becomes the public tariff."""
    pricelists = env["product.pricelist"]
    position = accounting.position(env, company)
    made = {}
    for rank, (key, (name, rounding, minimum, off, exempt)) in enumerate(TARIFFS.items(), 1):
        tariff = pricelists.search([("company_id", "=", company.id), ("name", "=", name)], limit=1)
        made[key] = tariff or pricelists.create(
            {
                "name": name,
                "sequence": rank,
                "company_id": company.id,
                "currency_id": company.currency_id.id,
                "escarcelle_rounding": rounding,
                "escarcelle_minimum_price": minimum,
                "escarcelle_fiscal_position_id": position.id if exempt else False,
                "item_ids": [(0, 0, {"compute_price": "percentage", "percent_price": off})]
                if off
                else [],
            }
        )
    others = pricelists.search([("id", "not in", [t.id for t in made.values()])])
    others.filtered(lambda p: not p.item_ids).active = False
    return made


def codes():
    """Internal references of the goods."""
    return [row["code"] for row in rows(PRODUCTS)]


def load_products(env, company, sources):
    """Create the goods that are missing, by internal reference."""
    table = rows(PRODUCTS)
    products = env["product.product"].with_company(company)
    known = set(
        products.with_context(active_test=False)
        .search([("default_code", "in", [row["code"] for row in table])])
        .mapped("default_code")
    )
    missing = [row for row in table if row["code"] not in known]
    if not missing:
        return
    categories = _categories(env, "product.category", table)
    shelves = _categories(env, "pos.category", table)
    taxes = accounting.taxes(env, company)
    bought = accounting.purchase_taxes(env, company)
    accounts = accounting.income_accounts(env, company)
    kilogram, unit = env.ref("uom.product_uom_kgm"), env.ref("uom.product_uom_unit")
    made = products.create(
        [
            {
                "default_code": row["code"],
                "name": row["name"],
                "type": "consu",
                "categ_id": categories[row["category"]].id,
                "pos_categ_ids": [(6, 0, shelves[row["category"]].ids)],
                "available_in_pos": True,
                "uom_id": (kilogram if row["unit"] == "KG" else unit).id,
                "to_weight": row["unit"] == "KG",
                "list_price": float(row["price"]),
                "standard_price": float(row["cost"]),
                "weight": float(row["weight"]),
                "taxes_id": [(6, 0, taxes[int(row["vat"])].ids)],
                "supplier_taxes_id": [(6, 0, bought[int(row["vat"])].ids)],
                "property_account_income_id": accounts[int(row["vat"])].id,
                "barcode": row["barcode"] or False,
                "escarcelle_funding_source_id": grocery.source_of(row["code"], sources).id,
                **supply.stock_values(env, row),
            }
            for row in missing
        ]
    )
    env["product.uom"].create(
        [
            {"product_id": product.id, "uom_id": product.uom_id.id, "barcode": barcode}
            for product, row in zip(made, missing, strict=True)
            for barcode in row["other_barcodes"].split()
        ]
    )


def _categories(env, model, table):
    names = list(dict.fromkeys(row["category"] for row in table))
    found = {record.name: record for record in env[model].search([("name", "in", names)])}
    missing = [name for name in names if name not in found]
    extra = {"sequence": 10} if model == "pos.category" else {}
    made = env[model].create([{"name": name, **extra} for name in missing])
    found.update(dict(zip(missing, made, strict=True)))
    return found
