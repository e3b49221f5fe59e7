from urllib.parse import urlencode

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..table import Period
from .report import PERIODS


class EscarcelleStatisticPreview(models.TransientModel):
    """A report or a statistic on the screen, for a period and shops that are chosen here."""

    _name = "escarcelle.statistic.preview"
    _description = "Reading of a Report"

    report_id = fields.Many2one("escarcelle.statistic.report", readonly=True, ondelete="cascade")
    statistic_id = fields.Many2one("escarcelle.statistic", readonly=True, ondelete="cascade")
    period_kind = fields.Selection(PERIODS, "Period", required=True, default="last_month")
    date_from = fields.Date("From")
    date_to = fields.Date("To")
    company_ids = fields.Many2many(
        "res.company", string="Shops", default=lambda self: self.env.companies
    )
    leaving = fields.Boolean(
        "As it leaves the shop", help="Small numbers of households and persons are masked."
    )
    html = fields.Html(compute="_compute_html", sanitize=False)

    @api.depends("report_id", "statistic_id")
    def _compute_display_name(self):
        for preview in self:
            preview.display_name = preview._escarcelle_source().display_name

    @api.depends("period_kind", "date_from", "date_to", "company_ids", "leaving")
    def _compute_html(self):
        for preview in self:
            source = preview._escarcelle_source()
            try:
                period = preview._escarcelle_period()
                document = source._escarcelle_document(
                    period, preview._escarcelle_companies(), leaving=preview.leaving
                )
            except UserError as error:
                hint = self.env["escarcelle.statistic"]._escarcelle_hint
                preview.html = hint(str(error))
            else:
                preview.html = source._escarcelle_html(document)

    @api.model
    def _escarcelle_open(self, **source):
        """The action that shows a report (``report_id``) or a statistic (``statistic_id``)."""
        preview = self.create(source)
        shown = preview._escarcelle_source()
        shown.check_access("read")
        preview.write({name: shown[name] for name in ("period_kind", "date_from", "date_to")})
        return {
            "type": "ir.actions.act_window",
            "name": shown.display_name,
            "res_model": self._name,
            "res_id": preview.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def _escarcelle_source(self):
        return self.report_id or self.statistic_id

    def _escarcelle_companies(self):
        """The shops chosen, among those of whoever reads."""
        chosen = self.company_ids._origin & self.env.companies
        return chosen or self.env.companies

    def _escarcelle_period(self):
        """:raises UserError: days missing or in the wrong order"""
        try:
            return Period.of(
                self.period_kind or "month", self.env.company._escarcelle_today(),
                self.date_from or None, self.date_to or None, lang=self.env.lang or "fr_FR",
            )  # fmt: skip
        except ValueError as error:
            raise UserError(
                self.env._("Give the first and the last day of the period, in this order.")
            ) from error

    def action_escarcelle_excel(self):
        return self._escarcelle_download("xlsx")

    def action_escarcelle_csv(self):
        return self._escarcelle_download("csv")

    def action_escarcelle_pdf(self):
        return self._escarcelle_download("pdf")

    def action_escarcelle_schedule(self):
        return self._escarcelle_source().action_escarcelle_schedule()

    def action_escarcelle_edit(self):
        """Open what is read, to change it."""
        source = self._escarcelle_source()
        return {
            "type": "ir.actions.act_window",
            "res_model": source._name,
            "res_id": source.id,
            "views": [(False, "form")],
        }

    def _escarcelle_download(self, form):
        period = self._escarcelle_period()
        source = self._escarcelle_source()
        query = urlencode(source._escarcelle_asking(period, self._escarcelle_companies()))
        kind = "report" if self.report_id else "statistic"
        return {
            "type": "ir.actions.act_url",
            "url": f"/escarcelle/statistics/{kind}/{source.id}.{form}?{query}",
            "target": "download",
        }
