"""A document as text for a spreadsheet of French settings: semicolons, decimal commas, UTF-8 with its mark."""

import csv
import io
from decimal import ROUND_HALF_UP, Decimal

from ..table import Masked
from .document import is_empty
from .figures import UNITS, number

#: A cell that starts so is worked out as a formula by spreadsheets.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_file(document) -> bytes:
    """Every section below the other, each with its title."""
    words = document.words
    buffer = io.StringIO()
    # Lines end as RFC 4180 wants them.
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")

    def line(*cells):
        writer.writerow([safe(cell) for cell in cells])

    line(document.title)
    line(words.shop, document.shop)
    line(words.period, document.period)
    line(words.made, document.made)
    if document.notice:
        line(document.notice)
    if document.text:
        line(document.text)
    for section in document.sections:
        line()
        line(section.title)
        if section.text:
            line(section.text)
        if section.table is not None:
            _table(section.table, words, writer, line)
    return b"\xef\xbb\xbf" + buffer.getvalue().encode()


def _table(table, words, writer, line):
    if is_empty(table):
        line(words.empty)
        return
    line(table.row_header, *(heading(column) for column in table.columns))
    for row in (*table.rows, *([table.total] if table.total else ())):
        figures = [
            _figure(value, column, words.masked)
            for value, column in zip(row.values, table.columns, strict=True)
        ]
        # Figures are ours: a minus before one is a minus.
        writer.writerow([safe(row.label), *figures])
    if table.note:
        line(table.note)


def heading(column) -> str:
    """« Paid (€) »: figures without their unit need it above them."""
    unit = UNITS.get(column.kind) or column.unit
    return f"{column.label} ({unit})" if unit and f"({unit})" not in column.label else column.label


def safe(text: str) -> str:
    """``text`` that no spreadsheet works out: an apostrophe says that it is words."""
    text = str(text)
    return f"'{text}" if text.lstrip(" ").startswith(DANGEROUS) else text


def _figure(value, column, masked):
    if value is None:
        return ""
    if isinstance(value, Masked):
        return masked
    digits = {"money": 2, "weight": 3, "percent": 1, "ratio": 2, "quantity": 3}.get(column.kind, 0)
    value = number(value, column.kind).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return f"{value:f}".replace(".", ",")
