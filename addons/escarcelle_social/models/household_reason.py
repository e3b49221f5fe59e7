from odoo import fields, models


class EscarcelleHouseholdReason(models.Model):
    """Why a household is suspended, leaves, or is refused. A shop adds its own; some are delivered."""

    _name = "escarcelle.household.reason"
    _description = "Reason"
    _order = "kind, sequence, id"

    name = fields.Char(required=True, translate=True)
    kind = fields.Selection(
        [("suspension", "Suspension"), ("exit", "Exit"), ("refusal", "Refusal")],
        required=True, default="exit",
    )  # fmt: skip
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", "Shop", index="btree_not_null", help="Empty: every shop of this database."
    )

    _name_uniq = models.UniqueIndex(
        "(kind, (name->>'en_US'), coalesce(company_id, 0))", "This reason is there already."
    )
