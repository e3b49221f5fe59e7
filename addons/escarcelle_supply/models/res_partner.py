from odoo import fields, models

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class ResPartner(models.Model):
    """A supplier: the days it delivers, the least it delivers for."""

    _inherit = "res.partner"

    escarcelle_monday = fields.Boolean("Delivers on Monday")
    escarcelle_tuesday = fields.Boolean("Delivers on Tuesday")
    escarcelle_wednesday = fields.Boolean("Delivers on Wednesday")
    escarcelle_thursday = fields.Boolean("Delivers on Thursday")
    escarcelle_friday = fields.Boolean("Delivers on Friday")
    escarcelle_saturday = fields.Boolean("Delivers on Saturday")
    escarcelle_sunday = fields.Boolean("Delivers on Sunday")
    escarcelle_order_minimum = fields.Float(
        "Least order (€)", digits="Product Price", help="Before VAT. Below it an order is warned of."
    )

    def _escarcelle_weekdays(self):
        """Days this supplier delivers, 0 for Monday; none told: any day."""
        self.ensure_one()
        return frozenset(n for n, day in enumerate(WEEKDAYS) if self[f"escarcelle_{day}"])
