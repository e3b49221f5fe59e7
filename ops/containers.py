"""``prepare`` of the containers: database, fiscal schema, our addons. Safe to run at every start.

Runs in our image, where PostgreSQL is another container: the superuser's name and password come from
``PGADMIN_USER`` and ``PGADMIN_PASSWORD_FILE``, Odoo's own settings from ``ODOO_RC``.
"""

import os
import subprocess
import sys
from pathlib import Path

from ops import databases, fiscal, hashing, shell, templates
from ops.errors import OpsError
from ops.paths import HOUSE
from ops.superuser import Superuser


class Admin(Superuser):
    """The superuser of the ``postgres`` service."""

    def environment(self) -> dict[str, str]:
        password = Path(os.environ["PGADMIN_PASSWORD_FILE"]).read_text().strip()
        return {
            "PGHOST": os.environ["PGHOST"],
            "PGUSER": os.environ["PGADMIN_USER"],
            "PGPASSWORD": password,
            "PGDATABASE": "postgres",
        }


def main() -> int:
    """Bring the database to this image's version."""
    admin = Admin()
    name = databases.checked(os.environ["ODOO_DATABASE"])
    try:
        if name not in admin.databases():
            databases.create(admin, name)
            databases.extend(admin, name)
        installed = _installed(admin, name)
        if not set(templates.foreign_depends()) <= installed:
            _odoo("--init", ",".join(templates.foreign_depends()), "--load-language=fr_FR")
        fiscal.migrate(admin, name)
        done = Path("/var/lib/odoo") / f"escarcelle-{name}"
        content = hashing.of_files(HOUSE.root, [HOUSE.addons, HOUSE.root / "core"])
        if not set(templates.OURS) <= installed:
            _odoo("--init", ",".join(templates.OURS))
        elif not done.exists() or done.read_text() != content:
            _odoo("--update", ",".join(templates.OURS))
        done.write_text(content)
    except OpsError as error:
        print(error.report(), file=sys.stderr)
        return 1
    return 0


def _installed(admin: Superuser, database: str) -> set[str]:
    table = admin.sql("SELECT to_regclass('public.ir_module_module') IS NOT NULL", database)
    if table != [["t"]]:
        return set()
    query = "SELECT name FROM ir_module_module WHERE state = 'installed'"
    return {row[0] for row in admin.sql(query, database)}


def _odoo(*arguments: str) -> None:
    code = subprocess.call(
        [sys.executable, "-m", "odoo", *arguments, "--skip-auto-install", "--stop-after-init",
         "--no-http"],
        env={**shell.environment(), **{k: v for k, v in os.environ.items() if k.startswith("PG")},
             "ODOO_RC": os.environ["ODOO_RC"]},
    )  # fmt: skip
    if code != 0:
        raise OpsError(f"Odoo s'est arrêté avec le code {code}", "docker compose logs prepare")


if __name__ == "__main__":
    sys.exit(main())
