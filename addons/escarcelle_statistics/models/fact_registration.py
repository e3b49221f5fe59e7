from odoo import fields, models


class EscarcelleFactRegistration(models.Model):
    """A household that is registered, renewed, back, or gone. A correction counts -1."""

    _name = "escarcelle.fact.registration"
    _description = "Fact: Registrations"
    _log_access = False
    _inherit = ["escarcelle.fact", "escarcelle.fact.home"]

    kind = fields.Selection(
        [("entry", "Registration"), ("renewal", "Renewal"), ("return", "Return"), ("exit", "Exit")],
        required=True,
        readonly=True,
    )
    key = fields.Char(readonly=True, groups="escarcelle_social.group_manager")
    reason_id = fields.Many2one(
        "escarcelle.household.reason", "Exit reason", readonly=True, ondelete="restrict"
    )
    persons = fields.Integer("People", readonly=True)
    count = fields.Integer("Households", readonly=True)

    _by_day = models.Index("(company_id, day)")
