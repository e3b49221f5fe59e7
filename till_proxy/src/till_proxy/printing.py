"""The print queue: a printer that is off, out of paper or broken never holds up a sale.

``submit`` writes the job to disk and comes back; a task sends the jobs in order, waits longer after
each failure, and never sends twice what may be on paper: such a job is *uncertain*, and a person
decides (``settle``); a new paper is then a duplicate, with a job of its own.
"""

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from .devices.base import Printer, PrinterFault, Status
from .faults import fault
from .printjobs import (
    EXPIRED,
    SENDING,
    SENT,
    SETTLED,
    UNCERTAIN,
    WAITING,
    Job,
    JobStore,
    PrintError,
    Sealer,
)

_logger = logging.getLogger(__name__)
#: Seconds before the next try, by how many tries failed. Short at the end too: somebody who put a
#: roll back waits for the paper.
BACK_OFF = (1, 2, 3, 5)
LOOK_SECONDS = 5.0
#: Between two looks at an idle printer that is at fault.
REST_SECONDS = 6.0
_UNCERTAIN = "{} Regardez si le papier est sorti ; sinon, demandez un duplicata."


@dataclass(frozen=True, slots=True)
class QueueStatus:
    """For the status page. ``printer`` is a code of ``devices.base.MESSAGES``."""

    printer: str
    message: str
    waiting: int
    uncertain: tuple[Job, ...]

    def as_json(self) -> dict:
        """The ``printer`` object of ``/till/v1/status``."""
        return {
            "state": self.printer,
            "message": self.message,
            "waiting": self.waiting,
            "uncertain": [
                {"id": job.id, "label": job.label, "message": job.problem} for job in self.uncertain
            ],
        }


