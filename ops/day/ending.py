"""What only Odoo can say at the end: the reconciliation of each day, and the archives. Runs inside Odoo.

    var/venv/bin/python -m ops.day.ending --config CONF --database NAME 2026-11-19 2026-11-21

prints ``{"rows": [...], "archives": [paths]}``.
"""

import argparse
import json
import sys
from datetime import date, timedelta


def main() -> int:
    """Reconcile, archive each day, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", required=True)
    parser.add_argument("--database", required=True)
    parser.add_argument("first", type=date.fromisoformat)
    parser.add_argument("last", type=date.fromisoformat)
    options = parser.parse_args()

    import odoo.init  # noqa: F401 - prepares the namespace before anything of Odoo is imported
    from odoo.api import SUPERUSER_ID, Environment
    from odoo.modules.registry import Registry
    from odoo.tools import config

    arguments = ["--config", options.config, "--database", options.database, "--no-http"]
    config.parse_config([*arguments, "--log-level=error"], setup_logging=True)
    with Registry(options.database).cursor() as cr:
        env = Environment(cr, SUPERUSER_ID, {})
        company = env["escarcelle.till"].search([], limit=1).company_id
        rows = env["escarcelle.till"]._escarcelle_reconciliation(options.first, options.last)
        archives = []
        day = options.first
        while day <= options.last:
            made = env["escarcelle.fiscal.archive"]._escarcelle_make_archive(company, "J", day)
            archives.append(str(made))
            day += timedelta(days=1)
        cr.commit()
    print(json.dumps({"rows": rows, "archives": archives}, default=str))
    return 0


if __name__ == "__main__":
    sys.exit(main())
