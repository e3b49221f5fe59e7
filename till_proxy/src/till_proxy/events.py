"""What the page is told without asking: a small hub behind ``GET /till/v1/events``."""

import asyncio
import contextlib
from collections.abc import Iterator

_BACKLOG = 64


class Hub:
    """Every listener gets every event; one that does not read loses the oldest, never blocks.

    ``publish`` may be called from any thread once ``attach`` was called from the loop.
    """

    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue] = set()
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def count(self) -> int:
        """How many listen."""
        return len(self._listeners)

    def attach(self) -> None:
        """Remember the running loop."""
        self._loop = asyncio.get_running_loop()

    def publish(self, kind: str, data: object) -> None:
        """Tell everyone; ``kind`` is ``status``, ``snapshot``, ``scan``, or ``stop`` at the end."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._spread, kind, data)

    def _spread(self, kind: str, data: object) -> None:
        for queue in self._listeners:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait((kind, data))

    @contextlib.contextmanager
    def listen(self) -> Iterator[asyncio.Queue]:
        """A queue of ``(kind, data)`` for as long as the context lasts."""
        queue: asyncio.Queue = asyncio.Queue(_BACKLOG)
        self._listeners.add(queue)
        try:
            yield queue
        finally:
            self._listeners.discard(queue)
