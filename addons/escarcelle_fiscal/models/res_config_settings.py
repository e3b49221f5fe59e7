from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    escarcelle_closing_hour = fields.Integer(related="company_id.escarcelle_closing_hour", readonly=False)
    escarcelle_timezone = fields.Selection(related="company_id.escarcelle_timezone", readonly=False)
    escarcelle_accountant_email = fields.Char(related="company_id.escarcelle_accountant_email", readonly=False)
