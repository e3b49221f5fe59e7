"""A price is the same in the till (Python) and on its page (``tariff.js``), for any rule and any payer.

The page's file is run as it is by the JavaScript engine that comes with Playwright; the server and the
shelf labels are compared with the same module in the social addon's own tests.
"""

from datetime import datetime, timezone
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import javascript
import repository
from escarcelle_core import funding, tariffs
from escarcelle_core.tariffs import Priced, Rule, Tariff

SOURCE = repository.ROOT / "addons/escarcelle_social/static/src/app/utils/tariff.js"
AT = datetime(2026, 11, 21, 10, 0, tzinfo=timezone.utc)
#: The numbers the page has are the floats Odoo sends.
ANSWER = """({listed, rule, base, step, minimum, bounds}) => {
    const price = rule ? page.applyRule(rule, base) : base;
    const rounded = listed ? page.tariffRound(price, step, minimum, Boolean(rule)) : base;
    return page.sourceBound(rounded, base, bounds, listed ? step : 0.01);
}"""

prices = st.decimals("0", "500", places=2) | st.decimals("0", "500", places=4)
percents = st.decimals(0, 100, places=2)
amounts = st.decimals("-2", "5", places=2)
bounds = st.one_of(
    st.none(),
    st.tuples(percents, percents).map(lambda two: f"{min(two):.2f};{max(two):.2f}"),
    st.just("0.00;0.00"),
)
rules = st.one_of(
    st.none(),
    st.builds(Rule, st.just("fixed"), fixed=prices),
    st.builds(Rule, st.just("percentage"), percent=percents),
    st.builds(
        Rule,
        st.just("formula"),
        percent=percents,
        step=st.sampled_from([Decimal(0), Decimal("0.05"), Decimal("0.10"), Decimal(1)]),
        surcharge=amounts,
        min_margin=st.sampled_from([Decimal(0), Decimal("0.05")]),
        max_margin=st.sampled_from([Decimal(0), Decimal("0.50"), Decimal(5)]),
    ),
)


@pytest.fixture(scope="module")
def page():
    """``page(question)``: the price the page's own file computes."""
    with javascript.asking(SOURCE.read_text(encoding="utf-8"), ANSWER) as ask:
        yield ask


def as_page(rule: Rule) -> dict:
    """The rule as Odoo's page holds it."""
    return {
        "compute_price": rule.compute, "fixed_price": float(rule.fixed), "percent_price": float(rule.percent),
        "price_discount": float(rule.percent), "price_round": float(rule.step),
        "price_surcharge": float(rule.surcharge), "price_min_margin": float(rule.min_margin),
        "price_max_margin": float(rule.max_margin),
    }  # fmt: skip


@settings(max_examples=600, deadline=None)
@given(
    st.booleans(), rules, prices, st.sampled_from(tariffs.STEPS), st.sampled_from(["0", "0.05", "0.50"]), bounds
)
@example(True, Rule("formula", surcharge=Decimal("-0.01")), Decimal(0), "0.05", "0", None)
def test_the_page_and_the_till_agree(page, without, rule, reference, step, minimum, limits):
    payer = funding.bounds(limits) if limits else None
    listed = rule is not None or not without
    own = (rule,) if rule else ()
    tariff = Tariff(1, "x", own, Decimal(step), Decimal(minimum)) if listed else None
    expected = tariffs.price(tariff, Priced(1, reference, bounds=payer), Decimal(1), AT)
    found = page(
        {
            "listed": listed, "rule": rule and as_page(rule), "base": float(reference), "step": float(step),
            "minimum": float(minimum), "bounds": limits or False,
        }
    )  # fmt: skip
    assert f"{found:.4f}" == f"{expected:.4f}"
