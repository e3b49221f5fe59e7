"""A figure as a French reader expects it: « 1 234,50 € », « 12,5 kg », « 30,0 % »."""

from decimal import ROUND_HALF_UP, Decimal

from ..table import Column, Masked

NARROW, HARD = "\u202f", "\u00a0"
#: Decimals shown by kind; a quantity shows those it has.
DIGITS = {"money": 2, "weight": 1, "percent": 1, "ratio": 2}
UNITS = {"money": "€", "weight": "kg", "percent": "%"}
#: What one unit of the figure is in the table: cents and grams.
SCALES = {"money": 100, "weight": 1000}


def number(value: int | Decimal, kind: str) -> Decimal:
    """The figure in the unit it is read in: euros, kilograms."""
    return Decimal(value) / SCALES.get(kind, 1)


def written(value: int | Decimal, digits: int | None) -> str:
    """1234.5 → « 1 234,50 »; ``digits`` None: up to three, those it has."""
    step = Decimal(1).scaleb(-3 if digits is None else -digits)
    text = f"{Decimal(value).quantize(step, ROUND_HALF_UP):,f}"
    if digits is None and "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace(",", NARROW).replace(".", ",")


def figure(value: int | Decimal | None | Masked, column: Column, masked: str) -> str:
    """``value`` in words and signs; nothing known is a dash."""
    if isinstance(value, Masked):
        return masked
    if value is None:
        return "–"
    digits = None if column.kind == "quantity" else DIGITS.get(column.kind, 0)
    unit = UNITS.get(column.kind) or column.unit
    text = written(number(value, column.kind), digits)
    return f"{text}{HARD}{unit}" if unit else text
