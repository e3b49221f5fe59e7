"""The print commands: a flat sequence of frozen values, as the intermediate language has them.

A command says what to do, never how a given printer does it: ``escpos.py`` and ``preview.py``
read the same list. Widths and positions are columns of the normal font.
"""

from dataclasses import dataclass

LEFT, CENTRE, RIGHT = "left", "centre", "right"
PRINTER, DISPLAY = "imprimante", "afficheur"

#: Digits a printer accepts for each symbology; None means free length.
BARCODES = {"EAN13": 13, "EAN8": 8, "UPCA": 12, "CODE39": None, "CODE128": None}
_CODE39 = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ -.$/+%")


@dataclass(frozen=True, slots=True)
class Select:
    """What follows goes to this device: ``imprimante`` or ``afficheur``."""

    device: str


@dataclass(frozen=True, slots=True)
class CodePage:
    """What follows is encoded in this code page (858 holds the euro sign)."""

    number: int


@dataclass(frozen=True, slots=True)
class Text:
    """Characters to print. May hold anything: the layout keeps what can be printed."""

    value: str


@dataclass(frozen=True, slots=True)
class NewLine:
    """End of line, then ``count − 1`` empty lines."""

    count: int = 1


@dataclass(frozen=True, slots=True)
class Align:
    """Alignment of the lines that follow."""

    to: str = LEFT


@dataclass(frozen=True, slots=True)
class Style:
    """Weight and underline of the text that follows."""

    bold: bool = False
    underline: bool = False


@dataclass(frozen=True, slots=True)
class Size:
    """Magnification of the text that follows, 1 to 8 each way."""

    width: int = 1
    height: int = 1


@dataclass(frozen=True, slots=True)
class Inverse:
    """White on black, or not, for the text that follows."""

    on: bool = True


@dataclass(frozen=True, slots=True)
class TabStop:
    """A column. ``position`` counts from the left edge; from the right edge when ``from_end``.

    ``right`` stops end the text there; the others begin it there.
    """

    position: int
    from_end: bool = False
    right: bool = False

    def column(self, width: int) -> int:
        """The column on paper of ``width`` columns, within the paper."""
        column = width - self.position if self.from_end else self.position
        return max(0, min(width, column))


@dataclass(frozen=True, slots=True)
class Tabs:
    """Tab stops of the lines that follow."""

    stops: tuple[TabStop, ...] = ()


@dataclass(frozen=True, slots=True)
class Tab:
    """Go on at the next tab stop."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across the paper, made of one character."""

    character: str = "-"


@dataclass(frozen=True, slots=True)
class Barcode:
    """A barcode; ``height`` in dots, ``module`` 2 to 6, ``text`` prints the digits below.

    Raises ValueError when ``data`` cannot be drawn in ``symbology``.
    """

    data: str
    symbology: str = "CODE128"
    height: int = 60
    module: int = 2
    text: bool = True

    def __post_init__(self) -> None:
        if self.symbology not in BARCODES:
            raise ValueError(f"symbologie inconnue : {self.symbology}")
        if not 1 <= self.height <= 255 or not 2 <= self.module <= 6:
            raise ValueError("hauteur (1 à 255) ou largeur (2 à 6) hors limites")
        digits = BARCODES[self.symbology]
        if digits is not None:
            if len(self.data) != digits or not (self.data.isascii() and self.data.isdigit()):
                raise ValueError(f"{self.symbology} demande {digits} chiffres")
            if _check_digit(self.data[:-1]) != self.data[-1]:
                raise ValueError("chiffre de contrôle faux")
        elif not 1 <= len(self.data) <= 40 or not all(" " <= c <= "~" for c in self.data):
            raise ValueError("1 à 40 caractères ASCII imprimables")
        elif self.symbology == "CODE39" and not _CODE39.issuperset(self.data):
            raise ValueError("CODE39 : majuscules, chiffres, espace et - . $ / + %")


def _check_digit(digits: str) -> str:
    """GS1 check digit: weights 3 and 1 from the right."""
    total = sum(int(d) * (3 if i % 2 == 0 else 1) for i, d in enumerate(reversed(digits)))
    return str(-total % 10)


@dataclass(frozen=True, slots=True)
class QrCode:
    """A QR code; ``size`` is the module in dots (1 to 16), ``level`` one of L M Q H."""

    data: str
    size: int = 5
    level: str = "M"

    def __post_init__(self) -> None:
        if not 1 <= len(self.data.encode()) <= 1000:
            raise ValueError("1 à 1000 octets")
        if not 1 <= self.size <= 16 or self.level not in "LMQH" or len(self.level) != 1:
            raise ValueError("taille (1 à 16) ou correction (L M Q H) hors limites")


@dataclass(frozen=True, slots=True)
class Logo:
    """An image kept in the printer's own memory, by its number (1 to 255)."""

    number: int = 1
    width: int = 1
    height: int = 1


@dataclass(frozen=True, slots=True)
class Image:
    """A one-bit image: rows of ``ceil(width / 8)`` bytes, most significant bit left, 1 black."""

    width: int
    height: int
    rows: bytes

    def __post_init__(self) -> None:
        if self.width < 1 or len(self.rows) != (self.width + 7) // 8 * self.height:
            raise ValueError("taille de l'image incohérente")


@dataclass(frozen=True, slots=True)
class Cut:
    """Feed and cut the paper."""

    full: bool = False


@dataclass(frozen=True, slots=True)
class OpenDrawer:
    """Pulse of the cash drawer; ``pin`` 2 or 5, None for the profile's own."""

    pin: int | None = None


@dataclass(frozen=True, slots=True)
class Beep:
    """Sound the printer's buzzer ``count`` times."""

    count: int = 1


Command = (
    Select
    | CodePage
    | Text
    | NewLine
    | Align
    | Style
    | Size
    | Inverse
    | Tabs
    | Tab
    | Rule
    | Barcode
    | QrCode
    | Logo
    | Image
    | Cut
    | OpenDrawer
    | Beep
)
