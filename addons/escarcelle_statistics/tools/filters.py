"""A filter as SQL: only columns of a list, only operators of a list, every value a parameter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from odoo.tools import SQL

OPERATORS = ("=", "!=", "in", "not in", "<", ">", "<=", ">=")
#: Deeper is no filter that a person made.
MAX_TERMS = 200


class FilterError(ValueError):
    """This filter cannot be read; ``args[0]`` is what it stumbles on."""


def columns(domain: Sequence[object]) -> set[str]:
    """Names a filter reads."""
    return {term[0] for term in domain if _is_leaf(term)}


def narrowed(domain: Sequence[object], allowed: frozenset[str]) -> tuple[object, ...]:
    """What of a filter reads ``allowed`` columns only: the whole of it, or the terms of it that all hold together;
    nothing when what is left out stands in an alternative."""
    if columns(domain) <= allowed:
        return tuple(domain)
    if any(term in ("|", "!") for term in domain if isinstance(term, str)):
        return ()
    return tuple(term for term in domain if _is_leaf(term) and term[0] in allowed)


def compiled(domain: Sequence[object], allowed: frozenset[str]) -> SQL:
    """The condition on ``fact`` of an Odoo domain (a list, values resolved to ids).

    :raises FilterError: a column that is not ``allowed``, an unknown operator, a malformed list
    """
    if len(domain) > MAX_TERMS:
        raise FilterError(len(domain))
    terms = iter(domain)
    conditions = []
    for term in terms:
        conditions.append(_condition(term, terms, allowed))
    return SQL(" AND ").join(conditions) if conditions else SQL("TRUE")


def _condition(term: object, terms: Iterator[object], allowed: frozenset[str]) -> SQL:
    if term == "!":
        # NULL is « not told »: it is among what is not equal.
        return SQL("NOT coalesce(%s, FALSE)", _condition(_next(terms), terms, allowed))
    if term in ("&", "|"):
        left = _condition(_next(terms), terms, allowed)
        right = _condition(_next(terms), terms, allowed)
        return SQL("(%s AND %s)" if term == "&" else "(%s OR %s)", left, right)
    if not _is_leaf(term):
        raise FilterError(term)
    return _leaf(*term, allowed)


def _next(terms: Iterator[object]) -> object:
    try:
        return next(terms)
    except StopIteration:
        raise FilterError("") from None


def _is_leaf(term: object) -> bool:
    return isinstance(term, (list, tuple)) and len(term) == 3 and isinstance(term[0], (str, int))


def _leaf(column: object, operator: object, value: object, allowed: frozenset[str]) -> SQL:
    if (column, operator, value) in ((1, "=", 1), (0, "=", 1)):
        return SQL("TRUE") if column else SQL("FALSE")
    if column not in allowed or operator not in OPERATORS:
        raise FilterError(column)
    name = SQL("fact.%s", SQL.identifier(column))
    if isinstance(value, (list, tuple, set)):
        return _among(name, operator, list(value), column)
    if value is None or value is False:
        return SQL("%s IS NULL" if operator in ("=", "in") else "%s IS NOT NULL", name)
    if operator in ("in", "not in"):
        return _among(name, operator, [value], column)
    if operator == "!=":
        return SQL("%s IS DISTINCT FROM %s", name, _plain(value, column))
    return SQL(f"%s {operator} %s", name, _plain(value, column))


def _among(name: SQL, operator: str, values: list[object], column: str) -> SQL:
    if operator not in ("in", "not in", "=", "!="):
        raise FilterError(column)
    empty = None in values or False in values
    told = tuple(
        _plain(value, column) for value in values if value is not None and value is not False
    )
    found = SQL("%s IN %s", name, told) if told else SQL("FALSE")
    if empty:
        found = SQL("(%s OR %s IS NULL)", found, name)
    return SQL("NOT coalesce(%s, FALSE)", found) if operator in ("not in", "!=") else found


def _plain(value: object, column: str) -> object:
    if isinstance(value, bool) or not isinstance(value, (int, float, str, date)):
        raise FilterError(column)
    if column == "day" and isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise FilterError(value) from None
    if (column.endswith("_id") or column in ("size", "visits")) != isinstance(value, int):
        raise FilterError(column)
    return value
