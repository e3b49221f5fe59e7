from odoo import fields, models


class EscarcelleStorage(models.Model):
    """How a good is kept: at room temperature, fresh, frozen… and between which degrees.

    Temperatures are degrees Celsius. The limits of receipt are looser than those of keeping: the law
    tolerates a short rise at delivery (order of 21 December 2009, annex I; frozen goods −18 °C with 3 °C of
    tolerance, decree 64-949).
    """

    _name = "escarcelle.storage"
    _description = "Storage Class"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    checked = fields.Boolean(
        "Temperature taken at delivery", help="A delivery of these goods is not validated without it."
    )
    temperature_min = fields.Float("Kept above (°C)", digits=(5, 1))
    temperature_max = fields.Float("Kept below (°C)", digits=(5, 1), default=25.0)
    receipt_min = fields.Float("Accepted above (°C)", digits=(5, 1))
    receipt_max = fields.Float("Accepted up to (°C)", digits=(5, 1), default=25.0)

    _temperatures = models.Constraint(
        "CHECK (temperature_min < temperature_max AND receipt_min < receipt_max)",
        "The lowest temperature comes first.",
    )

    def _escarcelle_accepts(self, temperature):
        """Whether goods delivered at ``temperature`` (°C) may be taken."""
        self.ensure_one()
        # A thermometer gives tenths: 4.0 stored as 4.0000001 is 4.
        return not self.checked or self.receipt_min <= round(temperature, 1) <= self.receipt_max
