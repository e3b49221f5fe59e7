"""Papers that are cut along lines must be of the size they say, whatever draws them."""

from odoo import api, models
from odoo.addons.base.models.ir_actions_report import _wkhtml
from odoo.tools.pdf import merge_pdf

#: wkhtmltopdf built on Debian's own Qt draws everything at 96/125 and has no switch against it.
UNPATCHED = 125 / 96


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    @api.model
    def _escarcelle_zoom(self):
        """What a sheet of labels or cards is enlarged by so that a millimetre is one on the paper."""
        return 1.0 if _wkhtml().is_patched_qt else UNPATCHED

    def _run_wkhtmltopdf(self, bodies, *args, **kwargs):
        # EXTENDS 'base': the same program takes one document at a time
        bodies = list(bodies)
        if len(bodies) < 2 or _wkhtml().is_patched_qt:
            return super()._run_wkhtmltopdf(bodies, *args, **kwargs)
        return merge_pdf([super(IrActionsReport, self)._run_wkhtmltopdf([body], *args, **kwargs) for body in bodies])
