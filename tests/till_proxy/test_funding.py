"""What the payers of goods allow, at the till: prices, publics, and what counts on a budget."""

import pytest

import till_shop
from escarcelle_core import jet
from till_shop import APPLES, CARD, PASTA, POOR_CARD, SOAP, line, order

EU = {
    "id": 1, "name": "Aide alimentaire UE", "free": True, "consumes_budget": False, "rate_min": "0.00",
    "rate_max": "0.00", "households_only": True, "pricelist_ids": [], "excluded_category_ids": [],
}  # fmt: skip
TOWN = {
    **EU, "id": 2, "name": "Ville", "free": False, "consumes_budget": True, "rate_min": "10.00",
    "rate_max": "50.00", "households_only": False, "pricelist_ids": [2],
}  # fmt: skip


def parts(social=None, **sources):
    import json

    changes = {"social": {"over_budget": "block", "tolerance": 0, "basis": "shelf", **(social or {})}}
    out = till_shop.parts(settings=till_shop.settings(funding_sources=[EU, TOWN], **changes))
    rows = json.loads(out["products.json"])
    for row in rows:
        row["funding_source_id"] = {PASTA: 1, SOAP: 2}.get(row["id"])
    return {**out, "products.json": json.dumps(rows).encode()}


@pytest.fixture
def program(make_program, server):
    server.parts = parts()
    return make_program(local=True).start()


def sale(lines, total, card=CARD, **more):
    return order(lines, total, household=card, **{"pricelist_id": 2, **more})


def test_what_the_union_pays_for_is_given_and_counts_on_no_budget(program, server):
    answer = program.sell(sale([line(PASTA, price="0.0000")], 0, payments=[]))
    assert answer["budget_left"] == 5000, "even where the budget counts shelf prices"
    for price, total in (("2.5000", 250), ("1.2500", 125), ("0.0100", 1)):
        error = program.refused(sale([line(PASTA, price=price)], total))
        assert error["code"] == "funding_source" and "se donne" in error["message"]
        assert "override" not in error["details"]
    assert "réservé" in program.refused(order([line(PASTA, price="0.0000")], 0, payments=[]))["message"]
    program.synced()
    entry = next(e for e in server.entries.values() if e["event"]["type"] == "ticket")
    assert entry["event"]["flags"] == {}, "0 € is what the till computes"
    assert entry["event"]["budget"]["amount"] == 0


def test_a_refusal_is_in_the_event_journal(program, server):
    program.refused(sale([line(PASTA, price="1.0000")], 100))
    program.synced()
    codes = [
        record["payload"].split(",")[1]
        for entry in server.entries.values()
        for record in entry["records"]
        if record["kind"] == "JET"
    ]
    assert any(str(jet.OPERATION_REFUSED) in code for code in codes), codes


def test_a_part_of_the_price_and_a_tariff(program):
    program.sell(sale([line(SOAP, price="4.4500")], 445))
    dear = program.refused(sale([line(SOAP, price="8.9000")], 890))
    assert dear["code"] == "funding_source" and "entre 0,89 € et 4,45 €" in dear["message"]
    assert "tarif" in program.refused(order([line(SOAP, price="4.4500")], 445))["message"]
    discount = line(SOAP, price="4.4500", discount="90.00")
    assert program.refused(sale([discount], 45))["code"] == "funding_source"


def test_what_is_brought_back_gives_back_what_it_took(program):
    body = sale([line(APPLES, "1.000", "1.0000"), line(PASTA, price="0.0000")], 100)
    before = program.sell(body)["budget_left"]
    assert before == 5000 - 199, "the shelf value of the apples"
    first, given = body["lines"]
    left = []
    for quantity, total in (("-0.333", -33), ("-0.333", -33), ("-0.334", -33)):
        back = line(APPLES, quantity, "1.0000", refunded_line_uuid=first["uuid"])
        left.append(program.sell(sale([back], total))["budget_left"])
    assert left[-1] == 5000, "to the cent, in three parts"
    back = line(PASTA, "-1.000", "0.0000", refunded_line_uuid=given["uuid"])
    assert program.sell(sale([back], 0, payments=[]))["budget_left"] == 5000


