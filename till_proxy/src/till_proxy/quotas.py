"""Where a household stands with its quotas, counted at the till: what the server knew, what was sold here
since, and the basket. The rules themselves are ``escarcelle_core.quota``."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from escarcelle_core import quota
from escarcelle_core.quota import Quota, Standing, Taken

from .errors import Refusal

if TYPE_CHECKING:
    from .catalog import Catalog, Household
    from .index import Index
    from .orders import Order

_PERIODS = {"day": "par jour", "week": "par semaine", "month": "par mois"}
#: Quantity by the first day (ISO) of a period, by quota.
Known = Mapping[int, Mapping[str, Decimal]]


@dataclass(frozen=True, slots=True)
class Quotas:
    """The quotas of a snapshot, and what its households had taken: ``known`` by household code."""

    rules: tuple[Quota, ...] = ()
    known: Mapping[str, Known] = field(default_factory=dict)

    def of(self, household: str) -> Known:
        """What the server counted for a household."""
        return self.known.get(household, {})


def read(data: Mapping) -> Quotas:
    """From ``quotas.json``; raises when it cannot be read."""
    return Quotas(
        tuple(Quota.read(row) for row in data.get("quotas", ())),
        {
            str(code): {
                int(rule): {str(first): Decimal(used) for first, used in periods.items()}
                for rule, periods in rules.items()
            }
            for code, rules in data.get("used", {}).items()
        },
    )


def standing(
    catalog: "Catalog",
    index: "Index",
    household: "Household",
    day: date,
    basket: Iterable[Taken] = (),
) -> list[Standing]:
    """Where ``household`` stands on ``day``, with ``basket`` in hand."""
    since = catalog.covered.unknown(index.taken.get(household.code, ()))
    return quota.standing(
        catalog.quotas.rules, day, household.size, catalog.quotas.of(household.code),
        [one.taken for one in since], basket,
    )  # fmt: skip


def basket(order: "Order", index: "Index", day: date) -> Iterator[Taken]:
    """What an order takes, and gives back on the day it was taken."""
    for line in order.lines:
        sold = index.lines.get(line.refunded)
        ticket = index.tickets.get(sold.ticket) if sold else None
        on = date.fromisoformat(ticket.day) if ticket else day
        yield Taken(on, line.product_id, line.quantity)


def check(found: Iterable[Standing], *, allowed: bool) -> dict[str, str]:
    """What the basket takes beyond each quota, by its id; Refusal(quota) unless a manager allowed it."""
    beyond = quota.exceeded(found)
    if beyond and not allowed:
        raise Refusal(
            "quota", _told(beyond), override="quota", quotas=[describe(one) for one in beyond]
        )
    return {str(one.quota.id): f"{one.over:.3f}" for one in beyond}


def describe(one: Standing) -> dict:
    """A standing for the screen: ``left`` is after the basket."""
    return {
        "id": one.quota.id, "name": one.quota.name, "left": f"{one.left:.3f}",
        "allowed": f"{one.allowed:.3f}", "unit": "kg" if one.quota.measure == "weight" else "",
        "period": one.quota.period,
        "goods": {str(good): str(weight) for good, weight in one.quota.goods.items()},
    }  # fmt: skip


def _told(beyond: list[Standing]) -> str:
    first = beyond[0]
    unit = " kg" if first.quota.measure == "weight" else ""
    room = max(Decimal(0), first.allowed - first.used)
    more = f" ({len(beyond) - 1} autre(s) quota(s) aussi)" if len(beyond) > 1 else ""
    return (
        f"Quota « {first.quota.name} » : il reste {_number(room)}{unit} sur {_number(first.allowed)}{unit} "
        f"{_PERIODS[first.quota.period]}, le panier en compte {_number(first.basket)}{unit}{more}. Retirez des "
        "articles, ou demandez l'accord d'un responsable."
    )


def _number(value: Decimal) -> str:
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return text.replace(".", ",")
