"""A measure that Odoo's own interpreter takes: a script run in a world, and the figures it says."""

import json

from ops import odoo_command, shell
from ops.errors import OpsError
from ops.paths import HOUSE
from ops.world import World

#: What a script prints before its figures, a JSON object on one line.
SAYS = "MESURE "


def run(world: World, script: str, name: str) -> dict:
    """The figures ``script`` says; ``name`` is the measure's, as its errors tell it.

    Raises:
        OpsError: the script failed, or said nothing.
    """
    argv = odoo_command.argv(world)
    log = HOUSE.log / f"bench-{name.replace('.', '-')}.log"
    output = shell.run(
        [*argv[:3], "shell", *argv[3:], "--no-http"],
        what=f"la mesure {name} a échoué", log=log, env=world.environment(), stdin=script,
    )  # fmt: skip
    said = [line for line in output.splitlines() if SAYS in line]
    if not said:
        raise OpsError(f"{name} n'a rien mesuré", "lire le journal", log)
    return json.loads(said[-1].split(SAYS, 1)[1])
