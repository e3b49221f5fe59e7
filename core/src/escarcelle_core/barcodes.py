"""Barcodes that may be attached to a good: the same check at the till, on the server and in an import.

What a scanner reads is not always a good: a household's card, a label of the shop's own scale, half a
code. Attached once, any of these would sell the wrong thing for years.
"""

import re

from . import ean13
from .errors import EscarcelleError

#: Fewer characters are typing errors; more is no label of a good (GS1-128 holds 48).
SHORTEST, LONGEST = 4, 48
#: Units a pack may hold.
MOST_UNITS = 1000
_PRINTED = re.compile(r"[0-9A-Za-z][0-9A-Za-z ./+$%_-]*")
#: GTIN-8, UPC-A, EAN-13, GTIN-14: their last digit checks the others.
_CHECKED = (8, 12, 13, 14)


class AttachError(EscarcelleError):
    """This cannot be the barcode of a good; the message is French and says what to do."""

    code = "barcode"


def attachable(code: object) -> str:
    """``code`` without the spaces around it. Raises AttachError."""
    text = code.strip() if isinstance(code, str) else ""
    shown = "".join(c for c in text[:24] if c.isprintable())
    if not SHORTEST <= len(text) <= LONGEST:
        raise AttachError(
            f"Un code-barres a de {SHORTEST} à {LONGEST} caractères : « {shown} » n'en est pas un. "
            "Passez l'article de nouveau."
        )
    if not _PRINTED.fullmatch(text):
        raise AttachError(
            f"« {shown} » contient des caractères qu'un code-barres n'a pas : passez l'article de nouveau, "
            "ou vérifiez le réglage du lecteur (clavier français)."
        )
    if text.isdigit() and len(text) == 13 and text.startswith(ean13.CARD_PREFIX):
        raise AttachError(
            "Ce numéro est celui d'une carte de foyer : il ne peut pas désigner un article."
        )
    if text.isdigit() and len(text) in _CHECKED and not _sound(text):
        raise AttachError(
            f"La clé de contrôle de {shown} n'est pas juste : le code a été mal lu. Passez l'article de "
            "nouveau, ou retapez tous ses chiffres."
        )
    return text


def units(count: object) -> int:
    """How many units one scan counts. Raises AttachError."""
    if type(count) is not int or not 1 <= count <= MOST_UNITS:
        raise AttachError(f"Un lot compte de 1 à {MOST_UNITS} unités.")
    return count


def _sound(digits: str) -> bool:
    """The last digit of a GTIN: weights 3, 1, 3… from the right, whatever its length."""
    total = sum(
        int(digit) * (1 if rank % 2 else 3) for rank, digit in enumerate(reversed(digits[:-1]))
    )
    return -total % 10 == int(digits[-1])
