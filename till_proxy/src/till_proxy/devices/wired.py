"""Printers on USB, on a serial port, or of Windows, through the transports of python-escpos.

Only its wires are used: the bytes come from ``escarcelle_core.printing.escpos``.
"""

import threading
from collections.abc import Callable
from typing import Any

from .base import PrinterFault, Status
from .replies import ASK_STATUS, QUIET, is_status, read_status


class WiredPrinter:
    """See ``Printer``. ``make`` builds the python-escpos printer, opened for each job.

    ``answers``: whether the wire brings status back (serial and most USB printers do).
    """

    def __init__(self, name: str, make: Callable[[], Any], *, answers: bool):
        self.name = name
        self._make = make
        self._answers = answers
        self._busy = threading.Lock()

    def send(self, data: bytes, starting: Callable[[], None]) -> None:
        """See ``Printer``."""
        with self._busy, _Wire(self._make) as wire:
            state = wire.state() if self._answers else "unknown"
            if not Status(state).prints:
                raise PrinterFault(state, sure=True)
            starting()
            wire.write(QUIET + data if self._answers else data, sure=False)

    def pulse(self, pulse: bytes, now: bytes) -> None:
        """See ``Printer``. A wire has one user: the pulse waits for the job."""
        if not self._busy.acquire(timeout=3):
            raise PrinterFault("busy", sure=True)
        try:
            with _Wire(self._make) as wire:
                wire.write(pulse, sure=True)
        finally:
            self._busy.release()

    def status(self) -> Status:
        """See ``Printer``."""
        if not self._busy.acquire(timeout=0.2):
            return Status("ready")
        try:
            with _Wire(self._make) as wire:
                return Status(wire.state() if self._answers else "unknown")
        except PrinterFault as fault:
            return Status(fault.code)
        finally:
            self._busy.release()


class _Wire:
    """An open python-escpos printer; whatever it raises becomes a PrinterFault.

    Its transports raise their own errors, those of pyusb, pyserial and pywin32, and bare ones.
    """

    def __init__(self, make: Callable[[], Any]):
        try:
            self._printer = make()
            self._printer.open()
        except Exception as error:
            raise PrinterFault("offline", sure=True, detail=str(error)) from error

    def __enter__(self) -> "_Wire":
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._printer.close()
        except Exception as error:
            raise PrinterFault("offline", sure=False, detail=str(error)) from error

    def write(self, data: bytes, *, sure: bool) -> None:
        try:
            self._printer._raw(data)
        except Exception as error:
            raise PrinterFault("offline", sure=sure, detail=str(error)) from error

    def state(self) -> str:
        """``unknown`` when nothing sensible comes back."""
        answers = bytearray()
        try:
            self._printer._raw(ASK_STATUS)
            for _ in range(8):
                answers += bytes(byte for byte in self._printer._read() if is_status(byte))
                if len(answers) >= 4:
                    return read_status(bytes(answers[:4]))
        except Exception:
            return "unknown"
        return "unknown"


def usb(vendor: int, product: int, in_ep: int = 0x82, out_ep: int = 0x01) -> WiredPrinter:
    """A USB printer by its two identifiers (``lsusb``)."""

    def make() -> Any:
        from escpos.printer import Usb

        return Usb(vendor, product, timeout=5000, in_ep=in_ep, out_ep=out_ep)

    return WiredPrinter(f"USB {vendor:04x}:{product:04x}", make, answers=True)


def serial(port: str, baudrate: int = 9600, *, answers: bool = True) -> WiredPrinter:
    """A printer on a serial port."""

    def make() -> Any:
        from escpos.printer import Serial

        return Serial(port, baudrate=baudrate, timeout=0.5, dsrdtr=False)

    return WiredPrinter(port, make, answers=answers)


def windows(name: str) -> WiredPrinter:
    """A printer of Windows, sent raw bytes through its driver."""

    def make() -> Any:
        from escpos.printer import Win32Raw

        return Win32Raw(name)

    return WiredPrinter(name, make, answers=False)
