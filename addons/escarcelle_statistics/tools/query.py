"""The SQL of a question to the facts: which statements, what each of their rows holds.

Pure: nothing is executed here. Identifiers come from ``stores``, ``dimensions``, ``measures``; every value is a
parameter.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from odoo.tools import SQL

from . import filters
from .dimensions import Dimension
from .measures import COMPONENTS
from .stores import Store, choose

#: In the place of a dimension, in the cells of a total.
TOTAL = object()


class Unanswerable(ValueError):
    """No fact crosses what is asked; ``args``: the subject, and the columns it would have to have."""


@dataclass(frozen=True)
class Question:
    """``components`` by ``row`` and ``column``, in shops ``companies``, from ``start`` to ``stop`` included."""

    components: tuple[str, ...]
    start: date
    stop: date
    companies: tuple[int, ...]
    row: Dimension | None = None
    column: Dimension | None = None
    domain: tuple[object, ...] = ()

    @property
    def by(self) -> tuple[Dimension, ...]:
        return tuple(one for one in (self.row, self.column) if one)

    @property
    def whole_months(self) -> bool:
        return self.start.day == 1 and (self.stop + timedelta(days=1)).day == 1

    def store(self, subject: str, components: tuple[str, ...]) -> Store:
        """Where these components are read.

        :raises Unanswerable: they are not known by these dimensions, or with this filter
        """
        wanted = {COMPONENTS[name].column for name in components} if subject != "person" else set()
        wanted |= {one.column for one in self.by} | filters.columns(self.domain)
        wanted -= {1, 0}
        dated = any(one.by_day for one in self.by) or "day" in filters.columns(self.domain)
        by_day = dated or (not self.whole_months and subject != "person")
        found = all(subject in one.subjects for one in self.by) and choose(subject, wanted, by_day)
        if not found:
            raise Unanswerable(subject, sorted(map(str, wanted)))
        return found


@dataclass(frozen=True)
class Statement:
    """``sql`` gives rows ``(row?, column?, total of rows, total of columns, one value a component)``."""

    sql: SQL
    components: tuple[str, ...]


def statements(question: Question) -> Iterator[Statement]:
    """What to execute.

    :raises Unanswerable: no store holds what is asked
    :raises filters.FilterError: the filter cannot be read
    """
    by_subject: dict[str, list[str]] = {}
    heads = [name for name in question.components if COMPONENTS[name].head]
    for name in question.components:
        if name not in heads:
            by_subject.setdefault(COMPONENTS[name].subject, []).append(name)
    for subject, names in by_subject.items():
        yield _sums(question, subject, tuple(names))
    if heads and any(one.code == "age_class" for one in question.by):
        yield from _persons(question, tuple(heads))
    elif heads:
        yield from _heads(question, tuple(heads))


def _where(question: Question, store: Store, kinds: tuple[str, ...]) -> SQL:
    start = question.start.replace(day=1) if store.grain == "month" else question.start
    terms = [
        SQL("fact.company_id IN %s", question.companies),
        SQL("fact.day BETWEEN %s AND %s", start, question.stop),
        filters.compiled(question.domain, store.columns),
    ]
    if kinds:
        terms.append(SQL("fact.kind IN %s", kinds))
    return SQL(" AND ").join(terms)


def _expression(dimension: Dimension | None) -> SQL:
    if dimension is None:
        return SQL("NULL")
    if dimension.expression:
        return SQL(dimension.expression)
    return SQL("fact.%s", SQL.identifier(dimension.column))


def _kinds(components: tuple[str, ...]) -> tuple[str, ...]:
    """Kinds that are read; empty when one of them reads every row."""
    found: dict[str, None] = {}
    for name in components:
        kinds = COMPONENTS[name].kinds
        if not kinds:
            return ()
        found.update(dict.fromkeys(kinds))
    return tuple(found)


def _sums(question: Question, subject: str, components: tuple[str, ...]) -> Statement:
    store = question.store(subject, components)
    kinds = _kinds(components)
    values = []
    for name in components:
        one = COMPONENTS[name]
        total = SQL("sum(fact.%s)", SQL.identifier(one.column))
        if one.kinds and one.kinds != kinds:
            total = SQL("%s FILTER (WHERE fact.kind IN %s)", total, one.kinds)
        values.append(total)
    row, column = _expression(question.row), _expression(question.column)
    sets = [SQL("()")]
    if question.row:
        sets.append(SQL("(%s)", row))
    if question.column:
        sets.append(SQL("(%s)", column))
    if question.row and question.column:
        sets.append(SQL("(%s, %s)", row, column))
    sql = SQL(
        "SELECT %s, %s, %s, %s, %s FROM %s fact WHERE %s GROUP BY GROUPING SETS (%s)",
        row,
        column,
        SQL("GROUPING(%s) = 1", row) if question.row else SQL("TRUE"),
        SQL("GROUPING(%s) = 1", column) if question.column else SQL("TRUE"),
        SQL(", ").join(values),
        SQL.identifier(store.table),
        _where(question, store, kinds),
        SQL(", ").join(sets),
    )
    return Statement(sql, components)


def _crossings(question: Question) -> Iterator[tuple[Dimension | None, Dimension | None]]:
    """Cells, totals of lines, totals of columns, the total: each counts its households anew."""
    for row in dict.fromkeys((question.row, None)):
        for column in dict.fromkeys((question.column, None)):
            yield row, column


def _heads(question: Question, components: tuple[str, ...]) -> Iterator[Statement]:
    store = question.store("visit", (*components,))
    size = {"households": SQL("count(*)"), "persons": SQL("sum(one.size)")}
    for row, column in _crossings(question):
        by = [_expression(one) for one in (row, column) if one]
        each = SQL(", ").join([SQL("fact.key"), *by])
        sql = SQL(
            "SELECT one.line, one.col, %s, %s, %s FROM (SELECT DISTINCT ON (%s) %s AS line, %s AS col, fact.size"
            " FROM %s fact WHERE %s AND fact.key IS NOT NULL AND fact.visits > 0 ORDER BY %s, fact.day DESC) one"
            " GROUP BY 1, 2",
            SQL("TRUE") if row is None else SQL("FALSE"),
            SQL("TRUE") if column is None else SQL("FALSE"),
            SQL(", ").join([size[COMPONENTS[name].head] for name in components]),
            each,
            _expression(row),
            _expression(column),
            SQL.identifier(store.table),
            _where(question, store, ("purchase",)),
            each,
        )
        yield Statement(sql, components)


def _persons(question: Question, components: tuple[str, ...]) -> Iterator[Statement]:
    """By age class: each household's last composition in the period, once."""
    store = question.store("person", ())
    values = {"households": SQL("count(DISTINCT fact.key)"), "persons": SQL("sum(fact.persons)")}
    where = _where(question, store, ())
    if not question.whole_months:
        where = SQL(
            "%s AND fact.key IN (SELECT visit.key FROM escarcelle_fact_visit visit WHERE visit.company_id IN %s"
            " AND visit.day BETWEEN %s AND %s AND visit.kind = 'purchase' AND visit.visits > 0)",
            where, question.companies, question.start, question.stop,
        )  # fmt: skip
    table = SQL.identifier(store.table)
    for row, column in _crossings(question):
        others = [_expression(one) for one in (row, column) if one and one.code != "age_class"]
        each = SQL(", ").join([SQL("fact.key"), *others])
        names = [SQL.identifier(f"other_{n}") for n in range(len(others))]
        said = SQL("").join(
            [SQL(", %s AS %s", one, name) for one, name in zip(others, names, strict=True)]
        )
        same = SQL("").join(
            [
                SQL(" AND kept.%s IS NOT DISTINCT FROM %s", name, one)
                for one, name in zip(others, names, strict=True)
            ]
        )
        by = [_expression(one) for one in (row, column) if one]
        sql = SQL(
            "WITH kept AS (SELECT DISTINCT ON (%s) fact.key, fact.day%s FROM %s fact WHERE %s"
            " ORDER BY %s, fact.day DESC)"
            " SELECT %s, %s, %s, %s, %s FROM %s fact JOIN kept ON kept.key = fact.key AND kept.day = fact.day%s"
            " WHERE %s%s",
            each, said, table, where, each,
            _expression(row), _expression(column),
            SQL("TRUE") if row is None else SQL("FALSE"),
            SQL("TRUE") if column is None else SQL("FALSE"),
            SQL(", ").join([values[COMPONENTS[name].head] for name in components]),
            table, same, where,
            SQL(" GROUP BY %s", SQL(", ").join(by)) if by else SQL(""),
        )  # fmt: skip
        yield Statement(sql, components)
