"""Messages, mails, logs and files: what speaks of a household outside its own columns."""

import logging

from odoo import SUPERUSER_ID, api, models
from odoo.addons.account.models.mail_message import bypass_token
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import erasure_columns

_logger = logging.getLogger(__name__)
#: Their messages may say who changed what in the accounts: names leave them, the messages stay.
BOOKED = (
    "account.move",
    "account.move.line",
    "account.payment",
    "account.bank.statement.line",
    "pos.order",
)


class EscarcelleHousehold(models.Model):
    _inherit = "escarcelle.household"

    def _escarcelle_check_not_erased(self):
        for household in self:
            if household.erased_on:
                raise UserError(
                    self.env._(
                        "%s was erased: open a new file if this household comes back.",
                        household.code,
                    )
                )

    def _escarcelle_erase_files(self, rows):
        """Delete the documents of these rows; ``{"documents": how many}``."""
        files = self.env["ir.attachment"].sudo().with_context(active_test=False)
        found = files
        for model, records in rows.items():
            if records:
                found |= files.search(
                    [("res_model", "=", model), ("res_id", "in", records.ids), "|", ("res_field", "=", False),
                     ("res_field", "!=", False)]
                )  # fmt: skip
        found |= rows["escarcelle.entitlement"].document_ids
        for records in rows.values():
            linked = records._fields.get("document_ids")
            if linked and linked.comodel_name == "ir.attachment":
                found |= records.document_ids
        found |= self._escarcelle_messages(rows).attachment_ids
        count = len(found)
        found.unlink()
        return {"documents": count}

    def _escarcelle_messages(self, rows):
        """The messages on these rows, and those sent to their contacts."""
        messages = self.env["mail.message"].sudo()
        for model, records in rows.items():
            if records and model not in BOOKED:
                messages |= messages.search([("model", "=", model), ("res_id", "in", records.ids)])
        return messages | messages.search([("author_id", "in", rows["res.partner"].ids)])

    def _escarcelle_erase_talk(self, rows):
        """Delete the messages, mails, followers and activities of these rows; ``{"messages": how many}``."""
        messages = self._escarcelle_messages(rows)
        partners = rows["res.partner"]
        written = Domain("mail_message_id", "in", messages.ids) | Domain(
            "recipient_ids", "in", partners.ids
        )
        for address in {*partners.mapped("email"), self.email} - {False}:
            written |= Domain("email_to", "ilike", address) | Domain("email_cc", "ilike", address)
        mails = self.env["mail.mail"].sudo().search(written)
        messages |= mails.mail_message_id
        count = len(messages)
        mails.unlink()
        # An audit trail keeps what was changed in the accounts; a name in it is nothing of that.
        messages.exists().with_context(bypass_audit=bypass_token).unlink()
        self.env["mail.notification"].sudo().search(
            [("res_partner_id", "in", rows["res.partner"].ids)]
        ).unlink()
        for model, records in rows.items():
            if not records or not records._auto:
                continue
            linked = [("res_model", "=", model), ("res_id", "in", records.ids)]
            self.env["mail.followers"].sudo().search(linked).unlink()
            self.env["mail.activity"].sudo().with_context(active_test=False).search(linked).unlink()
        self.env["mail.followers"].sudo().search(
            [("partner_id", "in", rows["res.partner"].ids)]
        ).unlink()
        return {"messages": count}

    # -- names in free text ------------------------------------------------------------------------

    def _escarcelle_scrub(self, rows, found):
        """In rows that must stay, put the number of the file where a name stands."""
        for entry in rows["escarcelle.till.entry"]:
            entry.payload = _without(entry.payload, erasure_columns.TYPED)
        self.env.flush_all()
        places = self._escarcelle_places()
        for model, place in places.items():
            for column in place.get("scrub", ()):
                self._escarcelle_replace(
                    model, column, found.pattern(own=True), rows[model].exists().ids
                )
        messages = self.env["mail.message"].sudo()
        for model in BOOKED:
            if rows.get(model):
                messages |= messages.search(
                    [("model", "=", model), ("res_id", "in", rows[model].exists().ids)]
                )
        for column in ("subject", "body"):
            self._escarcelle_replace("mail.message", column, found.pattern(own=True), messages.ids)
        values = (
            self.env["mail.tracking.value"].sudo().search([("mail_message_id", "in", messages.ids)])
        )
        for column in erasure_columns.EVERYWHERE["mail.tracking.value"]:
            self._escarcelle_replace(
                "mail.tracking.value", column, found.pattern(own=True), values.ids
            )

    def _escarcelle_scrub_everywhere(self, found):
        """Names in what belongs to nobody in particular: other messages, logs, letters. How many rows."""
        pattern, count = found.pattern(own=False), 0
        if not pattern:
            return 0
        for model, columns in erasure_columns.EVERYWHERE.items():
            for column in columns:
                count += self._escarcelle_replace(model, column, pattern)
        for model, columns in erasure_columns.LOGS.items():
            stored = [column for column in columns if self._escarcelle_stored(model, column)]
            if not stored:
                continue
            named = SQL(" OR ").join(
                SQL("%s::text ~* %s", SQL.identifier(column), pattern) for column in stored
            )
            self.env.cr.execute(
                SQL("DELETE FROM %s WHERE %s", SQL.identifier(self.env[model]._table), named)
            )
            count += self.env.cr.rowcount
        return count

    def _escarcelle_stored(self, model, column):
        if model not in self.env:
            return False
        field = self.env[model]._fields.get(column)
        return bool(field and field.store and field.column_type)

    def _escarcelle_replace(self, model, column, pattern, ids=None):
        """Replace what ``pattern`` finds in a column by the number of the file; of ``ids`` only when given.
        In SQL: text in logs has nothing computed from it, and an audit trail refuses the ORM."""
        if not pattern or not self._escarcelle_stored(model, column) or ids == []:
            return 0
        records = self.env[model]
        name, kind = SQL.identifier(column), records._fields[column].column_type[1]
        cast = SQL("::jsonb") if kind == "jsonb" else SQL("")
        self.env.cr.execute(
            SQL(
                "UPDATE %(table)s SET %(name)s = regexp_replace(%(name)s::text, %(pattern)s, %(code)s, 'gi')%(cast)s"
                " WHERE %(name)s::text ~* %(pattern)s%(mine)s",
                table=SQL.identifier(records._table), name=name, pattern=pattern, code=self.code, cast=cast,
                mine=SQL(" AND id = ANY(%s)", ids) if ids is not None else SQL(""),
            )
        )  # fmt: skip
        return self.env.cr.rowcount

    @api.model
    def _escarcelle_clear_transients(self):
        """Delete what screens left behind: lists sent, exports, letters being written."""
        for name in self.env.registry:
            if self._escarcelle_is_screen(name):
                self.env[name].sudo().search([]).unlink()

    @api.model
    def _escarcelle_is_screen(self, name):
        """Whether the rows of this transient may name a household: ours that refer to one, some of Odoo's."""
        model = self.env[name]
        if not model._transient or not model._auto or model._abstract:
            return False
        people = ("escarcelle.household", "escarcelle.household.member")
        refers = any(field.comodel_name in people for field in model._fields.values() if field.relational)
        return refers or name in erasure_columns.TRANSIENTS or name.startswith("escarcelle.household")

    @api.model
    def _escarcelle_sweep_files(self):
        """Delete from the disk the files no attachment names any more, without waiting for Odoo's own sweep.

        In a transaction of its own: it locks the table of attachments for a moment.
        """
        if self.env["ir.attachment"]._storage() != "file":
            return
        try:
            with self.env.registry.cursor() as cr:
                api.Environment(cr, SUPERUSER_ID, {})["ir.attachment"]._gc_file_store()
        except Exception:
            # The names stay on Odoo's list: its nightly sweep takes them.
            _logger.exception("files of an erasure wait for the nightly sweep")


def _without(value, keys):
    """A JSON value without what stands under these keys, at any depth."""
    if isinstance(value, dict):
        return {key: _without(item, keys) for key, item in value.items() if key not in keys}
    return [_without(item, keys) for item in value] if isinstance(value, list) else value
