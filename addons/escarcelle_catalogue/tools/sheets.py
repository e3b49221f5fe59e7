"""Goods typed in a table: columns recognised by their French heading, each cell read or refused. No Odoo here."""

import re
import unicodedata
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from escarcelle_core import barcodes

#: What a column holds → headings it is known by, without accents, capitals or punctuation.
COLUMNS = {
    "code": ("code", "reference", "reference interne", "ref"),
    "name": ("libelle", "nom", "article", "designation", "produit"),
    "category": ("categorie", "rayon", "famille"),
    "vat": ("categorie de tva", "tva", "categorie tva"),
    "unit": ("unite",),
    "weight": ("poids g", "poids", "poids net g", "poids en grammes"),
    "price": ("prix", "prix de vente", "prix ttc", "prix de reference"),
    "barcode": ("ean", "code barres", "code barre", "gencod"),
    "storage": ("conservation", "stockage"),
    "date_kind": ("date", "type de date", "dlc ddm"),
    "allergens": ("allergenes",),
    "to_weigh": ("pese", "a peser"),
}
UNITS = {
    "piece": "piece", "pieces": "piece", "unite": "piece", "u": "piece", "kg": "kg", "kilo": "kg",
    "kilogramme": "kg", "litre": "litre", "l": "litre",
}  # fmt: skip
STORAGES = {
    "ambiant": "ambient", "sec": "ambient", "ambiante": "ambient", "froid": "fresh", "frais": "fresh",
    "surgele": "frozen", "congele": "frozen",
}  # fmt: skip
DATES = {"dlc": "dlc", "ddm": "ddm", "dluo": "ddm", "aucune": False, "sans": False}
YES_NO = {
    "oui": True, "o": True, "1": True, "x": True, "vrai": True, "non": False, "n": False, "0": False, "faux": False,
}  # fmt: skip
MAX_PRICE, MAX_WEIGHT = Decimal(100_000), Decimal(1_000_000)
MAX_NAME, MAX_CODE = 128, 32


@dataclass(slots=True)
class Row:
    """A line of the table: what it says (only the columns it has and fills), and what cannot be read of it."""

    number: int
    values: dict = field(default_factory=dict)
    faults: list = field(default_factory=list)


def plain(text):
    """« Catégorie de TVA » → « categorie de tva »."""
    text = unicodedata.normalize("NFKD", text.casefold()).replace("œ", "oe")
    return " ".join(
        re.findall(r"[a-z0-9]+", "".join(c for c in text if not unicodedata.combining(c)))
    )


def headings(row):
    """``({position: column}, [headings that are not known], [columns named twice])``."""
    known = {heading: column for column, names in COLUMNS.items() for heading in names}
    found, unknown, twice = {}, [], []
    for position, cell in enumerate(row):
        column = known.get(plain(cell))
        if not column:
            unknown += [cell] if cell else []
        elif column in found.values():
            twice.append(cell)
        else:
            found[position] = column
    return found, unknown, twice


def read(table):
    """``(rows, unknown headings, headings named twice, columns)`` of a table whose first line names the columns.

    An empty cell says nothing: it changes nothing of a good that is there already.
    """
    columns, unknown, twice = headings(table[0])
    rows = []
    for number, cells in enumerate(table[1:], 2):
        if not any(cells):
            continue
        row = Row(number)
        for position, column in columns.items():
            text = cells[position] if position < len(cells) else ""
            if text:
                _cell(row, column, text)
        rows.append(row)
    return rows, unknown, twice, set(columns.values())


def _cell(row, column, text):
    value = CHECKS[column](" ".join(text.split()))
    if value is None:
        row.faults.append((column, text))
    else:
        row.values[column] = value


def _short(longest):
    def check(text):
        return text if len(text) <= longest and text.isprintable() else None

    return check


def _word(words):
    def check(text):
        return words.get(plain(text))

    return check


def _number(highest):
    def check(text):
        try:
            value = Decimal(re.sub(r"[\s€]", "", text).replace(",", "."))
        except InvalidOperation:
            return None
        return value if value.is_finite() and 0 <= value <= highest else None

    return check


def _barcode(text):
    try:
        return barcodes.attachable(re.sub(r"\s", "", text))
    except barcodes.AttachError:
        return None


def _price(text):
    value = _number(MAX_PRICE)(text)
    return value if value is not None and value == round(value, 2) else None


CHECKS = {
    "code": _short(MAX_CODE),
    "name": _short(MAX_NAME),
    "category": _short(MAX_NAME),
    "vat": _short(MAX_NAME),
    "unit": _word(UNITS),
    "weight": _number(MAX_WEIGHT),
    "price": _price,
    "barcode": _barcode,
    "storage": _word(STORAGES),
    "date_kind": _word(DATES),
    "allergens": lambda text: [part.strip() for part in re.split(r"[,;/|]", text) if part.strip()],
    "to_weigh": _word(YES_NO),
}
