"""Quotas: whatever the order in which tickets arrive, the same is counted; nothing is counted twice."""

import random
from datetime import date, timedelta
from decimal import Decimal
from itertools import permutations

import pytest

from escarcelle_core import quota
from escarcelle_core.quota import Quota, QuotaError, Taken

MILK, RICE, SOAP = 1, 2, 3
DAY = date(2026, 11, 21)


def make(
    limit="3", measure="quantity", scope="household", period="month", goods=None, **dates
) -> Quota:
    weights = {MILK: Decimal(1)} if goods is None else goods
    return Quota(7, "Lait", Decimal(limit), measure, scope, period, weights, **dates)


def took(quantity, day=DAY, good=MILK) -> Taken:
    return Taken(day, good, Decimal(quantity))


def stand(rule: Quota, taken=(), basket=(), day=DAY, persons=1, known=None):
    (found,) = quota.standing([rule], day, persons, known or {}, taken, basket)
    return found


@pytest.mark.parametrize(
    ("period", "day", "first", "last"),
    [
        ("day", date(2028, 2, 29), date(2028, 2, 29), date(2028, 2, 29)),
        ("week", date(2026, 1, 1), date(2025, 12, 29), date(2026, 1, 4)),
        ("week", date(2027, 2, 28), date(2027, 2, 22), date(2027, 2, 28)),
        ("month", date(2028, 2, 29), date(2028, 2, 1), date(2028, 2, 29)),
        ("month", date(2026, 12, 31), date(2026, 12, 1), date(2026, 12, 31)),
        ("month", date(2027, 1, 1), date(2027, 1, 1), date(2027, 1, 31)),
    ],
)
def test_bounds(period, day, first, last):
    assert quota.bounds(period, day) == (first, last)


def test_periods_cover_every_day_once():
    for period in quota.PERIODS:
        day, seen = date(2027, 11, 1), 0
        while day < date(2028, 4, 1):
            first, last = quota.bounds(period, day)
            assert first <= day <= last
            assert quota.bounds(period, first) == quota.bounds(period, last) == (first, last)
            assert quota.bounds(period, last + timedelta(days=1))[0] == last + timedelta(days=1)
            day, seen = day + timedelta(days=1), seen + 1
        assert seen == 152


def test_left_and_over():
    rule = make()
    assert stand(rule).left == 3
    found = stand(rule, [took(2)], [took(2)])
    assert (found.used, found.basket, found.left, found.over) == (2, 2, -1, 1)
    assert quota.exceeded([found]) == [found]
    # Another till already went over: only this basket's part is this till's doing.
    assert stand(rule, [took(9)], [took(1)]).over == 1
    assert quota.exceeded([stand(rule, [took(9)], [took(-1)])]) == []


def test_a_limit_of_nothing_forbids():
    assert stand(make("0"), (), [took("0.001")]).over == Decimal("0.001")


def test_per_person_and_by_weight():
    rule = make("0.5", "weight", "person", goods={MILK: Decimal("1.000"), RICE: Decimal("0.250")})
    found = stand(rule, (), [took(1), took(2, good=RICE), took(5, good=SOAP)], persons=4)
    assert (found.allowed, found.basket, found.left) == (
        Decimal("2.0"),
        Decimal("1.5"),
        Decimal("0.5"),
    )
    assert stand(rule, persons=0).allowed == Decimal("0.5")


def test_dates():
    rule = make(start=DAY, end=DAY)
    assert quota.standing([rule], DAY - timedelta(days=1), 1, {}, ()) == []
    assert quota.standing([rule], DAY + timedelta(days=1), 1, {}, ()) == []
    assert len(quota.standing([rule], DAY, 1, {}, ())) == 1


def test_what_comes_back_counts_on_the_day_it_was_taken():
    rule, december = make(), date(2026, 12, 2)
    back = took(-1, DAY)
    assert stand(rule, [took(3), back]).left == 1
    assert stand(rule, [took(3), back], day=december).left == 3


def test_the_servers_count_is_of_one_period():
    known = {7: {"2026-11-01": Decimal(2), "2026-12-01": Decimal(1)}}
    assert stand(make(), known=known).left == 1
    assert stand(make(), known=known, day=date(2026, 12, 1)).left == 2
    assert stand(make(), known=known, day=date(2027, 1, 1)).left == 3


