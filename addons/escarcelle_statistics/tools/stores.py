"""The tables a statistic can be read from, the smallest first.

A store is enough for a question when it has every column the question names, at a grain that is fine enough.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

AMOUNTS = ("weight", "paid", "reference", "savings")
GOODS = ("kind", "categ_id", "source_id", "tariff_id", "reason_id", "donor_kind", "public")
HOME = ("shape", "district", "department")
VISIT = ("kind", "public", "key", "tariff_id", *HOME, "size")


@dataclass(frozen=True)
class Store:
    """``grain``: "month" or "day". ``keys`` are what rows are told apart by, ``sums`` what is added up."""

    subject: str
    table: str
    grain: str
    keys: tuple[str, ...]
    sums: tuple[str, ...]

    @property
    def columns(self) -> frozenset[str]:
        return frozenset((*self.keys, *self.sums, "company_id", "day"))


_GOODS_SUMS = (*AMOUNTS, "cost", "quantity")
#: Kept beside the facts by their writer.
ROLLUPS = (
    Store(
        "goods", "escarcelle_fact_goods_month", "month", ("product_tmpl_id", *GOODS), _GOODS_SUMS
    ),
    Store("goods", "escarcelle_fact_goods_home", "month", (*GOODS, *HOME), _GOODS_SUMS),
    Store("goods", "escarcelle_fact_goods_day", "day", GOODS, _GOODS_SUMS),
    Store("visit", "escarcelle_fact_visit_month", "month", VISIT, ("visits", "tickets", *AMOUNTS)),
)
#: The facts themselves.
FACTS = (
    Store("goods", "escarcelle_fact_goods", "day", ("product_tmpl_id", *GOODS, *HOME), _GOODS_SUMS),
    Store("visit", "escarcelle_fact_visit", "day", VISIT, ("visits", "tickets", *AMOUNTS)),
    Store("person", "escarcelle_fact_person", "month", ("key", "age_class_id", *HOME), ("persons",)),
    Store(
        "registration", "escarcelle_fact_registration", "day", ("kind", "key", "reason_id", *HOME),
        ("count", "persons"),
    ),
)  # fmt: skip


_NUMBERS = ("weight", "paid", "reference", "savings", "cost", "quantity")
_INTEGERS = ("size", "visits", "tickets", "persons", "count")


def sql_type(column: str) -> str:
    """PostgreSQL's type of a column of facts."""
    if column == "day":
        return "date"
    if column.endswith("_id") or column in _INTEGERS:
        return "integer"
    return "numeric" if column in _NUMBERS else "varchar"


def unique(store: Store) -> str:
    """What a row of a roll-up is alone with: the expressions of its unique index, and of its conflicts."""
    empty = {"integer": "0", "varchar": "''"}
    keys = (f"coalesce({key}, {empty[sql_type(key)]})" for key in store.keys)
    return "company_id, day, " + ", ".join(keys)


def rollups(store: Store) -> tuple[Store, ...]:
    """The roll-ups of a store of facts."""
    return tuple(one for one in ROLLUPS if one.subject == store.subject)


def facts(subject: str) -> Store:
    """The facts themselves of a subject."""
    return next(one for one in FACTS if one.subject == subject)


def choose(subject: str, columns: Iterable[str], by_day: bool) -> Store | None:
    """The first store that answers, ``None`` when none has these columns."""
    wanted = set(columns)
    for store in (*ROLLUPS, *FACTS):
        fine = store.grain == "day" or not by_day
        if store.subject == subject and fine and wanted <= store.columns:
            return store
    return None
