"""The cash drawer, which hangs on the printer."""

from escarcelle_core.printing.escpos import drawer_pulse, drawer_pulse_now
from escarcelle_core.printing.profiles import Profile

from .base import Printer, PrinterFault


class Drawer:
    """Opens at once or not at all: a drawer that opens minutes later is a fault of its own."""

    def __init__(self, printer: Printer | None, profile: Profile):
        self._printer = printer
        self._pulse = drawer_pulse(profile)
        self._now = drawer_pulse_now(profile)

    def open_drawer(self) -> None:
        """Send the pulse. Blocks up to a few seconds; raises PrinterFault when it did not go."""
        if self._printer is None:
            raise PrinterFault("none", sure=True)
        self._printer.pulse(self._pulse, self._now)
