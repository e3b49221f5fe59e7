"""A spreadsheet somebody sends, as rows of text. The file is a stranger's: nothing in it is believed.

Values come back as plain text: a date as ``2026-11-21``, a whole number without ``.0``. No formula is
ever evaluated.
"""

import csv
import io
import zipfile
from datetime import date, datetime

#: Bytes of a file, bytes it may unpack to, rows and columns read.
FILE_LIMIT = 20 * 1024 * 1024
UNPACKED_LIMIT = 80 * 1024 * 1024
ROW_LIMIT = 20_000
COLUMN_LIMIT = 60
CELL_LIMIT = 2_000
#: Where a name ends and a bomb begins: no spreadsheet of this size shrinks that well.
PARTS_LIMIT = 500
DELIMITERS = ";,\t|"


class SheetError(ValueError):
    """A file that cannot be read; ``code`` says why, ``facts`` what with."""

    def __init__(self, code, **facts):
        self.code, self.facts = code, facts
        super().__init__(f"{code} {facts}")


def read(content):
    """``[(row number, [text, …]), …]`` of the first sheet, empty rows left out. Raises SheetError."""
    if not content:
        raise SheetError("empty")
    if len(content) > FILE_LIMIT:
        raise SheetError("too_big", limit=FILE_LIMIT // 1024 // 1024)
    if content[:4] == b"PK\x03\x04":
        rows = _xlsx(content)
    elif content[:4] == b"\xd0\xcf\x11\xe0":
        raise SheetError("old_excel")
    else:
        rows = _csv(content)
    kept = []
    for number, cells in rows:
        if number > ROW_LIMIT + 1:
            raise SheetError("too_many_rows", limit=ROW_LIMIT)
        cells = [_text(cell) for cell in cells[:COLUMN_LIMIT]]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            kept.append((number, cells))
    if not kept:
        raise SheetError("empty")
    return kept


def _xlsx(content):
    import openpyxl  # noqa: PLC0415 - heavy, and only an import needs it

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_archive(archive)
        book = openpyxl.load_workbook(
            io.BytesIO(content), read_only=True, data_only=True, keep_links=False
        )
        try:
            if not book.worksheets:
                raise SheetError("empty")
            rows = book.worksheets[0].iter_rows(
                max_row=ROW_LIMIT + 2, max_col=COLUMN_LIMIT, values_only=True
            )
            return list(enumerate((list(row) for row in rows), 1))
        finally:
            book.close()
    except SheetError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever is wrong in it, it cannot be read
        raise SheetError("unreadable", why=type(error).__name__) from error


def _check_archive(archive):
    parts = archive.infolist()
    if len(parts) > PARTS_LIMIT or sum(part.file_size for part in parts) > UNPACKED_LIMIT:
        raise SheetError("bomb")
    if not any(part.filename == "[Content_Types].xml" for part in parts):
        raise SheetError("unreadable", why="zip")
    for part in parts:
        if part.flag_bits & 1:
            raise SheetError("encrypted")
        if part.filename.endswith((".xml", ".rels")):
            with archive.open(part) as stream:
                head = stream.read(4096)
            # No spreadsheet program writes a DTD: entities are how a small file becomes a big one.
            if (
                b"<!DOCTYPE" in head
                or b"<!ENTITY" in head
                or head[:2] in (b"\xff\xfe", b"\xfe\xff")
            ):
                raise SheetError("bomb")


def _csv(content):
    text = _decode(content)
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=first.count)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        rows = []
        for number, row in enumerate(reader, 1):
            if number > ROW_LIMIT + 1:
                raise SheetError("too_many_rows", limit=ROW_LIMIT)
            # A quote that nobody closes swallows the rest of the file.
            if any(len(cell) > 10 * CELL_LIMIT for cell in row):
                raise SheetError("unreadable", why="quote")
            rows.append((number, row))
    except csv.Error as error:
        raise SheetError("unreadable", why=str(error)) from error
    return rows


def _decode(content):
    """UTF-8, UTF-16 with its mark, or what Excel for Windows saves; never a binary file."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings = ("utf-16",)
    elif b"\0" in content:
        raise SheetError("unreadable", why="binary")
    else:
        encodings = ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SheetError("encoding")


def _text(value):
    if value is None or isinstance(value, bool):
        return {None: "", True: "1", False: "0"}[value]
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    text = "".join(c if c >= " " else " " for c in str(value)[: CELL_LIMIT + 1])
    return text.strip()
