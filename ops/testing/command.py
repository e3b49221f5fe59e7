"""The command itself: provision, run the layers, sum up."""

import sys
import time
from collections.abc import Callable, Sequence

from ops import provision
from ops.console import CONSOLE
from ops.errors import OpsError
from ops.paths import HOUSE
from ops.postgres import Cluster
from ops.provision import Level
from ops.testing import lanes, layers
from ops.testing.programs import Programs
from ops.testing.result import table, total


def chosen(names: Sequence[str]) -> list[layers.Layer]:
    """The layers asked for; all but ``upstream`` when none is, or ``all``."""
    unknown = [name for name in names if name != "all" and name not in layers.BY_NAME]
    if unknown:
        known = ", ".join([*layers.BY_NAME, "all"])
        raise OpsError(f"couche d'essais inconnue : {', '.join(unknown)}", f"choisir : {known}")
    wanted = list(dict.fromkeys(names)) or ["all"]
    found = [layers.BY_NAME[name] for name in wanted if name != "all"]
    if "all" not in wanted:
        return found
    return [*layers.LAYERS, *(layer for layer in found if layer not in layers.LAYERS)]


def preparation(cluster: Cluster, level: Level) -> Callable[[Programs], None]:
    """What makes the databases of ``level``, in a program of its own."""

    def make(programs: Programs) -> None:
        if not provision.lacks_databases(cluster, level):
            return
        log = HOUSE.log / "test-databases.log"
        argv = [sys.executable, "-m", "ops.provision", level.name]
        with CONSOLE.working("bases de données des essais"):
            if programs.run(argv, env={}, log=log) != 0:
                raise OpsError("les bases de données des essais n'ont pas pu être faites", "", log)

    return make


def run(names: Sequence[str], *, yes: bool = False) -> int:
    """Provision, run, print the table; 0 only when every layer is green."""
    todo = chosen(names)
    level = max(layer.level for layer in todo)
    browser = any(layer.browser for layer in todo)
    with provision.standing(level, browser=browser, tests=True, yes=yes) as cluster:
        start = time.monotonic()
        results = lanes.run(todo, cluster, preparation(cluster, level))
        everything = total(results, time.monotonic() - start)
    print("\n" + table(results) + "\n")
    for result in results:
        print(result.line())
    if len(results) > 1:
        print(everything.line())
    return 0 if all(result.green for result in results) else 1
