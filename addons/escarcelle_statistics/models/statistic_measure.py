from odoo import fields, models


class EscarcelleStatisticMeasure(models.Model):
    """What is counted. Delivered; what it computes is in ``tools/measures.py``, by ``code``."""

    _name = "escarcelle.statistic.measure"
    _description = "Measure"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, readonly=True)
    sequence = fields.Integer(default=10)
    subject = fields.Selection(
        [("goods", "Goods"), ("visit", "Households and visits"), ("registration", "Registrations")],
        required=True,
        readonly=True,
    )

    _code_uniq = models.UniqueIndex("(code)")
