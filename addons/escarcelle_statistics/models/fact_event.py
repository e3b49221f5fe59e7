import json

from odoo import api, fields, models
from odoo.tools import SQL


class EscarcelleFactEvent(models.Model):
    """Something that happened, to be told to the facts once.

    Noted in the transaction of what happened, by one INSERT. ``told`` rows stay, so that what happens is noted
    once whoever repeats it (a till that sends a ticket again); a correction carries ``data``, is noted as often as
    it is made, and goes once it is told.
    """

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
    problem = fields.Char(readonly=True, help="Why it could not be told; the job tries again.")

    _once = models.UniqueIndex("(model, res_id, event) WHERE data IS NULL")
    _waiting = models.Index("(id, problem) WHERE NOT told")

    @api.model
    def _escarcelle_note(self, model, ids, event="done", day=None, data=None):
        """Note that ``event`` happened to these records; ``day``: its business day, when it is known."""
        if not ids:
            return
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO escarcelle_fact_event (model, res_id, event, day, data, told)
                SELECT %(model)s, one.id, %(event)s, %(day)s, %(data)s::jsonb, FALSE
                  FROM unnest(%(ids)s::int[]) AS one(id)
                    ON CONFLICT (model, res_id, event) WHERE data IS NULL DO NOTHING
                """,
                model=model,
                ids=list(ids),
                event=event,
                day=day,
                data=json.dumps(data, default=str) if data else None,
            )
        )
