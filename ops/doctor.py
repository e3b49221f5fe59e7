"""``doctor``: what is missing on this machine and the command that mends it. Changes nothing."""

import shutil
import sys

from ops import provision, system
from ops.errors import OpsError
from ops.paths import HOUSE
from ops.postgres import Cluster
from ops.provision import Level
from ops.steps import Stamps

ROOM_GB = 4


def checks() -> list[tuple[str, bool, str]]:
    """``(what, fine, remedy)`` of everything the launcher relies on."""
    found = [
        ("Python 3.10 à 3.13", (3, 10) <= sys.version_info[:2] <= (3, 13), "installer python3.13"),
        (
            "Debian ou Ubuntu",
            system.debian_like(system.os_release()) and bool(shutil.which("apt-get")),
            system.APT_COMPOSE,
        ),
        (
            f"{ROOM_GB} Go libres sur le disque",
            shutil.disk_usage(HOUSE.root).free > ROOM_GB << 30,
            "faire de la place",
        ),
    ]
    for need in (*system.NEEDS, system.BROWSER, *system.TESTS):
        label = f"{need.package} ({need.reason})"
        remedy = system.install_command([need])
        if need.elsewhere:
            remedy += f" ; à défaut : {need.elsewhere}"
        found.append((label, need.present(), remedy))
    cluster = Cluster()
    stamps = Stamps(HOUSE.stamps)
    for group in provision.groups(cluster, Level.TEMPLATE):
        found += [(step.label, _holds(stamps, step), step.remedy) for step in group]
    if not cluster.running():
        found.append(("PostgreSQL à l'arrêt : bases non vérifiées", True, ""))
        return found
    for group in provision.database_groups(cluster, Level.TEMPLATE):
        found += [(step.label, _holds(stamps, step), step.remedy) for step in group]
    return found


def _holds(stamps: Stamps, step) -> bool:
    try:
        return stamps.holds(step)
    except (OpsError, OSError, ValueError):
        return False


def report() -> int:
    """Print the list; 0 when nothing is missing."""
    sick = 0
    for label, fine, remedy in checks():
        print(f"  {'✓' if fine else '✗'} {label}")
        if not fine:
            sick += 1
            print(f"      → {remedy}")
    if sick:
        print(f"{sick} point(s) à régler. ./escarcelle demo règle de lui-même ce qu'il peut.")
    else:
        print("Tout est en ordre.")
    return 1 if sick else 0
