"""Reports and statistics of a shop that another may take over (docs/formats.md §11)."""

from odoo import models

from .statistic import MODELS

#: Those of the shop itself that everybody there sees: what is delivered is in every shop.
OWN = [("code", "=", False), ("shared", "=", True)]


class EscarcelleStatistic(models.Model):
    _inherit = "escarcelle.statistic"

    def _escarcelle_portable(self):
        label = self.env._("Statistics")
        return {
            "section": "statistics", "label": label, "sequence": 90, "key": ("name",),
            "fields": (
                "description", "subject", "measure_ids", "row_dimension_id", "column_dimension_id", "period_kind",
                "date_from", "date_to", "compare", "chart", "sort", "limit", "shared", "domain",
            ),
            "domain": OWN, "filters": ("domain",),
        }  # fmt: skip

    def _escarcelle_filtered(self, row):
        """The facts that a row of a file filters."""
        return MODELS.get(row.get("subject"))


class EscarcelleStatisticReport(models.Model):
    _inherit = "escarcelle.statistic.report"

    def _escarcelle_portable(self):
        label = self.env._("Reports")
        return {
            "section": "reports", "label": label, "sequence": 91, "key": ("name",),
            "fields": (
                "sequence", "description", "introduction", "period_kind", "date_from", "date_to", "shared",
            ),
            "domain": OWN,
        }  # fmt: skip


class EscarcelleStatisticReportSection(models.Model):
    _inherit = "escarcelle.statistic.report.section"

    def _escarcelle_portable(self):
        label = self.env._("Sections of reports")
        return {
            "section": "report_sections", "label": label, "sequence": 92, "key": ("report_id", "sequence"),
            "fields": ("kind", "statistic_id", "name", "text", "chart"), "company": "report_id.company_id",
            "domain": [("report_id.code", "=", False), ("report_id.shared", "=", True)],
        }  # fmt: skip
