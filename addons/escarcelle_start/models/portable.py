"""What models of the shop say of themselves so that their settings travel, and the way to and from plain values."""

from datetime import date, datetime

from odoo import api, fields, models

#: How records of Odoo are named in a file: never by number. Company: the shop's or nobody's.
REFERENCES = {
    "product.pricelist": "name",
    "product.category": "complete_name",
    "product.product": "default_code",
    "product.template": "default_code",
    "product.tag": "name",
    "res.partner": "name",
    "account.fiscal.position": "escarcelle_sector",
    "escarcelle.convention": "name",
    "escarcelle.catalogue.good": "code",
    "escarcelle.funding.source": "code",
    "escarcelle.statistic.measure": "code",
    "escarcelle.statistic.dimension": "code",
    "escarcelle.storage": "name",
    "escarcelle.age.class": "code",
    "res.groups": "escarcelle_xmlid",
}


#: What a section that says nothing else is.
DEFAULTS = {
    "key": (), "domain": (), "whole": False, "company": "company_id", "filters": (), "guard": None,
}  # fmt: skip
#: Characters of a text of one line, and of a filter.
MAX_CHAR = 256
MAX_FILTER = 4_000


class WrongValue(Exception):
    """A value of a file that a field cannot take; the text says why, for the person who reads the preview."""


