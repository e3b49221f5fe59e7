from odoo import fields, models

NEW, CHANGED, SAME, GONE, REFUSED = "new", "changed", "same", "gone", "refused"


class EscarcelleConfigurationLine(models.Model):
    """One setting of the file beside that of the shop."""

    _name = "escarcelle.configuration.line"
    _description = "Setting from a File"
    _order = "configuration_id, sequence, id"

    configuration_id = fields.Many2one(
        "escarcelle.configuration", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="configuration_id.company_id", store=True)
    sequence = fields.Integer()
    section = fields.Char(readonly=True)
    label = fields.Char("List", readonly=True)
    title = fields.Char("Setting", readonly=True)
    status = fields.Selection(
        [
            (NEW, "New"), (CHANGED, "Changed"), (SAME, "Already so"), (GONE, "Not in the file"),
            (REFUSED, "Setting refused"),
        ],
        readonly=True,
    )  # fmt: skip
    detail = fields.Char("What changes", readonly=True)
    row = fields.Json(readonly=True)
    record = fields.Integer(readonly=True, aggregator=None)
    chosen = fields.Boolean("Apply")
