"""What a statistic can be counted by: the column, how it is read, how fine the store must be."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Dimension:
    """``label`` says how a value is named: "model", "choice", "text", or the name of a period."""

    code: str
    column: str
    label: str = "text"
    expression: str = ""
    by_day: bool = False
    #: Whose facts have it.
    subjects: tuple[str, ...] = ("goods", "visit", "registration")
    ordered: bool = False


DIMENSIONS = {
    one.code: one
    for one in (
        Dimension("year", "day", "year", "date_trunc('year', fact.day::timestamp)::date", ordered=True),
        Dimension("quarter", "day", "quarter", "date_trunc('quarter', fact.day::timestamp)::date", ordered=True),
        Dimension("month", "day", "month", "date_trunc('month', fact.day::timestamp)::date", ordered=True),
        Dimension(
            "week", "day", "week", "date_trunc('week', fact.day::timestamp)::date", True,
            ("goods", "visit", "registration"), ordered=True,
        ),
        Dimension("day", "day", "day", "fact.day", True, ("goods", "visit", "registration"), ordered=True),
        Dimension(
            "weekday", "day", "weekday", "extract(isodow FROM fact.day)::int", True,
            ("goods", "visit", "registration"), ordered=True,
        ),
        Dimension("shop", "company_id", "model"),
        Dimension("category", "categ_id", "model", subjects=("goods",)),
        Dimension("product", "product_tmpl_id", "model", subjects=("goods",)),
        Dimension("source", "source_id", "model", subjects=("goods",)),
        Dimension("movement", "kind", "choice", subjects=("goods",), ordered=True),
        Dimension("tariff", "tariff_id", "model", subjects=("goods", "visit")),
        Dimension("public", "public", "choice", subjects=("goods", "visit"), ordered=True),
        Dimension("loss_reason", "reason_id", "model", subjects=("goods",)),
        Dimension("donor_kind", "donor_kind", "choice", subjects=("goods",), ordered=True),
        Dimension("shape", "shape", "choice", ordered=True),
        Dimension("district", "district"),
        Dimension("department", "department"),
        Dimension("size", "size", "size", subjects=("visit",), ordered=True),
        Dimension("age_class", "age_class_id", "model", subjects=("person",), ordered=True),
        Dimension("visit_kind", "kind", "choice", subjects=("visit",), ordered=True),
        Dimension("registration_kind", "kind", "choice", subjects=("registration",), ordered=True),
        Dimension("exit_reason", "reason_id", "model", subjects=("registration",)),
    )
}  # fmt: skip
