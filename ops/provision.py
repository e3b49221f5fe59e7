"""From a bare machine to a house that can open: every step, in order.

``python -m ops.provision TEMPLATE`` brings it to a level and says so, nothing else.
"""

import enum
import fcntl
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from ops import databases, odoo_source, system, templates, venv
from ops.console import CONSOLE
from ops.paths import HOUSE
from ops.postgres import Cluster
from ops.steps import Stamps, Step, run_group


class Level(enum.IntEnum):
    """How far to go."""

    PYTHON = 1  # enough for the tests that need no database
    CLUSTER = 2  # and PostgreSQL with its roles
    BASE = 3  # and Odoo's own modules in a database
    EMPTY = 4  # and ours: a shop nobody has set up
    TEMPLATE = 5  # and the demonstration

    @property
    def in_database(self) -> bool:
        """Whether it stands on databases."""
        return self > Level.PYTHON


def _cluster_recipe() -> str:
    return str(HOUSE.root)


def groups(cluster: Cluster, level: Level) -> list[list[Step]]:
    """The steps of a level; those of one group do not depend on each other."""
    venv_step = Step(
        "venv", "environnement Python (requirements/lock.txt)",
        venv.wanted, venv.present, venv.create, "rm -rf var/venv, puis relancer",
    )  # fmt: skip
    own_step = Step(
        "distributions", "nos paquets (core, till_proxy)",
        venv.distributions_wanted, venv.distributions_present, venv.install_distributions,
    )  # fmt: skip
    if level == Level.PYTHON:
        return [[venv_step], [own_step]]
    cluster_step = Step(
        "postgres", "base de données PostgreSQL",
        _cluster_recipe, cluster.exists, cluster.create,
    )  # fmt: skip
    if level == Level.CLUSTER:
        return [[venv_step, cluster_step], [own_step]]
    odoo_step = Step(
        "odoo", "Odoo 19 (paquet Debian, racine privée)",
        odoo_source.wanted, odoo_source.present, odoo_source.fetch,
    )  # fmt: skip
    return [[odoo_step, venv_step, cluster_step], [own_step]]


def database_groups(cluster: Cluster, level: Level) -> list[list[Step]]:
    """The steps that talk to the running cluster."""
    if level < Level.BASE:
        return []
    base = Step(
        "base", "base de référence (Odoo, point de vente, comptabilité française)",
        lambda: templates.base_world().name, lambda: templates.base_present(cluster),
        lambda: templates.build_base(cluster),
    )  # fmt: skip
    empty = Step(
        "empty", "base vide (journal fiscal, Escarcelle)",
        lambda: templates.empty_world().name, lambda: templates.empty_present(cluster),
        lambda: templates.build_empty(cluster),
    )  # fmt: skip
    template = Step(
        "template", "base modèle (données de démonstration)",
        lambda: templates.template_world().name, lambda: templates.template_present(cluster),
        lambda: templates.build_template(cluster),
    )  # fmt: skip
    layers = {Level.BASE: base, Level.EMPTY: empty, Level.TEMPLATE: template}
    return [[step] for least, step in layers.items() if level >= least]


@contextmanager
def ready(
    level: Level, *, browser: bool = False, tests: bool = False, yes: bool = False
) -> Iterator[Cluster]:
    """Bring the house to ``level``; the cluster runs for the length of the block (from CLUSTER on)."""
    with standing(level, browser=browser, tests=tests, yes=yes) as cluster:
        with _turn():
            for group in database_groups(cluster, level):
                run_group(group, Stamps(HOUSE.stamps))
        yield cluster


@contextmanager
def standing(
    level: Level, *, browser: bool = False, tests: bool = False, yes: bool = False
) -> Iterator[Cluster]:
    """All that ``level`` needs but its databases."""
    system.require_known_system()
    HOUSE.make_directories()
    cluster = Cluster()
    stamps = Stamps(HOUSE.stamps)
    with _turn():
        needs = system.obtainable(system.missing(browser=browser, tests=tests))
        if needs:
            system.install(needs, yes)
        for group in groups(cluster, level):
            run_group(group, stamps)
    if not level.in_database:
        yield cluster
        return
    with cluster.in_use():
        with _turn():
            databases.ensure_roles(cluster)
        yield cluster


def lacks_databases(cluster: Cluster, level: Level) -> bool:
    """Whether databases of ``level`` are still to be made, in a cluster that runs."""
    stamps = Stamps(HOUSE.stamps)
    return any(
        not stamps.holds(step) for group in database_groups(cluster, level) for step in group
    )


@contextmanager
def _turn() -> Iterator[None]:
    """One provisioning at a time in a checkout."""
    with (HOUSE.run / "provision.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            CONSOLE.say("  une autre commande prépare déjà ce dossier ; attente…")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    with ready(Level[sys.argv[1]]):
        pass
