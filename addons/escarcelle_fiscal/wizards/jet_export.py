import csv
import io

import xlsxwriter
from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.fiscal_jet import FAMILIES

#: Lines an export may have: what a sheet program opens.
MOST = 1_000_000
BATCH = 5000
TITLES = (
    "Caisse", "Numéro", "Horodatage local", "Journée", "Code", "Événement", "Description", "Opérateur",
    "Signature", "Chaîne signée",
)  # fmt: skip


class EscarcelleFiscalJetExport(models.TransientModel):
    """The events as a file, for whoever asks: chosen period, device, family. It is an event itself."""

    _name = "escarcelle.fiscal.jet.export"
    _description = "Export of events"

    first_day = fields.Date("From", required=True, default=lambda self: fields.Date.today().replace(month=1, day=1))
    last_day = fields.Date("To", required=True, default=fields.Date.today)
    till_ids = fields.Many2many("escarcelle.fiscal.till", string="Devices", help="Empty: all of them.")
    family = fields.Selection(
        [(key, label) for key, (label, _codes) in FAMILIES.items()], "Kind of events", help="Empty: all of them."
    )
    file_format = fields.Selection([("csv", "CSV"), ("xlsx", "Excel")], "File", required=True, default="csv")
    count = fields.Integer("Events", compute="_compute_count")

    @api.depends("first_day", "last_day", "till_ids", "family")
    def _compute_count(self):
        for export in self:
            export.count = self.env["escarcelle.fiscal.jet"].search_count(export._domain())

    def _domain(self):
        self.ensure_one()
        domain = [("business_day", ">=", self.first_day), ("business_day", "<=", self.last_day)]
        if self.till_ids:
            # A many2many of a wizard holds new records until it is saved.
            domain.append(("till_id", "in", self.till_ids._origin.ids or self.till_ids.ids))
        if self.family:
            domain.append(("family", "=", self.family))
        return domain

    def action_export(self):
        """Download the file."""
        self.ensure_one()
        if not self.count:
            raise UserError(self.env._("No event in this choice."))
        if self.count > MOST:
            raise UserError(self.env._("More than a million events: choose a shorter period."))
        return {
            "type": "ir.actions.act_url",
            "url": f"/escarcelle/fiscal/jet/{self.id}",
            "target": "download",
        }

    def _escarcelle_file(self):
        """(file name, content type, bytes) of the export; noted as JET 110."""
        self.ensure_one()
        events = self.env["escarcelle.fiscal.jet"].search(self._domain(), order="id")
        self.env["escarcelle.fiscal.outbox"]._escarcelle_note_export("escarcelle.fiscal.jet", len(events))
        name = f"JET_{self.first_day:%Y%m%d}_{self.last_day:%Y%m%d}.{self.file_format}"
        if self.file_format == "csv":
            return name, "text/csv; charset=utf-8", self._csv(self._rows(events))
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        return name, kind, self._xlsx(self._rows(events))

    def _rows(self, events):
        labels = dict(events._fields["code"].selection)
        for start in range(0, len(events), BATCH):
            part = events[start : start + BATCH]
            for event in part:
                yield (
                    event.till_id.display_name, event.number, event.local, event.business_day.isoformat(),
                    event.code, labels.get(event.code, event.code), event.description, event.operator,
                    event.signature, event.payload,
                )  # fmt: skip
            part.invalidate_recordset()

    def _csv(self, rows):
        stream = io.StringIO(newline="")
        stream.write("\ufeff")  # a sheet program then reads the accents right
        writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
        writer.writerow(TITLES)
        writer.writerows([_plain(cell) for cell in row] for row in rows)
        return stream.getvalue().encode("utf-8")

    def _xlsx(self, rows):
        stream = io.BytesIO()
        plain = {"strings_to_formulas": False, "strings_to_urls": False}
        book = xlsxwriter.Workbook(stream, {"constant_memory": True, **plain})
        sheet = book.add_worksheet("JET")
        sheet.write_row(0, 0, TITLES, book.add_format({"bold": True}))
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(TITLES) - 1, 22)
        for index, row in enumerate(rows, 1):
            for column, cell in enumerate(row):
                sheet.write_string(index, column, str(cell or ""))
        book.close()
        return stream.getvalue()


def _plain(cell):
    """What a sheet program would run as a formula becomes text."""
    text = str(cell or "")
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
