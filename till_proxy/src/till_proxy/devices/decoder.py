"""ESC/POS bytes → the text a printer would print, for the simulator.

Written from the commands' documentation, not from our encoder, so that one checks the other. Bytes may
come in any pieces. What is drawn stands as a mark in brackets, as in ``printing.preview``.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

#: Commands of fixed length: their bytes → number of parameters.
_FIXED = {
    b"\x1b@": 0, b"\x1bR": 1, b"\x1bt": 1, b"\x1bE": 1, b"\x1bG": 1, b"\x1b-": 1, b"\x1ba": 1,
    b"\x1bd": 1, b"\x1bJ": 1, b"\x1b!": 1, b"\x1bM": 1, b"\x1b{": 1, b"\x1bp": 3, b"\x1bB": 2,
    b"\x1b2": 0, b"\x1b3": 1, b"\x1bV": 1, b"\x1bS": 0, b"\x1bi": 0, b"\x1bm": 0, b"\x1b=": 1,
    b"\x1c.": 0, b"\x1c&": 0, b"\x1cp": 2, b"\x1d!": 1, b"\x1dB": 1, b"\x1dH": 1, b"\x1df": 1,
    b"\x1dh": 1, b"\x1dw": 1, b"\x1da": 1, b"\x1dr": 1, b"\x1dL": 2, b"\x1dW": 2, b"\x10\x04": 1,
    b"\x10\x14": 3,
}  # fmt: skip
_PAGES = {0: "cp437", 2: "cp850", 16: "cp1252", 19: "cp858", 40: "iso8859-15"}
_BARCODES = {
    0: "UPCA", 2: "EAN13", 3: "EAN8", 4: "CODE39", 65: "UPCA", 67: "EAN13", 68: "EAN8",
    69: "CODE39", 73: "CODE128",
}  # fmt: skip
_ALIGN = ("left", "centre", "right")


@dataclass(frozen=True, slots=True)
class Token:
    """One command, or one printable byte: ``code`` is then empty and ``data`` the byte."""

    code: bytes
    data: bytes


def tokens(buffer: bytearray) -> Iterator[Token]:
    """Take whole commands off the front of ``buffer``; what is incomplete stays for later."""
    while buffer:
        length = _length(buffer)
        if length is None or length > len(buffer):
            return
        piece = bytes(buffer[:length])
        del buffer[:length]
        head = 0 if length == 1 and piece not in b"\n\r\t\x0c\x07\x18" else min(2, length)
        if piece[:3] in (b"\x1d(k", b"\x1dv0"):
            head = 3
        yield Token(piece[:head], piece[head:])


def _length(data: bytearray) -> int | None:
    """Length of the command at the front, None when that cannot be told yet."""
    first = data[0]
    if first not in (0x10, 0x1B, 0x1C, 0x1D):
        return 1
    if len(data) < 2:
        return None
    head = bytes(data[:2])
    if head in _FIXED:
        return 2 + _FIXED[head]
    if head == b"\x1dV":
        return None if len(data) < 3 else (4 if data[2] in (65, 66, 103, 104) else 3)
    if head in (b"\x1d(", b"\x1b("):
        return None if len(data) < 5 else 5 + data[3] + 256 * data[4]
    if head == b"\x1dv":
        return None if len(data) < 8 else 8 + (data[4] + 256 * data[5]) * (data[6] + 256 * data[7])
    if head == b"\x1b*":
        if len(data) < 5:
            return None
        return 5 + (data[3] + 256 * data[4]) * (3 if data[2] in (32, 33) else 1)
    if head == b"\x1bD":
        end = data.find(0, 2)
        return None if end < 0 else end + 1
    if head == b"\x1dk":
        return _barcode_length(data)
    return 2


def _barcode_length(data: bytearray) -> int | None:
    if len(data) < 4:
        return None
    if data[2] >= 65:
        return 4 + data[3]
    end = data.find(0, 3)
    return None if end < 0 else end + 1


@dataclass(slots=True)
class Paper:
    """What is on the paper so far. ``cuts`` and ``pulses`` (drawer pins) are counted apart."""

    width: int = 42
    lines: list[str] = field(default_factory=list)
    cuts: int = 0
    pulses: list[int] = field(default_factory=list)
    unknown: list[bytes] = field(default_factory=list)
    _line: str = ""
    _page: str = "cp437"
    _magnify: int = 1
    _align: str = "left"
    _image: tuple[int, int] | None = None
    _qr: str = ""

    @property
    def blank(self) -> bool:
        """Whether nothing was printed nor cut."""
        return not (self.lines or self._line or self._image or self.cuts)

    @property
    def text(self) -> str:
        """The printed lines, without trailing spaces, each ended by a newline."""
        self._end_image()
        lines = self.lines + ([self._placed(self._line)] if self._line else [])
        return "".join(f"{line.rstrip()}\n" for line in lines)

    def take(self, token: Token) -> None:
        """Do what one command says."""
        code, data = token.code, token.data
        if code != b"\x1dv0":
            self._end_image()
        if not code:
            character = data.decode(self._page, errors="replace")
            self._line += character + " " * (self._magnify - 1)
        elif code == b"\n":
            self._end_line()
        elif code in _SETTERS:
            _SETTERS[code](self, data)
        elif code in _DRAWN:
            self._mark(_DRAWN[code](self, data))
        elif code[:2] == b"\x1dV" or code in (b"\x1bi", b"\x1bm"):
            self._finish_line()
            self.cuts += 1
        elif code == b"\x1bd":
            self._finish_line()
        elif code == b"\x1bp":
            self.pulses.append(5 if data[0] in (1, 49) else 2)
        elif code == b"\x10\x14":
            self.pulses.append(5 if data[1] == 1 else 2)
        elif code not in _FIXED and code not in (b"\r", b"\x0c", b"\x18"):
            self.unknown.append(code + data)

    def _end_line(self) -> None:
        self.lines.append(self._placed(self._line))
        self._line = ""

    def _finish_line(self) -> None:
        if self._line:
            self._end_line()

    def _placed(self, line: str) -> str:
        free = max(0, self.width - len(line))
        return " " * {"centre": free // 2, "right": free}.get(self._align, 0) + line

    def _mark(self, mark: str) -> None:
        if mark:
            self._finish_line()
            self.lines.append(self._placed(f"[{mark}]"))

    def _raster(self, data: bytes) -> str:
        """Slices of one image come one after another; they are one image."""
        stride, rows = data[1] + 256 * data[2], data[3] + 256 * data[4]
        if self._image and self._image[0] == stride:
            self._image = (stride, self._image[1] + rows)
        else:
            self._end_image()
            self._image = (stride, rows)
        return ""

    def _end_image(self) -> None:
        if self._image:
            (stride, rows), self._image = self._image, None
            self._mark(f"image {stride * 8}x{rows}")

    def _symbol(self, data: bytes) -> str:
        """``GS ( k``: keep the data of a QR code, then draw it."""
        function = data[3]
        if function == 80:
            self._qr = data[5:].decode("utf-8", errors="replace")
        return f"QR {self._qr}" if function == 81 else ""

    def _barcode(self, data: bytes) -> str:
        kind = data[0]
        value = data[2:] if kind >= 65 else data[1:-1]
        if kind == 73 and value.startswith((b"{A", b"{B", b"{C")):
            value = value[2:].replace(b"{{", b"{")
        return f"{_BARCODES.get(kind, kind)} {value.decode('ascii', errors='replace')}"

    def _reset(self, _: bytes) -> None:
        self._magnify, self._align, self._page = 1, "left", "cp437"

    def _set_page(self, data: bytes) -> None:
        self._page = _PAGES.get(data[0], "cp437")

    def _set_size(self, data: bytes) -> None:
        self._magnify = (data[0] >> 4 & 7) + 1

    def _set_mode(self, data: bytes) -> None:
        self._magnify = 2 if data[0] & 0x20 else 1

    def _set_align(self, data: bytes) -> None:
        self._align = _ALIGN[data[0] % 48 % 3]


_SETTERS = {
    b"\x1b@": Paper._reset,
    b"\x1bt": Paper._set_page,
    b"\x1d!": Paper._set_size,
    b"\x1b!": Paper._set_mode,
    b"\x1ba": Paper._set_align,
}
_DRAWN = {
    b"\x1dv0": Paper._raster,
    b"\x1d(k": Paper._symbol,
    b"\x1dk": Paper._barcode,
    b"\x1cp": lambda self, data: f"logo {data[0]}",
}


def read(data: bytes, width: int = 42) -> Paper:
    """Decode a whole job."""
    paper = Paper(width)
    buffer = bytearray(data)
    for token in tokens(buffer):
        paper.take(token)
    if buffer:
        paper.unknown.append(bytes(buffer))
    return paper
