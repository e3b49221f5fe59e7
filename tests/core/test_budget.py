"""The budget ledger's rules."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escarcelle_core import budget
from escarcelle_core.budget import Allocation, Movement, Policy

NOVEMBER = date(2026, 11, 1)
DECEMBER = date(2026, 12, 1)

amounts = st.integers(0, 20_000)
rollovers = st.sampled_from(budget.ROLLOVERS)


@st.composite
def years(draw):
    """Twelve monthly allocations under one roll-over rule."""
    rollover, cap = draw(rollovers), draw(amounts)
    periods = [f"2026-{month:02d}" for month in range(1, 13)]
    return [Allocation(p, budget.period_start(p), draw(amounts), rollover, cap) for p in periods]


@st.composite
def purchases(draw):
    days = st.integers(0, 364).map(lambda n: date(2026, 1, 1) + timedelta(days=n))
    return draw(
        st.lists(
            st.builds(
                Movement,
                st.sampled_from(["purchase", "return", "adjustment"]),
                st.integers(-5_000, 5_000),
                days,
            ),
            max_size=12,
        )
    )


def replay(allocations, moves):
    """What a ledger would hold if every movement had arrived in its day's order."""
    left, done = 0, []
    for move in sorted(moves, key=lambda m: m.day):
        left, opened = budget.apply(
            left, allocations, move.day, {m.period for m in done if m.type == "allocation"}
        )
        done += opened
        done.append(move)
        left += move.amount
    _left, opened = budget.apply(
        left, allocations, date(2026, 12, 31), {m.period for m in done if m.type == "allocation"}
    )
    return done + opened


@given(years(), st.integers(0, 400))
def test_one_allocation_per_period_however_often_it_is_applied(allocations, days):
    on = date(2026, 1, 1) + timedelta(days=days)
    left, movements = budget.apply(0, allocations, on)
    done = {m.period for m in movements}
    again, none = budget.apply(left, allocations, on, done)
    assert (again, none) == (left, [])
    given_out = [m.period for m in movements if m.type == "allocation"]
    assert len(given_out) == len(set(given_out))
    assert set(given_out) == {a.period for a in allocations if a.on <= on}


@given(years(), st.integers(0, 400), st.integers(-9_000, 9_000))
def test_sum_of_movements_is_the_change_of_balance(allocations, days, start):
    on = date(2026, 1, 1) + timedelta(days=days)
    left, movements = budget.apply(start, allocations, on)
    assert start + budget.balance(movements) == left


@given(years(), st.lists(st.integers(0, 400), min_size=1, max_size=6))
def test_opening_in_several_steps_is_opening_at_once(allocations, steps):
    left, done = 0, set()
    for days in sorted(steps):
        left, movements = budget.apply(
            left, allocations, date(2026, 1, 1) + timedelta(days=days), done
        )
        done |= {m.period for m in movements}
    last = date(2026, 1, 1) + timedelta(days=max(steps))
    assert left == budget.apply(0, allocations, last)[0]


@given(st.integers(-20_000, 20_000), rollovers, amounts)
def test_a_debt_is_carried_and_never_more_is_lost_than_is_left(left, rollover, cap):
    lost = budget.expiry(left, rollover, cap)
    assert lost <= 0
    if left <= 0 or rollover == "full":
        assert lost == 0
    else:
        assert left + lost == (min(left, cap) if rollover == "capped" else 0)


@given(years(), purchases(), st.randoms())
def test_any_order_of_arrival_ends_on_the_same_balance(allocations, moves, random):
    """Periods open first, every ticket arrives late, one by one, in any order."""
    left, ledger = budget.apply(0, allocations, date(2026, 12, 31))
    shuffled = list(moves)
    random.shuffle(shuffled)
    for move in shuffled:
        ledger.append(move)
        ledger += budget.settle(ledger, allocations)
    assert budget.balance(ledger) == budget.balance(replay(allocations, moves))
    assert budget.settle(ledger, allocations) == []


def test_a_late_purchase_is_not_paid_twice():
    november = Allocation("2026-11", NOVEMBER, 5_000)
    december = Allocation("2026-12", DECEMBER, 5_000)
    left, ledger = budget.apply(0, [november, december], DECEMBER)
    assert left == 5_000  # 50 € of November were lost
    ledger.append(Movement("purchase", -600, date(2026, 11, 30)))
    corrections = budget.settle(ledger, [november, december])
    assert corrections == [Movement("expiry", 600, DECEMBER, "2026-12")]
    assert budget.balance(ledger + corrections) == 5_000


def test_an_overspend_made_by_two_tills_is_carried():
    november = Allocation("2026-11", NOVEMBER, 1_000)
    december = Allocation("2026-12", DECEMBER, 1_000)
    _left, ledger = budget.apply(0, [november], NOVEMBER)
    ledger += [Movement("purchase", -900, date(2026, 11, 20)) for _till in range(2)]
    left, opened = budget.apply(budget.balance(ledger), [december], DECEMBER)
    assert [m.type for m in opened] == ["allocation"]
    assert left == 200


@pytest.mark.parametrize(
    ("over", "tolerance", "left", "amount", "allowed", "missing"),
    [
        ("block", 0, 1_000, 1_000, True, 0),
        ("block", 0, 1_000, 1_001, False, 1),
        ("block", 500, 1_000, 1_001, False, 1),  # a tolerance counts only under its own rule
        ("tolerance", 500, 1_000, 1_500, True, 0),
        ("tolerance", 500, 1_000, 1_501, False, 1),
        ("none", 0, -100, 99_999, True, 0),
        ("block", 0, -100, 1, False, 101),
        ("block", 0, -100, -50, True, 0),
        ("block", 0, -100, 0, True, 0),
        ("owed", 500, 1_000, 5_000, True, 0),  # 40 € will be given: 40 € may be owed
        ("owed", 500, 1_000, 5_001, False, 1),
        ("public", 500, 1_000, 1_001, False, 1),
    ],
)
def test_over_budget(over, tolerance, left, amount, allowed, missing):
    decision = budget.decide(Policy(over, tolerance), left, amount, allowance=4_000)
    assert (decision.allowed, decision.missing) == (allowed, missing)
    assert decision.left == left - amount


