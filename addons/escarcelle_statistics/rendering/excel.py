"""A document as an Excel workbook: a cover, then a sheet a table with its chart, ready to print on A4."""

import io
import re

import xlsxwriter
from xlsxwriter.utility import xl_range_abs

from ..table import Masked
from .csv import heading
from .figures import number
from .plot import plot, rest

#: Excel turns separators into those of the reader: these are the neutral ones.
FORMATS = {
    "money": '#,##0.00\\ "€"',
    "weight": '#,##0.0\\ "kg"',
    "percent": '0.0\\ "%"',
    "ratio": "#,##0.00",
    "quantity": "#,##0.###",
}
WHOLE = "#,##0"
#: Row of the column titles of a sheet, counted from 0: title, period and shop, an empty line.
HEAD = 3
COLOUR = "#35979C"
A4 = 9
#: Text longer than a cell holds is cut (Excel refuses the file otherwise).
LONGEST = 32000
CHARTS = {"bar": "column", "line": "line", "pie": "pie"}


def excel(document) -> bytes:
    """Bytes of the workbook. Figures are numbers with their format; what is masked is a word."""
    buffer = io.BytesIO()
    # Text is written as text: « =1+1 » in the name of a product is a name.
    book = xlsxwriter.Workbook(
        buffer,
        {
            "in_memory": True, "strings_to_formulas": False,
            "strings_to_urls": False, "strings_to_numbers": False,
        },
    )  # fmt: skip
    book.set_properties({"title": document.title[:250], "company": document.shop[:250]})
    styles = _Styles(book)
    cover = book.add_worksheet(_name(document.words.contents, set()))
    taken = {cover.get_name().casefold()}
    names = []
    for section in document.sections:
        if section.table is None:
            names.append(None)
            continue
        sheet = book.add_worksheet(_name(section.title, taken))
        taken.add(sheet.get_name().casefold())
        names.append(sheet.get_name())
        _sheet(book, sheet, document, section, styles)
    _cover(cover, document, names, styles)
    book.close()
    return buffer.getvalue()


