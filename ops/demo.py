"""``./escarcelle demo``: the whole house with a shop's data, up until Ctrl-C."""

import fcntl
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager

from ops import provision, shop, templates, world
from ops.console import CONSOLE, seconds
from ops.errors import OpsError
from ops.paths import HOUSE
from ops.postgres import Cluster
from ops.provision import Level
from ops.shop import Shop


def run(*, fresh: bool = False, yes: bool = False) -> int:
    """Provision, open, say where it is, stay."""
    start = time.monotonic()
    with _only_one(), provision.ready(Level.TEMPLATE, yes=yes) as cluster:
        demo = prepare(cluster, fresh)
        with shop.opened(cluster, demo) as house:
            CONSOLE.say(f"Prêt en {seconds(time.monotonic() - start)}.")
            print(welcome(house), flush=True)
            try:
                while True:
                    time.sleep(1)
                    house.check()
            except KeyboardInterrupt:
                CONSOLE.say("\nFermeture…")
    return 0


@contextmanager
def _only_one() -> Iterator[None]:
    HOUSE.make_directories()
    with (HOUSE.run / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OpsError(
                "la démonstration de ce dossier tourne déjà",
                "l'arrêter par Ctrl-C dans son terminal, ou cloner le projet ailleurs",
            ) from None
        yield


def prepare(cluster: Cluster, fresh: bool) -> world.World:
    """The demonstration's database: kept from one start to the next while the code is the same."""
    demo = world.demo_world()
    origin = HOUSE.data / "demo-origin"
    template = templates.template_world()
    known = origin.exists() and origin.read_text().strip() == template.name
    if known and demo.name in cluster.databases() and not fresh:
        return demo
    if demo.name in cluster.databases() and not fresh:
        CONSOLE.say("  le logiciel a changé : la démonstration repart de données neuves")
    with CONSOLE.working("base de démonstration"):
        origin.unlink(missing_ok=True)
        shutil.rmtree(HOUSE.var / "till", ignore_errors=True)
        world.clone(cluster, template, demo)
        origin.write_text(template.name + "\n")
    return demo


def welcome(house: Shop) -> str:
    """What is printed once everything answers."""
    from ops.demo_data.people import logins  # data of the shop: who signs in where

    lines = ["", "Escarcelle est ouverte.", ""]
    lines += [f"  Caisse {till.number}    {till.url}" for till in house.tills]
    lines += [f"  Gestion     {house.server.url}", ""]
    lines += [f"  {line}" for line in logins()]
    lines += ["", "Ctrl-C pour fermer."]
    return "\n".join(lines)
