from odoo import fields, models


class EscarcelleStatisticDimension(models.Model):
    """What something is counted by. Delivered; what it reads is in ``tools/dimensions.py``, by ``code``."""

    _name = "escarcelle.statistic.dimension"
    _description = "Dimension"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, readonly=True)
    sequence = fields.Integer(default=10)

    _code_uniq = models.UniqueIndex("(code)")
