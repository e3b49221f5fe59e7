"""Small commands on an existing database: fiscal migrations, ``psql``, Odoo's interpreter."""

import signal
import subprocess
from collections.abc import Sequence

from ops import fiscal, odoo_command, provision, shell, world
from ops.console import CONSOLE
from ops.ports import DEFAULTS
from ops.provision import Level
from ops.saving import trial


def migrate(names: Sequence[str], *, yes: bool = False) -> int:
    """Apply the pending fiscal migrations; to every real database when none is named."""
    with provision.ready(Level.CLUSTER, yes=yes) as cluster:
        wanted = list(names)
        if not wanted:
            own = (world.house_world().name, world.demo_world().name)
            wanted = [name for name in own if name in cluster.databases()]
        if not wanted:
            CONSOLE.say("Aucune base à migrer.")
        for name in wanted:
            target = world.of_database(cluster, name)
            done = fiscal.migrate(cluster, target.name)
            said = ", ".join(f"{m.number:04d}_{m.name}" for m in done) or "rien à faire"
            print(f"{target.name} : {said}")
            given_back = fiscal.protect(cluster, target.name)
            if given_back:
                print(
                    f"{target.name} : {given_back} protections perdues (base chargée par Odoo ?) et remises. "
                    "Vérifier ce qui a été écrit depuis : escarcelle-verify --database …"
                )
    return 0


def verify(name: str | None, *, yes: bool = False) -> int:
    """The verifier over a live database: 0 sound, 1 defects, 2 nothing to verify."""
    with provision.ready(Level.CLUSTER, yes=yes) as cluster:
        target = world.of_database(cluster, name)
        return subprocess.call(
            trial.verifier("--database", f"dbname={target.name}"),
            env=shell.environment(cluster.environment()), stdin=subprocess.DEVNULL,
        )  # fmt: skip


def psql(name: str | None, *, yes: bool = False) -> int:
    """The superuser's ``psql``."""
    with provision.ready(Level.CLUSTER, yes=yes) as cluster:
        target = world.of_database(cluster, name)
        _leave_interrupts_to_the_child()
        environment = {**cluster.environment(), "PGDATABASE": target.name}
        return subprocess.call([cluster.client("psql")], env=shell.environment(environment))


def shell_of_odoo(name: str | None, *, yes: bool = False) -> int:
    """Odoo's own interpreter, ``env`` at hand."""
    with provision.ready(Level.BASE, yes=yes) as cluster:
        target = world.of_database(cluster, name)
        if not target.conf.exists():
            target.write_conf(cluster, DEFAULTS["odoo"])
        argv = odoo_command.argv(target)
        argv[3:3] = ["shell"]
        _leave_interrupts_to_the_child()
        return subprocess.call(
            [*argv, "--no-http"], env=shell.environment(target.environment()), cwd=target.base
        )


def _leave_interrupts_to_the_child() -> None:
    """Ctrl-C in an interactive program is for that program."""
    signal.signal(signal.SIGINT, lambda _number, _frame: None)
