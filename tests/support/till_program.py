"""The till program as it really runs: its own process, its own port, killed without notice."""

import asyncio
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import requests

import till_shop
from till_proxy import cli, config
from till_proxy.clock import FileClock, SystemClock
from till_proxy.service import Service
from till_proxy.till import Till


class Program:
    """``escarcelle-till run`` on a state directory; ``page`` is a browser's session on it.

    ``Program`` is a process of its own, which can be killed; ``LocalProgram`` the same program in a
    thread, for tests that only talk to it.
    """

    def __init__(self, state: Path, server: str, *, clock: Path | None = None, config: str = ""):
        self.state = state
        self.server = server
        self.clock = clock
        self.config = state.parent / f"{state.name}.toml"
        self.config.write_text(
            '[till]\nport = 0\nuse_keyring = false\nreserve_mib = 1\n[server]\n'
            f'url = "{server}"\nretry_seconds = 0.3\nsnapshot_seconds = 0.5\ntimeout_seconds = 3\n'
            + config
        )
        self.process: subprocess.Popen | None = None
        self.port = 0
        self.lines: list[str] = []
        self.page = requests.Session()

    def add(self, config: str) -> "Program":
        """Append to the settings file."""
        with self.config.open("a") as file:
            file.write(config)
        return self

    def command(self, *arguments: str) -> list[str]:
        """The command line."""
        extra = ["--clock-file", str(self.clock)] if self.clock else []
        base = [sys.executable, "-m", "till_proxy", "--config", str(self.config)]
        return [*base, "--state-dir", str(self.state), *extra, *arguments]

    def call(self, *arguments: str) -> subprocess.CompletedProcess:
        """Run another command to its end."""
        return subprocess.run(
            self.command(*arguments), capture_output=True, text=True, timeout=60, check=False
        )

    def enroll(self, code: str = "AAAA-BBBB") -> "Program":
        """Enrol; the answer must be yes."""
        done = self.call("enroll", code)
        assert done.returncode == 0, done.stderr
        return self

    def start(
        self, fault: str = "", limit_bytes: int = 0, log_in: bool = True, listens: bool = True
    ) -> "Program":
        """Start and wait until it listens (and has a catalogue, when ``log_in``); with
        ``listens=False`` it may die before."""
        environment = {**os.environ, "ESCARCELLE_TILL_FAULT": fault}
        self.launch(environment, limit_bytes)
        assert self.port or not listens, "\n".join(self.lines[-20:])
        self.page = requests.Session()
        self.page.trust_env = False
        if log_in:
            # The page gives the cookie of this start, once there is a page.
            self.until(lambda: self.get("/pos/ui/1").status_code == 200)
            self.until(lambda: self.status()["snapshot"]["ready"])
            self.log_in()
        return self

    def launch(self, environment: dict[str, str], limit_bytes: int) -> None:
        """Start the process; ``port`` is 0 when it ended before it listened."""
        prefix = ["prlimit", f"--fsize={limit_bytes}"] if limit_bytes else []
        self.process = subprocess.Popen(
            [*prefix, *self.command("run")], env=environment, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        self._read_output()

    def _read_output(self) -> None:
        found: queue.Queue[int] = queue.Queue()
        process = self.process
        assert process is not None and process.stdout is not None
        stream = process.stdout

        def read() -> None:
            for text in stream:
                self.lines.append(text.rstrip())
                if text.startswith("Caisse prête"):
                    found.put(int(text.rsplit(":", 1)[1].strip().rstrip("/")))
            found.put(0)

        threading.Thread(target=read, daemon=True).start()
        self.port = found.get(timeout=30)

    def log_in(self, code: str = till_shop.CASHIER, pin: str = till_shop.PIN) -> str:
        """Identify; the page keeps the token."""
        answer = self.post("/till/v1/cashier", {"code": code, "pin": pin})
        assert answer.status_code == 200, answer.text
        token = answer.json()["token"]
        self.page.headers["X-Escarcelle-Cashier"] = token
        return token

    def allow(self, what: str, pin: str = till_shop.MANAGER_PIN) -> dict:
        """A manager's override, as an element of ``overrides``."""
        body = {"code": till_shop.MANAGER, "pin": pin, "reason": "cas social", "what": what}
        answer = self.post("/till/v1/overrides", body)
        assert answer.status_code == 200, answer.text
        return {"kind": what, "token": answer.json()["token"], "reason": "cas social"}

    def school(self, on: bool = True) -> None:
        """Switch the training mode on (with a manager's proof) or off."""
        token = self.allow("training")["token"] if on else None
        answer = self.post("/till/v1/training", {"on": on, "token": token})
        assert answer.status_code == 200, answer.text
        assert answer.json() == {"training": on}

    def url(self, path: str) -> str:
        """Address on the till."""
        return f"http://127.0.0.1:{self.port}{path}"

    def get(self, path: str, **options) -> requests.Response:
        """GET as the page."""
        return self.page.get(self.url(path), timeout=10, **options)

    def post(self, path: str, body: object = None, **options) -> requests.Response:
        """POST as the page."""
        return self.page.post(self.url(path), json=body, timeout=15, **options)

    def sell(self, order: dict | None = None) -> dict:
        """A sale that must succeed."""
        answer = self.post("/till/v1/tickets", order or till_shop.order())
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refused(self, order: dict) -> dict:
        """A sale that must be refused; the error."""
        answer = self.post("/till/v1/tickets", order)
        assert answer.status_code >= 400, answer.text
        return answer.json()["error"]

    def status(self) -> dict:
        """``GET status``."""
        return self.get("/till/v1/status").json()

    def until(self, condition: Callable[[], object], seconds: float = 15.0) -> object:
        """Wait for something to become true."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            value = condition()
            if value:
                return value
            time.sleep(0.05)
        raise AssertionError("it never happened; last output:\n" + "\n".join(self.lines[-30:]))

    def synced(self, seconds: float = 15.0) -> None:
        """Wait until nothing waits for the server."""
        self.until(lambda: self.status()["queue"]["pending"] == 0, seconds)

    def died(self) -> int:
        """Wait for the process to end by itself; its exit code."""
        assert self.process is not None
        return self.process.wait(timeout=30)

    def kill(self) -> None:
        """SIGKILL, as a power cut."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(timeout=10)

    def stop(self) -> int:
        """SIGTERM, orderly."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(timeout=20)


class LocalProgram(Program):
    """The same in this process: a thread with its own event loop."""

    service: Service | None = None

    def enroll(self, code: str = "AAAA-BBBB") -> "Program":
        """Enrol, in this process."""
        assert cli.main(self.command("enroll", code)[3:]) == 0
        return self

    def launch(self, environment: dict[str, str], limit_bytes: int) -> None:
        """Start the thread."""
        assert not environment["ESCARCELLE_TILL_FAULT"] and not limit_bytes
        settings = config.load(self.config).with_options(
            state_dir=self.state, port=None, url=None
        )
        clock = FileClock(self.clock) if self.clock else SystemClock()
        self.service = service = Service(Till(settings, clock))
        self._thread = threading.Thread(target=lambda: asyncio.run(service.run()), daemon=True)
        self._thread.start()
        assert service.ready.wait(10)
        self.port = service.port

    def kill(self) -> None:
        """End; not a power cut, this one."""
        if self.service is not None and self._thread.is_alive():
            self.service.stop_soon()
            self._thread.join(20)
            assert not self._thread.is_alive()

    def stop(self) -> int:
        """Orderly."""
        self.kill()
        return 0
