from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command


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
    joint_custody = fields.Boolean(help="Lives here half of the time.")
    joined_on = fields.Date("Since", help="Empty: from the start.")
    left_on = fields.Date("Until", help="Last day in the household. Empty: still there.")
    may_shop = fields.Boolean(
        "May shop", compute="_compute_may_shop", store=True, readonly=False, precompute=True,
        help="Uses the household's card: one card serves all its adults.",
    )  # fmt: skip
    age_class_id = fields.Many2one(
        "escarcelle.age.class", "Age class", compute="_compute_age_class_id"
    )
    age_class = fields.Char("Age class code", compute="_compute_age_class_id")

    _birth_year_range = models.Constraint(
        "CHECK (birth_year IS NULL OR birth_year = 0 OR birth_year BETWEEN 1900 AND 2100)",
        "The year of birth has four digits.",
    )
    _one_holder = models.UniqueIndex(
        "(household_id) WHERE relation = 'holder' AND active",
        "A household has one holder. Give the others another relation.",
    )
    _dates_order = models.Constraint(
        "CHECK (joined_on IS NULL OR left_on IS NULL OR joined_on <= left_on)",
        "Somebody leaves a household after joining it.",
    )

    @api.constrains("birth_year")
    def _check_birth_year(self):
        this_year = fields.Date.context_today(self).year
        for member in self:
            if member.birth_year > this_year:
                raise ValidationError(
                    self.env._("Nobody was born in %s yet: correct the year of birth.", member.birth_year)
                )

    @api.depends("relation")
    def _compute_may_shop(self):
        for member in self:
            member.may_shop = member.relation in ("holder", "partner")

    @api.depends("birth_year")
    def _compute_age_class_id(self):
        year = fields.Date.context_today(self).year
        classes = self.env["escarcelle.age.class"]
        found = {
            age: classes._escarcelle_of(age)
            for age in {year - member.birth_year for member in self if member.birth_year}
        }
        for member in self:
            member.age_class_id = found[year - member.birth_year] if member.birth_year else False
            member.age_class = member.age_class_id.code

    def write(self, vals):
        # Who is taken off the list left today: reports on the past still count them.
        if vals.get("active") is False and "left_on" not in vals:
            gone = self.filtered(lambda member: not member.left_on)
            gone.write({"left_on": fields.Date.context_today(self)})
        return super().write(vals)

    def _escarcelle_here_on(self, day):
        """Those of these members who are in their household on ``day``."""
        return self.filtered(
            lambda m: (
                (not m.joined_on or m.joined_on <= day) and (not m.left_on or m.left_on >= day)
            )
        )


class EscarcelleHousehold(models.Model):
    _inherit = "escarcelle.household"

    @api.onchange("first_name")
    def _onchange_first_name(self):
        """Whoever the file is named after is its holder: only the year of birth is left to type."""
        if self.first_name and not self.member_ids and not self._origin:
            self.member_ids = [
                Command.create({"relation": "holder", "name": self.first_name.strip()})
            ]

    def _escarcelle_shape_on(self, day):
        """Each household's people on ``day``: ``{household: (size, {age class: people})}``.

        The empty age class counts those whose year of birth is not known. Somebody who left since
        is counted while they were there. A household without members counts one person.
        """
        classes = self.env["escarcelle.age.class"]
        members = self.with_context(active_test=False).member_ids._escarcelle_here_on(day)
        at_home = members.grouped("household_id")
        known = {
            year: classes._escarcelle_of(day.year - year)
            for year in set(members.mapped("birth_year"))
            if year
        }
        shapes = {}
        for household in self:
            own = at_home.get(household, members.browse())
            ages = {}
            for member in own:
                key = known.get(member.birth_year, classes)
                ages[key] = ages.get(key, 0) + 1
            shapes[household] = (max(1, len(own)), ages or {classes: 1})
        return shapes