def test_periods():
    assert budget.period_of(date(2026, 12, 31)) == "2026-12"
    assert budget.next_period("2026-12") == "2027-01"
    assert budget.next_period("2026-01") == "2026-02"
    assert budget.period_start("2026-12") == DECEMBER
    for wrong in ("2026-13", "2026", "", "2026-1", "décembre"):
        with pytest.raises(budget.BudgetError, match="AAAA-MM"):
            budget.period_start(wrong)


def test_quarters_and_visits():
    assert budget.period_of(date(2026, 12, 31), "quarter") == "2026-10"
    assert budget.period_last("2026-10", "quarter") == date(2026, 12, 31)
    assert budget.next_period("2026-10", "quarter") == "2027-01"
    assert budget.period_of(date(2026, 11, 21), "visit") == "2026-11-21"
    assert budget.period_last("2026-11-21", "visit") == date(2026, 11, 21)
    assert budget.next_period("2028-02-28", "visit") == "2028-02-29"
    assert budget.periods(date(2026, 11, 21), date(2027, 1, 1)) == ["2026-11", "2026-12", "2027-01"]
    assert budget.periods(date(2026, 11, 21), date(2027, 1, 1), "quarter") == ["2026-10", "2027-01"]


@given(
    st.dates(date(2020, 1, 1), date(2040, 12, 31)),
    st.integers(0, 400),
    st.sampled_from(budget.PERIODS),
)
def test_periods_follow_each_other_without_a_hole(first, days, kind):
    last = first + timedelta(days=days if kind != "visit" else days % 40)
    names = budget.periods(first, last, kind)
    assert names == sorted(set(names))
    assert budget.period_start(names[0]) <= first and last <= budget.period_last(names[-1], kind)
    for one, following in zip(names, names[1:], strict=False):
        eve = budget.period_start(following) - timedelta(days=1)
        assert budget.period_last(one, kind) == eve


@given(amounts, st.integers(0, 91), st.integers(0, 120))
def test_a_part_of_a_period(amount, length, late):
    first = date(2026, 1, 1)
    last = first + timedelta(days=length)
    part = budget.prorated(amount, min(first + timedelta(days=late), last), first, last)
    assert 0 <= part <= amount
    assert budget.prorated(amount, first - timedelta(days=late), first, last) == amount
    assert abs(part * (length + 1) - amount * max(1, length + 1 - late)) <= (length + 1) / 2


def test_sixteen_days_of_thirty():
    assert budget.prorated(4_000, date(2026, 11, 15), NOVEMBER, date(2026, 11, 30)) == 2_133


@pytest.mark.parametrize(
    ("over", "basis", "consumes", "public", "expected"),
    [
        ("block", "paid", True, False, 30),
        ("block", "shelf", True, False, 250),
        ("block", "shelf", True, True, 250),  # the public price is excess under its own rule only
        ("public", "paid", True, True, 0),
        ("public", "paid", True, False, 30),
        ("none", "shelf", False, False, 0),
    ],
)
def test_what_a_line_takes_off(over, basis, consumes, public, expected):
    found = budget.counted(Policy(over), basis, 30, 250, consumes=consumes, public=public)
    assert found == expected


@given(st.integers(-500, 5_000), st.lists(st.integers(-500, 1_500), max_size=12))
def test_what_is_beyond_the_budget(left, lines):
    out = budget.beyond(left, lines)
    kept = [cents for rank, cents in enumerate(lines) if rank not in out]
    assert all(lines[rank] > 0 for rank in out)
    spent = sum(cents for cents in kept if cents > 0)
    room = max(0, left + sum(-cents for cents in kept if cents < 0))
    assert spent <= room
    # Nothing that still fits is charged at the public price.
    for rank in out:
        before = sum(c for r, c in enumerate(lines[:rank]) if r not in out and c > 0)
        assert lines[rank] > room - before


def test_a_refused_basket_says_what_is_left():
    assert "12,50 €. Il reste 3,00 €." in budget.refusal(300, 1_250)
    assert "reste" not in budget.refusal(-300, 1_250)
    assert "demandez l'accord d'un responsable." in budget.refusal(300, 1_250)
    assert "demandez à un responsable d'ajuster le budget." in budget.refusal(300, 1_250, override=False)
    assert "ou faites payer le prix public" in budget.refusal(300, 1_250, public=True)


def test_read_the_snapshot_part():
    entry = {
        "period": "2026-12",
        "on": "2026-12-01",
        "amount": 6000,
        "rollover": "capped",
        "cap": 5,
    }
    assert Allocation.read(entry) == Allocation("2026-12", DECEMBER, 6000, "capped", 5)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Movement("gift", 1, NOVEMBER),
        lambda: Allocation("2026-11", NOVEMBER, 1, "sometimes"),
        lambda: Allocation("2026-11", NOVEMBER, -1),
        lambda: Allocation("2026-11", NOVEMBER, 1, "capped", -1),
        lambda: Policy("maybe"),
    ],
)
def test_nonsense_is_refused(make):
    with pytest.raises(budget.BudgetError):
        make()
