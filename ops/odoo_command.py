"""Running Odoo to the end: installing, updating, testing. What stays up is in ``server``."""

import re
from collections.abc import Iterable
from pathlib import Path

from ops import shell
from ops.errors import OpsError
from ops.paths import HOUSE
from ops.world import World

TROUBLE = re.compile(r"^\S+ \S+ \d+ (ERROR|CRITICAL) ", re.MULTILINE)


def argv(world: World, *arguments: str) -> list[str]:
    """The command line of Odoo in this world."""
    return [str(HOUSE.python), "-m", "odoo", "--config", str(world.conf), *arguments]


def install(world: World, modules: Iterable[str], *arguments: str, log: Path, what: str) -> None:
    """Install modules and nothing that would install itself along.

    Raises:
        OpsError: Odoo failed, or finished with an error in its log.
    """
    output = shell.run(
        argv(
            world, "--init", ",".join(modules), "--skip-auto-install", "--stop-after-init",
            "--no-http", "--log-level=info", *arguments,
        ),
        what=what,
        log=log,
        env=world.environment(),
        cwd=HOUSE.root,
        remedy="corriger, puis relancer la même commande : elle reprend à cette étape",
    )  # fmt: skip
    if TROUBLE.search(output):
        raise OpsError(f"{what} : Odoo a signalé une erreur", "lire le journal", log)
