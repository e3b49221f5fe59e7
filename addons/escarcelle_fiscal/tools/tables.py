"""Tables that leave the house as CSV or Excel: one mechanism for every export of the accountant.

Amounts are integer cents, rates hundredths of a percent, dates ``date``; each becomes a real number or date
in Excel, and French text (decimal comma, AAAA-MM-JJ) in CSV and on paper.
"""

import csv
import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass

import xlsxwriter

TEXT, DATE, MONEY, RATE, COUNT = "text", "date", "money", "rate", "count"
#: Excel holds no more; the CSV has no limit.
MAX_SHEET_ROWS = 1_048_575
_FORMATS = {MONEY: "# ##0.00", RATE: '0.0#" %"', DATE: "dd/mm/yyyy", COUNT: "0", TEXT: "@"}


@dataclass(frozen=True)
class Column:
    """A column: its French title and what its values are."""

    title: str
    kind: str = TEXT
    total: bool = False


@dataclass(frozen=True)
class Table:
    """``name`` is a file name without extension; ``rows`` may be read once only."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: Iterable[tuple]

    def totals(self, rows):
        """The line of totals over ``rows``; empty where nothing is added up."""
        return [
            sum(row[i] or 0 for row in rows) if column.total else None for i, column in enumerate(self.columns)
        ]


class TooManyRows(Exception):
    """More rows than a sheet can hold."""


def shown(value, kind):
    """A value as French text: CSV and paper."""
    if value is None or value == "":
        return ""
    if kind in (MONEY, RATE):
        sign, cents = "-" if value < 0 else "", abs(int(value))
        return f"{sign}{cents // 100},{cents % 100:02d}"
    if kind == DATE:
        return value.isoformat()
    return str(value)


def write_csv(stream, table):
    """One table as UTF-8 with a mark, semicolons, decimal commas, to a binary stream."""
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
    writer = csv.writer(text, delimiter=";")
    writer.writerow([column.title for column in table.columns])
    for row in table.rows:
        writer.writerow([_cell(value, column.kind) for value, column in zip(row, table.columns, strict=True)])
    text.flush()
    text.detach()


def as_csv(tables):
    """(bytes, extension): a CSV file, or a zip of them when there are several tables."""
    buffer = io.BytesIO()
    if len(tables) == 1:
        write_csv(buffer, tables[0])
        return buffer.getvalue(), "csv"
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for table in tables:
            with packed.open(f"{table.name}.csv", "w", force_zip64=True) as stream:
                write_csv(stream, table)
    return buffer.getvalue(), "zip"


def as_xlsx(tables):
    """(bytes, "xlsx"): one sheet a table, header frozen, totals by formula; rows go to disk as they come."""
    buffer = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(buffer, options)
    bold = book.add_format({"bold": True, "bg_color": "#EEEEEE"})
    formats = {kind: book.add_format({"num_format": text}) for kind, text in _FORMATS.items()}
    sums = {kind: book.add_format({"num_format": text, "bold": True}) for kind, text in _FORMATS.items()}
    for table in tables:
        sheet = book.add_worksheet(table.name[:31])
        sheet.freeze_panes(1, 0)
        for i, column in enumerate(table.columns):
            sheet.set_column(i, i, max(len(column.title) + 2, 12))
            sheet.write_string(0, i, column.title, bold)
        last = 0
        for last, row in enumerate(table.rows, 1):
            if last > MAX_SHEET_ROWS:
                raise TooManyRows(table.title)
            for i, (value, column) in enumerate(zip(row, table.columns, strict=True)):
                _excel(sheet, last, i, value, column.kind, formats[column.kind])
        if last and last < MAX_SHEET_ROWS:
            for i, column in enumerate(table.columns):
                if column.total:
                    letter = xlsxwriter.utility.xl_col_to_name(i)
                    sheet.write_formula(last + 1, i, f"=SUM({letter}2:{letter}{last + 1})", sums[column.kind])
    book.close()
    return buffer.getvalue(), "xlsx"


def _excel(sheet, row, column, value, kind, form):
    if value is None or value == "":
        return
    if kind == MONEY:
        sheet.write_number(row, column, int(value) / 100, form)
    elif kind == RATE:
        sheet.write_number(row, column, int(value) / 100, form)
    elif kind == COUNT:
        sheet.write_number(row, column, value, form)
    elif kind == DATE:
        sheet.write_datetime(row, column, value, form)
    else:
        sheet.write_string(row, column, str(value), form)


def _cell(value, kind):
    text = shown(value, kind)
    # Text a spreadsheet would take for a formula is marked as text.
    return f"'{text}" if kind == TEXT and text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
