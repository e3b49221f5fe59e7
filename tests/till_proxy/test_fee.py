"""A membership fee at the till: at its own price under every tariff, nothing off the budget."""

import json

import pytest

import till_shop
from till_shop import APPLES, CARD, SOAP, line, order


@pytest.fixture
def program(make_program, server):
    parts = till_shop.parts(
        settings=till_shop.settings(social={"over_budget": "block", "tolerance": 0, "basis": "shelf"})
    )
    rows = json.loads(parts["products.json"])
    for row in rows:
        row["fee"] = row["id"] == SOAP
    server.parts = {**parts, "products.json": json.dumps(rows).encode()}
    return make_program(local=True).start()


def test_a_fee_at_its_price_takes_nothing_off_the_budget(program, server):
    goods, fee = line(APPLES, "1.000", "1.0000"), line(SOAP, price="8.9000")
    answer = program.sell(order([goods, fee], 990, household=CARD, pricelist_id=2))
    assert answer["budget_left"] == 5000 - 199, "the shelf value of the apples alone"
    program.synced()
    entry = next(e for e in server.entries.values() if e["event"]["type"] == "ticket")
    assert entry["event"]["flags"] == {}, "the tariff asks the whole fee"
    assert entry["event"]["budget"]["lines"] == {goods["uuid"]: 199, fee["uuid"]: 0}


def test_a_part_of_a_fee_is_not_its_price(program, server):
    part = line(SOAP, price="0.8900")
    program.sell(order([part], 89, household=CARD, pricelist_id=2))
    program.synced()
    entry = next(e for e in server.entries.values() if e["event"]["type"] == "ticket")
    assert entry["event"]["flags"] == {"price_differs": {part["uuid"]: "8.9000"}}


def test_the_page_is_told_what_takes_nothing_off(program):
    told = program.get(f"/till/v1/households/{CARD}").json()["budget"]
    assert (told["basis"], told["public"], told["free"]) == ("shelf", False, [SOAP])
