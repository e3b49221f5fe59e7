from odoo import fields, models


class EscarcelleFactEvent(models.Model):
    """Something that happened and is told to the facts once. ``told`` rows stay, so that a replay is known."""

    _name = "escarcelle.fact.event"
    _description = "Event to Tell"
    _log_access = False
    _order = "id"

    model = fields.Char(required=True, readonly=True)
    res_id = fields.Many2oneReference(model_field="model", required=True, readonly=True)
    event = fields.Char(required=True, readonly=True, default="done")
    day = fields.Date(readonly=True, help="Business day, when what happened knows it.")
    data = fields.Json(readonly=True)
    told = fields.Boolean(readonly=True)

    _once = models.UniqueIndex("(model, res_id, event) WHERE data IS NULL")
    _waiting = models.Index("(id) WHERE NOT told")
