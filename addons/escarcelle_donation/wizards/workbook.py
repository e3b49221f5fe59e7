"""Excel of the addon: one sheet a table, French titles, real dates and amounts, no formula from what people typed."""

import base64
import io

import xlsxwriter

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS = {
    "text": "@",
    "date": "dd/mm/yyyy",
    "money": '# ##0.00 "€"',
    "weight": '# ##0.000 "kg"',
    "count": "0",
}


def workbook(sheets):
    """Bytes of a workbook. ``sheets``: (name, [(title, kind)], rows); amounts are summed under each."""
    buffer = io.BytesIO()
    # Text is written as text: « =1+1 » in a donor's name is a name.
    book = xlsxwriter.Workbook(
        buffer,
        {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    head = book.add_format({"bold": True, "bg_color": "#EEEEEE", "border": 1, "text_wrap": True})
    formats = {kind: book.add_format({"num_format": form}) for kind, form in FORMATS.items()}
    sums = {
        kind: book.add_format({"num_format": form, "bold": True, "top": 1})
        for kind, form in FORMATS.items()
    }
    for name, columns, rows in sheets:
        sheet = book.add_worksheet(name[:31])
        sheet.freeze_panes(1, 0)
        for i, (title, kind) in enumerate(columns):
            sheet.set_column(i, i, 32 if kind == "text" and i == 1 else 16)
            sheet.write_string(0, i, title, head)
        for n, row in enumerate(rows, 1):
            for i, ((_title, kind), value) in enumerate(zip(columns, row, strict=True)):
                _cell(sheet, n, i, value, kind, formats[kind])
        if rows:
            sheet.autofilter(0, 0, len(rows), len(columns) - 1)
            for i, (_title, kind) in enumerate(columns):
                if kind in ("money", "weight"):
                    letter = xlsxwriter.utility.xl_col_to_name(i)
                    total = round(sum(row[i] or 0 for row in rows), 3)
                    sheet.write_formula(
                        len(rows) + 1,
                        i,
                        f"=SUM({letter}2:{letter}{len(rows) + 1})",
                        sums[kind],
                        total,
                    )
    book.close()
    return buffer.getvalue()


def _cell(sheet, row, column, value, kind, style):
    if value in (None, False, ""):
        sheet.write_blank(row, column, None, style)
    elif kind == "date":
        sheet.write_datetime(row, column, value, style)
    elif kind == "text":
        sheet.write_string(row, column, str(value)[:32000], style)
    else:
        sheet.write_number(row, column, value, style)


def download(wizard, name, data):
    """The action that hands ``data`` to whoever asked through ``wizard``."""
    attachment = wizard.env["ir.attachment"].create(
        {
            "name": name,
            "datas": base64.b64encode(data),
            "mimetype": XLSX,
            "res_model": wizard._name,
            "res_id": wizard.id,
        }
    )
    return {
        "type": "ir.actions.act_url",
        "url": f"/web/content/{attachment.id}?download=true",
        "target": "self",
    }
