from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from escarcelle_core import jet

from ..tools import tables

#: Who reads what the shop sold: accountants, the fiscal groups.
READERS = ("account.group_account_readonly", "account.group_account_manager", "escarcelle_fiscal.group_auditor")
#: More is unreadable on paper, and wkhtmltopdf takes minutes.
MAX_PAPER_ROWS = 5000
MIMETYPES = {
    "csv": "text/csv;charset=utf-8",
    "zip": "application/zip",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class EscarcelleFiscalExport(models.AbstractModel):
    """What the exports of the accountant share: a period, who may, CSV, Excel, paper, and the event (JET 110)."""

    _name = "escarcelle.fiscal.export"
    _description = "Export for the accountant"

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    date_from = fields.Date("From", required=True, default=lambda self: self._default_month()[0])
    date_to = fields.Date("To", required=True, default=lambda self: self._default_month()[1])

    # -- what each export says -------------------------------------------------------------------

    def _escarcelle_title(self):
        """French title, on paper and in the event."""
        return self._description

    def _escarcelle_slug(self):
        """First part of file names."""
        return self._table

    def _escarcelle_tables(self):
        """Tables (tools/tables) of this request; called with the right to read."""
        return []

    def _escarcelle_remarks(self):
        """French sentences under the title."""
        return []

    # -- buttons ---------------------------------------------------------------------------------

    def action_csv(self):
        """Download as CSV."""
        return self._escarcelle_download(tables.as_csv)

    def action_xlsx(self):
        """Download as an Excel workbook."""
        return self._escarcelle_download(tables.as_xlsx)

    def action_pdf(self):
        """Download on paper, with the header of the shop."""
        reader = self._escarcelle_reader()
        self._escarcelle_note("pdf")
        reports = self.env["ir.actions.report"].sudo()
        report = reports.search([("model", "=", self._name), ("report_type", "=", "qweb-pdf")], limit=1)
        return report.with_user(self.env.user).report_action(reader.with_user(self.env.user), config=False)

    def _escarcelle_download(self, writer):
        reader = self._escarcelle_reader()
        try:
            data, extension = writer(reader._escarcelle_tables())
        except tables.TooManyRows:
            raise UserError(
                self.env._("Too many lines for Excel: choose a shorter period, or the CSV.")
            ) from None
        self._escarcelle_note(extension)
        return self._escarcelle_attach(f"{self._escarcelle_stem()}.{extension}", data, MIMETYPES[extension])

    def _escarcelle_attach(self, name, data, mimetype):
        attachment = self.env["ir.attachment"].sudo().create(
            {"name": name, "raw": data, "mimetype": mimetype, "res_model": self._name, "res_id": self.id}
        )  # fmt: skip
        return {"type": "ir.actions.act_url", "url": f"/web/content/{attachment.id}?download=1", "target": "download"}

    # -- on paper --------------------------------------------------------------------------------

    def _escarcelle_paper(self):
        """What the report template prints: [{"title", "columns", "rows", "totals"}], values as French text."""
        printed = []
        for table in self._escarcelle_reader()._escarcelle_tables():
            rows = []
            for row in table.rows:
                if len(rows) >= MAX_PAPER_ROWS:
                    raise UserError(self.env._("Too many lines for paper: choose a shorter period, Excel or CSV."))
                rows.append(row)
            kinds = [column.kind for column in table.columns]
            totals = table.totals(rows)
            printed.append(
                {
                    "title": table.title,
                    "columns": table.columns,
                    "rows": [[_paper(v, k) for v, k in zip(row, kinds, strict=True)] for row in rows],
                    "totals": [_paper(v, k) for v, k in zip(totals, kinds, strict=True)] if any(
                        column.total for column in table.columns) and rows else [],
                }
            )  # fmt: skip
        return printed

    # -- who and when ----------------------------------------------------------------------------

    @api.model
    def _default_month(self):
        day = self.env.company._escarcelle_rules().business_day(
            self.env["escarcelle.fiscal.device"]._escarcelle_now()
        )
        last = day.replace(day=1) - timedelta(days=1)
        return last.replace(day=1), last

    def _escarcelle_reader(self):
        """This request with the right to read; AccessError for who may not, UserError for a wrong period."""
        self.ensure_one()
        if not any(self.env.user.has_group(group) for group in READERS):
            raise AccessError(self.env._("The books of the shop are for accountants and tax inspectors."))
        if self.company_id not in self.env.companies:
            raise AccessError(self.env._("This company is not one of yours."))
        if self.date_from > self.date_to:
            raise UserError(self.env._("The start date is after the end date."))
        return self.sudo()

    def _escarcelle_stem(self):
        return f"{self._escarcelle_slug()}_{self.date_from:%Y%m%d}_{self.date_to:%Y%m%d}"

    def _escarcelle_note(self, extension):
        self.env["escarcelle.fiscal.outbox"]._escarcelle_note(
            jet.DATA_EXPORT,
            f"{self._escarcelle_title()} du {self.date_from:%d/%m/%Y} au {self.date_to:%d/%m/%Y} {extension}",
        )


def _paper(value, kind):
    if kind == tables.DATE and value:
        return f"{value:%d/%m/%Y}"
    text = tables.shown(value, kind)
    if kind == tables.MONEY and text:
        sign, digits = ("-", text[1:]) if text[0] == "-" else ("", text)
        whole, _comma, cents = digits.partition(",")
        return f"{sign}{int(whole):,}".replace(",", "\u202f") + f",{cents}"
    return text
