"""What a statistic answers: a table of plain values, and the same table fit to leave the shop.

No Odoo here. Money is integer cents, weight is grams, a percentage is a ``Decimal`` from 0 to 100,
``None`` is a cell that has no meaning (an average of nothing).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from babel.dates import format_date, format_skeleton

from .tools.suppression import Hidden, hide

KINDS = ("households", "persons", "count", "money", "weight", "quantity", "percent", "ratio")
#: What counts people: it is masked when the table leaves the shop.
HEADS = ("households", "persons")
#: What adds up along a line or a column.
ADDITIVE = ("households", "persons", "count", "money", "weight", "quantity")
PERIODS = ("month", "last_month", "quarter", "last_quarter", "year", "last_year", "custom")
THRESHOLD = 5


class Masked:
    """A value that is not said. There is one, ``MASKED``; it survives a copy and a pickle."""

    _only: Masked | None = None

    def __new__(cls) -> Masked:
        if cls._only is None:
            cls._only = super().__new__(cls)
        return cls._only

    def __str__(self) -> str:
        return f"< {THRESHOLD}"

    def __repr__(self) -> str:
        return "MASKED"

    def __reduce__(self) -> str:
        return "MASKED"


MASKED = Masked()
Value = int | Decimal | Masked | None


@dataclass(frozen=True)
class Column:
    """``kind`` is one of ``KINDS``. Columns of one ``group`` speak of the same households.

    ``total``: this column is the sum of the columns before it that have its kind, its unit and its ``measure``.
    ``unseen``: a head count that only says what to mask of its group; ``masked`` takes it away.
    """

    label: str
    kind: str
    unit: str = ""
    group: str = ""
    total: bool = False
    measure: str = ""
    unseen: bool = False

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown kind of column: {self.kind!r}")


@dataclass(frozen=True)
class Row:
    """``level`` 1 is a part of the line of level 0 above it, and so on."""

    label: str
    values: tuple[Value, ...]
    level: int = 0


@dataclass(frozen=True)
class Table:
    """``subtitle`` says the period and the shop in words; ``chart``: "", "bar", "line", "pie"."""

    title: str
    subtitle: str
    row_header: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    total: Row | None = None
    note: str = ""
    chart: str = ""

    def __post_init__(self) -> None:
        for row in self.lines():
            if len(row.values) != len(self.columns):
                raise ValueError(f"{row.label!r}: {len(row.values)} values")

    def lines(self) -> tuple[Row, ...]:
        """The rows, then the total if there is one."""
        return self.rows if self.total is None else (*self.rows, self.total)


def masked(table: Table, threshold: int = THRESHOLD, also: Iterable[tuple[int, int]] = ()) -> Table:
    """The table as it may leave the shop.

    Head counts from 1 to ``threshold - 1`` are masked, with what accompanies them in their group.
    Then enough others are masked for none to be found again by a subtraction: each sum that hides
    something hides two cells at least, ``threshold`` heads at least, and no hidden cell follows
    from the sums taken together. Zero stays: it speaks of nobody.

    :param also: ``(line, column)`` of other cells to mask, the total being the last line
    """
    lines = table.lines()
    hidden = hide(
        [row.values for row in lines],
        primary={
            (i, j)
            for i, row in enumerate(lines)
            for j, column in enumerate(table.columns)
            if column.kind in HEADS and _is_small(row.values[j], threshold)
        }
        | set(also),
        followers=_followers(table.columns),
        sums=list(_sums(table)),
        heads={j for j, column in enumerate(table.columns) if column.kind in HEADS},
        threshold=threshold,
    )
    shown = [j for j, column in enumerate(table.columns) if not column.unseen]
    rows = tuple(_blank(row, i, hidden, shown) for i, row in enumerate(lines))
    columns = tuple(table.columns[j] for j in shown)
    if table.total is None:
        return replace(table, columns=columns, rows=rows)
    return replace(table, columns=columns, rows=rows[:-1], total=rows[-1])


def folded(table: Table, most: int, others: str) -> Table:
    """The table with ``most`` lines, the others in one. What leaves the shop is masked before: a line that is
    not shown hides its few people too.

    :param others: what that line is called, « %s » for how many lines it is
    """
    if not most or len(table.rows) <= most:
        return table
    rest = table.rows[most:]
    values = tuple(
        _added_up([row.values[j] for row in rest], column) for j, column in enumerate(table.columns)
    )
    return replace(table, rows=(*table.rows[:most], Row(others % len(rest), values)))


def _added_up(values: list[Value], column: Column) -> Value:
    """A household may be on several lines: heads are not added up, nor are averages."""
    if column.kind not in ADDITIVE or column.kind in HEADS:
        return None
    return MASKED if MASKED in values else sum(value or 0 for value in values)


def _is_small(value: Value, threshold: int) -> bool:
    return value is MASKED or (value is not None and 0 < abs(value) < threshold)


def _blank(row: Row, i: int, hidden: Hidden, shown: list[int]) -> Row:
    values = tuple(MASKED if (i, j) in hidden else row.values[j] for j in shown)
    return replace(row, values=values)


def _followers(columns: tuple[Column, ...]) -> dict[int, tuple[int, ...]]:
    """For each head count, the columns that may not be read without it.

    Hidden households hide everything of their group; hidden persons hide what counts nobody.
    """
    found = {}
    for j, column in enumerate(columns):
        if column.kind in HEADS:
            said = HEADS if column.kind == "persons" else ("households",)
            found[j] = tuple(
                k
                for k, other in enumerate(columns)
                if other.group == column.group and other.kind not in said
            )
    return found


def _sums(table: Table) -> Iterable[tuple[tuple[tuple[int, int], ...], tuple[int, int]]]:
    """``(parts, whole)`` of every sum a reader may know, as ``(line, column)`` pairs."""
    wholes: dict[int, list[int]] = {}
    above: list[int] = []
    for i, row in enumerate(table.rows):
        del above[row.level :]
        if above:
            wholes.setdefault(above[-1], []).append(i)
        elif table.total is not None:
            wholes.setdefault(len(table.rows), []).append(i)
        above.append(i)
    for j, column in enumerate(table.columns):
        if column.kind in ADDITIVE:
            for whole, parts in wholes.items():
                yield tuple((i, j) for i in parts), (whole, j)
    for j, column in enumerate(table.columns):
        if column.total and column.kind in ADDITIVE:
            parts = [
                k
                for k, other in enumerate(table.columns[:j])
                if not other.total
                and (other.kind, other.unit, other.measure)
                == (column.kind, column.unit, column.measure)
            ]
            for i in range(len(table.lines())):
                yield tuple((i, k) for k in parts), (i, j)


@dataclass(frozen=True)
class Period:
    """Business days from ``start`` to ``stop``, both included, and how they are called."""

    start: date
    stop: date
    label: str

    def __post_init__(self) -> None:
        if self.stop < self.start:
            raise ValueError(f"a period ends before it starts: {self.start} – {self.stop}")

    @classmethod
    def of(
        cls,
        kind: str,
        today: date,
        start: date | None = None,
        stop: date | None = None,
        lang: str = "fr_FR",
    ) -> Period:
        """The period ``kind`` (``PERIODS``) seen from ``today``; ``custom`` needs both days.

        :raises ValueError: unknown kind, a custom period without its days or ending before it starts
        """
        if kind == "custom":
            if start is None or stop is None:
                raise ValueError("a custom period has a first and a last day")
            return cls(start, stop, _days(start, stop, lang))
        if kind not in PERIODS:
            raise ValueError(f"unknown period: {kind!r}")
        last, kind = kind.startswith("last_"), kind.removeprefix("last_")
        months = {"month": 1, "quarter": 3, "year": 12}[kind]
        first = date(today.year, (today.month - 1) // months * months + 1, 1)
        if last:
            first = _add_months(first, -months)
        until = _add_months(first, months) - timedelta(days=1)
        return cls(first, until, _name(kind, first, lang))

    def previous(self, lang: str = "fr_FR") -> Period:
        """The period of the same length just before: the month before a month, else as many days."""
        months = _whole_months(self.start, self.stop)
        if months:
            start = _add_months(self.start, -months)
            stop = self.start - timedelta(days=1)
            kind = {1: "month", 3: "quarter", 12: "year"}.get(months, "")
            if kind and (start.month - 1) % months == 0:
                return Period(start, stop, _name(kind, start, lang))
            return Period(start, stop, _days(start, stop, lang))
        length = self.stop - self.start
        stop = self.start - timedelta(days=1)
        return Period(stop - length, stop, _days(stop - length, stop, lang))


def _add_months(first: date, months: int) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, 1)


def _whole_months(start: date, stop: date) -> int:
    """How many calendar months the days make, 0 when they are not whole months."""
    after = stop + timedelta(days=1)
    if start.day != 1 or after.day != 1:
        return 0
    return (after.year - start.year) * 12 + after.month - start.month


def _name(kind: str, first: date, lang: str) -> str:
    if kind == "year":
        return str(first.year)
    if kind == "quarter":
        return format_skeleton("yQQQQ", first, locale=lang)
    return format_date(first, "MMMM y", locale=lang)


def _days(start: date, stop: date, lang: str) -> str:
    return " – ".join(format_date(day, "short", locale=lang) for day in (start, stop))
