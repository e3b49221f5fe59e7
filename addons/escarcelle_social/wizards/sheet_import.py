import base64

from odoo import fields, models
from odoo.exceptions import UserError

from ..tools import sheet


class EscarcelleSheetImport(models.AbstractModel):
    """A screen to which somebody gives an Excel or CSV file: its rows, or why they cannot be read."""

    _name = "escarcelle.sheet.import"
    _description = "Import of a Sheet"

    file = fields.Binary(attachment=False)
    filename = fields.Char()

    def _escarcelle_rows(self):
        """``[(row number, [text, …]), …]``, the heading first. UserError says what to do about the file."""
        self.ensure_one()
        if not self.file:
            raise UserError(self.env._("Choose a file first."))
        if len(self.file) > sheet.FILE_LIMIT * 4 // 3 + 4:
            raise self._escarcelle_refusal(
                sheet.SheetError("too_big", limit=sheet.FILE_LIMIT // 1024 // 1024)
            )
        try:
            return sheet.read(base64.b64decode(self.file))
        except sheet.SheetError as error:
            raise self._escarcelle_refusal(error) from error

    def _escarcelle_refusal(self, error):
        _ = self.env._
        says = {
            "empty": _("This file is empty."),
            "too_big": _(
                "This file is too big: %s MB at most. Split it.", error.facts.get("limit")
            ),
            "too_many_rows": _(
                "This file has too many lines: %s at most. Split it.", error.facts.get("limit")
            ),
            "old_excel": _("This is an old Excel file (.xls): save it as .xlsx and try again."),
            "encrypted": _("This file is protected by a password: save it without."),
            "bomb": _(
                "This file unpacks to far more than a list can be: it is not read."
            ),
            "encoding": _(
                "The letters of this file cannot be read: save it as « CSV UTF-8 » or as .xlsx."
            ),
        }
        return UserError(
            says.get(error.code)
            or _("This file cannot be read: save it as .xlsx or CSV and try again.")
        )
