"""Barcodes read by a scanner on a serial port, for whoever waits for one.

A scanner that types like a keyboard needs none of this: the browser reads it.
"""

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Callable
from typing import Any

_logger = logging.getLogger(__name__)
_RETRY_SECONDS = 5
#: The longest code a till meets (GS1-128); more is line noise.
MAX_CODE = 128


class Scans:
    """Hands each barcode to one waiting page; keeps the last few for a page that is late."""

    def __init__(self, keep_seconds: float = 5.0, clock: Callable[[], float] = time.monotonic):
        self._keep = keep_seconds
        self._clock = clock
        self._waiting: list[asyncio.Future[str]] = []
        self._late: list[tuple[float, str]] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self.connected = False

    def attach(self) -> None:
        """Remember the running loop; ``scanned`` may then be called from any thread."""
        self._loop = asyncio.get_running_loop()

    def scanned(self, code: str) -> None:
        """A code was read."""
        code = "".join(c for c in code if c.isprintable()).strip()[:MAX_CODE]
        if code and self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._deliver, code)

    def _deliver(self, code: str) -> None:
        while self._waiting:
            page = self._waiting.pop(0)
            if not page.done():
                page.set_result(code)
                return
        self._late.append((self._clock(), code))

    async def next(self, seconds: float) -> str | None:
        """The next code, None when none comes in time."""
        limit = self._clock() - self._keep
        self._late = [(at, code) for at, code in self._late if at >= limit]
        if self._late:
            return self._late.pop(0)[1]
        page: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._waiting.append(page)
        try:
            return await asyncio.wait_for(page, seconds)
        except asyncio.TimeoutError:
            return None
        finally:
            with contextlib.suppress(ValueError):
                self._waiting.remove(page)


class SerialScanner:
    """Reads lines of a serial port in a thread and gives them to ``scans``; reconnects."""

    def __init__(self, port: str, scans: Scans, baudrate: int = 9600):
        self._port = port
        self._baudrate = baudrate
        self._scans = scans
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="scanner", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """Read no more."""
        self._stop.set()
        self._thread.join(timeout=2)

    def _run(self) -> None:
        import serial

        while not self._stop.is_set():
            try:
                with serial.Serial(self._port, self._baudrate, timeout=0.5) as wire:
                    self._scans.connected = True
                    self._read(wire)
            except (serial.SerialException, OSError) as error:
                self._scans.connected = False
                _logger.info("scanner %s: %s", self._port, error)
                self._stop.wait(_RETRY_SECONDS)
        self._scans.connected = False

    def _read(self, wire: Any) -> None:
        line = bytearray()
        while not self._stop.is_set():
            byte = wire.read(1)
            if byte in (b"\r", b"\n"):
                self._scans.scanned(line.decode("ascii", errors="ignore"))
                line.clear()
            elif byte and len(line) < MAX_CODE:
                line += byte