class EscarcellePortable(models.AbstractModel):
    """The sections of a configuration file, found by the hook ``_escarcelle_portable`` of any installed model.

    The hook returns a dict, or a list of them: ``section`` (its name in the file), ``label``, ``sequence`` (read and
    written in this order), ``key`` (fields that make a row the same; none: the one record of the shop's rules),
    ``fields``, and, if need be, ``domain`` (which records), ``company`` (path to the shop, where it is not
    ``company_id``), ``whole`` (records that the file does not have are archived), ``filters`` (fields that hold a
    domain, see ``portable_filter``), ``guard`` (called with a record that would be changed, empty for a new one, and
    its row: WrongValue when this person may not).
    """

    _name = "escarcelle.portable"
    _description = "Settings That Travel"

    @api.model
    def _escarcelle_sections(self):
        """The sections of the installed addons, in their order."""
        found = []
        for name in sorted(self.env.registry):
            hook = getattr(self.env[name], "_escarcelle_portable", None)
            if hook:
                said = hook()
                for section in [said] if isinstance(said, dict) else said:
                    found.append({**DEFAULTS, **section, "model": name})
        return sorted(found, key=lambda section: (section["sequence"], section["section"]))

    @api.model
    def _escarcelle_scope(self, company):
        """An environment of this shop alone, in French, without mails nor followers."""
        return (
            self.sudo()
            .with_company(company)
            .with_context(
                allowed_company_ids=company.ids,
                lang="fr_FR" if self.env["res.lang"]._get_data(code="fr_FR") else self.env.lang,
                tracking_disable=True,
                mail_create_nosubscribe=True,
            )
        )

    @api.model
    def _escarcelle_records(self, section, company, archived=False):
        """Records of a section that the shop has: its own, and those of every shop (as superuser).

        ``archived``: those out of use too, after the others.
        """
        model = (
            self._escarcelle_scope(company)
            .env[section["model"]]
            .with_context(active_test=not archived)
        )
        if not section["key"]:
            return model._escarcelle_for(company)
        domain = list(section["domain"])
        if section["company"].split(".")[0] in model._fields:
            domain.append((section["company"], "in", (company.id, False)))
        found = model.search(domain)
        return found.sorted(lambda one: not one.active) if "active" in model._fields else found

    # -- to plain values -------------------------------------------------------------------------

    @api.model
    def _escarcelle_row(self, section, record):
        """The row of a record; None when it rests on something that has no name to travel under."""
        row = {}
        for name in (*section["key"], *section["fields"]):
            try:
                if name in section["filters"]:
                    row[name] = self._escarcelle_plain_filter(
                        section, row, record[name], record.env.company
                    )
                else:
                    row[name] = self._escarcelle_plain(record, name)
            except WrongValue:
                return None
        return row

    @api.model
    def _escarcelle_plain(self, record, name):
        field, value = record._fields[name], record[name]
        if field.type == "many2one":
            return self._escarcelle_name(value) if value else None
        if field.type == "many2many":
            return sorted(self._escarcelle_name(one) for one in value)
        if field.type in ("float", "monetary"):
            return round(value or 0.0, 6)
        if field.type == "integer":
            return value or 0
        if field.type == "boolean":
            return bool(value)
        if isinstance(value, datetime):
            return fields.Datetime.to_string(value)
        if isinstance(value, date):
            return fields.Date.to_string(value)
        return str(value) if value else None

    @api.model
    def _escarcelle_name(self, record):
        """How a record is named in a file: WrongValue when it has no such name."""
        name = record[self._escarcelle_reference(record._name)]
        if not name or (record._name == "res.partner" and not record.is_company):
            # Nothing to name it by, or somebody: neither travels.
            raise WrongValue(record.display_name)
        return str(name)

    @api.model
    def _escarcelle_reference(self, model):
        return REFERENCES.get(model, "name")

    # -- from plain values -----------------------------------------------------------------------

    @api.model
    def _escarcelle_read(self, section, row, company, awaited):
        """Checked plain values of a row; WrongValue says what is wrong with the first that is.

        ``awaited``: ``{model: names}`` that the file itself brings.
        """
        model = self._escarcelle_scope(company).env[section["model"]]
        wanted = (*section["key"], *section["fields"])
        unknown = [name for name in row if name not in wanted]
        if unknown:
            raise WrongValue(self.env._("« %s » is not a setting of this list.", unknown[0]))
        missing = [name for name in section["key"] if name not in row]
        if missing:
            raise WrongValue(self.env._("« %s » is missing.", missing[0]))
        for name, value in row.items():
            longest = MAX_FILTER if name in section["filters"] else MAX_CHAR
            self._escarcelle_check(model._fields[name], value, company, awaited, longest)
        for name in section["filters"]:
            self._escarcelle_filter(section, row, row.get(name), company, awaited)
        return row

    @api.model
    def _escarcelle_check(self, field, value, company, awaited, longest=MAX_CHAR):
        label = field.get_description(self.env, ["string"])["string"]
        wrong = WrongValue(
            self.env._("« %(field)s » cannot be %(value)s.", field=label, value=repr(value)[:60])
        )
        if field.type in ("many2one", "many2many"):
            names = value if field.type == "many2many" else [value] if value is not None else []
            if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
                raise wrong
            if field.required and not names:
                raise wrong
            lost = [
                name
                for name in names
                if name not in awaited.get(field.comodel_name, ())
                and not self._escarcelle_find(field.comodel_name, name, company)
                and field.comodel_name not in ("res.partner", "product.tag")
            ]
            if lost:
                raise WrongValue(
                    self.env._(
                        "« %(field)s »: this shop has no « %(name)s ».", field=label, name=lost[0]
                    )
                )
            return
        if value is None:
            if field.required and field.type not in ("boolean", "integer", "float", "monetary"):
                raise wrong
            return
        fits = {
            "boolean": lambda: isinstance(value, bool),
            "integer": lambda: type(value) is int and abs(value) < 2**31,
            "float": lambda: type(value) in (int, float),
            "monetary": lambda: type(value) in (int, float),
            "char": lambda: isinstance(value, str) and len(value) <= (field.size or longest),
            "text": lambda: isinstance(value, str),
            "html": lambda: isinstance(value, str),
            "selection": lambda: value in dict(field._description_selection(self.env)),
            "date": lambda: isinstance(value, str) and _is_date(value, fields.Date),
            "datetime": lambda: isinstance(value, str) and _is_date(value, fields.Datetime),
            "json": lambda: False,
        }.get(field.type, lambda: False)
        if not fits():
            raise wrong

    @api.model
    def _escarcelle_find(self, model, name, company):
        """The record of the shop, or of every shop, that bears this name; the shop's first; empty when none."""
        records = self._escarcelle_scope(company).env[model]
        domain = [(self._escarcelle_reference(model), "=", name)]
        if "company_id" in records._fields:
            domain.append(("company_id", "in", (company.id, False)))
        if model == "res.partner":
            domain.append(("is_company", "=", True))
        found = records.search(domain, limit=20)
        own = found.filtered("company_id") if "company_id" in records._fields else found
        return (own or found)[:1]

    @api.model
    def _escarcelle_values(self, section, row, company):
        """Values to write for checked plain ones; organisations and tags are made when they are not there."""
        model = self._escarcelle_scope(company).env[section["model"]]
        values = {}
        for name, value in row.items():
            field = model._fields[name]
            if name in section["filters"]:
                values[name] = self._escarcelle_filter(section, row, value, company)
            elif field.type == "many2one":
                values[name] = (
                    self._escarcelle_made(field.comodel_name, value, company).id if value else False
                )
            elif field.type == "many2many":
                ids = [self._escarcelle_made(field.comodel_name, one, company).id for one in value]
                values[name] = [fields.Command.set(ids)]
            else:
                values[name] = False if value is None else value
        return values

    @api.model
    def _escarcelle_made(self, model, name, company):
        found = self._escarcelle_find(model, name, company)
        if found:
            return found
        records = self._escarcelle_scope(company).env[model]
        if model == "res.partner":
            return records.create({"name": name, "is_company": True, "company_id": company.id})
        if model == "product.tag":
            return records.create({"name": name})
        raise WrongValue(self.env._("This shop has no « %s ».", name))

    @api.model
    def _escarcelle_make(self, section, rows, company):
        """Create the records of new rows (as superuser, in this shop). A model may say how (``_escarcelle_unpack``)."""
        model = self._escarcelle_scope(company).env[section["model"]]
        values = [self._escarcelle_values(section, row, company) for row in rows]
        if hasattr(model, "_escarcelle_unpack"):
            return model._escarcelle_unpack(values)
        own = {"company_id": company.id} if "company_id" in model._fields else {}
        return model.create([{**own, **one} for one in values])


def _is_date(text, kind):
    try:
        return bool(kind.to_date(text) if kind is fields.Date else kind.to_datetime(text))
    except ValueError:
        return False