@pytest.mark.parametrize(
    "changes",
    [
        {"limit": "-1"}, {"measure": "litre"}, {"scope": "card"}, {"period": "year"},
        {"goods": {MILK: Decimal(-1)}}, {"start": DAY, "end": DAY - timedelta(days=1)},
    ],
)  # fmt: skip
def test_rules_that_make_no_sense(changes):
    with pytest.raises(QuotaError):
        make(**changes)


def test_read():
    entry = {
        "id": 7, "name": "Lait", "limit": "3.000", "measure": "quantity", "scope": "person", "period": "week",
        "goods": {"1": "1.000"}, "from": "2026-11-01", "to": None,
    }  # fmt: skip
    assert Quota.read(entry) == make(
        "3.000", scope="person", period="week", start=date(2026, 11, 1)
    )
    for broken in ({"limit": "x"}, {"goods": {"a": "1"}}, {"from": "hier"}, {"period": None}):
        with pytest.raises((QuotaError, ValueError, ArithmeticError)):
            Quota.read({**entry, **broken})


def test_a_refusal_says_what_is_left_and_what_to_do():
    milk = make("3", period="week", goods={MILK: Decimal(1)})
    rice = Quota(8, "Riz", Decimal("1.5"), "weight", "household", "month", {RICE: Decimal("0.5")})
    basket = [took(2), took(4, good=RICE)]
    found = quota.standing([milk, rice], DAY, 1, {}, [took(2)], basket)
    told = quota.refusal(quota.exceeded(found))
    assert f"« {milk.name} » : il reste 1 sur 3 par semaine, le panier en compte 2 (1 autre" in told
    assert told.endswith("Retirez des articles, ou demandez l'accord d'un responsable.")
    told = quota.refusal(quota.exceeded(found[1:]), override=False)
    assert "« Riz » : il reste 1,5 kg sur 1,5 kg par mois, le panier en compte 2 kg. Retirez des articles." in told
    assert "responsable" not in told
    beyond = quota.standing([milk], DAY, 1, {}, [took(5)], [took(1)])
    assert "il reste 0 sur 3" in quota.refusal(beyond), "another till went beyond already"


def test_any_order_of_arrival_counts_the_same():
    """Sales and returns of several tills and days, in every order, cut anywhere between server and till."""
    rng = random.Random(20261121)
    for _round in range(40):
        rule = make(
            period=rng.choice(quota.PERIODS),
            scope=rng.choice(quota.SCOPES),
            goods={MILK: Decimal(1), RICE: Decimal("0.5")},
        )
        moves = []
        for _move in range(5):
            sold = took(
                rng.randint(1, 4),
                DAY - timedelta(days=rng.randint(0, 40)),
                rng.choice((MILK, RICE, SOAP)),
            )
            moves.append(sold)
            if rng.random() < 0.4:  # given back, later or before the sale arrives
                moves.append(
                    Taken(sold.day, sold.product_id, -rng.choice((Decimal(1), sold.quantity)))
                )
        first, _last = quota.bounds(rule.period, DAY)
        expected = stand(rule, moves).used
        for order in list(permutations(moves[:6]))[:: rng.randint(37, 97)]:
            arrived = [*order, *moves[6:]]
            for cut in range(len(arrived) + 1):
                server = {7: {first.isoformat(): rule.counted(arrived[:cut], DAY)}}
                assert stand(rule, arrived[cut:], known=server).used == expected


def test_no_basket_allowed_one_by_one_goes_beyond_together():
    """One till, whatever is asked: what it allows never adds up to more than the limit."""
    rng = random.Random(4)
    for _round in range(200):
        rule = make(str(rng.randint(0, 6)), period=rng.choice(quota.PERIODS))
        taken: list[Taken] = []
        for _sale in range(12):
            wanted = took(rng.choice((-1, 1, 1, 2, 3)))
            if wanted.quantity < 0 and rule.counted(taken, DAY) < 1:
                continue
            found = stand(rule, taken, [wanted])
            if not quota.exceeded([found]):
                taken.append(wanted)
            assert 0 <= rule.counted(taken, DAY) <= rule.limit
