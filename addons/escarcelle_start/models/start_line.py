from odoo import api, fields, models
from odoo.exceptions import AccessError


class EscarcelleStartLine(models.AbstractModel):
    """A row of a grid of the first steps: a record of the shop, or one that is proposed or being typed.

    ``_record`` names the field that points to the record, ``_copied`` the fields read from it and written back.
    Nothing is made before the step is confirmed; what is made is what differs.
    """

    _name = "escarcelle.start.line"
    _description = "Row of the First Steps"

    _record = ""
    _copied = ()

    start_id = fields.Many2one("escarcelle.start", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="start_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    sequence = fields.Integer(default=10)

    @api.constrains(lambda self: (self._record, "start_id"))
    def _check_own_record(self):
        """What a row points to is written as superuser: it is of the same shop."""
        for row in self:
            record = row[self._record].sudo()
            if record and record.company_id != row.company_id:
                raise AccessError(self.env._("This is not of %s.", row.company_id.sudo().name))

    @api.model
    def _escarcelle_there(self, start):
        """Records of the shop that have a row, in their order (sudo)."""
        return self.env[self._fields[self._record].comodel_name].sudo()

    @api.model
    def _escarcelle_shown(self, record):
        """Values of the row of ``record``."""
        return {name: record[name] for name in self._copied}

    @api.model
    def _escarcelle_refresh(self, start):
        """Rows as the shop's records are now; rows without a record stay as they were typed."""
        rows = self.search([("start_id", "=", start.id)])
        by_record = {row[self._record].id: row for row in rows if row[self._record]}
        there = self._escarcelle_there(start)
        rows.filtered(
            lambda row: row[self._record] and row[self._record].id not in there.ids
        ).unlink()
        new = []
        for rank, record in enumerate(there):
            values = {**self._escarcelle_shown(record), "sequence": rank}
            row = by_record.get(record.id)
            if row:
                row._escarcelle_write_changed(values)
            else:
                new.append({"start_id": start.id, self._record: record.id, **values})
        self.create(new)

    def _escarcelle_write_changed(self, values):
        """Write only what differs: nothing is touched for nothing."""
        _write_changed(self, values)

    def _escarcelle_changed(self):
        """``{field: value}`` that the row says otherwise than its record."""
        record = self[self._record].sudo()
        shown = self._escarcelle_shown(record)
        return {
            name: self[name]
            for name in self._copied
            if not _same(self._fields[name], self[name], shown[name])
        }


def _same(field, one, other):
    if field.type in ("float", "monetary"):
        return abs((one or 0) - (other or 0)) < 0.00005
    return (one or False) == (other or False)


def _write_changed(record, values):
    changed = {
        name: value
        for name, value in values.items()
        if not _same(
            record._fields[name],
            record[name].id if record._fields[name].type == "many2one" else record[name],
            value.id if isinstance(value, models.BaseModel) else value,
        )
    }
    if changed:
        record.write(changed)
