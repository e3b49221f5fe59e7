"""Inside ``var/venv``: the families of figures, measured one after the other."""

import argparse
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence

import psycopg2

from ops.bench import (
    allocation,
    append,
    archive,
    catalogue,
    closing,
    figure,
    household_import,
    report,
    sizes,
    stock,
)  # fmt: skip
from ops.bench.figure import Figure
from ops.console import CONSOLE
from ops.errors import OpsError
from ops.postgres import Cluster

Family = Callable[..., Iterator[Figure]]
#: Each begins the names of its figures. What is asked for is a figure, a family, or how several begin.
FAMILIES: dict[str, Family] = {
    "fiscal.append": append.measure,
    "fiscal.close": closing.measure,
    "fiscal.archive": archive.measure_archive,
    "fiscal.verify": archive.measure_verify,
    "fiscal.verify.vs_stock": stock.measure,
    "social.allocation": allocation.measure,
    "social.catalogue": catalogue.measure,
    "social.import": household_import.measure,
    "social.report": report.measure,
}


def chosen(names: Sequence[str]) -> list[str]:
    """The families the names ask for, all when there is none.

    Raises:
        OpsError: a name that no figure has.
    """
    if not names:
        return list(FAMILIES)
    found = []
    for name in names:
        wanted = [key for key in FAMILIES if key == name or key.startswith(f"{name}.")]
        wanted = wanted or [key for key in FAMILIES if name.startswith(f"{key}.")]
        if not wanted:
            raise OpsError(f"mesure inconnue : {name}", "choisir parmi : " + ", ".join(FAMILIES))
        found += wanted
    return list(dict.fromkeys(found))


def main(arguments: Sequence[str] | None = None) -> int:
    """See ``ops.bench.main`` for the exit codes."""
    parser = argparse.ArgumentParser(prog="./escarcelle bench")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--size", choices=sorted(sizes.BY_NAME))
    options = parser.parse_args(arguments)
    try:
        families = chosen(options.names)
    except OpsError as error:
        CONSOLE.say(error.report())
        return 2
    size = sizes.BY_NAME[options.size or ("full" if options.full else "quick")]
    if not options.full:
        CONSOLE.say("Mesures rapides. --full : un million de tickets, une heure environ.")
    cluster, found, failed = Cluster(), [], False
    for name in families:
        try:
            with CONSOLE.working(name):
                for one in FAMILIES[name](cluster, size, lambda text: CONSOLE.say(f"    {text}")):
                    if _asked(one.name, options.names):
                        found.append(one)
                        if options.json:
                            print(one.line(), flush=True)
        except (OpsError, RuntimeError, OSError, subprocess.SubprocessError, psycopg2.Error) as error:
            failed = True
            CONSOLE.say(f"{name} : {error}")
    if not options.json:
        print(figure.table(found))
    late = [one.name for one in found if not one.met]
    if late:
        CONSOLE.say("Sous la cible : " + ", ".join(late))
    return 1 if failed or late else 0


def _asked(name: str, wanted: Sequence[str]) -> bool:
    return not wanted or any(name == one or name.startswith(f"{one}.") for one in wanted)


if __name__ == "__main__":
    sys.exit(main())
