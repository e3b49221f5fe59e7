"""What a household has left, counted at the till: the snapshot's balance, what was sold here since,
and the allocations that fall due while the server is away."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from escarcelle_core import budget
from escarcelle_core.budget import Allocation

from .catalog import Household
from .index import Spent


def left(household: Household, spent: Iterable[Spent], day: date) -> int | None:
    """Cents left on ``day``; None for a household without a budget.

    ``spent`` is what the snapshot's balance does not know yet. Order matters: what is spent before
    an allocation opens its period is part of what that opening may let expire.
    """
    if household.balance is None:
        return None
    amount = household.balance
    moves = sorted(spent, key=lambda move: move.day)
    done: list[str] = []
    due = [a for a in household.allocations if a.on <= day] + _visits(household, moves, day)
    for allocation in sorted(due, key=lambda a: (a.on, a.period)):
        while moves and date.fromisoformat(moves[0].day) < allocation.on:
            amount -= moves.pop(0).amount
        amount, _opened = budget.apply(amount, [allocation], day, done)
        done.append(allocation.period)
    return amount - sum(move.amount for move in moves)


def _visits(household: Household, moves: Iterable[Spent], day: date) -> list[Allocation]:
    """The visits the server has not opened: the days something was bought here, and ``day`` itself."""
    if household.visit is None:
        return []
    days = {date.fromisoformat(move.day) for move in moves if move.amount > 0} | {day}
    return [
        replace(household.visit, period=on.isoformat(), on=on)
        for on in sorted(days)
        if on <= day
        and (household.visited is None or on > household.visited)
        and household.entitled_on(on)
    ]


def period_end(household: Household, day: date, kind: str = "month") -> date:
    """Last day of the period that contains ``day``: the eve of the next allocation, or of the next
    period when none is known."""
    coming = [a.on for a in household.allocations if a.on > day]
    if coming:
        return min(coming) - timedelta(days=1)
    return budget.period_last(budget.period_of(day, kind), kind)
