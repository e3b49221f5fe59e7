"""Filters that travel: what they name is written by name, and found again in the other shop."""

import json
from ast import literal_eval

from odoo import api, models
from odoo.fields import Domain

from .portable import MAX_FILTER, WrongValue

JOINTS = ("&", "|", "!")
#: Of a relation to records, against names; the others are against a text that was typed.
NAMING = ("in", "not in", "=", "!=", "child_of", "parent_of")
OPERATORS = (*NAMING, "<", ">", "<=", ">=", "ilike", "not ilike", "like", "not like")
MAX_TERMS = 200
#: Of a fact: the pseudonym of its household.
UNSAID = ("id", "key")


class EscarcellePortable(models.AbstractModel):
    """A filter in a file: the JSON of an Odoo domain, ``[["categ_id", "in", ["Épicerie"]]]``; none when it is empty.

    A section names those of its fields that hold one (``filters``); its model says what is filtered
    (``_escarcelle_filtered(row)`` → name of a model, or None).
    """

    _inherit = "escarcelle.portable"

    @api.model
    def _escarcelle_plain_filter(self, section, row, text, company):
        """What goes into the file; WrongValue when the filter speaks of something that has no name to travel under."""
        model = self._escarcelle_filtered_model(section, row)
        try:
            terms = literal_eval(text or "[]")
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            raise WrongValue(text) from None
        terms = self._escarcelle_terms(terms)
        plain = [
            term if isinstance(term, str) else self._escarcelle_plain_term(model, term, company)
            for term in terms
        ]
        if not plain:
            return None
        said = json.dumps(plain, ensure_ascii=False)
        if len(said) > MAX_FILTER:
            raise WrongValue(text)
        return said

    @api.model
    def _escarcelle_filter(self, section, row, value, company, awaited=None):
        """The text of the domain that a value of the file stands for.

        With ``awaited`` (``{model: names}`` that the file brings), only checked: the names of the file need not be
        there yet.
        """
        if value is None:
            return "[]"
        model = self._escarcelle_filtered_model(section, row)
        try:
            terms = json.loads(value)
        except (TypeError, ValueError, RecursionError):
            terms = None
        terms = [
            term if isinstance(term, str) else self._escarcelle_term(model, term, company, awaited)
            for term in self._escarcelle_terms(terms)
        ]
        try:
            Domain(terms).validate(model)
        except Exception:  # noqa: BLE001 - whatever Odoo finds wrong with it, it is no filter
            raise self._escarcelle_no_filter() from None
        return repr(terms) if terms else "[]"

    # -- parts -----------------------------------------------------------------------------------

    def _escarcelle_no_filter(self):
        return WrongValue(
            self.env._("This filter cannot be read: make it again in the other shop.")
        )

    @api.model
    def _escarcelle_filtered_model(self, section, row):
        name = self.env[section["model"]]._escarcelle_filtered(row)
        if not name or name not in self.env:
            raise self._escarcelle_no_filter()
        return self.env[name]

    @api.model
    def _escarcelle_terms(self, terms):
        """A list of joints and of ``[name, operator, value]``."""
        right = isinstance(terms, (list, tuple)) and len(terms) <= MAX_TERMS
        if not right or not all(_is_term(term) for term in terms):
            raise self._escarcelle_no_filter()
        return terms

    @api.model
    def _escarcelle_filter_field(self, model, name):
        """The field that a term tests, and whether its values are records that are named."""
        first, _dot, inside = name.partition(".")
        field = model._fields.get(first)
        # The shop itself, and what tells a household from another, are not said from shop to shop.
        if field is None or first in UNSAID or field.comodel_name in ("res.company", "res.users"):
            raise self._escarcelle_no_filter()
        if inside:
            field = self.env[field.comodel_name]._fields.get(inside) if field.relational else None
            if field is None or field.relational or field.groups:
                raise self._escarcelle_no_filter()
        return field

    @api.model
    def _escarcelle_plain_term(self, model, term, company):
        name, operator, value = term
        field = self._escarcelle_filter_field(model, name)
        if not field.relational or operator not in NAMING:
            return [name, operator, _plain(value)]
        many = isinstance(value, (list, tuple))
        said = [
            self._escarcelle_said_id(field, one, company) for one in (value if many else [value])
        ]
        return [name, operator, said if many else said[0]]

    @api.model
    def _escarcelle_said_id(self, field, value, company):
        if value is False or value is None:
            return False
        record = self.env[field.comodel_name].sudo().browse(value if type(value) is int else 0)
        if not record.exists():
            raise WrongValue(repr(value))
        record = self._escarcelle_scope(company).env[field.comodel_name].browse(record.id)
        said = self._escarcelle_name(record)
        if self._escarcelle_find(field.comodel_name, said, company) != record:
            raise WrongValue(said)  # two bear this name: it would be another one
        return said

    @api.model
    def _escarcelle_term(self, model, term, company, awaited):
        name, operator, value = term
        field = self._escarcelle_filter_field(model, name)
        if not field.relational or operator not in NAMING:
            if not _is_value(value):
                raise self._escarcelle_no_filter()
            return (name, operator, value)
        many = isinstance(value, list)
        ids = [
            self._escarcelle_id(field, one, company, awaited)
            for one in (value if many else [value])
        ]
        return (name, operator, ids if many else ids[0])

    @api.model
    def _escarcelle_id(self, field, value, company, awaited):
        if value is False or value is None:
            return False
        if not isinstance(value, str):
            raise self._escarcelle_no_filter()
        found = self._escarcelle_find(field.comodel_name, value, company)
        if found or (awaited and value in awaited.get(field.comodel_name, ())):
            return found.id or 0
        raise WrongValue(self.env._("This shop has no « %s ».", value))


def _is_term(term):
    if isinstance(term, str):
        return term in JOINTS
    return (
        isinstance(term, (list, tuple))
        and len(term) == 3
        and isinstance(term[0], str)
        and isinstance(term[1], str)
        and term[1] in OPERATORS
    )


def _is_value(value):
    """A number, a text, nothing, or a list of them."""
    one = (str, int, float, bool, type(None))
    return isinstance(value, one) or (
        isinstance(value, list) and all(isinstance(item, one) for item in value)
    )


def _plain(value):
    value = list(value) if isinstance(value, (tuple, set)) else value
    if not _is_value(value):
        raise WrongValue(repr(value))
    return value
