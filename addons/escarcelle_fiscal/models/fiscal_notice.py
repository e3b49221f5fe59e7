from contextlib import suppress
from datetime import timedelta

from odoo import api, models
from psycopg2 import Error as DatabaseError

from escarcelle_core import jet

#: The same refusal, of the same person, again: one line is enough in this time.
QUIET = timedelta(minutes=1)


class EscarcelleFiscalOutbox(models.Model):
    """What is noted of refused operations and of changes."""

    _inherit = "escarcelle.fiscal.outbox"

    @api.model
    def _escarcelle_refused(self, description):
        """Note a refused operation (JET 940). The refusal that follows rolls the request back; the line
        stays. Call it right before raising."""
        description = description[:200]
        self.env.cr.execute(
            "SELECT EXISTS (SELECT FROM escarcelle_fiscal_outbox WHERE code = %s AND description = %s"
            " AND operator = %s AND at > (now() AT TIME ZONE 'UTC') - %s)",
            [jet.OPERATION_REFUSED, description, f"U{self.env.uid}", QUIET],
        )
        # Whoever tries in a loop does not fill a journal that is kept for ever.
        if self.env.cr.fetchone()[0]:
            return
        # A refusal is said even when its line cannot be written (no connection left).
        with suppress(DatabaseError):
            self._escarcelle_note(jet.OPERATION_REFUSED, description, survive=True)

    @api.model
    def _escarcelle_note_export(self, name, count, survive=False):
        """Note that ``count`` documents of the model ``name`` left the program (JET 110)."""
        label = self.env["ir.model"]._get(name).with_context(lang="fr_FR").name
        self._escarcelle_note(jet.DATA_EXPORT, f"Export de {count} lignes : {label}", survive=survive)

    @api.model
    def _escarcelle_changes(self, records, names):
        """Values of ``names`` before a write, to hand to ``_escarcelle_note_changes`` after it."""
        return {record: {name: record[name] for name in names} for record in records}

    @api.model
    def _escarcelle_note_changes(self, before, code=jet.SETTING_CHANGED):
        """Note what changed since ``before``, record by record, in French. Nothing while a module is
        being loaded: an installation is an event of its own."""
        if not self.env.registry.ready:
            return
        for record, values in before.items():
            said = [said_change(record, name) for name, old in values.items() if record[name] != old]
            if said:
                label = record.env["ir.model"]._get(record._name).with_context(lang="fr_FR").name
                self._escarcelle_note(code, f"{label} {record.id} « {record.display_name} » : {', '.join(said)}")


def said_change(record, name):
    """« Taux : 20.0 », in French whoever made the change."""
    french = record.with_context(lang="fr_FR")
    label = french._fields[name].get_description(french.env, ["string"])["string"]
    value = french[name]
    if isinstance(value, models.BaseModel):
        value = ", ".join(value.mapped("display_name")) or "—"
    return f"{label} : {value}"
