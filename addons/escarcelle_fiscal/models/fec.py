import io
import re
import tempfile
import zipfile

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import date_utils
from stdnum.fr import siren

from escarcelle_core import jet

from ..tools import fec_file

#: Who may ask for the books of a year.
READERS = ("account.group_account_readonly", "account.group_account_manager", "escarcelle_fiscal.group_auditor")


class FecExportWizard(models.TransientModel):
    """« Fichier des écritures comptables » (LPF art. L. 47 A, A. 47 A-1): check, then download.

    Odoo's model keeps its place (dates, journals left out, access); the file is written again here: real
    validation dates, one continuous numbering in their order, no padding, the alphabet the law names.
    """

    _inherit = "l10n_fr.fec.export.wizard"

    escarcelle_separator = fields.Selection(
        [("tab", "Tabulation"), ("pipe", "Vertical bar « | »")], "Separator", default="tab", required=True
    )
    escarcelle_encoding = fields.Selection(
        [("latin", "ISO 8859-15 (the text of the law)"), ("utf8", "UTF-8")], "Alphabet", default="latin", required=True
    )
    escarcelle_lock = fields.Boolean(
        "Lock the year", help="Nobody can post or change an entry up to the end date any more, once the file is made."
    )
    escarcelle_state = fields.Selection([("ask", "To check"), ("checked", "Checked")], default="ask", required=True)
    escarcelle_problem_ids = fields.One2many("escarcelle.fec.problem", "wizard_id", "Self-check", readonly=True)
    escarcelle_errors = fields.Integer(compute="_compute_escarcelle_errors")
    escarcelle_filename = fields.Char("File", compute="_compute_escarcelle_filename")

    @api.model
    def default_get(self, names):
        # EXTENDS 'base': a test file of the last fiscal year that is over
        values = super().default_get(names)
        if not values.get("date_from") and not values.get("date_to"):
            before = date_utils.subtract(fields.Date.context_today(self), years=1)
            year = self.env.company.compute_fiscalyear_dates(before)
            values.update(date_from=year["date_from"], date_to=year["date_to"])
        values.setdefault("test_file", True)
        return values

    @api.depends("escarcelle_problem_ids.level")
    def _compute_escarcelle_errors(self):
        for wizard in self:
            wizard.escarcelle_errors = len(wizard.escarcelle_problem_ids.filtered(lambda p: p.level == "error"))

    @api.depends("date_to")
    def _compute_escarcelle_filename(self):
        for wizard in self:
            wizard.escarcelle_filename = wizard.date_to and wizard._escarcelle_name()

    @api.onchange(
        "date_from", "date_to", "test_file", "export_type", "excluded_journal_ids", "escarcelle_separator",
        "escarcelle_encoding",
    )  # fmt: skip
    def _onchange_escarcelle_question(self):
        self.escarcelle_state = "ask"

    def create_fec_report_action(self):
        # OVERRIDES 'l10n_fr_account': the hook it leaves empty
        return self.action_escarcelle_check()

    def action_escarcelle_check(self):
        """Look for what is wrong and show it."""
        self._escarcelle_allowed()
        if self.date_from > self.date_to:
            raise UserError(self.env._("The start date is after the end date."))
        reader = self._escarcelle_reader()
        self.sudo().write(
            {
                "escarcelle_state": "checked",
                "escarcelle_problem_ids": [
                    Command.clear(), *(Command.create(values) for values in reader._escarcelle_problems()),
                ],
            }
        )  # fmt: skip
        return self._escarcelle_again()

    def action_escarcelle_download(self):
        """The file and its notice in one zip; the year is locked when it was asked for."""
        self._escarcelle_allowed()
        if self.escarcelle_state != "checked":
            return self.action_escarcelle_check()
        reader = self._escarcelle_reader()
        official = not self.test_file
        if official and any(problem["level"] == "error" for problem in reader._escarcelle_problems()):
            self.action_escarcelle_check()
            raise UserError(
                self.env._(
                    "The official file is not made while the self-check finds errors. Mend them, or make a test file."
                )
            )
        packed = reader._escarcelle_packed()
        name = self._escarcelle_name().replace(".txt", ".zip" if official else "_ESSAI.zip")
        outbox = self.env["escarcelle.fiscal.outbox"]
        text = f"FEC {name} du {self.date_from:%d/%m/%Y} au {self.date_to:%d/%m/%Y}"
        outbox._escarcelle_note(jet.DATA_EXPORT, text)
        outbox._escarcelle_note(jet.ACCOUNTANT_EXCHANGE, text)
        if official and self.escarcelle_lock:
            self._escarcelle_lock_year()
        attachment = self.env["ir.attachment"].sudo().create(
            {"name": name, "raw": packed, "mimetype": "application/zip", "res_model": self._name, "res_id": self.id}
        )  # fmt: skip
        return {"type": "ir.actions.act_url", "url": f"/web/content/{attachment.id}?download=1", "target": "download"}

    # -- the file --------------------------------------------------------------------------------

    def _escarcelle_packed(self):
        """Bytes of the zip; written line by line to a file of the system, whatever the number of lines."""
        name = self._escarcelle_name()
        buffer = io.BytesIO()
        with tempfile.TemporaryFile() as stream:
            written = fec_file.FecFile(stream, self.escarcelle_separator, self.escarcelle_encoding)
            for row in self._escarcelle_rows():
                written.write(row)
            stream.seek(0)
            with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
                with packed.open(name, "w", force_zip64=True) as target:
                    while chunk := stream.read(1 << 20):
                        target.write(chunk)
                packed.writestr(name.replace(".txt", "_description.txt"), self._escarcelle_notice(written))
        return buffer.getvalue()

    def _escarcelle_notice(self, written):
        remarks = [f"- {problem.name}" for problem in self.escarcelle_problem_ids]
        if self.excluded_journal_ids:
            remarks.append(f"- Journaux laissés de côté : {', '.join(self.excluded_journal_ids.mapped('code'))}")
        if self.export_type == "nonofficial":
            remarks.append("- Des écritures non validées y figurent, sans date de validation.")
        return written.notice(
            name=self._escarcelle_name(), company=self.env.company.name, siren=self._escarcelle_siren(),
            start=self.date_from, end=self.date_to, company_lines=remarks, test=self.test_file,
        )  # fmt: skip

    def _escarcelle_name(self):
        return f"{self._escarcelle_siren()}FEC{self.date_to:%Y%m%d}.txt"

    def _escarcelle_siren(self):
        """Nine digits from the SIRET, else from the VAT number; overseas departments have one too."""
        company = self.env.company
        for text in (company.company_registry or "", (company.vat or "")[4:]):
            digits = re.sub(r"\D", "", text)[:9]
            if siren.is_valid(digits):
                return digits
        return ""

    def _escarcelle_lock_year(self):
        if not self.env.user.has_group("account.group_account_manager"):
            raise AccessError(self.env._("Only an accounting administrator locks a year: untick it, or ask one."))
        company = self.env.company
        if not company.fiscalyear_lock_date or company.fiscalyear_lock_date < self.date_to:
            company.sudo().fiscalyear_lock_date = self.date_to

    # -- who -------------------------------------------------------------------------------------

    def _escarcelle_allowed(self):
        self.ensure_one()
        if not any(self.env.user.has_group(group) for group in READERS):
            raise AccessError(self.env._("The books of the company are for accountants and tax inspectors."))

    def _escarcelle_reader(self):
        """This request with the right to read every entry of the company; the company stays the user's."""
        return self.sudo().with_context(allowed_company_ids=self.env.company.ids)

    def _escarcelle_again(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("FEC"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(self.env.ref("escarcelle_fiscal.fec_view_form").id, "form")],
            "target": "new",
        }
