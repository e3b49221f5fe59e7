from odoo import fields, models


class EscarcelleAllergen(models.Model):
    """One of the fourteen substances of annex II of Regulation (EU) 1169/2011. Reference data of the law."""

    _name = "escarcelle.allergen"
    _description = "Allergen"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, readonly=True)
    sequence = fields.Integer(default=10)

    _code_uniq = models.Constraint("unique(code)", "Two allergens have this code.")
