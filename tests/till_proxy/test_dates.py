"""Past its last day nothing is sold, whoever asks: the till knows the dates of what is in stock."""

import json

import pytest

import till_shop
from till_shop import PASTA, SOAP, line, order, refund

YESTERDAY, TODAY = "2026-11-20", "2026-11-21"


def parts(**days: str) -> dict:
    return {**till_shop.parts(), "dates.json": json.dumps(days).encode()}


@pytest.fixture
def clock(tmp_path):
    return tmp_path / "clock"


@pytest.fixture
def shop(make_program, server, clock):
    def start(**days):
        server.parts = parts(**days)
        clock.write_text(f"{TODAY}T10:00:00Z")
        return make_program(local=True, clock=clock).start()

    return start


def test_the_day_after_it_is_refused_and_no_manager_lifts_it(shop):
    program = shop(**{str(PASTA): YESTERDAY})
    error = program.refused(order())
    assert error["code"] == "past_date" and "override" not in error["details"]
    assert "« Pâtes complètes 500 g »" in error["message"] and "20/11/2026" in error["message"]
    for kind in ("budget", "quota", "price"):
        proven = order(overrides=[program.allow(kind)])
        assert program.refused(proven)["code"] == "past_date"
    among = order([line(SOAP, price="8.9000"), line()], 1140)
    assert program.refused(among)["details"]["product_id"] == PASTA
    assert program.sell(order([line(SOAP, price="8.9000")], 890))["total"] == 890


def test_on_its_last_day_it_is_sold_and_past_it_it_still_comes_back(shop, clock):
    program = shop(**{str(PASTA): TODAY})
    sold = order()
    program.sell(sold)
    clock.write_text("2026-11-22T10:00:00Z")
    program.log_in()
    assert program.refused(order())["code"] == "past_date"
    assert program.sell(refund(sold))["total"] == -250


def test_a_day_that_cannot_be_read_spoils_the_snapshot_not_the_till(shop, server):
    program = shop(**{str(PASTA): YESTERDAY})
    version = program.status()["snapshot"]["version"]
    server.parts = parts(**{str(PASTA): "hier"})
    program.until(lambda: program.status()["snapshot"]["error"])
    assert program.status()["snapshot"]["version"] == version
    assert program.refused(order())["code"] == "past_date"
