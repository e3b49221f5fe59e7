"""Pricelist rules and tariff rounding."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escarcelle_core import tariffs
from escarcelle_core.tariffs import Priced, Rule, Tariff

AT = datetime(2026, 11, 21, 10, 0, tzinfo=timezone.utc)
ONE = Decimal(1)
GOOD = Priced(1, Decimal("2.35"), category_id=7)

prices = st.decimals("0.01", "500", places=4)
percents = st.decimals(0, 100, places=2)
steps = st.sampled_from([Decimal(step) for step in tariffs.STEPS])
minimums = st.sampled_from([Decimal(text) for text in ("0", "0.01", "0.05", "0.10", "1")])


def tariff(*rules, **values):
    return Tariff(values.pop("id", 1), "Solidaire", rules, **values)


def percentage(percent, **values):
    return Rule("percentage", percent=Decimal(percent), **values)


@pytest.mark.parametrize(
    ("price", "percent", "step", "expected"),
    [
        ("2.35", "70", "0.01", "0.71"),  # 0.705: half away from zero
        ("2.35", "70", "0.05", "0.70"),
        ("2.35", "70", "0.10", "0.70"),
        ("2.35", "90", "0.01", "0.24"),
        ("2.35", "90", "0.05", "0.25"),
        ("2.35", "90", "0.10", "0.20"),
        ("1.50", "90", "0.10", "0.20"),  # 0.15: half of the step
        ("0.25", "90", "0.05", "0.05"),  # 0.025
        ("9.99", "0", "0.01", "9.99"),
        ("9.99", "33.33", "0.01", "6.66"),
    ],
)
def test_tariff_rounding(price, percent, step, expected):
    good = Priced(1, Decimal(price))
    found = tariffs.price(tariff(percentage(percent), rounding=Decimal(step)), good, ONE, AT)
    assert found == Decimal(expected)


@given(prices, percents, steps, minimums)
def test_rounding_is_the_exact_half_up(price, percent, step, minimum):
    found = tariffs.price(
        tariff(percentage(percent), rounding=step, minimum=minimum), Priced(1, price), ONE, AT
    )
    exact = Fraction(price) * (100 - Fraction(percent)) / 100
    units = exact / Fraction(step)
    expected = Fraction(int(units + Fraction(1, 2))) * Fraction(step)
    if exact:
        expected = max(expected, Fraction(minimum))
    assert Fraction(found) == expected


@given(prices, percents, percents, steps)
def test_a_larger_discount_is_never_dearer(price, one, other, step):
    low, high = sorted((one, other))
    small = tariffs.price(tariff(percentage(low), rounding=step), Priced(1, price), ONE, AT)
    large = tariffs.price(tariff(percentage(high), rounding=step), Priced(1, price), ONE, AT)
    assert large <= small


def test_minimum_price_and_free_goods():
    cheap = Priced(1, Decimal("0.30"))
    floor = tariff(percentage("90"), rounding=Decimal("0.05"), minimum=Decimal("0.10"))
    assert tariffs.price(floor, cheap, ONE, AT) == Decimal("0.10")
    free = tariff(Rule("fixed"), minimum=Decimal("0.10"))
    assert tariffs.price(free, cheap, ONE, AT) == 0
    given_away = tariff(percentage("100"), minimum=Decimal("0.10"))
    assert tariffs.price(given_away, cheap, ONE, AT) == 0


def test_no_tariff_is_the_reference_price():
    assert tariffs.price(None, GOOD, ONE, AT) == Decimal("2.3500")
    assert tariffs.price(tariff(), GOOD, ONE, AT) == Decimal("2.3500")


@pytest.mark.parametrize(
    "step, minimum, expected",
    [("0.01", "0", "8.2450"), ("0.01", "9", "9"), ("0.05", "0", "8.25"), ("0.10", "0", "8.20")],
)
def test_a_tariff_without_a_rule_keeps_the_reference_price_unless_it_rounds_to_coins(step, minimum, expected):
    public = Tariff(1, "Public", (), Decimal(step), Decimal(minimum))
    assert tariffs.price(public, Priced(1, Decimal("8.245")), Decimal(1), AT) == Decimal(expected)


def test_the_first_rule_that_applies_decides():
    rules = tariff(
        Rule("fixed", product_id=1, fixed=Decimal("1")),
        Rule("fixed", category_ids=frozenset({7}), fixed=Decimal("2")),
        Rule("fixed", fixed=Decimal("3")),
    )
    assert tariffs.price(rules, GOOD, ONE, AT) == 1
    assert tariffs.price(rules, Priced(2, ONE, 7), ONE, AT) == 2
    assert tariffs.price(rules, Priced(3, ONE, 8), ONE, AT) == 3
    assert tariffs.price(rules, Priced(4, ONE), ONE, AT) == 3


def test_a_fee_is_no_good():
    """A participation is a part of the price of goods; a rule for the fee, or its category, still prices it."""
    fee = Priced(1, Decimal("10"), category_id=7, fee=True)
    every = percentage("90")
    assert tariffs.price(tariff(every), fee, ONE, AT) == 10
    assert tariffs.price(tariff(Rule("fixed", product_id=1, fixed=Decimal(2)), every), fee, ONE, AT) == 2
    own = percentage("50", category_ids=frozenset({7}))
    assert tariffs.price(tariff(own, every), fee, ONE, AT) == 5
    based = percentage("50", product_id=1, base_pricelist_id=1)
    others = {1: tariff(every, id=1)}
    assert tariffs.price(tariff(based, id=2), fee, ONE, AT, others) == 5


def test_quantity_steps():
    rules = tariff(
        Rule("fixed", min_quantity=Decimal(6), fixed=Decimal("1.80")),
        Rule("fixed", fixed=Decimal("2")),
    )
    assert tariffs.price(rules, GOOD, Decimal("5.999"), AT) == 2
    assert tariffs.price(rules, GOOD, Decimal(6), AT) == Decimal("1.80")


def test_dates_include_both_ends():
    end = AT + timedelta(days=1)
    rules = tariff(Rule("fixed", start=AT, end=end, fixed=Decimal("1")))
    second = timedelta(seconds=1)
    assert tariffs.price(rules, GOOD, ONE, AT - second) == Decimal("2.35")
    assert tariffs.price(rules, GOOD, ONE, AT) == 1
    assert tariffs.price(rules, GOOD, ONE, end) == 1
    assert tariffs.price(rules, GOOD, ONE, end + second) == Decimal("2.35")


def test_formula_in_the_order_odoo_computes_it():
    rule = Rule(
        "formula",
        percent=Decimal("50"),
        step=Decimal("1"),
        surcharge=Decimal("-0.01"),
        min_margin=Decimal("-1"),
        max_margin=Decimal("-0.5"),
    )
    # 2.35 → 1.175 → 1 → 0.99, at least 2.35 − 1 = 1.35
    assert tariffs.price(tariff(rule), GOOD, ONE, AT) == Decimal("1.35")


def test_a_tariff_may_start_from_another():
    public = tariff(percentage("50"), id=1)
    social = tariff(percentage("50", base_pricelist_id=1), id=2)
    others = {1: public, 2: social}
    # 2.35 → 1.175 → 1.18 → 0.59: the first tariff rounds too, as Odoo does
    assert tariffs.price(social, GOOD, ONE, AT, others) == Decimal("0.59")


def test_a_missing_or_circular_base_is_an_error_in_french():
    lost = tariff(percentage("50", base_pricelist_id=9))
    with pytest.raises(tariffs.TariffError, match="absent de la caisse"):
        tariffs.price(lost, GOOD, ONE, AT)
    circle = tariff(percentage("50", base_pricelist_id=1))
    with pytest.raises(tariffs.TariffError, match="tourne en rond"):
        tariffs.price(circle, GOOD, ONE, AT, {1: circle})


def test_read_the_snapshot_part():
    part = [
        {
            "pricelist_id": 3,
            "name": "Solidaire 10 %",
            "fiscal_position_id": 4,
            "rounding": "0.05",
            "minimum": "0.0500",
            "items": [
                {
                    "sequence": 1,
                    "product_id": None,
                    "category_ids": [7, 8],
                    "from": "2026-11-01T00:00:00Z",
                    "to": None,
                    "compute": "percentage",
                    "fixed": None,
                    "percent": "90.00",
                    "round": None,
                    "surcharge": None,
                }
            ],
        }
    ]
    read = tariffs.read(part)
    assert read[3].fiscal_position_id == 4
    good = Priced.read({"id": 5, "price": "2.3500", "category": {"id": 8, "name": "Frais"}})
    assert tariffs.price(read[3], good, ONE, AT, read) == Decimal("0.25")
    early = datetime(2026, 10, 31, tzinfo=timezone.utc)
    assert tariffs.price(read[3], good, ONE, early, read) == Decimal("2.35")


def test_an_unknown_rule_is_refused():
    part = [
        {
            "pricelist_id": 1,
            "name": "x",
            "fiscal_position_id": None,
            "rounding": "0.01",
            "minimum": "0",
            "items": [{"compute": "magic"}],
        }
    ]
    with pytest.raises(tariffs.TariffError, match="magic"):
        tariffs.read(part)
