"""Which characters reach the paper, and what stands for those that cannot.

A control byte never comes from data: a label with an ESC in it prints without it.
"""

import unicodedata
from functools import lru_cache

#: Code pages a template may ask for: number → Python codec.
CODE_PAGES = {437: "cp437", 850: "cp850", 858: "cp858", 1252: "cp1252"}
DEFAULT_CODE_PAGE = 858

_SUBSTITUTES = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "‚": "'",
        "“": '"',
        "”": '"',
        "„": '"',
        "–": "-",
        "—": "-",
        "−": "-",
        "…": "...",
        "œ": "oe",
        "Œ": "OE",
        "•": "-",
        "→": "->",
        "←": "<-",
        "≤": "<=",
        "≥": ">=",
        "‑": "-",
        "‐": "-",
        "ﬁ": "fi",
        "ﬂ": "fl",
        "✓": "x",
        "★": "*",
        "€": "EUR",
        "ı": "i",
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "Đ": "D",
        "þ": "th",
        "ə": "e",
    }
)


def printable(text: str, code_page: int = DEFAULT_CODE_PAGE) -> str:
    """The text as the paper will show it: one printable character of the code page a column.

    Line breaks, tabs and exotic spaces become a space; controls and invisible characters go; what
    has no equivalent becomes ``?``.
    """
    codec = CODE_PAGES[code_page]
    composed = unicodedata.normalize("NFC", text)
    if composed.isascii() and composed.isprintable():
        return composed
    return "".join(_printable(character, codec) for character in composed)


@lru_cache(maxsize=4096)
def _printable(character: str, codec: str) -> str:
    if character in "\t\n\r\v\f" or unicodedata.category(character) in ("Zs", "Zl", "Zp"):
        return " "
    if unicodedata.category(character) in ("Cc", "Cf", "Mn", "Me"):
        return ""
    for candidate in (character, character.translate(_SUBSTITUTES), _stripped(character)):
        if candidate and all(_encodable(c, codec) for c in candidate):
            return candidate
    return "?"


def _stripped(character: str) -> str:
    """The letters of a compatibility decomposition, without their accents."""
    return "".join(
        c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c)
    )


def _encodable(character: str, codec: str) -> bool:
    if not character.isprintable():
        return False
    try:
        byte = character.encode(codec)
    except UnicodeEncodeError:
        return False
    return len(byte) == 1 and byte[0] >= 0x20 and byte[0] != 0x7F
