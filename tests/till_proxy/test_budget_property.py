"""What a till says is left is what the ledger will say, whatever was bought while the server was away."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from escarcelle_core import budget
from escarcelle_core.budget import Allocation
from till_proxy import budgets
from till_proxy.catalog import Household
from till_proxy.index import Spent

FIRST = date(2026, 11, 1)
days = st.integers(0, 80).map(lambda n: FIRST + timedelta(days=n))
moves = st.lists(st.tuples(days, st.integers(-1_500, 4_000)), max_size=10)
rules = st.sampled_from([("none", 0), ("capped", 700), ("full", 0)])


def household(balance=0, allocations=(), visit=None, visited=None):
    return Household(
        code="F1", display="A. B.", partner_id=1, cards=(), pricelist_id=None, fiscal_position_id=None,
        entitlements=((date(2026, 1, 1), None),), suspended=False, balance=balance,
        allocations=tuple(allocations), visit=visit, visited=visited,
    )  # fmt: skip


def replayed(balance, allocations, bought, day):
    """The ledger, had everything come on its day: periods open before what is bought in them."""
    left, done = balance, []
    steps = sorted({a.on for a in allocations} | {on for on, _cents in bought} | {day})
    for on in steps:
        if on > day:
            break
        left, opened = budget.apply(left, allocations, on, done)
        done += [m.period for m in opened if m.type == "allocation"]
        left -= sum(cents for when, cents in bought if when == on)
    return left


@given(st.integers(-2_000, 5_000), moves, days, rules, st.booleans())
def test_months_and_quarters(balance, bought, day, rule, quarter):
    kind = "quarter" if quarter else "month"
    names = budget.periods(FIRST, FIRST + timedelta(days=80), kind)[1:]
    ahead = [Allocation(name, budget.period_start(name), 4_000, *rule) for name in names]
    bought = [move for move in bought if move[0] <= day]
    spent = [Spent(n, on.isoformat(), cents) for n, (on, cents) in enumerate(bought)]
    found = budgets.left(household(balance, ahead), spent, day)
    assert found == replayed(balance, ahead, bought, day)


@given(st.integers(-2_000, 5_000), moves, days, rules, st.none() | days)
def test_visits(balance, bought, day, rule, visited):
    bought = [move for move in bought if move[0] <= day]
    opening = {on for on, cents in bought if cents > 0} | {day}
    ahead = [
        Allocation(on.isoformat(), on, 1_500, *rule)
        for on in sorted(opening)
        if visited is None or on > visited
    ]
    spent = [Spent(n, on.isoformat(), cents) for n, (on, cents) in enumerate(bought)]
    visit = Allocation("", date.min, 1_500, *rule)
    found = budgets.left(household(balance, visit=visit, visited=visited), spent, day)
    assert found == replayed(balance, ahead, bought, day)
