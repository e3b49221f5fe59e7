"""Where a household stands with its quotas, counted at the till: what the server knew, what was sold here
since, and the basket."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from escarcelle_core import quota
from escarcelle_core.quota import Standing, Taken

from .catalog import Catalog, Household
from .errors import Refusal
from .index import Index
from .orders import Order

_PERIODS = {"day": "par jour", "week": "par semaine", "month": "par mois"}


def standing(
    catalog: Catalog,
    index: Index,
    household: Household,
    day: date,
    basket: Iterable[Taken] = (),
) -> list[Standing]:
    """Where ``household`` stands on ``day``, with ``basket`` in hand."""
    since = catalog.covered.unknown(index.taken.get(household.code, ()))
    return quota.standing(
        catalog.quotas.rules, day, household.size, catalog.quotas.of(household.code),
        [one.taken for one in since], basket,
    )  # fmt: skip


def basket(order: Order, index: Index, day: date) -> Iterator[Taken]:
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