class _Styles:
    """Formats of the workbook, each made once."""

    def __init__(self, book):
        self._book, self._made = book, {}

    def get(self, **said):
        key = tuple(sorted(said.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format({"valign": "top", **said})
        return self._made[key]

    @property
    def title(self):
        return self.get(bold=True, font_size=16, font_color=COLOUR)

    @property
    def soft(self):
        return self.get(font_color="#666666")

    @property
    def prose(self):
        return self.get(text_wrap=True)

    def label(self, level, total):
        return self.get(indent=min(level, 15), **_strong(total))

    def figure(self, kind, total):
        return self.get(num_format=FORMATS.get(kind, WHOLE), align="right", **_strong(total))

    def masked(self, total):
        return self.get(italic=True, font_color="#888888", align="right", **_strong(total))


def _strong(total):
    return {"bold": True, "top": 1} if total else {}


def _cover(sheet, document, names, styles):
    words = document.words
    _page(sheet, document)
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 90)
    _text(sheet, 0, 0, document.title, styles.title)
    sheet.set_row(0, 26)
    row = 2
    for label, said in (
        (words.shop, document.shop), (words.period, document.period), (words.made, document.made),
    ):  # fmt: skip
        _text(sheet, row, 0, label, styles.get(bold=True))
        _text(sheet, row, 1, said, styles.prose)
        row += 1
    row += 1
    if document.notice:
        row = _prose(sheet, row, document.notice, styles.get(text_wrap=True, italic=True))
    if document.empty:
        row = _prose(sheet, row, words.empty, styles.get(text_wrap=True, bold=True))
    if document.text:
        row = _prose(sheet, row, document.text, styles.prose)
    _text(sheet, row, 0, words.contents, styles.get(bold=True, bottom=1))
    sheet.write_blank(row, 1, None, styles.get(bottom=1))
    row += 1
    for section, name in zip(document.sections, names, strict=True):
        if name is None:
            _text(sheet, row, 1, section.title, styles.get(bold=True))
            row = _prose(sheet, row + 1, section.text, styles.prose)
        else:
            link = "internal:'{}'!A1".format(name.replace("'", "''"))
            blue = styles.get(font_color="#1155CC", underline=1)
            # Excel shows 255 characters of a link at most.
            sheet.write_url(row, 1, link, blue, string=section.title[:250] or name)
            row += 1


def _sheet(book, sheet, document, section, styles):
    table, words = section.table, document.words
    _page(sheet, document)
    _text(sheet, 0, 0, section.title, styles.title)
    sheet.set_row(0, 24)
    _text(sheet, 1, 0, table.subtitle, styles.soft)
    sheet.set_column(0, 0, _wide([table.row_header, *(row.label for row in table.lines())], 18, 48))
    if section.empty:
        _text(sheet, HEAD, 0, words.empty, styles.get(bold=True))
        return
    head = {
        "bold": True, "bg_color": "#E8F1F2", "bottom": 1, "text_wrap": True, "valign": "vcenter"
    }  # fmt: skip
    _text(sheet, HEAD, 0, table.row_header, styles.get(**head))
    for j, column in enumerate(table.columns, 1):
        _text(sheet, HEAD, j, heading(column), styles.get(align="right", **head))
        sheet.set_column(j, j, _wide(heading(column).split(), 13, 24))
    sheet.set_row(HEAD, 34)
    sheet.freeze_panes(HEAD + 1, 1)
    sheet.repeat_rows(HEAD)
    sheet.repeat_columns(0)
    at = HEAD + 1
    for row in table.rows:
        _row(sheet, at, row, table, words, styles, total=False)
        at += 1
    if table.total is not None:
        _row(sheet, at, table.total, table, words, styles, total=True)
        at += 1
    if table.note:
        at += 1
        _text(sheet, at, 0, table.note, styles.soft)
        at += 1
    if document.notice:
        at += 1
        _text(sheet, at, 0, document.notice, styles.get(italic=True, font_color="#666666"))
    _chart(book, sheet, at + 2, table)


def _row(sheet, at, row, table, words, styles, total):
    _text(sheet, at, 0, row.label, styles.label(row.level, total))
    for j, (value, column) in enumerate(zip(row.values, table.columns, strict=True), 1):
        if isinstance(value, Masked):
            sheet.write_string(at, j, words.masked, styles.masked(total))
        elif value is None:
            sheet.write_blank(at, j, None, styles.figure(column.kind, total))
        else:
            sheet.write_number(at, j, number(value, column.kind), styles.figure(column.kind, total))


def _chart(book, sheet, at, table):
    """A native chart over the cells themselves: it follows what the reader changes there."""
    drawn = plot(table)
    if drawn is None:
        return
    name = sheet.get_name()
    chart = book.add_chart({"type": CHARTS[table.chart]})
    for j in drawn.columns:
        series = {
            "name": [name, HEAD, j + 1],
            "categories": _cells(name, drawn.rows, 0),
            "values": _cells(name, drawn.rows, j + 1),
        }
        if table.chart == "pie":
            # Parts of a whole of which some is masked would be parts of something else.
            series["data_labels"] = {"value": True} if rest(table, drawn) else {"percentage": True}
        chart.add_series(series)
    chart.set_title({"name": table.title[:200], "name_font": {"size": 12}})
    if table.chart != "pie":
        chart.set_legend({"position": "bottom"} if len(drawn.columns) > 1 else {"none": True})
        chart.set_y_axis({"num_format": WHOLE, "major_gridlines": {"visible": True}})
    chart.set_size({"width": 760, "height": 320})
    sheet.insert_chart(at, 0, chart, {"description": table.title[:200]})


def _cells(name, rows, column):
    """The cells of these lines: one range, or several where details stand between them."""
    quoted = "'{}'".format(name.replace("'", "''"))
    runs = []
    for i in rows:
        if runs and runs[-1][1] == i - 1:
            runs[-1][1] = i
        else:
            runs.append([i, i])
    places = [
        f"{quoted}!{xl_range_abs(HEAD + 1 + first, column, HEAD + 1 + last, column)}"
        for first, last in runs
    ]
    return f"={places[0]}" if len(places) == 1 else f"=({','.join(places)})"


def _page(sheet, document):
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.set_margins(0.5, 0.5, 0.6, 0.6)
    sheet.fit_to_pages(1, 0)
    # An ampersand is an order in a footer; two are one.
    shop, made = (said.replace("&", "&&")[:80] for said in (document.shop, document.made))
    sheet.set_footer(f"&L&8{shop}&C&8{document.words.page} &P / &N&R&8{made}")


def _text(sheet, row, column, text, style):
    sheet.write_string(row, column, str(text)[:LONGEST], style)


def _prose(sheet, row, text, style):
    """A paragraph across the cover, as tall as it needs; the row after it."""
    sheet.merge_range(row, 0, row, 1, "", style)
    _text(sheet, row, 0, text, style)
    lines = sum(1 + len(line) // 105 for line in text.splitlines() or [""])
    sheet.set_row(row, min(15 * lines + 3, 400))
    return row + 2


def _wide(texts, least, most):
    return min(most, max(least, *(len(text) + 2 for text in texts)))


def _name(title, taken):
    """A name Excel takes for a sheet: 31 characters, none of []:*?/\\, told apart from the others."""
    plain = re.sub(r"[\[\]:*?/\\\x00-\x1f\s]+", " ", title).strip().strip("'") or "–"
    name, n = plain[:31].strip().strip("'"), 1
    while name.casefold() in taken or name.casefold() in ("history", "historique"):
        n += 1
        ending = f" ({n})"
        name = plain[: 31 - len(ending)].strip() + ending
    return name
