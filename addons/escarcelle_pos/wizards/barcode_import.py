import csv
import io
from base64 import b64decode
from zipfile import BadZipFile

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from escarcelle_core import barcodes
from escarcelle_core.barcodes import AttachError

MOST_ROWS = 5000
MOST_BYTES = 2 * 1024 * 1024


class EscarcelleBarcodeImport(models.TransientModel):
    """Barcodes pasted from a spreadsheet or read from a file: looked at line by line, then attached at once."""

    _name = "escarcelle.barcode.import"
    _description = "Import barcodes"

    text = fields.Text("Pasted rows")
    file = fields.Binary("File (CSV or Excel)", attachment=False)
    file_name = fields.Char()
    line_ids = fields.One2many("escarcelle.barcode.import.line", "import_id", "Rows")
    ready = fields.Integer("Rows to attach", compute="_compute_ready")
    wrong = fields.Integer("Rows left out", compute="_compute_ready")

    @api.depends("line_ids.error")
    def _compute_ready(self):
        for wizard in self:
            wizard.wrong = len(wizard.line_ids.filtered("error"))
            wizard.ready = len(wizard.line_ids) - wizard.wrong

    def action_preview(self):
        """Read the rows and say of each what would happen; nothing is attached."""
        self.ensure_one()
        rows = self._escarcelle_rows()
        if not rows:
            raise UserError(self.env._("Paste at least one row: reference of the good, barcode, units."))
        self.line_ids.unlink()
        self.line_ids = [Command.create(values) for values in self._escarcelle_checked(rows)]
        return self._escarcelle_reopen()

    def action_attach(self):
        """Attach the rows without an error: all of them, or none."""
        self.ensure_one()
        # What was right at the preview may have been attached since.
        rows = [(line.reference, line.barcode, str(line.count)) for line in self.line_ids if not line.error]
        checked = self._escarcelle_checked(rows)
        if any(values.get("error") for values in checked):
            self.line_ids = [Command.clear(), *(Command.create(values) for values in checked)]
            return self._escarcelle_reopen()
        self.env["product.uom"].create(
            [
                {
                    "product_id": values["product_id"],
                    "barcode": values["barcode"],
                    "escarcelle_count": values["count"],
                    "escarcelle_source": "import",
                }
                for values in checked
            ]
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("%s barcodes attached.", len(checked)),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _escarcelle_reopen(self):
        action = self.env["ir.actions.act_window"]._for_xml_id("escarcelle_pos.action_barcode_import")
        return {**action, "res_id": self.id}

    # -- reading -----------------------------------------------------------------------------------

    def _escarcelle_rows(self):
        """``(reference, barcode, units)`` as text, without the heading and the empty rows."""
        cells = self._escarcelle_sheet() if self.file else _split(self.text or "")
        rows = [(*map(_text, row[:3]), "", "", "")[:3] for row in cells]
        rows = [row for row in rows if any(row)]
        if rows and not any(character.isdigit() for character in rows[0][1]):
            rows = rows[1:]
        if len(rows) > MOST_ROWS:
            raise UserError(self.env._("More than %s rows: import them in several times.", MOST_ROWS))
        return rows

    def _escarcelle_sheet(self):
        content = b64decode(self.file)
        if len(content) > MOST_BYTES:
            raise UserError(self.env._("This file is too big: keep only the columns reference, barcode, units."))
        if not content.startswith(b"PK"):
            try:
                return _split(content.decode("utf-8-sig"))
            except UnicodeDecodeError:
                return _split(content.decode("cp1252", "replace"))
        try:
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            return list(book.worksheets[0].iter_rows(values_only=True, max_row=MOST_ROWS + 2))
        except (BadZipFile, InvalidFileException, KeyError, ValueError, IndexError, OSError) as error:
            raise UserError(self.env._("This file cannot be read: save it as Excel (.xlsx) or CSV.")) from error

    def _escarcelle_checked(self, rows):
        """Values of the preview lines; ``error`` says what is wrong with a row."""
        products = self._escarcelle_products({reference for reference, _code, _units in rows})
        codes = {code.strip() for _reference, code, _units in rows}
        owners = self.env["product.uom"]._escarcelle_owners(codes, self.env.company)
        seen, out = set(), []
        for number, (reference, code, units) in enumerate(rows, 1):
            values = {"number": number, "reference": reference[:64], "barcode": code[:64], "count": 1}
            try:
                values["barcode"] = barcodes.attachable(code)
                values["count"] = barcodes.units(int(units or 1) if (units or "1").isascii() else 0)
            except AttachError as error:
                values["error"] = str(error)
            except ValueError:
                values["error"] = self.env._("Units: a whole number is expected.")
            found = products.get(reference.lower(), [])
            if len(found) == 1:
                values["product_id"] = found[0].id
            values.setdefault("error", self._escarcelle_problem(values, found, owners, seen))
            seen.add(values["barcode"])
            out.append(values)
        return out

    def _escarcelle_problem(self, values, found, owners, seen):
        if not found:
            return self.env._("No good has this reference, barcode or name.")
        if len(found) > 1:
            return self.env._("Several goods have this name: give the reference.")
        if values["barcode"] in seen:
            return self.env._("This barcode stands twice in the rows.")
        owner = owners.get(values["barcode"])
        if owner:
            return self.env._("This code is already that of “%s”.", owner.display_name)
        return False

    def _escarcelle_products(self, references):
        """Lower-case reference, barcode or name → goods, references first."""
        Product = self.env["product.product"]
        wanted = [reference for reference in references if reference]
        found = {}
        for name in ("default_code", "barcode", "name"):
            batch = Product.search([*Product._check_company_domain(self.env.company), (name, "in", wanted)])
            by_name = {}
            for product in batch:
                by_name.setdefault((product[name] or "").lower(), []).append(product)
            for key, products in by_name.items():
                found.setdefault(key, products)
        return found


class EscarcelleBarcodeImportLine(models.TransientModel):
    _name = "escarcelle.barcode.import.line"
    _description = "Barcode to import"
    _order = "number"

    import_id = fields.Many2one("escarcelle.barcode.import", required=True, ondelete="cascade")
    number = fields.Integer("Row")
    reference = fields.Char("Good typed")
    product_id = fields.Many2one("product.product", "Good")
    barcode = fields.Char()
    count = fields.Integer("Units")
    error = fields.Char("What is wrong")


def _split(text):
    """Rows of a paste (tabs) or of a CSV file (semicolons or commas)."""
    first = text.partition("\n")[0]
    delimiter = next((mark for mark in ("\t", ";", ",") if mark in first), ";")
    try:
        return list(csv.reader(io.StringIO(text.replace("\0", "")), delimiter=delimiter))
    except csv.Error:
        return []


def _text(value):
    """A cell as text; Excel keeps a long code as a number."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()
