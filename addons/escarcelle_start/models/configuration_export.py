import base64

from odoo import api, fields, models


class EscarcelleConfigurationExport(models.TransientModel):
    """The settings of the shop as a file, for another shop."""

    _name = "escarcelle.configuration.export"
    _description = "Export of the Settings"

    company_id = fields.Many2one(
        "res.company", "Shop", required=True, readonly=True, default=lambda s: s.env.company
    )
    file = fields.Binary("Settings", compute="_compute_file")
    filename = fields.Char(compute="_compute_file")

    @api.depends("company_id")
    def _compute_file(self):
        for one in self:
            one.check_access("read")
            one.file = base64.b64encode(
                self.env["escarcelle.configuration"]._escarcelle_export(one.company_id)
            )
            one.filename = f"reglages-{fields.Date.context_today(one)}.json"
