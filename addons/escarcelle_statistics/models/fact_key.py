from odoo import fields, models


class EscarcelleFactKey(models.Model):
    """The random word under which a household is counted. It stands beside the file and goes with it."""

    _name = "escarcelle.fact.key"
    _description = "Key of a Household in Facts"
    _log_access = False

    household_id = fields.Many2one(
        "escarcelle.household", required=True, readonly=True, ondelete="cascade"
    )
    key = fields.Char(required=True, readonly=True)

    _one = models.UniqueIndex("(household_id)")
