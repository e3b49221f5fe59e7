"""A counter scale that speaks Mettler-Toledo 8217 on a serial port.

``W`` asks; the answer is STX, a weight in kilograms, CR — or STX, ``?``, a status byte, CR.
"""

import re
import threading
from decimal import Decimal

_ANSWER = re.compile(rb"\x02\s*(\d{1,3}\.\d{1,3})N?\r")
_PROBLEM = re.compile(rb"\x02\?(.)\r", re.DOTALL)
MESSAGES = {
    "moving": "La balance bouge : attendez qu'elle se stabilise.",
    "overload": "Trop lourd pour la balance.",
    "negative": "Poids négatif : remettez la balance à zéro.",
    "offline": "La balance ne répond pas : vérifiez qu'elle est allumée et branchée.",
}


class ScaleFault(Exception):
    """No weight; ``code`` is a key of ``MESSAGES``."""

    def __init__(self, code: str):
        self.code = code
        super().__init__(MESSAGES[code])


class Scale:
    """Blocking; one question at a time."""

    def __init__(self, port: str, baudrate: int = 9600):
        self._port = port
        self._baudrate = baudrate
        self._busy = threading.Lock()
        self.connected = False

    def read(self) -> Decimal:
        """Weight on the plate in kilograms, three decimals. Raises ScaleFault."""
        import serial

        with self._busy:
            try:
                with serial.Serial(
                    self._port, self._baudrate, bytesize=7, parity="E", timeout=1
                ) as wire:
                    wire.reset_input_buffer()
                    wire.write(b"W")
                    answer = wire.read_until(b"\r", 16)
            except (serial.SerialException, OSError):
                answer = b""
        self.connected = bool(answer)
        return _weight(answer)


def _weight(answer: bytes) -> Decimal:
    if match := _ANSWER.search(answer):
        return Decimal(match[1].decode()).quantize(Decimal("0.001"))
    if match := _PROBLEM.search(answer):
        status = match[1][0]
        for bit, code in ((0x01, "moving"), (0x02, "overload"), (0x04, "negative")):
            if status & bit:
                raise ScaleFault(code)
        raise ScaleFault("moving")
    raise ScaleFault("offline")
