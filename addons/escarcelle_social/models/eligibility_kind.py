from odoo import fields, models


class EscarcelleEligibilityKind(models.Model):
    """A line of the eligibility form: a resource or a charge."""

    _name = "escarcelle.eligibility.kind"
    _description = "Resource or Charge"
    _order = "type desc, sequence, id"

    name = fields.Char(required=True, translate=True)
    type = fields.Selection(
        [("resource", "Resource"), ("charge", "Charge")], required=True, default="charge"
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", "Shop", index="btree_not_null", help="Empty: every shop of this database."
    )
