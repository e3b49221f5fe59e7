"""TCP ports of this checkout, remembered in ``var/ports.json`` so that addresses do not move."""

import fcntl
import hashlib
import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ops.errors import OpsError

DEFAULTS = {"postgres": 5469, "odoo": 8069, "till-1": 8868, "till-2": 8869}
TRIES = 200
#: Where the ports without a default are looked for: below those the system lends to clients.
FIRST, LAST = 20_000, 32_000


def first_other(path: Path) -> int:
    """Where a checkout starts to look: elsewhere than its neighbours, so that none takes a port that
    another has given up for a moment (a server killed on purpose, and started again)."""
    draw = int.from_bytes(hashlib.sha256(str(path.resolve()).encode()).digest()[:4], "big")
    return FIRST + draw % ((LAST - FIRST) // TRIES) * TRIES


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether nobody listens there: we can bind it, on loopback and on every address."""
    for address in (host, "0.0.0.0"):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, port))
            except OSError:
                return False
    return True


class Ports:
    """The remembered ports.

    Args:
        path: the JSON file, created at the first choice.
        free: how a port is tried.
    """

    def __init__(self, path: Path, free: Callable[[int], bool] = is_free):
        self._path = path
        self._free = free

    def known(self) -> dict[str, int]:
        """What was chosen so far; an unreadable file counts as none."""
        try:
            stored = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return {k: v for k, v in stored.items() if isinstance(v, int)}

    def choose(self, name: str) -> int:
        """A free port for ``name``: the one it had, its default, or the next free one.

        Two commands, or two layers of tests, never choose the same: one chooses at a time.
        """
        with self._turn():
            port = self._candidate(name)
            self._write(self.known() | {name: port})
            return port

    def remember(self, name: str, port: int) -> None:
        with self._turn():
            self._write(self.known() | {name: port})

    def forget(self, world: str) -> None:
        """Give back the ports of a world that is gone (``till-1@world``)."""
        with self._turn():
            known = self.known()
            kept = {name: port for name, port in known.items() if not name.endswith(f"@{world}")}
            if kept != known:
                self._write(kept)

    def _candidate(self, name: str) -> int:
        known = self.known()
        taken = {port for other, port in known.items() if other != name}
        default = DEFAULTS.get(name) or first_other(self._path)
        candidates = [known[name]] if name in known else []
        candidates += [default + step for step in range(TRIES)]
        for port in candidates:
            if port not in taken and self._free(port):
                return port
        raise OpsError(
            f"aucun port libre pour « {name} » à partir de {default}",
            "arrêter ce qui écoute : ss -ltnp",
        )

    def _write(self, known: dict[str, int]) -> None:
        fresh = self._path.with_suffix(".new")
        fresh.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n", encoding="utf-8")
        fresh.replace(self._path)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
