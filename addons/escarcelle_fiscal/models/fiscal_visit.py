from contextlib import suppress

from odoo import api, fields, models
from psycopg2.errors import SerializationFailure

from escarcelle_core import jet

#: (database, user, model, day) this process has noted already: reading costs nothing more.
_noted = set()
MOST = 10_000


class EscarcelleFiscalVisit(models.Model):
    """What an auditor consulted: each kind of document, once a day and a person, is JET 280.

    An auditor is who was given the group « Contrôle fiscal » itself; those whose own group contains it
    (the fiscal manager) read as part of their work.
    """

    _name = "escarcelle.fiscal.visit"
    _description = "Visit of an auditor"
    _order = "at desc, id desc"
    _rec_name = "model"
    _log_access = False

    user_id = fields.Many2one("res.users", "Auditor", required=True, readonly=True, ondelete="cascade")
    model = fields.Char("Documents", required=True, readonly=True)
    day = fields.Date(required=True, readonly=True)
    at = fields.Datetime("First read at", required=True, readonly=True)

    _once = models.UniqueIndex("(user_id, model, day)")

    @api.model
    def _escarcelle_visited(self, name):
        """The user reads documents of the model ``name``: note it when they are an auditor."""
        user = self.env.user
        if self.env.su or not user._escarcelle_is_auditor():
            return
        day = fields.Date.to_string(self.env["escarcelle.fiscal.device"].sudo()._escarcelle_now().date())
        key = (self.env.cr.dbname, user.id, name, day)
        if key in _noted:
            return
        if len(_noted) > MOST:
            _noted.clear()
        if self.env.cr.readonly:
            # Lists may be read on a replica: the line has a cursor of its own.
            with suppress(SerializationFailure), self.env.registry.cursor() as cr:
                self.with_env(self.env(cr=cr, su=True))._escarcelle_write(user, name, day)
            _noted.add(key)
        else:
            self.sudo()._escarcelle_write(user, name, day)
            self.env.cr.postcommit.add(lambda: _noted.add(key))

    def _escarcelle_write(self, user, name, day):
        self.env.cr.execute(
            "INSERT INTO escarcelle_fiscal_visit (user_id, model, day, at)"
            " VALUES (%s, %s, %s, clock_timestamp() AT TIME ZONE 'UTC') ON CONFLICT DO NOTHING",
            [user.id, name, day],
        )
        if self.env.cr.rowcount:
            label = self.env["ir.model"]._get(name).with_context(lang="fr_FR").name
            self.env["escarcelle.fiscal.outbox"]._escarcelle_note(
                jet.TAX_AUDIT, f"Contrôle fiscal U{user.id} consulte : {label}"
            )


class EscarcelleFiscalVisited(models.AbstractModel):
    """Documents of the journal: an auditor's reading of them is noted."""

    _name = "escarcelle.fiscal.visited"
    _description = "Document an auditor visits"

    @api.model
    def _search(self, domain, *args, **kwargs):
        # Lists, groups, forms and calls from outside all come through here.
        self.env["escarcelle.fiscal.visit"]._escarcelle_visited(self._name)
        return super()._search(domain, *args, **kwargs)
