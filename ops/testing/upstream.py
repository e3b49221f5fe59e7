"""Odoo's own point-of-sale tests, with our addons installed: what worked before still does."""

import re
from dataclasses import replace

from ops.testing import odoo_log
from ops.testing.result import LayerResult

#: Those of ``at_install`` run in a registry where our addons are not loaded while their columns are there: they
#: would say nothing of us. Odoo itself only runs them while it installs point_of_sale.
TAGS = "/point_of_sale,-at_install"
#: Fail on a stock Odoo 19.0.0 too (DESIGN.md §8), measured without our addons.
STOCK_FAILURES = frozenset(
    {
        "test_01_point_of_sale_tour",
        "test_archived_product_removed_and_order_is_refunded",
        "test_cash_payments_should_reflect_on_next_opening",
        "test_pos_closing_cash_details",
        "test_pos_session_statistics_display",
    }
)
#: Why Odoo itself leaves tests out (21 of them).
STOCK_SKIPS = re.compile(
    r": skipped \S+ : (?:Temporary to fast merge new valuation|To re-introduce when feature is ready)\s*$", re.MULTILINE
)
#: The stock suite counts 437; fewer than this means it did not really run.
LEAST = 400


def judge(text: str, exit_code: int, seconds: float) -> LayerResult:
    """The result, what the stock suite itself fails or skips set aside."""
    found = odoo_log.read("upstream", text, exit_code, seconds)
    names = odoo_log.broken(text)
    ours = [name for name in names if name.rsplit(".", 1)[-1] not in STOCK_FAILURES]
    problem = found.problem
    if ours:
        problem = "cassés par nos addons : " + ", ".join(ours)
    elif not problem and found.passed < LEAST:
        problem = f"{found.passed} essais seulement, {LEAST} attendus"
    skipped = found.skipped - len(STOCK_SKIPS.findall(text))
    return replace(found, failed=len(ours), errors=0, skipped=skipped, problem=problem)
