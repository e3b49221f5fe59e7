"""Odoo as a person meets it in the Apps screen: a running server, called as the web client calls it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import requests

#: What a loaded two-core machine needs to install a module.
PATIENCE = 600


class Refused(Exception):
    """The server said no; the message is what the person reads."""


class AppsScreen:
    """``with AppsScreen(conf, database) as apps``: logged on as the administrator."""

    def __init__(self, conf: Path, database: str, environ: Mapping[str, str] | None = None):
        self.conf, self.database = conf, database
        self.environ = {**os.environ, **(environ or {})}
        self._server: subprocess.Popen | None = None
        self._log = Path(conf).with_suffix(".apps.log")

    def command(self, *arguments: str) -> subprocess.CompletedProcess:
        """Run the server's command line to its end."""
        return subprocess.run(
            [sys.executable, "-m", "odoo", "--config", str(self.conf), "--database", self.database,
             *arguments, "--stop-after-init"],
            env=self.environ, capture_output=True, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip

    def shell(self, script: str) -> str:
        """Run a script as the administrator of the database; what it prints."""
        done = subprocess.run(
            [sys.executable, "-m", "odoo", "shell", "--config", str(self.conf), "--database", self.database,
             "--no-http"],
            env=self.environ, input=script, capture_output=True, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    def __enter__(self) -> "AppsScreen":
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            port = found.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        with self._log.open("w") as log:
            self._server = subprocess.Popen(
                [sys.executable, "-m", "odoo", "--config", str(self.conf), "--database", self.database,
                 "--http-port", str(port), "--http-interface", "127.0.0.1", "--max-cron-threads", "0"],
                env=self.environ, stdout=log, stderr=log,
            )  # fmt: skip
        self._page = requests.Session()
        self._page.trust_env = False
        self._until_up()
        self._rpc(
            "/web/session/authenticate", db=self.database, login="admin", password="admin"
        )
        return self

    def __exit__(self, *exception) -> None:
        assert self._server is not None
        self._server.terminate()
        try:
            self._server.wait(30)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()

    def _until_up(self) -> None:
        end = time.monotonic() + PATIENCE
        while True:
            assert self._server is not None and self._server.poll() is None, self._log.read_text()
            try:
                if self._page.get(f"{self.url}/web/health", timeout=10).ok:
                    return
            except requests.RequestException:
                pass
            assert time.monotonic() < end, self._log.read_text()[-3000:]
            time.sleep(0.3)

    def _rpc(self, path: str, **params):
        body = {"jsonrpc": "2.0", "method": "call", "params": params}
        answer = self._page.post(self.url + path, json=body, timeout=PATIENCE).json()
        if "error" in answer:
            raise Refused(answer["error"]["data"]["message"])
        return answer["result"]

    def call(self, model: str, method: str, *args, **kwargs):
        """What the web client sends."""
        return self._rpc(
            f"/web/dataset/call_kw/{model}/{method}", model=model, method=method, args=args, kwargs=kwargs
        )

    def press(self, name: str, button: str = "button_immediate_install") -> None:
        """Press a module's button; Refused with the message shown."""
        ids = self.call("ir.module.module", "search", [("name", "=", name)])
        assert ids, f"{name} is not in the list"
        self._rpc(
            f"/web/dataset/call_button/ir.module.module/{button}",
            model="ir.module.module", method=button, args=[ids], kwargs={},
        )  # fmt: skip

    def states(self, *names: str) -> list[str]:
        """Where these modules stand."""
        found = self.call("ir.module.module", "search_read", [("name", "in", names)], ["name", "state"])
        known = {row["name"]: row["state"] for row in found}
        return [known[name] for name in names]
