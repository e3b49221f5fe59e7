"""The test programs of one command: each in a session of its own, all ended together."""

import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from ops import processes, shell
from ops.paths import HOUSE

#: Seconds a program is given to close what it has opened (servers, databases) once it is interrupted.
GRACE = 60.0


class Interrupted(Exception):
    """The command is ending: the program was, or nothing more is started."""


class Programs:
    """Runs programs, from several threads; ``end`` stops those there are and refuses others."""

    def __init__(self, grace: float = GRACE, pid_files: Path = HOUSE.run):
        self._grace, self._pid_files = grace, pid_files
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen] = set()
        self._ending = False

    def run(self, argv: Sequence[str | Path], *, env: Mapping[str, str], log: Path) -> int:
        """Run to the end, the output added to ``log``; the exit code. None of its children remains.

        Raises:
            Interrupted: ``end`` was called before or meanwhile.
        """
        with self._lock, log.open("ab") as stream:
            if self._ending:
                raise Interrupted
            program = subprocess.Popen(
                [str(word) for word in argv],
                cwd=HOUSE.root,
                env=shell.environment(env),
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            self._running.add(program)
        try:
            code = program.wait()
        finally:
            with self._lock:
                self._running.discard(program)
            _signal(program, signal.SIGKILL)
        if self._ending:
            raise Interrupted
        return code

    def end(self) -> None:
        """Interrupt every program as Ctrl-C would; insist after the grace period."""
        with self._lock:
            self._ending = True
            running = list(self._running)
        for program in running:
            # Not its children: it closes them in its own order.
            program.send_signal(signal.SIGINT)
        for program in running:
            try:
                program.wait(self._grace)
            except subprocess.TimeoutExpired:
                _signal(program, signal.SIGKILL)
                program.wait()
                processes.end_those_of(self._pid_files, program.pid)


def _signal(program: subprocess.Popen, number: int) -> None:
    try:
        os.killpg(program.pid, number)
    except ProcessLookupError:
        pass
