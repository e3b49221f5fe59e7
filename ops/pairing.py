"""Pairing codes for the tills of a database, asked of Odoo itself. Runs inside ``var/venv``.

    var/venv/bin/python -m ops.pairing --config var/odoo.conf --database NAME 1 2

prints ``{"1": "ACDE-3467", "2": "…"}``. A code serves once and voids the one before it.
"""

import argparse
import json
import sys


def main() -> int:
    """Draw the codes and commit them."""
    parser = argparse.ArgumentParser(description="Codes d'appairage des caisses")
    parser.add_argument("--config", required=True)
    parser.add_argument("--database", required=True)
    parser.add_argument("numbers", nargs="+", type=int)
    options = parser.parse_args()

    import odoo.init  # noqa: F401 - prepares the namespace before anything of Odoo is imported
    from odoo.api import SUPERUSER_ID, Environment
    from odoo.modules.registry import Registry
    from odoo.tools import config

    arguments = ["--config", options.config, "--database", options.database, "--no-http"]
    config.parse_config([*arguments, "--log-level=error"], setup_logging=True)
    codes = {}
    with Registry(options.database).cursor() as cr:
        env = Environment(cr, SUPERUSER_ID, {})
        for number in options.numbers:
            till = env["escarcelle.till"].search([("number", "=", number)])
            if not till:
                print(f"Aucune caisse n° {number} dans {options.database}.", file=sys.stderr)
                return 1
            codes[str(number)] = till._escarcelle_new_pairing_code()
        cr.commit()
    print(json.dumps(codes))
    return 0


if __name__ == "__main__":
    sys.exit(main())
