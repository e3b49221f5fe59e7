"""The backups nobody starts: each night, with a restore test every month.

``./escarcelle up`` and the containers keep a ``Watch`` going; a systemd timer or cron may call
``./escarcelle backup --due`` as well: one at a time, and each only does what is due.
"""

import fcntl
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from ops import shell
from ops.console import CONSOLE
from ops.errors import OpsError
from ops.paths import HOUSE
from ops.saving import backup, history, passphrase, plan, retention, trial
from ops.saving.history import BACKUP, TRIAL, Result
from ops.saving.plan import Plan
from ops.superuser import Superuser
from ops.world import World

EVERY_SECONDS = 300


def run_due(admin: Superuser, saved: World, settings: Plan, *, now: datetime | None = None) -> bool:
    """Do what is due and say so to the back office; ``False`` when something failed."""
    now = now or datetime.now()
    fine = True
    with _alone() as first:
        if not first:
            return True
        if plan.backup_due(settings, now, *history.last(admin, saved.name, BACKUP)):
            fine = save(admin, saved, settings)
        if plan.trial_due(now, *history.last(admin, saved.name, TRIAL)):
            fine = try_restore(admin, saved, settings) and fine
    return fine


def save(admin: Superuser, saved: World, settings: Plan) -> bool:
    """One backup into the plan's folder, then forget what is no longer needed."""

    def work() -> tuple[Path, str]:
        directory = settings.checked_directory()
        path = backup.save(admin, saved, directory, passphrase.for_backup())
        gone = retention.superfluous(retention.of_database(directory, saved.name), settings.keep)
        for old in gone:
            old.unlink()
        said = "même disque que la maison : à déplacer" if plan.same_disk(directory) else ""
        return path, said

    return _told(admin, saved, settings, BACKUP, "sauvegarde de la nuit", work)


def try_restore(admin: Superuser, saved: World, settings: Plan) -> bool:
    """Restore the newest backup on the side and verify its journal."""

    def work() -> tuple[Path, str]:
        found = retention.of_database(settings.checked_directory(), saved.name)
        if not found:
            raise OpsError("aucune sauvegarde à essayer", "./escarcelle backup --due")
        return found[0], trial.run(admin, found[0], passphrase.for_backup())

    return _told(admin, saved, settings, TRIAL, "essai de restauration", work)


def _told(
    admin: Superuser, saved: World, settings: Plan, kind: str, label: str,
    work: Callable[[], tuple[Path, str]],
) -> bool:  # fmt: skip
    start = time.monotonic()
    try:
        with CONSOLE.working(label):
            path, said = work()
    except (OpsError, OSError) as error:
        if isinstance(error, OpsError):
            CONSOLE.say(error.report())
        spent = time.monotonic() - start
        result = Result(kind, False, spent, settings.directory, message=str(error))
        history.record(admin, saved.name, result)
        return False
    size = path.stat().st_size / 1e6
    spent = time.monotonic() - start
    history.record(
        admin, saved.name, Result(kind, True, spent, settings.directory, path.name, size, said)
    )
    return True


@contextmanager
def _alone():
    """True for the first; another one at work does the same."""
    HOUSE.run.mkdir(parents=True, exist_ok=True)
    with (HOUSE.run / "backup.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


class Watch:
    """A thread that calls ``./escarcelle backup --due`` now and then, as a program of its own."""

    def __init__(self, argv: list[str] | None = None, every: float = EVERY_SECONDS):
        self._argv = argv or [sys.executable, str(HOUSE.root / "escarcelle"), "backup", "--due", "--yes"]
        self._every = every
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="sauvegardes", daemon=True)
        self._child: subprocess.Popen | None = None

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_ignored) -> None:
        self._ended.set()
        child = self._child
        if child is not None and child.poll() is None:
            child.terminate()
        self._thread.join(30)

    def _loop(self) -> None:
        while not self._ended.is_set():
            if plan.FILE.exists():
                with (HOUSE.log / "backup.log").open("ab") as log:
                    self._child = subprocess.Popen(
                        ["nice", "-n", "10", *self._argv],
                        stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                        env=shell.environment(), cwd=HOUSE.root, start_new_session=True,
                    )  # fmt: skip
                    self._child.wait()
            self._ended.wait(self._every)
