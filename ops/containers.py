"""``prepare`` and ``backups`` of the containers.

``prepare``: database, fiscal schema, our addons; safe to run at every start. ``backups``: those of the
night, for ever (``ops.saving.nightly``). Both run in our image, where PostgreSQL is another container:
the superuser's name and password come from ``PGADMIN_USER`` and ``PGADMIN_PASSWORD_FILE``, Odoo's own
settings from ``ODOO_RC``.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

from ops import databases, fiscal, hashing, shell, templates
from ops.console import CONSOLE
from ops.errors import OpsError
from ops.paths import HOUSE
from ops.saving import nightly, plan
from ops.saving.plan import Plan
from ops.saving.retention import Keep
from ops.superuser import Superuser
from ops.world import World

DATA = Path("/var/lib/odoo")


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


class Volumes(World):
    """The world of the containers: its files stand on volumes."""

    @property
    def data(self) -> Path:
        return DATA

    @property
    def fiscal(self) -> Path:
        return Path(os.environ["ESCARCELLE_FISCAL_DIR"])


def backups() -> int:
    """Save each night, for ever, what is due: settings in the environment (docker-compose.yml)."""
    days, weeks, months = map(int, os.environ["BACKUP_KEEP"].split())
    name = databases.checked(os.environ["ODOO_DATABASE"])
    settings = Plan("/backups", name, int(os.environ["BACKUP_HOUR"]), Keep(days, weeks, months))
    plan.write(settings)
    while True:
        try:
            nightly.run_due(Admin(), Volumes(name, DATA), settings)
        except OpsError as error:  # the database is away: said, and tried again
            CONSOLE.say(error.report())
        time.sleep(nightly.EVERY_SECONDS)


def main(arguments: list[str]) -> int:
    """``prepare`` unless told ``backups``."""
    return backups() if "backups" in arguments else prepare()


def prepare() -> int:
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
        done = DATA / f"escarcelle-{name}"
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
    sys.exit(main(sys.argv[1:]))
