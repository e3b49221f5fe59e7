"""A printer of the computer's own print system (CUPS), sent raw bytes.

« Sent » means that the print system has it, which then keeps it by itself.
"""

import os
import shutil
import subprocess
from collections.abc import Callable

from .base import PrinterFault, Status

_SECONDS = 15


class CupsPrinter:
    """See ``Printer``; ``queue`` is the name CUPS knows it by."""

    def __init__(self, queue: str):
        self.name = queue

    def send(self, data: bytes, starting: Callable[[], None]) -> None:
        """See ``Printer``. ``lp`` refuses or takes the whole job."""
        if shutil.which("lp") is None:
            raise PrinterFault("offline", sure=True, detail="lp is not installed")
        starting()
        command = ["lp", "-d", self.name, "-o", "raw", "-t", "Escarcelle"]
        try:
            done = subprocess.run(command, input=data, capture_output=True, timeout=_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise PrinterFault("offline", sure=False, detail="lp does not answer") from error
        except OSError as error:
            raise PrinterFault("offline", sure=True, detail=str(error)) from error
        if done.returncode:
            detail = done.stderr.decode(errors="replace").strip()[:200]
            raise PrinterFault("offline", sure=True, detail=detail)

    def pulse(self, pulse: bytes, now: bytes) -> None:
        """See ``Printer``."""
        self.send(pulse, lambda: None)

    def status(self) -> Status:
        """See ``Printer``. What CUPS says of the queue, not of the paper."""
        try:
            done = subprocess.run(
                ["lpstat", "-p", self.name],
                capture_output=True,
                timeout=5,
                env={**os.environ, "LC_ALL": "C"},
            )
        except (OSError, subprocess.TimeoutExpired):
            return Status("offline")
        stopped = b"disabled" in done.stdout
        return Status("offline" if done.returncode or stopped else "unknown")
