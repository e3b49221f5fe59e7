from odoo import fields, models


class EscarcelleFactPerson(models.Model):
    """The people of a household that came in a month, by age class. ``day`` is the first of that month."""

    _name = "escarcelle.fact.person"
    _description = "Fact: People"
    _log_access = False
    _inherit = ["escarcelle.fact", "escarcelle.fact.home"]

    key = fields.Char(readonly=True, groups="escarcelle_social.group_manager")
    age_class_id = fields.Many2one(
        "escarcelle.age.class", "Age class", readonly=True, ondelete="restrict"
    )
    persons = fields.Integer(readonly=True)

    _by_key = models.Index("(key, day)")
    _once = models.UniqueIndex("(company_id, day, key, coalesce(age_class_id, 0))")
