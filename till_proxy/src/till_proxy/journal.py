"""The till's memory: one sealed file per entry, written so that no power cut loses or doubles it.

An entry (``docs/formats.md`` §6) is written under a temporary name, fsynced, renamed to
``Ventes/<n>.entry``, and the directory is fsynced: only then does it exist. An acknowledged entry
is renamed into ``Envoyes/``. A temporary file found at start is either complete, and then it is the
entry that was being written, or set aside in ``Ecartes/``.
"""

import errno
import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from .errors import Refusal
from .faults import fault
from .state import StateDir
from .vault import Cipher, VaultError, fsync_directory

_NAME = re.compile(r"(\d{12})\.entry")
#: Sales wait while entries are deleted: a few at a time.
_PURGE_AT_ONCE = 200
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_DISK_FULL = (
    "Le disque de la caisse est plein : la vente n'est pas enregistrée. Libérez de la place "
    "(corbeille, téléchargements), puis validez de nouveau."
)
_BROKEN = (
    "Le disque de la caisse ne répond plus correctement. Redémarrez la caisse ; si cela revient, "
    "appelez le responsable : le disque est à changer."
)


@dataclass(frozen=True, slots=True)
class Defect:
    """Something found wrong in the files: entry number (0 when unknown) and a French phrase."""

    n: int
    message: str


