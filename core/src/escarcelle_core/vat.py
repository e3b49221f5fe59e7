"""VAT rates by territory, category of goods and day; sectors and the words the law wants for each.

A good carries a category; what it owes depends on where the shop is and on the day. The table stands in
``vat_rates.csv``, one source of law a line. A change of the law is a new line and an end date on the old one:
nothing else moves.
"""

import csv
import importlib.resources
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache

from .errors import AmountError, DocumentError
from .money import decimal

MAINLAND, CORSICA, DOM, GUYANE, MAYOTTE = "METROPOLE", "CORSE", "DOM", "GUYANE", "MAYOTTE"
TERRITORIES = (MAINLAND, CORSICA, DOM, GUYANE, MAYOTTE)
CATEGORIES = (
    "NORMAL", "ALIMENTAIRE", "A_EMPORTER", "LIVRE", "HYGIENE", "MEDICAMENT", "PRESSE", "ANIMAL_VIVANT",
    "CARBURANT",
)  # fmt: skip
#: Every category of a territory at once.
ANY = "*"

#: Why VAT is due or not; the keys are the sectors of ``docs/formats.md`` §7.
TAXABLE, EXEMPT_A, EXEMPT_B, FRANCHISE, NO_VAT = (
    "TAXABLE",
    "EXO_A",
    "EXO_B",
    "FRANCHISE",
    "DOM_NONE",
)
#: What is printed when no VAT is due: constants of the documents, not texts of an interface.
MENTIONS = {
    EXEMPT_A: "Exonération de TVA, art. 261, 7-1° a du CGI",
    EXEMPT_B: "Exonération de TVA, art. 261, 7-1° b du CGI",
    FRANCHISE: "TVA non applicable, art. 293 B du CGI",
    NO_VAT: "TVA non applicable, art. 294, 1 du CGI",
}


@dataclass(frozen=True, slots=True)
class VatLine:
    """One line of the table. ``rate`` in hundredths of a percent; ``end`` is the last day, None for none."""

    territory: str
    category: str
    rate: int
    start: date
    end: date | None
    source: str

    def holds(self, territory: str, category: str, day: date) -> bool:
        """Whether it is the line of that category, there and then."""
        return (
            self.territory == territory
            and self.category in (category, ANY)
            and self.start <= day
            and (self.end is None or day <= self.end)
        )


def read(text: str) -> tuple[VatLine, ...]:
    """The table of a CSV text; DocumentError for what is no date, no rate, or no territory."""
    lines = []
    for row in csv.DictReader(text.splitlines(), delimiter=";"):
        try:
            lines.append(
                VatLine(
                    TERRITORIES[TERRITORIES.index(row["territoire"])],
                    (*CATEGORIES, ANY)[(*CATEGORIES, ANY).index(row["categorie"])],
                    int(decimal(row["taux"].replace(",", "."), 2, "Taux de TVA") * 100),
                    date.fromisoformat(row["debut"]),
                    date.fromisoformat(row["fin"]) if row["fin"] else None,
                    row["source"],
                )
            )
        except (ValueError, KeyError, AttributeError, AmountError) as error:
            raise DocumentError(f"Table des taux de TVA illisible : {row}.") from error
    return tuple(lines)


@cache
def table() -> tuple[VatLine, ...]:
    """The table in force, as published with this version."""
    return read(importlib.resources.files(__package__).joinpath("vat_rates.csv").read_text("utf-8"))


def line(
    territory: str, category: str, day: date, lines: Iterable[VatLine] | None = None
) -> VatLine:
    """The line that gives the rate of ``category`` in ``territory`` on ``day``.

    DocumentError when the law as known here says nothing, or two things.
    """
    found = [
        item
        for item in (table() if lines is None else lines)
        if item.holds(territory, category, day)
    ]
    if len(found) != 1:
        raise DocumentError(
            f"Aucun taux de TVA connu pour {category} en {territory} au {day:%d/%m/%Y}."
            if not found
            else f"Deux taux de TVA pour {category} en {territory} au {day:%d/%m/%Y}."
        )
    return found[0]


def rate(territory: str, category: str, day: date) -> int:
    """VAT rate in hundredths of a percent."""
    return line(territory, category, day).rate


def categories(territory: str, day: date) -> dict[str, int]:
    """Category → rate, for every category the table knows there and then."""
    return {
        category: item.rate
        for category in CATEGORIES
        for item in table()
        if item.holds(territory, category, day)
    }


def rates(territory: str, day: date) -> tuple[int, ...]:
    """The distinct rates of a territory, highest first."""
    return tuple(sorted(set(categories(territory, day).values()), reverse=True))
