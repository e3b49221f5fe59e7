"""EAN-13 numbers: check digit, and the numbers of household cards.

Household cards use the prefix 200. GS1 keeps 200…299 for use inside a shop, so a card never meets
a product; of these Odoo's own nomenclature takes 21 (weight), 22 (discount) and 23 (price). The
range 040…049 is not used although Odoo proposes 042: many scanners drop the leading zero.
"""

from .errors import EscarcelleError

#: First digits of every household card.
CARD_PREFIX = "200"
#: How many different cards the prefix leaves room for.
CARD_ROOM = 10 ** (12 - len(CARD_PREFIX))


class BarcodeError(EscarcelleError):
    """A number is not an EAN-13, or cannot become one."""

    code = "barcode"

    def __init__(self, value: object):
        self.value = value
        super().__init__(
            f"« {str(value)[:30]} » n'est pas un code-barres EAN-13 : "
            "il faut treize chiffres et une clé juste."
        )


def _is_digits(text: object, length: int) -> bool:
    """Only ASCII digits: ``str.isdigit`` accepts others that ``int`` would read."""
    return isinstance(text, str) and len(text) == length and text.isascii() and text.isdigit()


def check_digit(twelve: str) -> int:
    """The thirteenth digit of the twelve digits given. Raises BarcodeError."""
    if not _is_digits(twelve, 12):
        raise BarcodeError(twelve)
    total = sum(int(digit) * (3 if rank % 2 else 1) for rank, digit in enumerate(twelve))
    return -total % 10


def complete(twelve: str) -> str:
    """The EAN-13 that starts with these twelve digits. Raises BarcodeError."""
    return f"{twelve}{check_digit(twelve)}"


def is_valid(code: object) -> bool:
    """Thirteen digits of which the last is the check digit."""
    return _is_digits(code, 13) and check_digit(code[:12]) == int(code[12])


def is_card(code: object) -> bool:
    """A valid EAN-13 in the range of household cards."""
    return is_valid(code) and code.startswith(CARD_PREFIX)


def card(serial: int) -> str:
    """The card number of rank ``serial`` (0 … CARD_ROOM − 1). Raises BarcodeError."""
    if isinstance(serial, bool) or not isinstance(serial, int) or not 0 <= serial < CARD_ROOM:
        raise BarcodeError(serial)
    return complete(f"{CARD_PREFIX}{serial:0{12 - len(CARD_PREFIX)}d}")
