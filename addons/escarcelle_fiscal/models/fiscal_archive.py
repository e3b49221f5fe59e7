from odoo import fields, models


class EscarcelleFiscalArchive(models.Model):
    _name = "escarcelle.fiscal.archive"
    _description = "Fiscal archive"

    company_id = fields.Many2one("res.company")


class EscarcelleFiscalArchiveWizard(models.TransientModel):
    _name = "escarcelle.fiscal.archive.wizard"
    _description = "Fiscal archive request"
