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


#: GS1 General Specifications §5.2.1: the seven modules of a digit in number sets A, B and C.
_SET_A = (
    "0001101", "0011001", "0010011", "0111101", "0100011",
    "0110001", "0101111", "0111011", "0110111", "0001011",
)  # fmt: skip
_SET_C = tuple("".join("10"[int(bit)] for bit in modules) for modules in _SET_A)
_SET_B = tuple(modules[::-1] for modules in _SET_C)
#: Which set the six left digits take: this is how the first digit is written.
_LEFT = ("AAAAAA", "AABABB", "AABBAB", "AABBBA", "ABAABB", "ABBAAB", "ABBBAA", "ABABAB", "ABABBA", "ABBABA")


def modules(code: str) -> str:
    """The 95 modules of the symbol, ``1`` a bar and ``0`` a space, without its quiet zones. Raises BarcodeError."""
    if not is_valid(code):
        raise BarcodeError(code)
    sets = {"A": _SET_A, "B": _SET_B}
    left = "".join(
        sets[name][int(digit)] for name, digit in zip(_LEFT[int(code[0])], code[1:7], strict=True)
    )
    right = "".join(_SET_C[int(digit)] for digit in code[7:])
    return f"101{left}01010{right}101"
