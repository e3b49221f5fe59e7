from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import is_html_empty

from ..rendering.document import Section
from ..table import Period

PERIODS = [
    ("month", "This month"),
    ("last_month", "Last month"),
    ("quarter", "This quarter"),
    ("last_quarter", "Last quarter"),
    ("year", "This year"),
    ("last_year", "Last year"),
    ("custom", "Between two days"),
]


class EscarcelleStatisticReport(models.Model):
    """A report to a funder: statistics and words, in order. A template: the period is chosen when it is made.

    Invariants: a report that is delivered (``code``) is nobody's: it can be changed, and put back.
    """

    _name = "escarcelle.statistic.report"
    _description = "Report"
    _inherit = ["escarcelle.statistic.document"]
    _order = "sequence, name, id"
    _escarcelle_paper = "escarcelle_statistics.paper_report"

    # Not translated: a report is a paper, written by the shop in the language of its funder.
    name = fields.Char("Title", required=True)
    code = fields.Char(readonly=True, copy=False, help="Of a report that is delivered.")
    sequence = fields.Integer(default=50)
    active = fields.Boolean(default=True)
    description = fields.Char("What it is for")
    introduction = fields.Html(
        help="Words before the figures, printed on every form of the report."
    )
    period_kind = fields.Selection(
        PERIODS, "Usual period", required=True, default="last_year",
        help="What is proposed when the report is opened.",
    )  # fmt: skip
    date_from = fields.Date("From")
    date_to = fields.Date("To", help="Last day included.")
    section_ids = fields.One2many(
        "escarcelle.statistic.report.section", "report_id", "Sections", copy=True
    )
    user_id = fields.Many2one(
        "res.users", "Owner", readonly=True, copy=False, default=lambda self: self.env.user
    )
    shared = fields.Boolean(default=True, help="Every manager of the shop finds it.")
    company_id = fields.Many2one(
        "res.company", "Shop", index=True, default=lambda self: self.env.company,
        help="Empty: every shop.",
    )  # fmt: skip

    _code_uniq = models.UniqueIndex("(code) WHERE code IS NOT NULL")

    @api.constrains("period_kind", "date_from", "date_to")
    def _check_days(self):
        for report in self.filtered(lambda r: r.period_kind == "custom"):
            if not report.date_from or not report.date_to or report.date_to < report.date_from:
                raise ValidationError(
                    self.env._("Give the first and the last day of the period, in this order.")
                )

    @api.constrains("shared")
    def _check_shared(self):
        self.section_ids._check_readable()

    @api.model_create_multi
    def create(self, vals_list):
        reports = super().create(vals_list)
        reports._escarcelle_check_common()
        return reports

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for report, vals in zip(self, vals_list, strict=True):
            if "name" not in (default or {}):
                vals["name"] = self.env._("%s (copy)", report.name)
            # A copy is the shop's own, even of a report of every shop.
            vals["company_id"] = (default or {}).get("company_id", self.env.company.id)
        return vals_list

    def write(self, vals):
        self._escarcelle_check_common()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_delivered(self):
        self._escarcelle_check_common()
        if any(report.code for report in self):
            raise UserError(
                self.env._(
                    "This report is delivered with the software: archive it instead of deleting it."
                )
            )

    def _escarcelle_check_common(self):
        """What every shop uses is changed by who manages every shop.

        :raises UserError: a report without shop, changed by a manager of some of the shops only
        """
        if self.env.su or all(report.company_id for report in self):
            return
        if self.env["res.company"].sudo().search_count([]) > len(self.env.user.company_ids):
            raise UserError(
                self.env._(
                    "Other shops use this report too. Duplicate it (⚙ Duplicate) and change your copy."
                )
            )

    def _escarcelle_period(self):
        """The period proposed, seen from the day of the shop."""
        today = (self.company_id or self.env.company)._escarcelle_today()
        lang = self.env.lang or "fr_FR"
        return Period.of(self.period_kind, today, self.date_from, self.date_to, lang)

    def _escarcelle_introduction(self):
        return self.introduction

    def _escarcelle_sections(self, period, companies, leaving):
        for section in self.section_ids:
            if section.kind == "statistic":
                table = section._escarcelle_table(period, companies, leaving)
                yield Section(table.title, table)
            elif not is_html_empty(section.text) or section.name:
                yield section._escarcelle_words()

    def action_escarcelle_open(self):
        """Read the report: choose the period, then download or send."""
        self.ensure_one()
        return self.env["escarcelle.statistic.preview"]._escarcelle_open(report_id=self.id)

    def action_escarcelle_schedule(self):
        """Have it sent by mail, a period after the other."""
        self.ensure_one()
        return self.env["escarcelle.statistic.mailing"]._escarcelle_new(report_id=self.id)

    def action_escarcelle_restore(self):
        """Put the delivered report back: title, words, sections."""
        self.ensure_one()
        self._escarcelle_check_common()
        self.check_access("write")
        self.env["escarcelle.statistic.report.original"]._escarcelle_put_back(self)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": self.env._("The original report is back."),
                "type": "success",
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