class Journal:
    """Entries on disk. Not thread-safe: one writer, as the fiscal state itself."""

    def __init__(self, directory: StateDir, cipher: Cipher, reserve_bytes: int = 0):
        self._dir = directory
        self._cipher = cipher
        self._reserve = reserve_bytes
        self._pending: set[int] = set()
        self._sent: set[int] = set()
        self._broken = False

    @property
    def last(self) -> int:
        """Highest entry number on disk, 0 when there is none."""
        return max(max(self._pending, default=0), max(self._sent, default=0))

    @property
    def numbers(self) -> list[int]:
        """Every entry number on disk, ascending."""
        return sorted(self._pending | self._sent)

    @property
    def pending(self) -> list[int]:
        """Numbers of the entries the server has not acknowledged, ascending."""
        return sorted(self._pending)

    @property
    def acknowledged(self) -> int:
        """The last entry the server acknowledged, as far as it is kept here; 0 when none is."""
        return max(self._sent, default=0)

    def is_pending(self, n: int) -> bool:
        """Whether entry ``n`` still waits for the server."""
        return n in self._pending

    def scan(self) -> list[Defect]:
        """List the directories, adopt or set aside unfinished writes; call once, at start."""
        defects: list[Defect] = []
        self._sent = _numbers(self._dir.sent)
        self._pending = _numbers(self._dir.pending)
        for n in self._pending & self._sent:
            # A rename that a file system did not make durable on both sides: same entry twice.
            self._set_aside(self._path(n), "double")
            self._pending.discard(n)
            defects.append(Defect(n, f"L'écriture {n} était présente deux fois ; une est écartée."))
        for path in sorted(self._dir.pending.glob("*.tmp")):
            defects.extend(self._finish(path))
        return defects

    def _finish(self, path: Path) -> list[Defect]:
        """A write was cut short: its file is complete and next in line, or it is set aside."""
        try:
            n = int(path.stem)
            entry = self._open(path, n)
        except (ValueError, VaultError, OSError):
            self._set_aside(path, "incomplet")
            message = f"Écriture interrompue avant la fin ({path.name}), écartée : rien n'a été vendu."
            return [Defect(0, message)]
        if n != self.last + 1 or entry.get("n") != n:
            self._set_aside(path, "hors-suite")
            return [Defect(n, f"Écriture {n} interrompue et hors de la suite, écartée.")]
        os.replace(path, self._dir.pending / _file(n))
        fsync_directory(self._dir.pending)
        self._pending.add(n)
        return []

    def append(self, entry: dict, *, essential: bool = False) -> None:
        """Make ``entry`` durable. Refusal(disk_full) leaves no trace of it.

        ``essential`` entries (closings, events) may use the reserve that stops sales.
        """
        if self._broken:
            raise Refusal("till_damaged", _BROKEN)
        n = entry["n"]
        sealed = self._cipher.seal(
            json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode(), _purpose(n)
        )
        if not essential and self.free_bytes() < self._reserve + len(sealed):
            raise Refusal("disk_full", _DISK_FULL, free_bytes=self.free_bytes())
        temporary = self._dir.pending / f"{n:012d}.tmp"
        fault("before_write")
        try:
            _write(temporary, sealed)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            if error.errno in _FULL:
                raise Refusal("disk_full", _DISK_FULL) from error
            self._broken = True
            raise Refusal("till_damaged", _BROKEN, errno=error.errno) from error
        fault("after_fsync")
        try:
            os.replace(temporary, self._dir.pending / _file(n))
            fault("after_rename")
            fsync_directory(self._dir.pending)
        except OSError as error:
            # Nobody knows whether the entry is there: only a new start, from the files, tells.
            self._broken = True
            raise Refusal("till_damaged", _BROKEN, errno=error.errno) from error
        self._pending.add(n)

    def read(self, n: int) -> dict:
        """Entry ``n``; KeyError when it is not there, VaultError when it does not open."""
        if n not in self._pending and n not in self._sent:
            raise KeyError(n)
        return self._open(self._path(n), n)

    def entries(self) -> Iterator[tuple[int, dict | None]]:
        """Every entry in order; None in place of one that cannot be read."""
        for n in self.numbers:
            try:
                yield n, self.read(n)
            except (VaultError, OSError, ValueError):
                yield n, None

    def acknowledge(self, n: int, at: datetime) -> None:
        """The server has it: move to ``Envoyes/``. Harmless when already done."""
        if n not in self._pending:
            return
        path = self._dir.pending / _file(n)
        # Kept 30 days from the acknowledgement, not from the sale.
        os.utime(path, (at.timestamp(), at.timestamp()))
        os.replace(path, self._dir.sent / _file(n))
        self._pending.discard(n)
        self._sent.add(n)

    def resend(self, first: int = 1) -> int:
        """Put acknowledged entries from number ``first`` back in the queue; how many."""
        numbers = [n for n in sorted(self._sent) if n >= first]
        for n in numbers:
            os.replace(self._dir.sent / _file(n), self._dir.pending / _file(n))
            self._sent.discard(n)
            self._pending.add(n)
        self.flush_acknowledged()
        return len(numbers)

    def flush_acknowledged(self) -> None:
        """Make the moves durable: the new name first, so that no crash loses both."""
        fsync_directory(self._dir.sent)
        fsync_directory(self._dir.pending)

    def purgeable(self, before: datetime) -> list[int]:
        """The oldest acknowledged entries moved before ``before``, without leaving a hole."""
        limit, last, out = before.timestamp(), self.last, []
        first_pending = min(self._pending, default=last + 1)
        for n in sorted(self._sent):
            if n >= min(first_pending, last) or len(out) == _PURGE_AT_ONCE:
                break
            if self._path(n).stat().st_mtime >= limit:
                break
            out.append(n)
        return out

    def purge(self, numbers: list[int]) -> None:
        """Delete acknowledged entries; the caller has made a checkpoint that covers them."""
        for n in numbers:
            self._path(n).unlink(missing_ok=True)
            self._sent.discard(n)

    def free_bytes(self) -> int:
        """Free space of the disk that holds the entries."""
        return shutil.disk_usage(self._dir.pending).free

    def set_aside(self, n: int, why: str) -> None:
        """Keep an unreadable entry out of the way, never delete it."""
        self._set_aside(self._path(n), why)
        self._pending.discard(n)
        self._sent.discard(n)

    def _path(self, n: int) -> Path:
        return (self._dir.sent if n in self._sent else self._dir.pending) / _file(n)

    def _open(self, path: Path, n: int) -> dict:
        entry = json.loads(self._cipher.open(path.read_bytes(), _purpose(n)))
        if not isinstance(entry, dict):
            raise VaultError("Écriture illisible.")
        return entry

    def _set_aside(self, path: Path, why: str) -> None:
        stamp = datetime.now(timezone.utc).strftime("%Y%m%d%H%M%S%f")
        os.replace(path, self._dir.aside / f"{path.stem}-{stamp}.{why}")
        fsync_directory(self._dir.aside)


def _file(n: int) -> str:
    return f"{n:012d}.entry"


def _purpose(n: int) -> str:
    return f"entry:{n}"


def _numbers(directory: Path) -> set[int]:
    names = (_NAME.fullmatch(name) for name in os.listdir(directory))
    return {int(match[1]) for match in names if match}


def _write(path: Path, data: bytes) -> None:
    """Write and fsync a new file; two writes, so that a test can cut between them."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        half = len(data) // 2
        for part in (data[:half], data[half:]):
            view = memoryview(part)
            while view:
                view = view[os.write(fd, view) :]
            fault("partial_write")
        fault("before_fsync")
        os.fsync(fd)
    finally:
        os.close(fd)
