"""What the payer of a good allows to be asked."""

from datetime import datetime, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escarcelle_core import funding, tariffs
from escarcelle_core.funding import Bounds, FundingError, Source
from escarcelle_core.tariffs import Priced, Rule, Tariff

AT = datetime(2026, 11, 21, 10, 0, tzinfo=timezone.utc)
EU = Source(1, "Aide alimentaire", free=True, consumes_budget=False, bounds=funding.bounds("0;0"))
PASTA = Decimal("2.50")

prices = st.decimals("0", "500", places=4)
percents = st.decimals(0, 100, places=2)
steps = st.sampled_from([Decimal(step) for step in tariffs.STEPS])


@given(prices, prices, percents, percents, steps)
def test_a_price_is_brought_between_the_two(value, reference, one, other, step):
    low, high = sorted((one, other))
    bounds = Bounds(low, high)
    found = bounds.price(value, reference, step)
    assert found <= bounds.highest(reference)
    if found != value:
        assert found % step == 0
    room = bounds.highest(reference) // step * step
    if bounds.lowest(reference) <= value <= bounds.highest(reference):
        assert found == value
    elif room >= bounds.lowest(reference):
        assert found >= bounds.lowest(reference)


@given(prices, percents, steps, st.booleans())
def test_what_is_free_is_free_at_every_tariff(reference, percent, step, tariff):
    rules = (Rule("percentage", percent=percent),)
    found = tariffs.price(
        Tariff(1, "Solidaire", rules, step, Decimal("0.50")) if tariff else None,
        Priced(1, reference, bounds=EU.bounds), Decimal(1), AT,
    )  # fmt: skip
    assert found == 0


def test_a_tariff_within_the_bounds():
    good = Priced(1, PASTA, bounds=Bounds(Decimal(10), Decimal(30)))

    def priced(percent, step="0.05"):
        tariff = Tariff(1, "x", (Rule("percentage", percent=Decimal(percent)),), Decimal(step))
        return tariffs.price(tariff, good, Decimal(1), AT)

    assert priced("80") == Decimal("0.50")
    assert priced("99") == Decimal("0.25")
    assert priced("50") == Decimal("0.75")
    assert priced("99", "0.10") == Decimal("0.30")  # 0.25 is asked at least, rounded up
    assert priced("50", "0.10") == Decimal("0.70")  # 0.75 at most, rounded down
    assert tariffs.price(None, good, Decimal(1), AT) == Decimal("0.75")


def told(source, price="2.50", discount="0", tariff=2, household=True, category=7, expected=None):
    return funding.problem(
        source, "Pâtes", reference=PASTA, expected=expected, unit_price=Decimal(price),
        discount=Decimal(discount), tariff_id=tariff, household=household, category_id=category,
    )  # fmt: skip


def test_given_goods_are_not_sold():
    assert told(EU, "0") is None
    for price in ("0.0001", "0.01", "2.50"):
        assert "se donne" in told(EU, price)


def test_a_part_of_the_reference_price():
    source = Source(2, "Département", bounds=Bounds(Decimal(10), Decimal(30)))
    assert told(source, "0.25") is None and told(source, "0.75") is None
    assert "entre 0,25 € et 0,75 €" in told(source, "0.76")
    assert told(source, "0.50", discount="50") is None
    assert "sans remise" in told(source, "0.50", discount="51")
    assert "sans remise" in told(source, "0.30", discount="50")
    assert told(source, "0.76", expected=Decimal("0.50")) is not None, "not what the tariff says"
    narrow = Source(3, "Étroit", bounds=Bounds(Decimal("10.1"), Decimal("10.2")))
    # No cent lies between: what the tariff says is the highest price that is not too much.
    assert told(narrow, "0.25", expected=Decimal("0.25")) is None
    assert told(narrow, "0.25") is not None


def test_for_whom_and_for_what():
    source = Source(
        4, "CNES", households_only=True, tariff_ids=frozenset({2}), excluded=frozenset({9})
    )
    assert told(source) is None
    assert "réservé" in told(source, household=False)
    assert "tarif" in told(source, tariff=1) and "tarif" in told(source, tariff=None)
    assert "catégorie" in told(source, category=9)


ROW = {
    "id": 1, "name": "FSE+", "free": False, "consumes_budget": True, "rate_min": "10.00",
    "rate_max": "30.00", "households_only": True, "pricelist_ids": [2], "excluded_category_ids": [],
}  # fmt: skip


def test_read_the_snapshot_part():
    found = funding.read(
        [ROW, {**ROW, "id": 2, "free": True, "pricelist_ids": [], "excluded_category_ids": [9, 4]}]
    )
    assert found[1].excluded == frozenset() and found[2].excluded == {4, 9}
    assert found[1].bounds == Bounds(Decimal(10), Decimal(30))
    assert found[1].tariff_ids == {2} and found[2].tariff_ids is None
    assert found[2].bounds == Bounds(Decimal(0), Decimal(0))


@pytest.mark.parametrize(("low", "high"), [("-1", "5"), ("5", "4"), ("0", "100.01")])
def test_nonsense_is_refused(low, high):
    with pytest.raises(FundingError, match="100 %"):
        funding.read([{**ROW, "rate_min": low, "rate_max": high}])
