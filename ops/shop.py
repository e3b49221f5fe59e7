"""A whole shop of one world, running: server, printers, tills. ``demo`` and its day use it."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from ops import processes
from ops.console import CONSOLE
from ops.paths import HOUSE
from ops.postgres import Cluster
from ops.server import OdooServer
from ops.tills import Printer, Till, pairing_codes
from ops.world import World


@dataclass
class Shop:
    """The running parts. ``tills`` and ``printers`` are in order of till number."""

    world: World
    server: OdooServer
    tills: list[Till]
    printers: list[Printer]

    def check(self) -> None:
        """Raise when a part ended by itself."""
        self.server.check()
        for till in self.tills:
            till.check()


@contextmanager
def opened(
    cluster: Cluster,
    world: World,
    numbers: tuple[int, ...] = (1, 2),
    *,
    port_name: str = "odoo",
    env: Mapping[str, str] | None = None,
    snapshot_seconds: int = 60,
) -> Iterator[Shop]:
    """Start everything, enrol the tills that are not, and end it all on the way out."""
    processes.end_leftovers(HOUSE.run, world.name)
    with ExitStack() as closing, ThreadPoolExecutor(2) as pool:
        server = OdooServer(cluster, world, port_name, env)
        closing.callback(server.stop)
        printers = [Printer(world, number) for number in numbers]
        tills = [
            Till(world, number, server.url, printer.port, env, snapshot_seconds)
            for number, printer in zip(numbers, printers, strict=True)
        ]
        for part in (*printers, *tills):
            closing.callback(part.stop)
        enrol = [till for till in tills if not till.enrolled()]
        server.world.write_conf(cluster, server.port)
        codes = (
            pool.submit(pairing_codes, world, [till.number for till in enrol]) if enrol else None
        )
        with CONSOLE.working("serveur Odoo"):
            for printer in printers:
                printer.start()
            server.start()
        if codes:
            with CONSOLE.working("appairage des caisses"):
                list(pool.map(lambda till: till.enroll(codes.result()[till.number]), enrol))
        with CONSOLE.working("caisses"):
            list(pool.map(Till.start, tills))
        yield Shop(world, server, tills, printers)
