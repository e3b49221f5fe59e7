"""The command itself: provision, run the layers, sum up."""

import time
from collections.abc import Sequence

from ops import provision
from ops.errors import OpsError
from ops.testing import lanes, layers
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


def run(names: Sequence[str], *, yes: bool = False) -> int:
    """Provision, run, print the table; 0 only when every layer is green."""
    todo = chosen(names)
    level = max(layer.level for layer in todo)
    browser = any(layer.browser for layer in todo)
    with provision.ready(level, browser=browser, tests=True, yes=yes) as cluster:
        start = time.monotonic()
        results = lanes.run(todo, cluster)
        everything = total(results, time.monotonic() - start)
    print("\n" + table(results) + "\n")
    for result in results:
        print(result.line())
    if len(results) > 1:
        print(everything.line())
    return 0 if all(result.green for result in results) else 1
