"""Quotas: how much of some goods a household may take in a day, a week or a month.

The till counts with what the server knew at its last snapshot, what it sold itself since, and the basket;
the server counts the tickets it has. Both use this module. What counts is the sum of what was taken on the
days of a period: it does not depend on the order in which tickets arrive.

A quantity taken is positive, given back negative. What comes back counts on the day it was taken, when that
is known: a return in December does not open more room in December for what was taken in November.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from .errors import EscarcelleError

MEASURES = ("quantity", "weight")
SCOPES = ("household", "person")
PERIODS = ("day", "week", "month")
_EVERY = {"day": "par jour", "week": "par semaine", "month": "par mois"}


class QuotaError(EscarcelleError):
    """A quota cannot be read."""

    code = "bad_request"


@dataclass(frozen=True)
class Taken:
    """``quantity`` of a good (signed, in its unit) that counts on ``day``."""

    day: date
    product_id: int
    quantity: Decimal


@dataclass(frozen=True)
class Quota:
    """At most ``limit`` (units, or kilograms) of the goods in ``goods``, which maps each good's id to what
    one unit of it counts for. In force from ``start`` to ``end``, both included, None: open."""

    id: int
    name: str
    limit: Decimal
    measure: str
    scope: str
    period: str
    goods: Mapping[int, Decimal] = field(default_factory=dict)
    start: date | None = None
    end: date | None = None

    def __post_init__(self):
        if self.measure not in MEASURES or self.scope not in SCOPES or self.period not in PERIODS:
            raise QuotaError(f"Quota « {self.name} » : règle inconnue.")
        if self.limit < 0 or any(weight < 0 for weight in self.goods.values()):
            raise QuotaError(f"Quota « {self.name} » : une quantité n'est jamais négative.")
        if self.start and self.end and self.end < self.start:
            raise QuotaError(f"Quota « {self.name} » : il finit avant de commencer.")

    @classmethod
    def read(cls, entry: Mapping) -> "Quota":
        """From one element of ``quotas.json``."""
        return cls(
            int(entry["id"]),
            str(entry["name"]),
            Decimal(entry["limit"]),
            str(entry["measure"]),
            str(entry["scope"]),
            str(entry["period"]),
            {int(good): Decimal(weight) for good, weight in entry["goods"].items()},
            date.fromisoformat(entry["from"]) if entry["from"] else None,
            date.fromisoformat(entry["to"]) if entry["to"] else None,
        )

    def in_force(self, day: date) -> bool:
        """Whether it limits what is taken on ``day``."""
        return (self.start is None or self.start <= day) and (self.end is None or day <= self.end)

    def allowed(self, persons: int) -> Decimal:
        """What a household of ``persons`` may take in a period."""
        return self.limit * max(1, persons) if self.scope == "person" else self.limit

    def counted(self, taken: Iterable[Taken], day: date) -> Decimal:
        """What ``taken`` counts for in the period that contains ``day``."""
        first, last = bounds(self.period, day)
        return sum(
            (
                one.quantity * self.goods[one.product_id]
                for one in taken
                if one.product_id in self.goods and first <= one.day <= last
            ),
            Decimal(0),
        )


@dataclass(frozen=True)
class Standing:
    """Where a household stands with a quota: ``used`` before the basket, ``basket``, ``allowed``."""

    quota: Quota
    used: Decimal
    basket: Decimal
    allowed: Decimal

    @property
    def left(self) -> Decimal:
        """What may still be taken after the basket; negative when it is too much."""
        return self.allowed - self.used - self.basket

    @property
    def over(self) -> Decimal:
        """What the basket takes beyond the limit: never more than the basket itself, which may come after
        another till already went over."""
        return max(Decimal(0), min(self.basket, -self.left))


def bounds(period: str, day: date) -> tuple[date, date]:
    """First and last day of the period that contains ``day``; weeks begin on Monday."""
    if period == "day":
        return day, day
    if period == "week":
        first = day - timedelta(days=day.weekday())
        return first, first + timedelta(days=6)
    if period == "month":
        first = day.replace(day=1)
        return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    raise QuotaError(f"Période inconnue : « {period} ».")


def standing(
    quotas: Iterable[Quota],
    day: date,
    persons: int,
    known: Mapping[int, Mapping[str, Decimal]],
    taken: Iterable[Taken],
    basket: Iterable[Taken] = (),
) -> list[Standing]:
    """Where a household stands with each quota in force on ``day``.

    ``known``: by quota, what the server counted, by the first day (ISO) of its period; ``taken``: what the
    server does not know yet; ``basket``: what is being sold.
    """
    moves, wanted = list(taken), list(basket)
    out = []
    for quota in quotas:
        if not quota.in_force(day):
            continue
        first, _last = bounds(quota.period, day)
        before = known.get(quota.id, {}).get(first.isoformat(), Decimal(0))
        used = before + quota.counted(moves, day)
        out.append(Standing(quota, used, quota.counted(wanted, day), quota.allowed(persons)))
    return out


def exceeded(standings: Iterable[Standing]) -> list[Standing]:
    """Those the basket goes beyond. Giving back never goes beyond anything."""
    return [one for one in standings if one.over > 0]


def refusal(beyond: list[Standing], *, override: bool = True) -> str:
    """What to tell the cashier of quotas a basket goes beyond; ``override``: a manager may allow it here."""
    first = beyond[0]
    unit = " kg" if first.quota.measure == "weight" else ""
    room = max(Decimal(0), first.allowed - first.used)
    more = f" ({len(beyond) - 1} autre(s) quota(s) aussi)" if len(beyond) > 1 else ""
    what = "Retirez des articles, ou demandez l'accord d'un responsable." if override else "Retirez des articles."
    return (
        f"Quota « {first.quota.name} » : il reste {_number(room)}{unit} sur {_number(first.allowed)}{unit} "
        f"{_EVERY[first.quota.period]}, le panier en compte {_number(first.basket)}{unit}{more}. {what}"
    )


def _number(value: Decimal) -> str:
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return text.replace(".", ",")