def test_what_is_beyond_the_budget_is_sold_at_the_public_price(make_program, server):
    social = {"over_budget": "public", "basis": "paid"}
    server.parts = till_shop.parts(settings=till_shop.settings(social={"tolerance": 0, **social}))
    program = make_program(local=True).start()
    lines = [line(APPLES, "1.000", "1.0000"), line(PASTA, "1.000", "1.2500")]
    error = program.refused(sale(lines, 225, POOR_CARD))
    assert error["code"] == "over_budget" and error["details"]["override"] == "budget"
    assert "prix public" in error["message"] and "responsable" not in error["message"]
    assert error["details"]["public"] == [{"uuid": lines[1]["uuid"], "price": "2.5000"}]
    lines[1]["unit_price"] = "2.5000"
    body = sale(lines, 350, POOR_CARD)
    assert program.sell(body)["budget_left"] == 100
    program.synced()
    entry = next(e for e in server.entries.values() if e["uuid"] == body["uuid"])
    assert entry["event"]["flags"] == {}
    assert entry["event"]["budget"]["lines"] == {lines[0]["uuid"]: 100, lines[1]["uuid"]: 0}
    back = line(PASTA, "-1.000", "2.5000", refunded_line_uuid=lines[1]["uuid"])
    assert program.sell(sale([back], -250, POOR_CARD))["budget_left"] == 100


def test_what_is_owed_of_the_next_budget(make_program, server):
    rows = till_shop.households()
    rows[1]["budget"]["allowance"] = 400
    settings = till_shop.settings(social={"over_budget": "owed", "tolerance": 0, "basis": "paid"})
    server.parts = till_shop.parts(settings=settings, households=rows)
    program = make_program(local=True).start()
    assert program.refused(sale([line(quantity="5.000", price="1.2500")], 625, POOR_CARD))["details"][
        "missing"
    ] == 25
    assert program.sell(sale([line(quantity="4.000", price="1.2500")], 500, POOR_CARD))["budget_left"] == -300


def test_each_visit_opens_a_budget(make_program, server):
    rows = till_shop.households()
    rows[0]["budget"] = {
        "balance": 300, "ledger_seq": 2, "allocations": [], "allowance": 1000,
        "visit": {"amount": 1000, "opened": None, "rollover": "none", "cap": 0},
    }  # fmt: skip
    rows[1]["budget"] = {
        **rows[0]["budget"],
        "visit": {"amount": 1000, "opened": "2099-01-01", "rollover": "none", "cap": 0},
    }
    social = {"over_budget": "block", "tolerance": 0, "basis": "paid", "period": "visit"}
    server.parts = till_shop.parts(settings=till_shop.settings(social=social), households=rows)
    program = make_program(local=True).start()
    known = program.get(f"/till/v1/households/{CARD}").json()["budget"]
    assert known["left"] == 1000, "what was left of the visit before is lost"
    assert program.sell(sale([line(price="1.2500", quantity="4.000")], 500))["budget_left"] == 500
    assert program.sell(sale([line(price="1.2500", quantity="4.000")], 500))["budget_left"] == 0
    other = program.get(f"/till/v1/households/{POOR_CARD}").json()["budget"]
    assert other["left"] == 300, "the server has opened this visit"
    assert other["period_end"] == program.get("/till/v1/status").json()["day"]["business_day"]


@pytest.mark.parametrize(
    "broken",
    [
        {"funding_sources": [{"id": 1}]},
        {"funding_sources": []},
        {"social": {"over_budget": "block", "period": "year"}},
    ],
    ids=lambda value: next(iter(value)),
)
def test_rules_that_cannot_be_read_are_not_used(program, server, broken):
    good = parts()
    version = program.status()["snapshot"]["version"]
    server.parts = {**good, "settings.json": till_shop.parts(settings=till_shop.settings(**broken))["settings.json"]}
    program.until(lambda: program.status()["snapshot"]["error"])
    assert program.status()["snapshot"]["version"] == version
    assert program.refused(sale([line(PASTA, price="1.0000")], 100))["code"] == "funding_source"
