"""The budget of a household: movements that are only ever added, in cents.

The server keeps the ledger; the till counts with the balance of its last snapshot and the dated
allocations that came with it, so that a month may turn while the server is away. Both use this
module. One allocation per household and period, whoever applies it first.

A period is a month, a quarter or a visit (the business day of a purchase). When it opens, what is left
of the one before is kept (``full``), kept up to a cap (``capped``) or lost (``none``). What was
overspent is always carried: an allocation never wipes a debt.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from . import money
from .errors import EscarcelleError

TYPES = ("allocation", "purchase", "return", "adjustment", "expiry", "transfer")
ROLLOVERS = ("none", "capped", "full")
PERIODS = ("month", "quarter", "visit")
BASES = ("paid", "shelf")
#: Refused; refused beyond a fixed debt; owed, up to what the next period will give; what is beyond sold at the
#: public price, off the budget; never refused.
OVER_BUDGET = ("block", "tolerance", "owed", "public", "none")


class BudgetError(EscarcelleError):
    """A budget rule cannot be read."""

    code = "bad_request"


@dataclass(frozen=True)
class Movement:
    """One line of a ledger. ``amount`` in cents, negative when it lowers the budget.

    ``day`` is the business day it counts from, ``period`` the one an allocation or an expiry
    belongs to (``2026-11``, a visit's ``2026-11-21``), ``origin`` the uuid of the ticket that caused it.
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


def period_of(day: date, kind: str = "month") -> str:
    """The period a day belongs to: ``2026-11``; a quarter has the name of its first month, a visit its day."""
    if kind == "visit":
        return day.isoformat()
    month = day.month - (day.month - 1) % 3 if kind == "quarter" else day.month
    return f"{day.year:04d}-{month:02d}"


def period_start(period: str) -> date:
    """First day of a period. Raises BudgetError when it is not one."""
    try:
        return date.fromisoformat(period if len(period) == len("2026-11-21") else f"{period}-01")
    except ValueError:
        raise BudgetError(f"« {period} » n'est pas un mois (AAAA-MM).") from None


def period_last(period: str, kind: str = "month") -> date:
    """Last day of a period."""
    start = period_start(period)
    if kind == "visit":
        return start
    month = start.month - 1 + (3 if kind == "quarter" else 1)
    return date(start.year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def next_period(period: str, kind: str = "month") -> str:
    """The period after; of a visit the day after."""
    return period_of(period_last(period, kind) + timedelta(days=1), kind)


def periods(first: date, last: date, kind: str = "month") -> list[str]:
    """Every month or quarter that ``first`` … ``last`` touches, oldest first."""
    found = [period_of(first, kind)]
    while period_last(found[-1], kind) < last:
        found.append(next_period(found[-1], kind))
    return found


def prorated(amount: int, on: date, first: date, last: date) -> int:
    """What ``amount`` for the days ``first`` … ``last`` is for somebody who comes on the day ``on``."""
    days = (last - first).days + 1
    return money.half_up(Decimal(amount) * ((last - max(on, first)).days + 1) / days)


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


def counted(
    policy: Policy,
    basis: str,
    amount: int,
    shelf: int,
    *,
    consumes: bool = True,
    public: bool = False,
) -> int:
    """Cents a line takes off the budget: what is paid or its ``shelf`` value.

    Nothing for goods whose payer wants it so (``consumes``), nor, where the excess is sold at the public
    price, for what is sold at that price.
    """
    if not consumes or (public and policy.over_budget == "public"):
        return 0
    return shelf if basis == "shelf" else amount


def beyond(left: int, lines: Sequence[int]) -> list[int]:
    """Ranks of the lines that ``left`` no longer pays for, in the order they were scanned.

    A line is paid for as a whole or not at all; what is given back counts first.
    """
    left -= sum(cents for cents in lines if cents < 0)
    out = []
    for rank, cents in enumerate(lines):
        if cents > max(left, 0):
            out.append(rank)
        elif cents > 0:
            left -= cents
    return out


def decide(policy: Policy, left: int, amount: int, allowance: int = 0) -> Decision:
    """May a basket that takes ``amount`` cents off the budget be sold with ``left`` on it?

    ``allowance`` is what the household receives each period: all that may be owed of the next one.
    A basket that gives back (a return) is always allowed, also on an overspent budget.
    """
    after = left - amount
    if amount <= 0 or policy.over_budget == "none":
        return Decision(True, after, 0)
    allowed_debt = {"tolerance": policy.tolerance, "owed": allowance}.get(policy.over_budget, 0)
    missing = max(0, -(after + allowed_debt))
    return Decision(missing == 0, after, missing)


def refusal(left: int, missing: int, *, override: bool = True, public: bool = False) -> str:
    """What to tell the cashier of a basket that is not allowed; ``override``: a manager may allow it here;
    ``public``: the till proposes the public price instead."""
    kept = f" Il reste {money.euros(left).replace('.', ',')} €." if left > 0 else ""
    helped = "demandez l'accord d'un responsable" if override else "demandez à un responsable d'ajuster le budget"
    if public:
        helped = "faites payer le prix public pour ce qui dépasse"
    return (
        f"Le budget de ce foyer est dépassé de {money.euros(missing).replace('.', ',')} €.{kept} Retirez des "
        f"articles, ou {helped}."
    )
