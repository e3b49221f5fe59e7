"""Amounts. Integer cents everywhere; the one rounding is half-up, away from zero.

A unit price has four decimals, a quantity three, a discount is a percentage with two. A line
amount is rounded once; from there on everything is an integer number of cents (``docs/formats.md``
§1). The same rounding stands in ``static/src/app/utils/money.js`` and both are tested together.
"""

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from .errors import AmountError

CENT = Decimal(1)
#: Larger than any honest figure of a shop, small enough to stay exact everywhere (10 M€).
MAX_CENTS = 1_000_000_000
#: An amount as documents write it; others are read as decimals.
_WRITTEN = re.compile(r"-?[0-9]{1,9}\.[0-9]{2}")


def half_up(value: Decimal) -> int:
    """Round to the nearest integer, halves away from zero (2.5 → 3, −2.5 → −3)."""
    return int(value.quantize(CENT, rounding=ROUND_HALF_UP))


def decimal(value: object, places: int, what: str) -> Decimal:
    """Read ``value`` (a string or an int, never a float) as a decimal with at most ``places``.

    Raises AmountError for NaN, infinities, exponents out of range, too many decimals, digits that are not
    ASCII (Decimal reads Arabic or full-width ones, which no paper shows alike).
    """
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        raise AmountError(what, value)
    if isinstance(value, str) and (len(value) > 24 or value.strip() != value or "_" in value):
        raise AmountError(what, value)
    if isinstance(value, str) and not value.isascii():
        raise AmountError(what, value)
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise AmountError(what, value) from None
    if not number.is_finite() or abs(number) > MAX_CENTS:
        raise AmountError(what, value)
    quantized = number.quantize(Decimal(1).scaleb(-places))
    if quantized != number:
        raise AmountError(what, value)
    return quantized + 0 if quantized else abs(quantized)


def quantity(value: object) -> Decimal:
    """A quantity: units or kilograms, three decimals."""
    return decimal(value, 3, "Quantité")


def unit_price(value: object) -> Decimal:
    """A unit price in euros, VAT included, four decimals."""
    return decimal(value, 4, "Prix unitaire")


def percentage(value: object) -> Decimal:
    """A percentage between 0 and 100, two decimals."""
    number = decimal(value, 2, "Pourcentage")
    if not 0 <= number <= 100:
        raise AmountError("Pourcentage", value)
    return number


def cents(value: object) -> int:
    """An integer number of cents, within bounds."""
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > MAX_CENTS:
        raise AmountError("Montant en centimes", value)
    return value


def line_amount(qty: Decimal, price: Decimal, discount: Decimal = Decimal(0)) -> int:
    """Amount of a line in cents, VAT included: quantity × price × (1 − discount %)."""
    return half_up(qty * price * (100 - discount))


def line_tax(amount: int, rate: int) -> int:
    """VAT contained in ``amount`` cents at ``rate`` hundredths of a percent, in cents."""
    return half_up(Decimal(amount) * rate / (10000 + rate))


def parse_euros(text: str) -> int:
    """Read ``"12.34"`` as 1234 cents."""
    if isinstance(text, str) and _WRITTEN.fullmatch(text):
        return int(text.replace(".", ""))
    return half_up(decimal(text, 2, "Montant") * 100)


def euros(amount: int) -> str:
    """Write 1234 cents as ``"12.34"``, the form used in the XML documents."""
    sign = "-" if amount < 0 else ""
    return f"{sign}{abs(amount) // 100}.{abs(amount) % 100:02d}"


def rate_text(rate: int) -> str:
    """Write 550 as ``"5.50"``."""
    return euros(rate)
