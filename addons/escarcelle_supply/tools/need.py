"""How much of a good to order: plain numbers in, plain numbers out. Days are dates, quantities floats."""

import math
from dataclasses import dataclass
from datetime import date, timedelta

WEEK = 7


@dataclass(frozen=True)
class Calendar:
    """When a supplier's next two deliveries come."""

    first: date
    second: date


@dataclass(frozen=True)
class Need:
    """What is missing until the delivery after next, and how it was found."""

    wasted: float
    usable: float
    wanted: float
    missing: float


def calendar(today: date, delay: int, weekdays: frozenset[int]) -> Calendar:
    """Deliveries of a supplier: ``delay`` days after an order at the earliest, on its weekdays (0 Monday).

    A supplier without weekdays comes any day, once a week.
    """
    first = today + timedelta(days=max(delay, 0))
    if not weekdays:
        return Calendar(first, first + timedelta(days=WEEK))
    first = _next(first, weekdays)
    return Calendar(first, _next(first + timedelta(days=1), weekdays))


def _next(day: date, weekdays: frozenset[int]) -> date:
    return next(d for d in (day + timedelta(days=n) for n in range(WEEK)) if d.weekday() in weekdays)


def need(
    today: date, until: date, rate: float, lots: list[tuple[date | None, float]], on_order: float, minimum: float = 0.0
) -> Need:
    """Need of a good sold ``rate`` a day, from today to the end of ``until``.

    ``lots``: last day it may be sold (None: no date) and quantity. They are sold in the order of their
    dates; what is left of one after its last day is wasted and covers nothing.
    """
    clock, usable, wasted = 0.0, 0.0, 0.0
    for last, quantity in sorted(lots, key=lambda lot: lot[0] or date.max):
        if quantity <= 0:
            # Sold before it was counted in: it is owed by what comes next.
            usable += quantity
            continue
        days = math.inf if last is None else max((last - today).days + 1, 0)
        sellable = quantity if days == math.inf else min(quantity, max(days - clock, 0) * rate)
        if not rate and days > 0:
            sellable = quantity
        usable += sellable
        wasted += quantity - sellable
        clock += sellable / rate if rate else 0.0
    wanted = rate * ((until - today).days + 1)
    missing = max(wanted - usable - on_order, minimum - usable - on_order, 0.0)
    return Need(round(wasted, 3), round(usable, 3), round(wanted, 3), round(missing, 3))


def rounded_up(quantity: float, step: float, minimum: float) -> float:
    """``quantity`` as it is sold: at least ``minimum``, a multiple of ``step``; nothing stays nothing."""
    if quantity <= 0:
        return 0.0
    step = step if step > 0 else 1.0
    # 2.0000001 boxes is two boxes, not three.
    return max(math.ceil(round(quantity / step, 6)) * step, math.ceil(round(minimum / step, 6)) * step)