class PrintQueue:
    """Jobs of one printer. Every method but ``run`` and ``stop`` may be called from any thread.

    ``directory`` is the queue's own; ``now`` gives aware instants; ``changed`` is called, from any
    thread, when the status changed.
    """

    def __init__(
        self,
        directory: Path,
        sealer: Sealer,
        printer: Printer | None,
        now: Callable[[], datetime],
        changed: Callable[[], None] = lambda: None,
    ):
        self._store = JobStore(directory, sealer, now)
        self._printer = printer
        self._now = now
        self._changed = changed
        self._guard = threading.RLock()
        self._state = Status("none") if printer is None else Status("checking")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake = asyncio.Event()
        self._task: asyncio.Task | None = None
        self._under_way: asyncio.Future[bool] | None = None
        self._looked = 0.0

    @property
    def defects(self) -> list[str]:
        """What could not be read at start, in French."""
        return self._store.defects

    def submit(self, job_id: str, data: bytes, *, label: str, until: datetime | None = None) -> Job:
        """Keep a job; on disk when this returns. The same id again changes nothing.

        ``label`` is for people (« Ticket 3-1 »); after ``until`` a job that still waits is
        given up. Raises PrintError.
        """
        with self._guard:
            known = self._store.get(job_id)
            if known is not None:
                return known
            job = self._store.add(job_id, label, data, until)
        self.retry()
        return job

    def job(self, job_id: str) -> Job | None:
        """The job of that id, None when there was none in the last 30 days."""
        with self._guard:
            return self._store.get(job_id)

    def jobs(self) -> list[Job]:
        """Jobs that are not finished, oldest first."""
        with self._guard:
            return [job for job in self._store.all() if not job.finished]

    def settle(self, job_id: str, *, printed: bool) -> Job:
        """Somebody looked at an uncertain job's paper: it is there (sent) or not (settled)."""
        with self._guard:
            job = self._store.get(job_id)
            if job is None or job.state != UNCERTAIN:
                raise PrintError("Cette impression n'attend pas de réponse.")
            job = self._store.save(replace(job, state=SENT if printed else SETTLED))
        self._changed()
        return job

    def retry(self) -> None:
        """Try now, without waiting for the back-off (new job, paper put back)."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._wake.set)

    def status(self) -> QueueStatus:
        """State of printer and queue, as last seen; does not talk to the printer."""
        jobs = self.jobs()
        uncertain = tuple(job for job in jobs if job.state == UNCERTAIN)
        return QueueStatus(
            self._state.code,
            self._state.message,
            sum(job.state in (WAITING, SENDING) for job in jobs),
            uncertain,
        )

    def start(self) -> None:
        """Begin to print, in the running loop."""
        self._loop = asyncio.get_running_loop()
        self._wake = asyncio.Event()
        self._task = self._loop.create_task(self.run(), name="print queue")
        threading.Thread(target=self.look, name="printer status", daemon=True).start()

    async def stop(self, grace_seconds: float = 5.0) -> None:
        """Stop, giving the job under way a moment; what waits stays on disk."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        if self._under_way is not None:
            await asyncio.wait([self._under_way], timeout=grace_seconds)
        self._loop = None

    async def run(self) -> None:
        """Print what waits, forever."""
        failures = 0
        while True:
            self._wake.clear()
            job = self._next()
            if job is None or self._printer is None:
                await self._rest()
                failures = 0
                continue
            if await self._in_thread(job):
                failures = 0
                continue
            delay = BACK_OFF[min(failures, len(BACK_OFF) - 1)]
            failures += 1
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._wake.wait(), delay)

    async def _rest(self) -> None:
        """Wait for a job; meanwhile see whether a printer at fault, or not seen yet, is well."""
        seen = self._printer is None or (self._looked and self._state.prints)
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._wake.wait(), None if seen else REST_SECONDS)
            return
        threading.Thread(target=self.look, name="printer status", daemon=True).start()

    async def _in_thread(self, job: Job) -> bool:
        """Print off the loop. A daemon thread: a program that ends must not wait for a paper roll;
        what was being printed is then found uncertain at the next start."""
        loop = asyncio.get_running_loop()
        self._under_way = done = loop.create_future()

        def work() -> None:
            result = self._print(job)
            with contextlib.suppress(RuntimeError):  # the loop is gone
                loop.call_soon_threadsafe(lambda: done.done() or done.set_result(result))

        threading.Thread(target=work, name=f"print-{job.n}", daemon=True).start()
        return await asyncio.shield(done)

    def _next(self) -> Job | None:
        """The oldest job that waits; those whose time is over are given up."""
        with self._guard:
            for job in self._store.all():
                if job.state != WAITING:
                    continue
                if job.until is None or job.until > self._now():
                    return job
                self._save(replace(job, state=EXPIRED, problem="Trop tard pour imprimer."))
        return None

    def _print(self, job: Job) -> bool:
        """One try, in a thread; whether the queue may go on with the next job at once."""
        assert self._printer is not None
        sending: list[Job] = []

        def starting() -> None:
            sending.append(self._save(replace(job, state=SENDING, attempts=job.attempts + 1)))
            fault("before_print")

        try:
            self._printer.send(job.data, starting)
            fault("after_print")
        except PrinterFault as problem:
            return self._failed(job, problem)
        except Exception as error:
            _logger.exception("print job %s", job.n)
            return self._failed(job, PrinterFault("error", sure=not sending, detail=str(error)))
        self._see(Status("ready"))
        self._save(replace(sending[-1] if sending else job, state=SENT, problem=""))
        return True

    def _failed(self, job: Job, problem: PrinterFault) -> bool:
        self._see(Status(problem.code))
        _logger.warning("print job %s: %s %s", job.n, problem.code, problem.detail)
        attempts = job.attempts + 1
        if problem.sure:
            self._save(replace(job, attempts=attempts, problem=str(problem)))
            return False
        message = _UNCERTAIN.format(problem)
        self._save(replace(job, state=UNCERTAIN, attempts=attempts, problem=message))
        return True

    def _save(self, job: Job) -> Job:
        with self._guard:
            try:
                return self._store.save(job)
            except OSError as error:
                if job.state == SENDING:
                    # What cannot be noted must not be printed: it might be printed again.
                    raise PrinterFault("error", sure=True, detail=str(error)) from error
                _logger.error("print job %s: cannot be noted as %s: %s", job.n, job.state, error)
                return self._store.hold(job)
            finally:
                self._changed()

    def _see(self, state: Status) -> None:
        self._state = state

    def look(self) -> Status:
        """Ask the printer how it is, at most every five seconds; blocks for a few at most."""
        with self._guard:
            due = time.monotonic() - self._looked > LOOK_SECONDS
            if due:
                self._looked = time.monotonic()
        if due and self._printer is not None:
            before, state = self._state, self._printer.status()
            self._see(state)
            if state != before:
                self._changed()
            if state.prints and not before.prints:
                self.retry()
        return self._state
