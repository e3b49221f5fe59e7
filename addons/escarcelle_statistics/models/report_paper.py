from odoo import api, models

#: Lines of a table, its heading apart, that a page holds.
LINES = 22


class EscarcelleStatisticPaper(models.AbstractModel):
    """The values of the PDF of a record: its own period and all shops, unless told otherwise."""

    _name = "escarcelle.statistic.paper"
    _description = "Statistics on Paper"

    _escarcelle_model = "escarcelle.statistic"

    @api.model
    def _get_report_values(self, docids, data=None):
        records = self.env[self._escarcelle_model].browse(docids)
        records.check_access("read")
        asked = records._escarcelle_asked(data) if (data or {}).get("start") else None
        papers = []
        for record in records:
            period, companies = asked or (record._escarcelle_period(), self.env.companies)
            document = record._escarcelle_document(period, companies, leaving=True)
            papers.append((record, document, record._escarcelle_html(document, LINES)))
        return {"papers": papers}


class EscarcelleStatisticPaperReport(models.AbstractModel):
    _name = "report.escarcelle_statistics.paper_report_document"
    _inherit = ["escarcelle.statistic.paper"]
    _description = "Report on Paper"

    _escarcelle_model = "escarcelle.statistic.report"


class EscarcelleStatisticPaperStatistic(models.AbstractModel):
    _name = "report.escarcelle_statistics.paper_statistic_document"
    _inherit = ["escarcelle.statistic.paper"]
    _description = "Statistic on Paper"

    _escarcelle_model = "escarcelle.statistic"
