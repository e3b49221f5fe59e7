"""Print commands → ESC/POS bytes for one printer profile.

Alignment and columns of text are spaces computed by ``layout.py``; the printer only centres what
it draws itself (barcodes, images). Control codes come from this file, never from data.
"""

from collections.abc import Iterable

from .characters import CODE_PAGES
from .commands import (
    CENTRE,
    RIGHT,
    Barcode,
    Beep,
    CodePage,
    Command,
    Cut,
    Image,
    Logo,
    NewLine,
    OpenDrawer,
    QrCode,
    Text,
)
from .layout import PLAIN, Format, Placed, Row, Run, lay_out
from .profiles import Profile

ESC, FS, GS, LF = b"\x1b", b"\x1c", b"\x1d", b"\n"
#: Reset; the euro country set, whatever the switches say; no double-byte (Kanji) reading.
START = ESC + b"@" + ESC + b"R\x00" + FS + b"."
#: Pulse 50 ms on, 500 ms off: long enough for every drawer, short enough for its coil.
_PULSE = bytes((25, 250))
_BARCODES = {"UPCA": 65, "EAN13": 67, "EAN8": 68, "CODE39": 69, "CODE128": 73}
_ALIGNMENTS = {CENTRE: 1, RIGHT: 2}
_IMAGE_ROWS = 255


def encode(commands: Iterable[Command], profile: Profile) -> bytes:
    """The bytes that print ``commands`` on a printer of ``profile``; starts from a reset."""
    return START + _Encoder(profile).run(commands)


def drawer_pulse(profile: Profile, pin: int | None = None) -> bytes:
    """The bytes that open the drawer, alone (``ESC p``): no reset, nothing printed."""
    return ESC + b"p" + bytes((1 if (pin or profile.drawer_pin) == 5 else 0,)) + _PULSE


def drawer_pulse_now(profile: Profile) -> bytes:
    """The same as a real-time command (``DLE DC4``), obeyed while the printer waits for paper."""
    return b"\x10\x14\x01" + bytes((1 if profile.drawer_pin == 5 else 0,)) + b"\x02"


class _Encoder:
    def __init__(self, profile: Profile):
        self.profile = profile
        self.format = PLAIN
        self.page: int | None = None
        self.out = bytearray()

    def run(self, commands: Iterable[Command]) -> bytes:
        for item in lay_out(self._known_pages(commands), self.profile.width):
            if isinstance(item, Row):
                self._row(item)
            else:
                self._placed(item)
        self._set_format(PLAIN)
        return bytes(self.out)

    def _known_pages(self, commands: Iterable[Command]) -> Iterable[Command]:
        """Start on a page the printer has, and replace the pages it has not."""
        yield CodePage(self.profile.page())
        for command in commands:
            if isinstance(command, CodePage):
                yield CodePage(self.profile.page(command.number))
            else:
                yield command

    def _row(self, row: Row) -> None:
        if row.runs and row.code_page != self.page:
            self.page = row.code_page
            self.out += ESC + b"t" + bytes((self.profile.code_pages[row.code_page],))
        for run in row.runs:
            self._run(run, CODE_PAGES[row.code_page])
        self.out += LF

    def _run(self, run: Run, codec: str) -> None:
        self._set_format(run.format)
        self.out += run.text.encode(codec)

    def _set_format(self, wanted: Format) -> None:
        was, self.format = self.format, wanted
        if was.bold != wanted.bold:
            self.out += ESC + b"E" + bytes((wanted.bold,))
        if was.underline != wanted.underline:
            self.out += ESC + b"-" + bytes((wanted.underline,))
        if was.inverse != wanted.inverse:
            self.out += GS + b"B" + bytes((wanted.inverse,))
        if (was.width, was.height) != (wanted.width, wanted.height):
            self.out += GS + b"!" + bytes(((wanted.width - 1) << 4 | (wanted.height - 1),))

    def _placed(self, item: Placed) -> None:
        command = item.command
        if isinstance(command, OpenDrawer):
            self.out += drawer_pulse(self.profile, command.pin)
        elif isinstance(command, Beep):
            if self.profile.buzzer:
                self.out += ESC + b"B" + bytes((max(1, min(9, command.count)), 2))
        elif isinstance(command, Cut):
            self._cut(command)
        else:
            self._drawn(command, _ALIGNMENTS.get(item.align, 0))

    def _cut(self, command: Cut) -> None:
        self._set_format(PLAIN)
        if self.profile.cutter:  # feeds to the knife by itself
            self.out += GS + b"V" + bytes((65 if command.full else 66, 0))
        else:
            self.out += ESC + b"d" + bytes((self.profile.feed,))

    def _drawn(self, command: Barcode | QrCode | Logo | Image, align: int) -> None:
        self._set_format(PLAIN)
        if isinstance(command, Barcode):
            drawn = _barcode(command) if self.profile.barcode else self._instead(command.data)
        elif isinstance(command, QrCode):
            drawn = _qrcode(command) if self.profile.qrcode else self._instead(command.data)
        elif isinstance(command, Logo):
            mode = (command.width > 1) | (command.height > 1) << 1
            drawn = FS + b"p" + bytes((command.number, mode))
        else:
            drawn = _image(command)
        if align:
            drawn = ESC + b"a" + bytes((align,)) + drawn + ESC + b"a\x00"
        self.out += drawn

    def _instead(self, data: str) -> bytes:
        """What a printer that cannot draw prints: the data, readable."""
        below = _Encoder(self.profile)
        return below.run([Text(data), NewLine()])


def _barcode(command: Barcode) -> bytes:
    data = command.data.encode("ascii")
    if command.symbology == "CODE128":
        data = b"{B" + data.replace(b"{", b"{{")
    return (
        GS
        + b"h"
        + bytes((command.height,))
        + GS
        + b"w"
        + bytes((command.module,))
        + GS
        + b"H"
        + bytes((2 if command.text else 0,))
        + GS
        + b"k"
        + bytes((_BARCODES[command.symbology], len(data)))
        + data
    )


def _qrcode(command: QrCode) -> bytes:
    def function(number: int, parameters: bytes) -> bytes:
        body = bytes((49, number)) + parameters
        return GS + b"(k" + len(body).to_bytes(2, "little") + body

    return (
        function(65, b"\x32\x00")
        + function(67, bytes((command.size,)))
        + function(69, bytes((48 + "LMQH".index(command.level),)))
        + function(80, b"0" + command.data.encode())
        + function(81, b"0")
    )


def _image(command: Image) -> bytes:
    stride = (command.width + 7) // 8
    out = bytearray()
    for top in range(0, command.height, _IMAGE_ROWS):
        rows = min(_IMAGE_ROWS, command.height - top)
        out += GS + b"v0\x00" + stride.to_bytes(2, "little") + rows.to_bytes(2, "little")
        out += command.rows[top * stride : (top + rows) * stride]
    return bytes(out)
