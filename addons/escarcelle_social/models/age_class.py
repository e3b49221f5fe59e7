from odoo import api, fields, models
from odoo.exceptions import ValidationError


class EscarcelleAgeClass(models.Model):
    """An age class of the reports to funders. Those delivered are FSE+'s (under 18, 18–29, 65 and over)."""

    _name = "escarcelle.age.class"
    _description = "Age Class"
    _order = "age_from, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="Short name that reports and exports keep.")
    age_from = fields.Integer("From (years)", required=True, aggregator=None)
    age_to = fields.Integer(
        "Below (years)", aggregator=None, help="First age that is in the next class; 0: no limit."
    )

    _code_uniq = models.Constraint("UNIQUE (code)", "Two age classes cannot have one code.")
    _order_of_ages = models.Constraint(
        "CHECK (age_from >= 0 AND (age_to = 0 OR age_to > age_from))",
        "An age class ends after it starts (0: no limit).",
    )

    @api.constrains("age_from", "age_to")
    def _check_overlap(self):
        last = 0
        for one in self.search([]):
            if last is None or one.age_from < last:
                raise ValidationError(
                    self.env._(
                        "« %s » covers an age that another class has: change its limits.", one.name
                    )
                )
            last = one.age_to or None

    @api.model
    def _escarcelle_of(self, age):
        """The class of somebody aged ``age`` years, empty when none covers it."""
        return self.sudo().search([], order="age_from").filtered(
            lambda one: one.age_from <= age and (not one.age_to or age < one.age_to)
        )[:1]  # fmt: skip
