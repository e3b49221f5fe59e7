"""Print jobs on disk: one sealed file a job, whole after any crash.

A job's states::

    waiting ──► sending ──► sent
       │           └──────► uncertain ──► settled     (a person looked at the paper)
       └──► expired

``sending`` is on disk before the first byte leaves. Found at start, it means that the program died in
between: nobody knows what is on paper, so the job becomes ``uncertain`` and is never sent again by
itself.
"""

import base64
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Protocol

from .vault import VaultError, atomic_write

WAITING, SENDING, SENT = "waiting", "sending", "sent"
UNCERTAIN, SETTLED, EXPIRED = "uncertain", "settled", "expired"
#: States in which nothing more happens to a job; its bytes are then dropped.
FINAL = (SENT, SETTLED, EXPIRED)
#: A job's id makes it unique for this long after it ended.
KEEP = timedelta(days=30)
MAX_BYTES = 4_000_000
_NAME = re.compile(r"(\d{12})\.job")
_STAMP = "%Y-%m-%dT%H:%M:%SZ"


class PrintError(Exception):
    """A job cannot be taken; the message is French and says what to do."""


class Sealer(Protocol):
    """What encrypts the files; ``vault.Cipher`` is one."""

    def seal(self, plain: bytes, purpose: str) -> bytes:
        """Encrypt for ``purpose``."""

    def open(self, sealed: bytes, purpose: str) -> bytes:
        """Decrypt; VaultError when altered."""


@dataclass(frozen=True, slots=True)
class Job:
    """One paper. ``data`` are the printer's bytes, empty once the job has ended."""

    n: int
    id: str
    label: str
    made_at: datetime
    state: str = WAITING
    data: bytes = b""
    until: datetime | None = None
    attempts: int = 0
    problem: str = ""
    ended_at: datetime | None = None

    @property
    def finished(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in FINAL


class JobStore:
    """The files of one till's print queue. The caller serialises the calls."""

    def __init__(self, directory: Path, sealer: Sealer, now: Callable[[], datetime]):
        self._directory = directory
        self._sealer = sealer
        self._now = now
        self._jobs: dict[str, Job] = {}
        self.defects: list[str] = []
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._load()

    def _load(self) -> None:
        for path in sorted(self._directory.iterdir()):
            if path.name.startswith("."):
                path.unlink(missing_ok=True)  # a write that a crash cut short
            elif match := _NAME.fullmatch(path.name):
                self._load_one(path, int(match[1]))
        for job in list(self._jobs.values()):
            if job.state == SENDING:
                self.save(replace(job, state=UNCERTAIN, problem=INTERRUPTED))
            elif job.finished and job.ended_at and job.ended_at < self._now() - KEEP:
                self.drop(job)

    def _load_one(self, path: Path, n: int) -> None:
        try:
            job = _decode(n, self._sealer.open(path.read_bytes(), _purpose(n)))
        except (VaultError, ValueError, KeyError, TypeError, OSError):
            path.replace(path.with_suffix(".illisible"))
            self.defects.append(f"Impression {n} illisible, mise de côté.")
            return
        self._jobs[job.id] = job

    def add(self, job_id: str, label: str, data: bytes, until: datetime | None) -> Job:
        """Keep a new job, durably. Raises PrintError."""
        if not data or len(data) > MAX_BYTES:
            raise PrintError("Impression vide ou trop longue : elle n'est pas mise en attente.")
        n = max((job.n for job in self._jobs.values()), default=0) + 1
        job = Job(n, job_id, label, self._now(), data=data, until=until)
        try:
            self.save(job)
        except OSError as error:
            raise PrintError(
                "Le disque de la caisse est plein : l'impression n'est pas mise en attente. Libérez "
                "de la place, puis demandez un duplicata."
            ) from error
        return job

    def get(self, job_id: str) -> Job | None:
        """The job of that id."""
        return self._jobs.get(job_id)

    def all(self) -> list[Job]:
        """Every job, oldest first."""
        return sorted(self._jobs.values(), key=lambda job: job.n)

    def save(self, job: Job) -> Job:
        """Replace the job's file, durably."""
        if job.finished:
            job = replace(job, data=b"", ended_at=job.ended_at or self._now())
        sealed = self._sealer.seal(_encode(job), _purpose(job.n))
        atomic_write(self._directory / f"{job.n:012d}.job", sealed)
        self._jobs[job.id] = job
        return job

    def hold(self, job: Job) -> Job:
        """Remember in memory what the disk would not take; a new start sees the older state."""
        self._jobs[job.id] = job
        return job

    def drop(self, job: Job) -> None:
        """Forget a job that ended long ago."""
        (self._directory / f"{job.n:012d}.job").unlink(missing_ok=True)
        self._jobs.pop(job.id, None)


INTERRUPTED = (
    "La caisse s'est arrêtée pendant l'impression : regardez si le papier est sorti ; sinon, demandez "
    "un duplicata."
)


def _purpose(n: int) -> str:
    return f"print:{n}"


def _encode(job: Job) -> bytes:
    fields = {
        "id": job.id, "label": job.label, "made_at": _text(job.made_at), "state": job.state,
        "data": base64.b64encode(job.data).decode(), "until": _text(job.until),
        "attempts": job.attempts, "problem": job.problem, "ended_at": _text(job.ended_at),
    }  # fmt: skip
    return json.dumps(fields, ensure_ascii=False).encode()


def _decode(n: int, plain: bytes) -> Job:
    fields = json.loads(plain)
    return Job(
        n, fields["id"], fields["label"], _instant(fields["made_at"]) or _EPOCH, fields["state"],
        base64.b64decode(fields["data"]), _instant(fields["until"]), fields["attempts"],
        fields["problem"], _instant(fields["ended_at"]),
    )  # fmt: skip


_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def _text(at: datetime | None) -> str:
    return at.astimezone(timezone.utc).strftime(_STAMP) if at else ""


def _instant(text: str) -> datetime | None:
    return datetime.strptime(text, _STAMP).replace(tzinfo=timezone.utc) if text else None
