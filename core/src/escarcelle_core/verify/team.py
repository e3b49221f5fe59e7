"""Other processes that take segments, and give them back in order."""

import multiprocessing
import sys
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any

#: Segments each process is given ahead: none waits, and few are in memory.
_AHEAD = 2


class Team:
    """``give`` a segment to ``work``; ``done`` yields what came of those before it, in order."""

    def __init__(self, processes: int):
        self._processes = processes
        self._pool: ProcessPoolExecutor | None = None
        self._waiting: deque[tuple[Future, Any]] = deque()

    @property
    def helps(self) -> bool:
        """Whether there are other processors, and a way to use them."""
        return self._processes > 1 and _can_fork()

    def give(self, subject: Any, work: Any, *arguments: Any) -> None:
        """``subject`` comes back with the answer."""
        if self._pool is None:
            context = multiprocessing.get_context("fork")
            self._pool = ProcessPoolExecutor(self._processes, mp_context=context)
        try:
            future = self._pool.submit(work, *arguments)
        except (BrokenProcessPool, RuntimeError, OSError):
            future = Future()
            future.set_result(None)
        self._waiting.append((future, subject))

    @property
    def busy(self) -> bool:
        """Whether each has enough for a while."""
        return len(self._waiting) >= _AHEAD * self._processes

    def done(self, *, all_of_them: bool = False) -> Iterator[tuple[Any, Any]]:
        """(subject, answer): those that are ready, and as many as keep few in memory. The answer is
        None when a process was lost: the work remains to be done."""
        most = 0 if all_of_them else _AHEAD * self._processes
        while self._waiting and (len(self._waiting) > most or self._waiting[0][0].done()):
            future, subject = self._waiting.popleft()
            try:
                answer = future.result()
            except (BrokenProcessPool, OSError):
                self._processes, answer = 1, None
            yield subject, answer

    def end(self) -> None:
        """Stop them."""
        if self._pool:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None


def _can_fork() -> bool:
    return sys.platform != "darwin" and "fork" in multiprocessing.get_all_start_methods()
