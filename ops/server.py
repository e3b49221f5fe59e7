"""The Odoo server of a world, as a process that can be stopped, killed and started again."""

from collections.abc import Mapping

from ops import odoo_command, waiting
from ops.paths import HOUSE
from ops.ports import Ports
from ops.postgres import Cluster
from ops.processes import Service
from ops.world import World

READY_SECONDS = 120


class OdooServer:
    """One server on one world.

    Args:
        world: its database and files.
        port_name: which remembered port it takes (``var/ports.json``).
        env: added to its environment (an injected clock, for instance).
    """

    def __init__(
        self,
        cluster: Cluster,
        world: World,
        port_name: str = "odoo",
        env: Mapping[str, str] | None = None,
    ):
        self.cluster = cluster
        self.world = world
        self.port = Ports(HOUSE.var / "ports.json").choose(port_name)
        self._service = Service(
            f"serveur-{world.name}",
            odoo_command.argv(world),
            log=HOUSE.log / f"server-{world.name}.log",
            run=HOUSE.run,
            env={**world.environment(), **(env or {})},
            cwd=HOUSE.root,
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start and come back when it answers with its database loaded."""
        self._service.end_leftover()
        self.world.write_conf(self.cluster, self.port)
        self._service.start()
        self.wait_ready()

    def wait_ready(self) -> None:
        waiting.until(
            lambda: waiting.answers(f"{self.url}/web/login", timeout=60),
            READY_SECONDS,
            "le serveur Odoo ne répond pas",
            self._service,
        )

    def alive(self) -> bool:
        return self._service.alive()

    def check(self) -> None:
        self._service.check()

    def stop(self) -> None:
        self._service.stop()

    def kill(self) -> None:
        """SIGKILL, as a power cut would."""
        self._service.kill()
