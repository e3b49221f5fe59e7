"""What the page proposes for a voucher is what the till accepts: never more, for any ticket and any kind.

The page's file is run as it is by the JavaScript engine that comes with Playwright.
"""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import javascript
import repository
from escarcelle_core import money

SOURCE = repository.ROOT / "addons/escarcelle_pos/static/src/app/utils/voucher_amount.js"
ANSWER = "({kind, value, due, lines, paid}) => page.voucherAmount(kind, {value}, due, lines, paid)"

categories = st.integers(1, 4)
lines = st.lists(
    st.fixed_dictionaries({"category": categories, "amount": st.integers(-500, 5000)}), max_size=6
)
shares = st.none() | st.decimals("0.01", 100, places=2)
values = st.none() | st.integers(1, 9000)


@pytest.fixture(scope="module")
def page():
    with javascript.asking(SOURCE.read_text(encoding="utf-8"), ANSWER) as ask:
        yield ask


def room(rows, share, excluded):
    """As ``voucher_check.Check._eligible`` counts it."""
    total = max(0, sum(row["amount"] for row in rows if row["category"] not in excluded))
    return total if share is None else money.half_up(total * share / 100)


@settings(max_examples=300, deadline=None)
@given(lines, shares, values, st.sets(categories), st.integers(0, 9000), st.integers(0, 3000))
def test_no_more_than_the_till_accepts(page, rows, share, value, excluded, due, paid):
    kind = {
        "value": None, "share": None if share is None else f"{share:.2f}",
        "excluded_category_ids": sorted(excluded),
    }  # fmt: skip
    case = {"kind": kind, "value": value, "due": due, "lines": rows, "paid": paid}
    limits = [due, room(rows, share, excluded) - paid, *([value] if value is not None else [])]
    assert page(case) == max(0, min(limits))


def test_an_excluded_good_is_left_to_another_payment(page):
    kind = {"value": None, "share": None, "excluded_category_ids": [7]}
    rows = [{"category": 3, "amount": 250}, {"category": 7, "amount": 400}]
    assert page({"kind": kind, "value": 1000, "due": 650, "lines": rows, "paid": 0}) == 250
    assert page({"kind": kind, "value": 1000, "due": 650, "lines": rows, "paid": 200}) == 50
    assert page({"kind": kind, "value": 1000, "due": -400, "lines": rows, "paid": 0}) == -400
    half = {**kind, "share": f"{Decimal(50):.2f}"}
    assert page({"kind": half, "value": None, "due": 650, "lines": rows, "paid": 0}) == 125
