"""A printer that is a file: a device (``/dev/usb/lp0``) or an ordinary file, for trials."""

import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path

from .base import PrinterFault, Status


class FilePrinter:
    """See ``Printer``. An ordinary file is appended to; a device is opened for each job."""

    def __init__(self, path: Path):
        self.name = str(path)
        self._path = path
        self._busy = threading.Lock()

    def send(self, data: bytes, starting: Callable[[], None]) -> None:
        """See ``Printer``."""
        with self._busy:
            fd = self._open()
            try:
                starting()
                _write(fd, data)
            except OSError as error:
                raise PrinterFault("offline", sure=False, detail=str(error)) from error
            finally:
                os.close(fd)

    def pulse(self, pulse: bytes, now: bytes) -> None:
        """See ``Printer``. A device takes one writer: the pulse waits for the job."""
        if not self._busy.acquire(timeout=3):
            raise PrinterFault("busy", sure=True)
        try:
            fd = self._open()
            try:
                _write(fd, pulse)
            except OSError as error:
                raise PrinterFault("offline", sure=True, detail=str(error)) from error
            finally:
                os.close(fd)
        finally:
            self._busy.release()

    def status(self) -> Status:
        """See ``Printer``. Only tells whether the file can be written."""
        there = self._path.exists() or self._path.parent.is_dir()
        return Status("unknown" if there else "offline")

    def _open(self) -> int:
        try:
            fd = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        except OSError as error:
            raise PrinterFault("offline", sure=True, detail=str(error)) from error
        return fd


def _write(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]
    if stat.S_ISREG(os.fstat(fd).st_mode):
        os.fsync(fd)
