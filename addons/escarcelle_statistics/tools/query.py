"""The SQL of a question to the facts: which statements, what each of their rows holds.

Pure: nothing is executed here. Identifiers come from ``stores``, ``dimensions``, ``measures``; every value is a
parameter.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
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
        wanted = {COMPONENTS[name].column for name in components}
        wanted |= {"public" for name in components if COMPONENTS[name].public}
        wanted |= {one.column for one in self.by} | filters.columns(self.domain)
        wanted -= {1, 0}
        dated = any(one.by_day for one in self.by) or "day" in filters.columns(self.domain)
        by_day = dated or not self.whole_months
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


def _expression(dimension: Dimension | None, store: Store) -> SQL:
    if dimension is None:
        return SQL("NULL")
    if dimension.code == store.grain == "month":
        return SQL("fact.day")
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
        only = [SQL("fact.kind IN %s", one.kinds)] if one.kinds and one.kinds != kinds else []
        if one.public:
            only.append(SQL("fact.public = %s", one.public))
        if only:
            total = SQL("%s FILTER (WHERE %s)", total, SQL(" AND ").join(only))
        values.append(total)
    row, column = _expression(question.row, store), _expression(question.column, store)
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


def _came(question: Question, store: Store) -> SQL:
    """Rows of households that came in the period."""
    where = _where(question, store, ("purchase",))
    return SQL("%s AND fact.key IS NOT NULL AND fact.visits > 0", where)


def _heads(question: Question, components: tuple[str, ...]) -> Iterator[Statement]:
    """Each household once a cell, with its last size: the day and the size in one number, so that it is hashed and
    never sorted."""
    store = question.store("visit", components)
    values = {"households": SQL("count(*)"), "persons": SQL("sum(mod(one.last, 1000))")}
    for row, column in _crossings(question):
        by = [_expression(one, store) for one in (row, column) if one]
        sql = SQL(
            "SELECT one.line, one.col, %s, %s, %s FROM (SELECT %s AS line, %s AS col,"
            " max((fact.day - DATE '2000-01-01') * 1000 + least(coalesce(fact.size, 0), 999)) AS last"
            " FROM %s fact WHERE %s GROUP BY %s) one GROUP BY 1, 2",
            SQL("TRUE") if row is None else SQL("FALSE"),
            SQL("TRUE") if column is None else SQL("FALSE"),
            SQL(", ").join([values[COMPONENTS[name].head] for name in components]),
            _expression(row, store),
            _expression(column, store),
            SQL.identifier(store.table),
            _came(question, store),
            SQL(", ").join([SQL("fact.key"), *by]),
        )
        yield Statement(sql, components)


def _persons(question: Question, components: tuple[str, ...]) -> Iterator[Statement]:
    """By age class: each household's people in the last month it came, once. Totals are those of the heads."""
    aged = next(one for one in question.by if one.code == "age_class")
    others = replace(
        question,
        row=None if question.row is aged else question.row,
        column=None if question.column is aged else question.column,
    )
    visits, people = (
        others.store("visit", components),
        choose("person", (aged.column,), by_day=False),
    )
    values = {"households": SQL("count(*)"), "persons": SQL("sum(person.persons)")}
    start = question.start.replace(day=1)
    for other in dict.fromkeys((*others.by, None)):
        cells = {aged: SQL("person.age_class_id"), other: SQL("kept.other"), None: SQL("NULL")}
        row = question.row if question.row in (aged, other) else None
        column = question.column if question.column in (aged, other) else None
        sql = SQL(
            "WITH kept AS (SELECT fact.key, %s AS other, date_trunc('month', max(fact.day)::timestamp)::date AS month"
            " FROM %s fact WHERE %s GROUP BY 1, 2)"
            " SELECT %s, %s, %s, %s, %s FROM %s person"
            " JOIN kept ON kept.key = person.key AND kept.month = person.day"
            " WHERE person.company_id IN %s AND person.day BETWEEN %s AND %s GROUP BY 1, 2",
            _expression(other, visits), SQL.identifier(visits.table), _came(others, visits),
            cells[row], cells[column],
            SQL("TRUE") if row is None else SQL("FALSE"),
            SQL("TRUE") if column is None else SQL("FALSE"),
            SQL(", ").join([values[COMPONENTS[name].head] for name in components]),
            SQL.identifier(people.table), question.companies, start, question.stop,
        )  # fmt: skip
        yield Statement(sql, components)
    yield from _heads(others, components)
