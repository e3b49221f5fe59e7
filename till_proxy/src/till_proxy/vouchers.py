"""Vouchers and third parties' parts: money that comes from an organisation, not from the drawer.

A voucher (CCAS, « CAP », purchase order) has a number, dates and a value; it gives no change, it pays for no
excluded good, and it never comes back as money: what was paid by voucher is given back by voucher. A part is
a share of the ticket that an organisation pays. This till refuses a number it has taken; what two tills
took without knowing is for the manager to see, never a reason to refuse a sale that was made.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from escarcelle_core import money

from .errors import Refusal
from .strict import Reader

_NUMBER = re.compile(r"[0-9A-Z][0-9A-Z./-]{0,29}")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of voucher, taken by one means of payment. ``value`` in cents, None: written on each voucher.
    ``share``: the percentage of the ticket a third party pays, None for a voucher."""

    id: int
    name: str
    numbered: bool
    value: int | None
    share: Decimal | None
    start: date | None
    end: date | None
    excluded: frozenset[int]


@dataclass(frozen=True, slots=True)
class Voucher:
    """What the screen says of one payment: the number read, the value written on it (cents, None: known)."""

    number: str
    value: int | None

    @classmethod
    def read(cls, data: object) -> "Voucher":
        """The ``voucher`` of a payment."""
        body = Reader(data, "Bon")
        number = re.sub(r"\s+", "", body.text("number", 40, None)).upper()
        value = body.optional_integer("value", 1, money.MAX_CENTS)
        body.done()
        if number and not _NUMBER.fullmatch(number):
            raise Refusal(
                "voucher", "Le numéro de ce bon est illisible : passez-le de nouveau, ou tapez ses chiffres."
            )
        return cls(number, value)


def read(rows: Sequence[Mapping]) -> dict[int, Kind]:
    """Kinds by means of payment, from ``settings.json``."""
    return {
        int(row["method_id"]): Kind(
            int(row["id"]),
            str(row["name"]),
            bool(row["numbered"]),
            None if row["value"] is None else int(row["value"]),
            None if row["share"] is None else Decimal(row["share"]),
            date.fromisoformat(row["from"]) if row["from"] else None,
            date.fromisoformat(row["to"]) if row["to"] else None,
            frozenset(map(int, row["excluded_category_ids"])),
        )
        for row in rows
    }
