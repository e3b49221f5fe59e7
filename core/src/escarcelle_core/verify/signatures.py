"""Signatures checked apart from the rest: they depend on nothing, so another processor can do them."""

import multiprocessing
import sys
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from ..signing import Verifier

#: Few enough that none waits long for the last batch of another.
_BATCH = 100
#: Below it, starting a process costs more than it saves.
_WORTHWHILE = 600
#: Batches each other process is given ahead: the thread that feeds it waits its turn in this one.
_AHEAD = 4


class Signatures:
    """``check`` (key, signed string, signature) triples; ``report(subject)`` is called for each that is
    wrong, at the latest when ``finish`` returns. ``processes``: how many may work, this one included.
    """

    def __init__(self, report: Callable[[object], None], processes: int = 1):
        self._report = report
        self._others = processes - 1 if _can_fork() else 0
        self._verifiers: dict[str, Verifier] = {}
        self._batch: list[tuple[str, str, str]] = []
        self._subjects: list[object] = []
        self._waiting: deque[tuple[Future, list, list]] = deque()
        self._pool: ProcessPoolExecutor | None = None
        self._count = 0

    def check(self, verifier: Verifier, payload: str, signature: str, subject: object) -> None:
        """Check one, now or later."""
        self._verifiers[verifier.key_id] = verifier
        self._batch.append((verifier.key_id, payload, signature))
        self._subjects.append(subject)
        if len(self._batch) >= _BATCH:
            self._flush()

    def finish(self) -> None:
        """Check all that is left, and stop the other processes."""
        self._flush()
        while self._waiting:
            self._collect()
        if self._pool:
            self._pool.shutdown()
            self._pool = None

    def _flush(self) -> None:
        batch, subjects, self._batch, self._subjects = self._batch, self._subjects, [], []
        self._count += len(batch)
        while self._waiting and self._waiting[0][0].done():
            self._collect()
        # Who has too much ahead is left alone: this process takes its share, and none waits.
        if self._others <= 0 or self._count < _WORTHWHILE or len(self._waiting) >= _AHEAD * self._others:
            self._tell(wrong(batch, self._verifiers), subjects)
            return
        if self._pool is None:
            context = multiprocessing.get_context("fork")
            self._pool = ProcessPoolExecutor(self._others, mp_context=context)
        certificates = {key: self._verifiers[key].certificate_pem for key in {key for key, *_ in batch}}
        self._waiting.append((self._pool.submit(_wrong_there, certificates, batch), batch, subjects))

    def _collect(self) -> None:
        future, batch, subjects = self._waiting.popleft()
        try:
            found = future.result()
        except (BrokenProcessPool, OSError):
            self._others = 0
            found = wrong(batch, self._verifiers)
        self._tell(found, subjects)

    def _tell(self, found: list[int], subjects: list) -> None:
        for index in found:
            self._report(subjects[index])


def wrong(batch: list[tuple[str, str, str]], verifiers: dict[str, Verifier]) -> list[int]:
    """Places in ``batch`` of the signatures that do not verify."""
    return [
        index
        for index, (key, payload, signature) in enumerate(batch)
        if not verifiers[key].verify(payload.encode("utf-8"), signature)
    ]


def _wrong_there(certificates: dict[str, str], batch: list[tuple[str, str, str]]) -> list[int]:
    for key, pem in certificates.items():
        if key not in _known:
            _known[key] = Verifier(pem)
    return wrong(batch, _known)


_known: dict[str, Verifier] = {}


def _can_fork() -> bool:
    return sys.platform != "darwin" and "fork" in multiprocessing.get_all_start_methods()
