"""A table typed by a person, as CSV or Excel, made into rows of text. No Odoo here.

Nothing is guessed: a number stays as it was typed, dates and formulas of Excel come as they are shown. Limits are
those of a shop's spreadsheet; beyond them the file is refused before it is read.
"""

import csv
import io
import zipfile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

MAX_BYTES = 5_000_000
#: What a workbook may weigh once unpacked: a small zip can hold gigabytes.
MAX_UNPACKED = 60_000_000
MAX_ROWS = 5_000
MAX_COLUMNS = 60
MAX_CELL = 2_000
ENCODINGS = ("utf-8-sig", "cp1252")


class TableError(ValueError):
    """A file that cannot be read as a table. ``reason`` is one of REASONS."""

    REASONS = ("empty", "size", "rows", "columns", "cell", "format")

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason


def table(content, name):
    """Rows (lists of stripped text) of the file ``name``; TableError."""
    if not content:
        raise TableError("empty")
    if len(content) > MAX_BYTES:
        raise TableError("size")
    rows = _excel(content) if content[:2] == b"PK" else _csv(content, name)
    kept = []
    for row in rows:
        if len(kept) > MAX_ROWS:
            raise TableError("rows")
        if len(row) > MAX_COLUMNS:
            raise TableError("columns")
        if any(len(cell) > MAX_CELL for cell in row):
            raise TableError("cell")
        kept.append([cell.strip() for cell in row])
    while kept and not any(kept[-1]):
        kept.pop()
    if not kept:
        raise TableError("empty")
    return kept


def _csv(content, name):
    if name.lower().endswith((".xls", ".ods", ".pdf", ".xlsb")) or b"\0" in content:
        raise TableError("format")
    for encoding in ENCODINGS:
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise TableError("format")
    first = text.splitlines()[0] if text.strip() else ""
    delimiter = max(";\t,", key=first.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    except csv.Error as error:
        raise TableError("format") from error


def _excel(content):
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(item.file_size for item in archive.infolist()) > MAX_UNPACKED:
                raise TableError("size")
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        for row in sheet.iter_rows(values_only=True, max_row=MAX_ROWS + 2, max_col=MAX_COLUMNS + 1):
            cells = ["" if cell is None else _text(cell) for cell in row]
            while cells and not cells[-1]:
                cells.pop()
            yield cells
    except TableError:
        raise
    except (
        InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, IndexError, TypeError, OSError, SyntaxError,
        AttributeError, NotImplementedError, EOFError,
    ) as error:  # fmt: skip
        # openpyxl lets whatever a broken workbook provokes come out.
        raise TableError("format") from error


def _text(cell):
    if isinstance(cell, bool):
        return "oui" if cell else "non"
    if isinstance(cell, float) and cell.is_integer():
        # Excel keeps a barcode as a number.
        return str(int(cell))
    return str(cell)
