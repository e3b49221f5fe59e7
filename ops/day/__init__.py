"""``./escarcelle demo --day``: three business days played without a person.

The launcher provisions, clones a world and hands over to ``ops.day.play``, which runs inside
``var/venv`` (it needs Chromium's driver and the verifier).
"""

import subprocess

from ops import provision, shell, templates, world
from ops.console import CONSOLE
from ops.paths import HOUSE
from ops.provision import Level


def main(*, json: bool = False, yes: bool = False) -> int:
    """Play the days; exit status of the play."""
    with provision.ready(Level.TEMPLATE, browser=True, yes=yes) as cluster:
        stage = world.other_world("escarcelle_day")
        with CONSOLE.working("base des trois journées"):
            world.clone(cluster, templates.template_world(), stage)
        arguments = [str(HOUSE.python), "-m", "ops.day.play", stage.name]
        environment = shell.environment({"PYTHONPATH": str(HOUSE.root)})
        return subprocess.call(
            [*arguments, *(["--json"] if json else [])], cwd=HOUSE.root, env=environment
        )
