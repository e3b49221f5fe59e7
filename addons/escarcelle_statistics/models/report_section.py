from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..rendering.document import Section


class EscarcelleStatisticReportSection(models.Model):
    """A piece of a report: a statistic, or words."""

    _name = "escarcelle.statistic.report.section"
    _description = "Section of a Report"
    _order = "sequence, id"

    report_id = fields.Many2one(
        "escarcelle.statistic.report", required=True, ondelete="cascade", index=True
    )
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [("statistic", "Statistic"), ("text", "Text")],
        "Content",
        required=True,
        default="statistic",
    )
    statistic_id = fields.Many2one("escarcelle.statistic", ondelete="restrict")
    name = fields.Char("Title", help="Empty: the title of the statistic.")
    text = fields.Html()
    chart = fields.Selection(
        [
            ("own", "As the statistic says"),
            ("none", "No chart"),
            ("bar", "Bars"),
            ("line", "Line"),
            ("pie", "Pie"),
        ],
        required=True,
        default="own",
    )

    @api.constrains("kind", "statistic_id")
    def _check_content(self):
        for section in self:
            if section.kind == "statistic" and not section.statistic_id:
                raise ValidationError(
                    self.env._("Choose the statistic of each section, or make the section a text.")
                )

    @api.constrains("statistic_id", "report_id")
    def _check_readable(self):
        """Whoever finds the report finds its statistics, its maker first.

        :raises ValidationError: a shared report with a statistic that is somebody's alone
        """
        for section in self.filtered("statistic_id"):
            # Odoo checks constraints as superuser: this one is about who asks.
            section.statistic_id.sudo(False).check_access("read")
            if section.report_id.shared and not section.statistic_id.sudo().shared:
                raise ValidationError(
                    self.env._(
                        "« %s » is yours alone, and this report is shared: share the statistic first.",
                        section.statistic_id.name,
                    )
                )

    @api.depends("name", "kind", "statistic_id")
    def _compute_display_name(self):
        for section in self:
            section.display_name = section.name or section.statistic_id.name or self.env._("Text")

    def write(self, vals):
        self.report_id._escarcelle_check_common()
        return super().write(vals)

    @api.model_create_multi
    def create(self, vals_list):
        sections = super().create(vals_list)
        sections.report_id._escarcelle_check_common()
        return sections

    @api.ondelete(at_uninstall=False)
    def _unlink_except_common(self):
        self.report_id._escarcelle_check_common()

    def _escarcelle_table(self, period, companies, leaving):
        """The table of the statistic, with the title and the chart of this section."""
        table = self.statistic_id._escarcelle_table(
            period=period, companies=companies, leaving=leaving
        )
        changed = {"title": self.name} if self.name else {}
        if self.chart != "own":
            changed["chart"] = "" if self.chart == "none" else self.chart
        return replace(table, **changed)

    def _escarcelle_words(self):
        plain = self.report_id._escarcelle_plain(self.text)
        return Section(self.name or "", html=self.text or "", text=plain)
