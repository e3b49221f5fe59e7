"""What the page shows of a basket is what the till takes off the budget, for any rule and any basket.

The page's files are run as they are by the JavaScript engine that comes with Playwright.
"""


import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import javascript
import repository
from escarcelle_core import budget, money

UTILS = repository.ROOT / "addons/escarcelle_pos/static/src/app/utils"
IMPORT = 'import { cents, fixed } from "@escarcelle_pos/app/utils/money";\n'
ANSWER = "({budget, lines}) => page.counted(budget, lines)"

prices = st.decimals("0", "100", places=2) | st.decimals("0", "100", places=4)
lines = st.lists(
    st.fixed_dictionaries(
        {
            "product": st.integers(1, 4),
            "quantity": st.decimals("-9", "9", places=3).filter(bool),
            "reference": prices,
            "price": prices | st.none(),  # None: the public price
        }
    ),
    max_size=6,
)


@pytest.fixture(scope="module")
def page():
    count = (UTILS / "budget.js").read_text(encoding="utf-8")
    assert IMPORT in count
    source = (UTILS / "money.js").read_text(encoding="utf-8") + count.replace(IMPORT, "")
    with javascript.asking(source, ANSWER) as ask:
        yield ask


@settings(max_examples=400, deadline=None)
@given(lines, st.sampled_from(budget.BASES), st.sampled_from(budget.OVER_BUDGET), st.sets(st.integers(1, 4)))
def test_the_page_counts_as_the_till(page, rows, basis, over, free):
    policy = budget.Policy(over)
    expected, shown = 0, []
    for row in rows:
        price = row["reference"] if row["price"] is None else row["price"]
        paid = money.line_amount(row["quantity"], price)
        shelf = money.line_amount(row["quantity"], row["reference"])
        expected += budget.counted(
            policy, basis, paid, shelf,
            consumes=row["product"] not in free, public=price == row["reference"],
        )  # fmt: skip
        shown.append(
            {
                "product": row["product"], "quantity": float(row["quantity"]), "price": float(price),
                "paid": paid / 100, "reference": float(row["reference"]),
                "publicPrice": float(row["reference"]),
            }
        )  # fmt: skip
    told = {"basis": basis, "public": over == "public", "free": sorted(free)}
    assert page({"budget": told, "lines": shown}) == expected


def test_a_till_of_before_says_less(page):
    line = {"product": 1, "quantity": 1, "price": 2, "paid": 2, "reference": 5, "publicPrice": 5}
    assert page({"budget": {"left": 100}, "lines": [line]}) == 200
