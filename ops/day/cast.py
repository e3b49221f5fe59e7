"""Who and what the played days need, read from the demonstration data. Runs inside Odoo.

    var/venv/bin/python -m ops.day.cast --config CONF --database NAME

prints one JSON object. Prices are those Odoo computes: the till recomputes them its own way and
would store a difference.
"""

import argparse
import json
import sys


def main() -> int:
    """Print the cast."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", required=True)
    parser.add_argument("--database", required=True)
    options = parser.parse_args()

    import odoo.init  # noqa: F401 - prepares the namespace before anything of Odoo is imported
    from odoo.api import SUPERUSER_ID, Environment
    from odoo.modules.registry import Registry
    from odoo.tools import config

    arguments = ["--config", options.config, "--database", options.database, "--no-http"]
    config.parse_config([*arguments, "--log-level=error"], setup_logging=True)
    with Registry(options.database).cursor() as cr:
        print(json.dumps(cast(Environment(cr, SUPERUSER_ID, {}))))
    return 0


def cast(env) -> dict:
    """Products with their prices, households with their cards, payment methods, cashiers."""
    from ops.demo_data.people import CASHIERS

    tills = env["escarcelle.till"].search([], order="number")
    company = tills[:1].company_id
    products = (
        env["product.product"]
        .with_company(company)
        .search(
            [("available_in_pos", "=", True), ("barcode", "!=", False)],
            order="default_code",
            limit=40,
        )
    )
    households = env["escarcelle.household"].search(
        [("company_id", "=", company.id), ("has_budget", "=", True)], order="code"
    )
    pricelists = households.pricelist_id | tills.config_id.pricelist_id
    return {
        "company_id": company.id,
        "tills": [
            {
                "number": till.number,
                "config_id": till.config_id.id,
                # A cash method belongs to one till.
                "payment_methods": {
                    ("cash" if method.is_cash_count else "bank"): method.id
                    for method in till.config_id.payment_method_ids
                    if method.escarcelle_code != "BON"  # a voucher asks for more than an amount
                },
            }
            for till in tills
        ],
        "public_pricelist_id": tills[:1].config_id.pricelist_id.id,
        "products": [
            {
                "id": product.id,
                "name": product.name,
                "barcode": product.barcode,
                "prices": {
                    str(p.id): f"{p._get_product_price(product, 1.0):.4f}" for p in pricelists
                },
            }
            for product in products
        ],
        "households": [
            {
                "code": household.code,
                "cards": household.card_ids.filtered(lambda c: c.state == "active").mapped(
                    "number"
                ),
                "pricelist_id": household.pricelist_id.id,
                "fiscal_position_id": household.fiscal_position_id.id or None,
                "entitled": household.state == "entitled",
                "balance": household.balance_cents,
            }
            for household in households
        ],
        "cashiers": CASHIERS,
    }


if __name__ == "__main__":
    sys.exit(main())
