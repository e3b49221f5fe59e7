from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from escarcelle_core.archive.parts import ArchivePeriod

from .fiscal_archive import LEVELS
from .fiscal_archive_task import AT_ONCE


class EscarcelleFiscalArchiveWizard(models.TransientModel):
    """« Archive a period »: which company, which period."""

    _name = "escarcelle.fiscal.archive.wizard"
    _description = "Fiscal archive request"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    level = fields.Selection(LEVELS, "Period", required=True, default="J")
    day = fields.Date(
        "Any day of it", required=True, default=lambda self: self._default_day()
    )
    period = fields.Char("Covers", compute="_compute_period")

    @api.model
    def _default_day(self):
        return self.env.company._escarcelle_rules().business_day(
            self.env["escarcelle.fiscal.device"]._escarcelle_now()
        )

    @api.depends("company_id", "level", "day")
    def _compute_period(self):
        for request in self:
            request.period = False
            if request.company_id and request.level and request.day:
                rules = request.company_id.sudo()._escarcelle_rules()
                period = ArchivePeriod.of(request.level, request.day, rules)
                request.period = self.env._(
                    "From %(start)s to %(end)s",
                    start=f"{period.start:%d/%m/%Y %H:%M}", end=f"{period.end:%d/%m/%Y %H:%M}",
                )  # fmt: skip

    def action_archive(self):
        """Make the archive and show it."""
        self.ensure_one()
        if not self.env.user.has_group("escarcelle_fiscal.group_manager"):
            raise AccessError(self.env._("Only a fiscal manager archives a period."))
        if self.company_id not in self.env.companies:
            raise AccessError(self.env._("This company is not one of yours."))
        if self.day > self._default_day():
            raise UserError(self.env._("This period has not begun: choose a day that is past."))
        company = self.company_id.sudo()
        maker = self.env["escarcelle.fiscal.archive.maker"].sudo()
        if maker._escarcelle_count(company, self.level, self.day) > AT_ONCE:
            period = ArchivePeriod.of(self.level, self.day, company._escarcelle_rules())
            self.env["escarcelle.fiscal.archive.task"].sudo()._escarcelle_request(company, period)
            return self.env["ir.actions.actions"]._for_xml_id("escarcelle_fiscal.fiscal_archive_task_action")
        archive = self.env["escarcelle.fiscal.archive"]._escarcelle_archive(
            self.company_id, self.level, self.day
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "escarcelle.fiscal.archive",
            "res_id": archive.id,
            "view_mode": "form",
        }
