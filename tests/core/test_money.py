from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escarcelle_core import money
from escarcelle_core.errors import AmountError


@pytest.mark.parametrize(
    ("value", "expected"),
    [("2.5", 3), ("-2.5", -3), ("2.4999", 2), ("0.5", 1), ("-0.5", -1), ("0.4999", 0), ("0", 0)],
)
def test_halves_go_away_from_zero(value, expected):
    assert money.half_up(Decimal(value)) == expected


@pytest.mark.parametrize(
    ("quantity", "price", "discount", "cents"),
    [
        ("1.000", "2.5000", "0.00", 250),
        ("0.333", "2.9900", "0.00", 100),
        ("3.000", "0.3350", "0.00", 101),  # 100.5 cents
        ("-3.000", "0.3350", "0.00", -101),
        ("1.000", "9.9900", "33.33", 666),
        ("1000.000", "9999.9999", "0.00", 1_000_000_000 - 10 + 0),
    ],
)
def test_line_amount(quantity, price, discount, cents):
    assert money.line_amount(Decimal(quantity), Decimal(price), Decimal(discount)) == cents


@pytest.mark.parametrize(
    ("amount", "rate", "tax"),
    [(1200, 1000, 109), (100, 550, 5), (-1200, 1000, -109), (1055, 550, 55), (999, 0, 0), (9, 210, 0)],
)
def test_line_tax_is_the_vat_inside_the_price(amount, rate, tax):
    assert money.line_tax(amount, rate) == tax


@given(st.integers(-10**8, 10**8), st.sampled_from([0, 210, 550, 850, 1000, 2000]))
def test_tax_of_a_refund_is_the_opposite_of_the_tax_of_the_sale(amount, rate):
    assert money.line_tax(-amount, rate) == -money.line_tax(amount, rate)
    assert abs(money.line_tax(amount, rate)) <= abs(amount)


@given(st.integers(-money.MAX_CENTS, money.MAX_CENTS))
def test_euros_are_read_back(amount):
    assert money.parse_euros(money.euros(amount)) == amount


@pytest.mark.parametrize(
    "hostile",
    ["NaN", "Infinity", "-Infinity", "1e400", "1_000", " 1", "1 ", "", "abc", "1,50", "0x10",
     "1.00001", 1.5, True, None, [], {}, "9" * 25, "1E+99"],
)  # fmt: skip
def test_what_is_not_a_price_is_refused(hostile):
    with pytest.raises(AmountError):
        money.unit_price(hostile)


@pytest.mark.parametrize("hostile", [1.0, "100", True, None, money.MAX_CENTS + 1])
def test_what_is_not_an_integer_number_of_cents_is_refused(hostile):
    with pytest.raises(AmountError):
        money.cents(hostile)


@pytest.mark.parametrize("value", ["-0.01", "100.01", "101"])
def test_a_discount_stays_between_nothing_and_everything(value):
    with pytest.raises(AmountError):
        money.percentage(value)


def test_minus_zero_is_zero():
    assert str(money.quantity("-0.000")) == "0.000"


@pytest.mark.parametrize("text", ["١٢.٥", "１２", "1２.50", "۱", "१", "²", "−1", "1\u00a0"])
def test_only_ascii_digits_are_a_number(text):
    for read in (money.quantity, money.unit_price, money.percentage, money.parse_euros):
        with pytest.raises(AmountError):
            read(text)
