"""Where a household stands with its quotas, counted at the till: what the server knew, what was sold here
since, and the basket."""

from collections.abc import Iterable, Iterator
from datetime import date

from escarcelle_core import quota
from escarcelle_core.quota import Standing, Taken

from .catalog import Catalog, Household
from .errors import Refusal
from .index import Index
from .orders import Order


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
            "quota", quota.refusal(beyond), override="quota", quotas=[describe(one) for one in beyond]
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
