"""The till programs of a world: settings, enrolment, life."""

import json
from collections.abc import Mapping
from pathlib import Path

from ops import secrets, shell, waiting
from ops.paths import HOUSE
from ops.ports import Ports
from ops.processes import Service
from ops.world import World

READY_SECONDS = 120
SETTINGS = """\
# Written by the launcher; config/till.toml explains each key.
[till]
state_dir = {state}
port = {port}
use_keyring = false

[server]
url = {server}
snapshot_seconds = {snapshot_seconds}

[devices.printer]
type = "network"
host = "127.0.0.1"
port = {printer_port}
"""


class Printer:
    """A simulated network printer: keeps what it was sent under ``directory``."""

    def __init__(self, world: World, number: int):
        self.directory = world.base / "till" / str(number) / "printer"
        self.port = Ports(HOUSE.var / "ports.json").choose(_port_name("printer", world, number))
        self._service = Service(
            f"imprimante-{world.name}-{number}",
            [HOUSE.python, "-m", "till_proxy.devices.simulator", "--port", str(self.port),
             "--directory", self.directory],
            log=HOUSE.log / f"printer-{world.name}-{number}.log",
            run=HOUSE.run,
        )  # fmt: skip

    def start(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        self._service.start()

    def stop(self) -> None:
        self._service.stop()


class Till:
    """One till program.

    Args:
        world: whose server it sends to.
        number: its printed number.
        server_url: address of that server.
        env: added to its environment (an injected clock, for instance).
        snapshot_seconds: how often it asks the server what has changed in the shop.
    """

    def __init__(
        self,
        world: World,
        number: int,
        server_url: str,
        printer_port: int,
        env: Mapping[str, str] | None = None,
        snapshot_seconds: int = 60,
    ):
        self.number = number
        self.home = world.base / "till" / str(number)
        self.state = self.home / "state"
        self.conf = self.home / "till.toml"
        self.port = Ports(HOUSE.var / "ports.json").choose(_port_name("till", world, number))
        self._server_url = server_url
        self._printer_port = printer_port
        self._snapshot_seconds = snapshot_seconds
        self._env = env
        self._service = Service(
            f"caisse-{world.name}-{number}",
            [self.program(), "--config", self.conf, "run"],
            log=HOUSE.log / f"till-{world.name}-{number}.log",
            run=HOUSE.run,
            env=env,
        )

    @staticmethod
    def program() -> Path:
        return HOUSE.venv / "bin" / "escarcelle-till"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def write_conf(self) -> None:
        self.state.mkdir(mode=0o700, parents=True, exist_ok=True)
        text = SETTINGS.format(
            state=json.dumps(str(self.state)),
            port=self.port,
            server=json.dumps(self._server_url),
            snapshot_seconds=self._snapshot_seconds,
            printer_port=self._printer_port,
        )
        secrets.write_private(self.conf, text)

    def enrolled(self) -> bool:
        return (self.home / "enrolled").exists()

    def enroll(self, code: str) -> None:
        """Make its key and pair it with the server: the code serves once."""
        self.write_conf()
        shell.run(
            [self.program(), "--config", self.conf, "--server", self._server_url, "enroll", code],
            what=f"l'appairage de la caisse {self.number} a échoué",
            env=self._env,
            log=HOUSE.log / "enroll.log",
            remedy="./escarcelle demo --fresh",
        )  # fmt: skip
        (self.home / "enrolled").touch()

    def start(self) -> None:
        """Start and come back when it can sell: it serves, and has its snapshot of the shop."""
        self._service.end_leftover()
        self.write_conf()
        self._service.start()
        waiting.until(
            lambda: self.status().get("snapshot", {}).get("ready", False),
            READY_SECONDS,
            f"la caisse {self.number} n'est pas prête à vendre",
            self._service,
        )

    def status(self) -> dict:
        """What the till says of itself, empty while it does not answer."""
        return waiting.object_at(f"{self.url}/till/v1/status")

    def alive(self) -> bool:
        return self._service.alive()

    def check(self) -> None:
        self._service.check()

    def stop(self) -> None:
        self._service.stop()

    def kill(self) -> None:
        """SIGKILL, as a power cut would."""
        self._service.kill()


def pairing_codes(world: World, numbers: list[int]) -> dict[int, str]:
    """A fresh code for each till number, drawn by Odoo."""
    output = shell.run(
        [HOUSE.python, "-m", "ops.pairing", "--config", world.conf, "--database", world.name,
         *map(str, numbers)],
        what="Odoo n'a pas donné de code d'appairage",
        env={**world.environment(), "PYTHONPATH": str(HOUSE.root)},
        cwd=HOUSE.root,
    )  # fmt: skip
    return {int(number): code for number, code in json.loads(output.splitlines()[-1]).items()}


def _port_name(kind: str, world: World, number: int) -> str:
    """The demo keeps the documented ports; other worlds get their own."""
    return f"{kind}-{number}" if world.base == HOUSE.var else f"{kind}-{number}@{world.name}"
