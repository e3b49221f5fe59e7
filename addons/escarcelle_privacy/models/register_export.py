"""The register as a spreadsheet."""

import io

from odoo import api, models


class EscarcelleProcessing(models.Model):
    _inherit = "escarcelle.processing"

    @api.model
    def _escarcelle_columns(self):
        return (
            "name", "purpose", "legal_basis", "sensitive", "subjects", "data", "recipients", "retention", "transfers",
            "security", "reviewed_on",
        )  # fmt: skip

    def _escarcelle_workbook(self):
        """Bytes of an .xlsx: one activity a line, ready to print on one page of width."""
        import xlsxwriter  # noqa: PLC0415 - heavy, and only an export needs it

        stream = io.BytesIO()
        book = xlsxwriter.Workbook(
            stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        page = book.add_worksheet("Registre")
        head = book.add_format(
            {"bold": True, "bg_color": "#DDEBF7", "text_wrap": True, "valign": "top", "border": 1}
        )
        cell = book.add_format({"text_wrap": True, "valign": "top", "border": 1})
        day = book.add_format({"num_format": "dd/mm/yyyy", "valign": "top", "border": 1})
        labels = {
            name: field["string"]
            for name, field in self.fields_get(self._escarcelle_columns(), ["string"]).items()
        }
        for column, name in enumerate(self._escarcelle_columns()):
            page.write_string(0, column, labels[name], head)
            page.set_column(column, column, 16 if name in ("name", "reviewed_on") else 34)
            for row, one in enumerate(self, 1):
                value = one[name]
                if hasattr(value, "isoformat"):
                    page.write_datetime(row, column, value, day)
                else:
                    page.write_string(row, column, value or "", cell)
        page.freeze_panes(1, 1)
        page.set_landscape()
        page.set_paper(8)
        page.fit_to_pages(1, 0)
        book.close()
        return stream.getvalue()

    def action_export_sheet(self):
        """Download these activities as .xlsx."""
        ids = ",".join(map(str, self.ids))
        return {
            "type": "ir.actions.act_url",
            "url": f"/escarcelle/privacy/register?ids={ids}",
            "target": "self",
        }
