import logging

from odoo import models
from odoo.exceptions import UserError

_logger = logging.getLogger(__name__)
MARGINS = {"data-report-margin-top": 10, "data-report-header-spacing": 0}


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def _escarcelle_pdf(self, page):
        """The HTML ``page`` of a paper as PDF bytes; None on a machine that cannot make any."""
        if self.get_wkhtmltopdf_state() in ("install", "broken"):
            return None
        try:
            return self._run_wkhtmltopdf([str(page)], specific_paperformat_args=MARGINS)
        except (UserError, OSError):
            _logger.exception("A paper could not be made a PDF: it stays HTML")
            return None
