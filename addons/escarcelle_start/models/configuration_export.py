import base64

from odoo import api, fields, models


class EscarcelleConfigurationExport(models.TransientModel):
    """The settings of the shop as a file, for another shop."""

    _name = "escarcelle.configuration.export"
    _description = "Export of the Settings"

    company_id = fields.Many2one(
        "res.company", "Shop", required=True, readonly=True, default=lambda self: self.env.company
    )
    file = fields.Binary("Settings", readonly=True, attachment=False)
    filename = fields.Char(readonly=True)
    left_out = fields.Text("Does not travel", compute="_compute_left_out")

    @api.depends("company_id")
    def _compute_left_out(self):
        """Said before the file is made: it is missed in the other shop otherwise."""
        for export in self:
            company = export.company_id or self.env.company
            _sections, left = self.env["escarcelle.configuration"]._escarcelle_gathered(company)
            export.left_out = "\n".join(f"– {one}" for one in left)

    @api.model_create_multi
    def create(self, vals_list):
        # The shop is the one whose screen it is, whatever is asked for.
        return super().create([{"company_id": self.env.company.id} for _vals in vals_list])

    def action_download(self):
        """Make the file, and give it to the browser."""
        self.ensure_one()
        content = self.env["escarcelle.configuration"]._escarcelle_export(self.company_id)
        self.write(
            {
                "file": base64.b64encode(content),
                "filename": f"reglages-{fields.Date.context_today(self)}.json",
            }
        )
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/file/{self.filename}?download=true",
            "target": "download",
        }
