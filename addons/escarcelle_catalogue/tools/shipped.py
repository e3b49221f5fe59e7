"""The generic catalogue as it is shipped: four CSV files of ``catalogue/``, read and checked. No Odoo here.

``goods.csv`` one line a good; ``categories.csv`` the shelves; ``vat_categories.csv`` what a good is for the VAT law;
``vat_rates.csv`` its dated rate in each territory, one source of law a line. Semicolons, UTF-8, French words: a
network may read, correct and extend them with a spreadsheet.
"""

import csv
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "catalogue"
#: The word of the file → the value kept.
UNITS = {"piece": "piece", "kg": "kg", "litre": "litre"}
STORAGES = {"AMBIANT": "ambient", "FROID": "fresh", "SURGELE": "frozen"}
DATES = {"DLC": "dlc", "DDM": "ddm", "AUCUNE": False}
YES_NO = {"oui": True, "non": False}
#: Annex II of Regulation (EU) 1169/2011, in its order.
ALLERGENS = (
    "GLUTEN", "CRUSTACES", "OEUFS", "POISSONS", "ARACHIDES", "SOJA", "LAIT", "FRUITS_A_COQUE", "CELERI",
    "MOUTARDE", "SESAME", "SULFITES", "LUPIN", "MOLLUSQUES",
)  # fmt: skip


class ShippedError(ValueError):
    """A line of a file of the catalogue that cannot be read: file, line number, what is wrong."""


@dataclass(frozen=True, slots=True)
class Category:
    """A shelf of the catalogue."""

    code: str
    name: str
    sequence: int


@dataclass(frozen=True, slots=True)
class VatCategory:
    """What a good is for the VAT law; ``tax_class`` is the class of the core's table of rates."""

    code: str
    name: str
    tax_class: str
    examples: str


@dataclass(frozen=True, slots=True)
class VatRate:
    """A rate in percent, from ``start`` to ``end`` (last day, None for none)."""

    category: str
    territory: str
    rate: Decimal
    start: date
    end: date | None
    source: str


@dataclass(frozen=True, slots=True)
class Good:
    """A good as shipped. ``weight`` in grams: of a piece, a kilogram or a litre."""

    code: str
    name: str
    category: str
    vat_category: str
    unit: str
    weight: int
    storage: str
    date_kind: str | bool
    allergens: tuple[str, ...]
    barcode: str
    to_weigh: bool


def categories(folder=FOLDER):
    """The shelves, in their order."""
    return _read(
        folder / "categories.csv", lambda r: Category(r["code"], r["libelle"], int(r["rang"]))
    )


def vat_categories(folder=FOLDER):
    """The VAT categories, in their order."""
    return _read(
        folder / "vat_categories.csv",
        lambda r: VatCategory(r["code"], r["libelle"], r["classe"], r["exemples"]),
    )


def vat_rates(folder=FOLDER):
    """The dated rates."""
    return _read(
        folder / "vat_rates.csv",
        lambda r: VatRate(
            r["categorie"],
            r["territoire"],
            Decimal(r["taux"].replace(",", ".")),
            date.fromisoformat(r["debut"]),
            date.fromisoformat(r["fin"]) if r["fin"] else None,
            r["source"],
        ),
    )


def goods(folder=FOLDER):
    """The goods."""
    return _read(folder / "goods.csv", _good)


def _good(row):
    allergens = tuple(row["allergenes"].split())
    unknown = set(allergens) - set(ALLERGENS)
    if unknown:
        raise ValueError(f"allergène inconnu : {', '.join(sorted(unknown))}")
    return Good(
        code=row["code"],
        name=row["libelle"],
        category=row["categorie"],
        vat_category=row["tva"],
        unit=UNITS[row["unite"]],
        weight=int(row["poids_g"]),
        storage=STORAGES[row["conservation"]],
        date_kind=DATES[row["date"]],
        allergens=allergens,
        barcode=row["ean"],
        to_weigh=YES_NO[row["pese"]],
    )


def _read(path, make):
    found = []
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream, delimiter=";", strict=True)
        for row in reader:
            try:
                if None in row or None in row.values():
                    raise ValueError("nombre de colonnes")
                found.append(make(row))
            except (ValueError, KeyError, InvalidOperation) as error:
                raise ShippedError(f"{path.name}, ligne {reader.line_num} : {error}") from error
    return tuple(found)
