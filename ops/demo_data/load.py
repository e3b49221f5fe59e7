"""Load the demonstration shop into a database. Runs inside Odoo, in one transaction.

    var/venv/bin/python -m ops.demo_data.load --config CONF --database NAME

Idempotent: what is there already (by code, login, number or name) is left as it is.
"""

import argparse
import sys
import time

MODULE = "escarcelle_social"
QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
}


def main() -> int:
    """Load and say how long it took."""
    parser = argparse.ArgumentParser(description="Charge la boutique de démonstration.")
    parser.add_argument("--config", required=True, help="fichier odoo.conf")
    parser.add_argument("--database", required=True, help="base à remplir")
    options = parser.parse_args()

    import odoo.init  # noqa: F401 - prepares the namespace before anything of Odoo is imported
    from odoo.api import SUPERUSER_ID, Environment
    from odoo.modules.registry import Registry
    from odoo.tools import config

    arguments = ["--config", options.config, "--database", options.database, "--no-http"]
    config.parse_config([*arguments, "--log-level=warn"], setup_logging=True)
    start = time.monotonic()
    registry = Registry(options.database)
    if "escarcelle.household" not in registry:
        print(f"La base {options.database} n'a pas le module {MODULE} : l'installer avant.")
        return 1
    with registry.cursor() as cr:
        env = Environment(cr, SUPERUSER_ID, {**QUIET, "lang": "fr_FR", "tz": "Europe/Paris"})
        summary = load(env)
    print(f"Boutique de démonstration : {summary}, en {time.monotonic() - start:.1f} s.")
    return 0


def load(env) -> str:
    """Everything, in order; returns a sentence that counts."""
    from odoo import fields

    from ops.demo_data import (
        accounting,
        catalogue,
        company,
        donations,
        grocery,
        households,
        people,
        supply,
        tills,
    )

    shop = company.load(env)
    env = env(context={**env.context, "allowed_company_ids": shop.ids})
    shop = shop.with_env(env)
    accounting.load(env, shop)
    today = fields.Date.context_today(shop)
    tariffs = catalogue.load_tariffs(env, shop)
    catalogue.load_products(env, shop, grocery.load_sources(env, shop))
    organisations = people.load_organisations(env)
    conventions = grocery.load_conventions(env, shop, organisations, today)
    people.load_users(env, shop, organisations)
    people.load_cashiers(env, shop)
    tills.load(env, shop, tariffs)
    households.load_rules(env, shop)
    households.load(env, shop, tariffs, organisations, conventions, today)
    grocery.load(env, shop, organisations, conventions, today)
    supply.load(env, shop, today)
    donations.load(env, shop, today)
    goods = env["product.product"].search_count([("default_code", "in", catalogue.codes())])
    homes = env["escarcelle.household"].search_count([("company_id", "=", shop.id)])
    return f"{goods} articles, {homes} foyers, {len(tills.NUMBERS)} caisses"


if __name__ == "__main__":
    sys.exit(main())
