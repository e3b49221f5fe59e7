"""Programs that stay up: in a session of their own, found again by pid file, ended for good."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from ops import shell
from ops.errors import OpsError

GRACE = 15.0


def started_at(pid: int) -> str | None:
    """When a process began, in the kernel's ticks: a pid used again does not have the same."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (OSError, IndexError):
        return None
    return None if fields[0] == "Z" else fields[19]


class Service:
    """One long-running program.

    Args:
        name: names its pid file and is shown to people.
        argv, env, cwd: what is run, ``env`` being added to the launcher's own environment.
        log: receives its output, from the start at each run.
        run: directory of the pid files.
    """

    def __init__(
        self,
        name: str,
        argv: Sequence[str | Path],
        *,
        log: Path,
        run: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ):
        self.name = name
        self.argv = [str(word) for word in argv]
        self.env = dict(env or {})
        self.log = log
        self.cwd = cwd
        self._pid_file = run / f"{name}.pid"
        self._child: subprocess.Popen | None = None

    def start(self) -> None:
        """Start it; one left behind by a launcher that was killed is ended first."""
        self.end_leftover()
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._pid_file.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as stream:
            self._child = subprocess.Popen(
                self.argv,
                env=shell.environment(self.env),
                cwd=self.cwd,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        mark = {
            "pid": self._child.pid,
            "started": started_at(self._child.pid),
            "launcher": os.getpid(),
            "launched": started_at(os.getpid()),
        }
        self._pid_file.write_text(json.dumps(mark))

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child else None

    def alive(self) -> bool:
        return self._child is not None and self._child.poll() is None

    def check(self) -> None:
        """Raise when it ended by itself."""
        if not self.alive():
            raise OpsError(f"« {self.name} » s'est arrêté", "lire le journal", self.log)

    def stop(self) -> None:
        """Ask it to end, with its children; insist after the grace period."""
        if self._child is None:
            return
        if self.alive():
            self._signal(signal.SIGTERM)
            try:
                self._child.wait(GRACE)
            except subprocess.TimeoutExpired:
                pass
        self.kill()

    def kill(self) -> None:
        """End it and its children at once (SIGKILL), as a power cut would."""
        if self._child is None:
            return
        self._signal(signal.SIGKILL)
        self._child.wait()
        self._pid_file.unlink(missing_ok=True)

    def _signal(self, number: int) -> None:
        try:
            os.killpg(self._child.pid, number)
        except ProcessLookupError:
            pass

    def end_leftover(self) -> None:
        """End the process of the pid file, if it is still that one and nobody minds it any more.

        Raises:
            OpsError: another launcher, still there, runs it.
        """
        end_leftover(self._pid_file)


def end_leftovers(run: Path, world: str) -> None:
    """The same for every program of a world, whatever this run is about to start.

    To be done before ports are chosen: what was left behind holds the usual ones.
    """
    for pid_file in run.glob(f"*-{world}*.pid"):
        end_leftover(pid_file)


def end_those_of(run: Path, launcher: int) -> None:
    """The same for every program that a launcher started: it was killed before it could end them."""
    for pid_file in run.glob("*.pid"):
        try:
            mine = json.loads(pid_file.read_text())["launcher"] == launcher
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if mine:
            end_leftover(pid_file)


def end_leftover(pid_file: Path) -> None:
    """See ``Service.end_leftover``."""
    try:
        mark = json.loads(pid_file.read_text())
        pid, started = int(mark["pid"]), mark["started"]
        launcher, launched = int(mark["launcher"]), mark["launched"]
    except (OSError, ValueError, KeyError, TypeError):
        return
    if launcher == os.getpid():
        return
    deadline = time.monotonic() + GRACE
    sent = None
    while started is not None and started_at(pid) == started:
        if launched is not None and started_at(launcher) == launched:
            raise OpsError(
                f"« {pid_file.stem} » tourne déjà, lancé par le processus {launcher}",
                f"l'arrêter d'abord : kill {launcher}",
            )
        wanted = signal.SIGTERM if time.monotonic() < deadline else signal.SIGKILL
        if sent != wanted:
            os.killpg(pid, wanted)
            sent = wanted
        time.sleep(0.1)
    pid_file.unlink(missing_ok=True)
