"""The budget of a household: movements that are only ever added, in cents.

The server keeps the ledger; the till counts with the balance of its last snapshot and the dated
allocations that came with it, so that a month may turn while the server is away. Both use this
module. One allocation per household and period, whoever applies it first.

When a period opens, what is left of the one before is kept (``full``), kept up to a cap
(``capped``) or lost (``none``). What was overspent is always carried: an allocation never wipes a
debt.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from .errors import EscarcelleError

TYPES = ("allocation", "purchase", "return", "adjustment", "expiry", "transfer")
ROLLOVERS = ("none", "capped", "full")
OVER_BUDGET = ("block", "tolerance", "none")


class BudgetError(EscarcelleError):
    """A budget rule cannot be read."""

    code = "bad_request"


@dataclass(frozen=True)
class Movement:
    """One line of a ledger. ``amount`` in cents, negative when it lowers the budget.

    ``day`` is the business day it counts from, ``period`` the month an allocation or an expiry
    belongs to (``2026-11``), ``origin`` the uuid of the ticket that caused it.
    """

    type: str
    amount: int
    day: date
    period: str = ""
    origin: str = ""

    def __post_init__(self):
        if self.type not in TYPES:
            raise BudgetError(f"Mouvement de budget inconnu : « {self.type} ».")


@dataclass(frozen=True)
class Allocation:
    """What a household receives for ``period``, from the day ``on``. Cents."""

    period: str
    on: date
    amount: int
    rollover: str = "none"
    cap: int = 0

    def __post_init__(self):
        if self.rollover not in ROLLOVERS:
            raise BudgetError(f"Règle de report inconnue : « {self.rollover} ».")
        if self.amount < 0 or self.cap < 0:
            raise BudgetError("Une allocation et un plafond de report ne sont jamais négatifs.")

    @classmethod
    def read(cls, entry: dict) -> "Allocation":
        """From one element of ``allocations`` in ``households.json``."""
        return cls(
            entry["period"],
            date.fromisoformat(entry["on"]),
            entry["amount"],
            entry["rollover"],
            entry["cap"],
        )


@dataclass(frozen=True)
class Policy:
    """What a till does when a basket costs more than the budget left. Tolerance in cents."""

    over_budget: str = "block"
    tolerance: int = 0

    def __post_init__(self):
        if self.over_budget not in OVER_BUDGET:
            raise BudgetError(f"Règle de dépassement inconnue : « {self.over_budget} ».")


@dataclass(frozen=True)
class Decision:
    """May the basket be sold; ``left`` after it; ``missing`` beyond what the rule allows. Cents."""

    allowed: bool
    left: int
    missing: int


def period_of(day: date) -> str:
    """The period a day belongs to: ``2026-11``."""
    return f"{day.year:04d}-{day.month:02d}"


def period_start(period: str) -> date:
    """First day of a period. Raises BudgetError when it is not one."""
    try:
        return date.fromisoformat(f"{period}-01")
    except ValueError:
        raise BudgetError(f"« {period} » n'est pas un mois (AAAA-MM).") from None


def next_period(period: str) -> str:
    """The month after."""
    start = period_start(period)
    return period_of(date(start.year + start.month // 12, start.month % 12 + 1, 1))


def balance(movements: Iterable[Movement]) -> int:
    """What is left: the sum of the movements, negative when overspent."""
    return sum(movement.amount for movement in movements)


def expiry(left: int, rollover: str, cap: int = 0) -> int:
    """What is lost of ``left`` when a period opens: zero or negative, in cents."""
    if rollover == "full":
        return 0
    kept = cap if rollover == "capped" else 0
    return -max(0, left - kept)


def opening(left: int, allocation: Allocation) -> list[Movement]:
    """The movements that open a period: what is lost (if anything), then the allocation."""
    lost = expiry(left, allocation.rollover, allocation.cap)
    movements = [
        Movement("expiry", lost, allocation.on, allocation.period),
        Movement("allocation", allocation.amount, allocation.on, allocation.period),
    ]
    return movements if lost else movements[1:]


def apply(
    left: int, allocations: Iterable[Allocation], on: date, applied: Collection[str] = ()
) -> tuple[int, list[Movement]]:
    """Open every period due on the day ``on`` that is not in ``applied`` (period names).

    Returns the new balance and the movements, oldest first. Idempotent: give the periods of the
    movements back in ``applied`` and nothing happens twice.
    """
    done = set(applied)
    movements: list[Movement] = []
    for allocation in sorted(allocations, key=lambda a: (a.on, a.period)):
        if allocation.on > on or allocation.period in done:
            continue
        done.add(allocation.period)
        opened = opening(left, allocation)
        left += balance(opened)
        movements += opened
    return left, movements


def settle(movements: Iterable[Movement], allocations: Iterable[Allocation]) -> list[Movement]:
    """Corrections of expiries, once movements of an earlier day have arrived late.

    A ticket sold on 30 November that arrives on 2 December spent money that the opening of
    December has already taken back. ``allocations`` are those applied, with the rule of their
    time. Returns ``expiry`` movements to add, dated the opening day; none when all is right.
    """
    history = list(movements)
    corrections: list[Movement] = []
    for allocation in sorted(allocations, key=lambda a: (a.on, a.period)):
        known = history + corrections
        before = balance(m for m in known if m.day < allocation.on)
        posted = balance(m for m in known if m.type == "expiry" and m.period == allocation.period)
        wanted = expiry(before, allocation.rollover, allocation.cap)
        if wanted != posted:
            corrections.append(
                Movement("expiry", wanted - posted, allocation.on, allocation.period)
            )
    return corrections


def decide(policy: Policy, left: int, amount: int) -> Decision:
    """May a basket that takes ``amount`` cents off the budget be sold with ``left`` on it?

    A basket that gives back (a return) is always allowed, also on an overspent budget.
    """
    after = left - amount
    if amount <= 0 or policy.over_budget == "none":
        return Decision(True, after, 0)
    allowed_debt = policy.tolerance if policy.over_budget == "tolerance" else 0
    missing = max(0, -(after + allowed_debt))
    return Decision(missing == 0, after, missing)
