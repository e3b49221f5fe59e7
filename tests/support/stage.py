"""A whole shop as a browser test needs it: a server that can die, a till that can die, a cast."""

import json
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import requests

from ops import shell
from ops.paths import HOUSE
from ops.shop import Shop

_SCRIPTS = """
import json, sys, traceback
import odoo.init
from odoo.api import SUPERUSER_ID, Environment
from odoo.modules.registry import Registry
from odoo.tools import config
conf, database = sys.argv[1:]
config.parse_config(["--config", conf, "--database", database, "--no-http", "--log-level=error"],
                    setup_logging=True)
for line in sys.stdin:
    answer = {}
    try:
        registry = Registry(database).check_signaling()
        with registry.cursor() as cr:
            scope = {"env": Environment(cr, SUPERUSER_ID, {"lang": "fr_FR", "tz": "Europe/Paris"})}
            exec(json.loads(line), scope)
        registry.signal_changes()
        answer["answer"] = scope.get("answer")
    except Exception:
        answer["failure"] = traceback.format_exc()
    print(json.dumps(answer), flush=True)
"""


class Scripts:
    """Odoo beside the server, loaded once: each script is a transaction in the shop's database."""

    def __init__(self, world):
        self._world = world
        self._process: subprocess.Popen | None = None

    def run(self, code: str) -> object:
        """Run Python there; what it leaves in ``answer`` comes back."""
        if self._process is None:
            world = self._world
            with (HOUSE.log / f"scripts-{world.name}.log").open("wb") as log:
                self._process = subprocess.Popen(
                    [HOUSE.python, "-c", _SCRIPTS, world.conf, world.name], cwd=HOUSE.root, text=True,
                    env=shell.environment({**world.environment(), "PYTHONPATH": str(HOUSE.root)}),
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                )  # fmt: skip
        self._process.stdin.write(json.dumps(code) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, f"Odoo has ended: see {HOUSE.log}/scripts-{self._world.name}.log"
        said = json.loads(line)
        assert "failure" not in said, said["failure"]
        return said["answer"]

    def close(self) -> None:
        if self._process is not None:
            self._process.stdin.close()
            self._process.wait(30)


@dataclass
class Stage:
    """One till of a running shop. ``cast`` is what ``ops.day.cast`` says of the demonstration."""

    house: Shop
    cast: dict
    config: int = field(init=False)
    scripts: Scripts = field(init=False)

    def __post_init__(self) -> None:
        self.config = self.cast["tills"][0]["config_id"]
        self.scripts = Scripts(self.house.world)

    @property
    def url(self) -> str:
        """Address of the till program."""
        return self.house.tills[0].url

    def status(self) -> dict:
        """``GET /till/v1/status``."""
        session = requests.Session()
        session.trust_env = False
        return session.get(f"{self.url}/till/v1/status", timeout=10).json()

    def until(self, condition: Callable[[], bool], seconds: float = 60, what: str = "") -> None:
        """Wait, or fail saying what for."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"never happened: {what}"
            time.sleep(0.2)

    def kill_server(self) -> None:
        """SIGKILL the Odoo server; nothing answers on its port afterwards."""
        if self.house.server.alive():
            self.house.server.kill()
        try:
            requests.get(self.house.server.url, timeout=2)
        except requests.ConnectionError:
            return
        raise AssertionError("the server still answers")

    def start_server(self) -> None:
        """Start it again, and wait until the till has heard it."""
        if not self.house.server.alive():
            self.house.server.start()
        self.until(lambda: self.status()["server"]["online"], what="the till hears the server")

    def kill_till(self) -> None:
        """SIGKILL the till program."""
        self.house.tills[0].kill()

    def start_till(self) -> None:
        """Start it again; it answers."""
        self.house.tills[0].start()
        self.until(lambda: self.status()["snapshot"]["ready"], what="the till has its snapshot")

    def odoo(self, code: str) -> object:
        """Run Python in the shop's database; what it leaves in ``answer`` comes back."""
        return self.scripts.run(code)

    def told(self) -> None:
        """Wait until the till has asked the server after this call: it knows what was changed."""
        for _answer in range(2):  # the first one may be to a question asked before
            start = time.monotonic()
            self.until(
                lambda start=start: _age(self.status()) + 1 < time.monotonic() - start,
                90,
                "the till asks for the snapshot again",
            )


def _age(status: dict) -> float:
    """Seconds since the server last confirmed the snapshot."""
    age = status["snapshot"]["age"]
    return float("inf") if age is None else age


def read_cast(world) -> dict:
    """``ops.day.cast`` of a world."""
    done = subprocess.run(
        [str(HOUSE.python), "-m", "ops.day.cast", "--config", str(world.conf),
         "--database", world.name],
        env=shell.environment({**world.environment(), "PYTHONPATH": str(HOUSE.root)}),
        cwd=HOUSE.root, capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    return json.loads(done.stdout.strip().splitlines()[-1])
