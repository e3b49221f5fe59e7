from odoo import api, fields, models

#: Age classes of the reports to funders: upper age, excluded (FSE+ counts under 18, 18–29, 65 and over).
AGE_CLASSES = (("baby", 3), ("child", 18), ("young", 30), ("adult", 65), ("senior", None))


class EscarcelleHouseholdMember(models.Model):
    """A person of a household. The year of birth is enough for age classes: no full date is kept."""

    _name = "escarcelle.household.member"
    _description = "Household Member"
    _order = "household_id, sequence, id"

    household_id = fields.Many2one(
        "escarcelle.household", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="household_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    name = fields.Char("First name")
    relation = fields.Selection(
        [
            ("holder", "Holder"),
            ("partner", "Partner"),
            ("child", "Child"),
            ("parent", "Parent"),
            ("other", "Other"),
        ],
        required=True,
        default="child",
    )
    birth_year = fields.Integer("Born in", aggregator=None)
    age_class = fields.Selection(
        [
            ("baby", "Under 3"),
            ("child", "3 to 17"),
            ("young", "18 to 29"),
            ("adult", "30 to 64"),
            ("senior", "65 and over"),
        ],
        compute="_compute_age_class",
    )

    _birth_year_range = models.Constraint(
        "CHECK (birth_year IS NULL OR birth_year = 0 OR birth_year BETWEEN 1900 AND 2100)",
        "The year of birth has four digits.",
    )
    _one_holder = models.UniqueIndex(
        "(household_id) WHERE relation = 'holder' AND active",
        "A household has one holder. Give the others another relation.",
    )

    @api.depends("birth_year")
    def _compute_age_class(self):
        year = fields.Date.context_today(self).year
        for member in self:
            member.age_class = member.birth_year and self._escarcelle_age_class(
                year - member.birth_year
            )

    @api.model
    def _escarcelle_age_class(self, age):
        """Key of the age class of somebody aged ``age`` years."""
        return next(key for key, end in AGE_CLASSES if end is None or age < end)
