from odoo import api, fields, models
from odoo.tools import SQL


class EscarcelleProgress(models.TransientModel):
    """How far a long request is, for the screen that waits for it.

    Written by a cursor of its own, committed at once: the request itself commits nothing until its end.
    """

    _name = "escarcelle.progress"
    _description = "Progress"

    token = fields.Char(required=True, index=True)
    done = fields.Integer()
    total = fields.Integer()

    _token_uniq = models.Constraint("UNIQUE (token)")

    @api.model
    def _escarcelle_reporter(self, token):
        """A function ``(done, total)`` that tells the progress of ``token``."""
        registry, uid = self.env.registry, self.env.uid

        def report(done, total):
            with registry.cursor() as cr:
                cr.execute(
                    SQL(
                        """
                        INSERT INTO escarcelle_progress (token, done, total, create_uid, create_date)
                        VALUES (%(token)s, %(done)s, %(total)s, %(uid)s, now() AT TIME ZONE 'UTC')
                        ON CONFLICT (token) DO UPDATE SET done = EXCLUDED.done, total = EXCLUDED.total
                        """,
                        token=token,
                        done=done,
                        total=total,
                        uid=uid,
                    )
                )

        return report

    @api.model
    def _escarcelle_read(self, token):
        """``{"done", "total"}``, zeros before the first word."""
        found = self.sudo().search([("token", "=", token)], limit=1)
        return {"done": found.done, "total": found.total}
