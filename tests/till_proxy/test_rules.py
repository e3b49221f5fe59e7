"""The shop's own rules: who may do what, budgets by shelf value, tolerance, VAT by regime."""

from uuid import uuid4

import pytest

import till_shop
from escarcelle_core.xml import stamp, ticket_xml
from till_shop import CARD, CASH, PASTA, POOR_CARD, SOAP, line, order


@pytest.fixture
def shop(make_program, server):
    """``shop(social=…, override_required=…)``: a till with these settings, and its server."""

    def start(**changes):
        server.parts = till_shop.parts(settings=till_shop.settings(**changes))
        return make_program(local=True).start()

    return start


def _first_ticket(program, server):
    program.synced()
    return ticket_xml.read(stamp.parse(server.tickets()[0].xml))


def _solidary(quantity: str, total: int, card: str = CARD) -> dict:
    body = order([line(quantity=quantity, price="1.2500")], total, household=card)
    return {**body, "pricelist_id": 2}


def test_what_needs_a_manager_needs_one(shop):
    program = shop(override_required=["discount", "price", "refund"])
    discount = order([line(discount="10.00")], 225)
    cheaper = order([line(price="2.0000")], 200)
    sold = order()
    program.sell(sold)
    for kind, body in (
        ("discount", discount), ("price", cheaper), ("refund", till_shop.refund(sold)),
    ):  # fmt: skip
        error = program.refused(body)
        assert error["code"] == "override_invalid" and error["details"] == {"override": kind}
        program.sell({**body, "overrides": [program.allow(kind)]})
    program.log_in(till_shop.MANAGER, till_shop.MANAGER_PIN)
    program.sell(order([line(discount="10.00")], 225))


def test_tolerance(shop):
    program = shop(social={"over_budget": "tolerance", "tolerance": 50, "basis": "paid"})
    error = program.refused(_solidary("3.000", 375, POOR_CARD))
    assert error["details"]["missing"] == 125
    assert program.sell(_solidary("2.000", 250, POOR_CARD))["budget_left"] == -50


def test_no_limit(shop):
    program = shop(social={"over_budget": "none", "tolerance": 0, "basis": "paid"})
    assert program.sell(_solidary("100.000", 12_500, POOR_CARD))["budget_left"] == 200 - 12_500


def test_the_budget_may_count_shelf_prices(shop):
    program = shop(social={"over_budget": "block", "tolerance": 0, "basis": "shelf"})
    assert program.sell(_solidary("2.000", 250))["budget_left"] == 5000 - 500
    assert program.refused(_solidary("1.000", 125, POOR_CARD))["details"]["missing"] == 50


def test_what_is_given_back_comes_back_to_the_budget(shop):
    program = shop()
    sold = _solidary("2.000", 250)
    assert program.sell(sold)["budget_left"] == 4750
    back = till_shop.refund(sold, "-1.000", -125)
    body = {**back, "household": CARD, "pricelist_id": 2}
    assert program.sell(body)["budget_left"] == 4875


def test_a_household_whose_rights_ended_may_still_bring_things_back(shop, server):
    program = shop()
    sold = order()
    program.sell(sold)
    program.sell({**till_shop.refund(sold), "household": "F00003"})


def test_the_households_regime_wins_over_the_screens(shop, server):
    rows = till_shop.households()
    rows[0]["fiscal_position_id"] = 4
    program = shop()
    server.parts = till_shop.parts(households=rows)
    version = program.status()["snapshot"]["version"]
    program.until(lambda: program.status()["snapshot"]["version"] != version)
    body = _solidary("1.000", 125)
    program.sell(body)
    ticket = _first_ticket(program, server)
    assert ticket.regime.sector == "EXO_B" and ticket.lines[0].rate == 0
    entry = next(e for e in server.entries.values() if e["uuid"] == body["uuid"])
    assert entry["event"]["flags"]["fiscal_position_differs"] == 4


def test_outside_vat_no_rate_is_left_whatever_the_map_forgot(shop, server):
    program = shop(fiscal_positions=[{"id": 4, "sector": "EXO_A", "mention": "x", "tax_map": {}}])
    program.sell(order(fiscal_position_id=4))
    assert _first_ticket(program, server).lines[0].rate == 0


def test_a_regime_may_change_the_rate(shop, server):
    positions = [{"id": 7, "sector": "TAXABLE", "mention": "", "tax_map": {"6": [5]}}]
    program = shop(fiscal_positions=positions)
    body = order([line(SOAP, price="8.9000"), line(PASTA)], 1140, fiscal_position_id=7)
    program.sell(body)
    assert [x.rate for x in _first_ticket(program, server).lines] == [550, 550]


def test_a_product_without_a_usable_vat_is_not_sold(shop):
    program = shop(taxes=[{"id": 6, "rate": 2000}])
    error = program.refused(order())
    assert error["code"] == "unknown_product" and "TVA" in error["message"]


def test_an_account_payment_needs_a_household(shop):
    program = shop()
    body = order()
    body["payments"][0]["payment_method_id"] = 3
    assert "foyer" in program.refused(body)["message"]
    program.sell({**body, "uuid": str(uuid4()), "household": CARD})


def test_what_is_free_needs_no_payment(shop, server):
    program = shop()
    body = order([line(price="0.0000")], 0, payments=[])
    assert program.sell(body)["shown"] == "Ticket (VTE) 3-1.0"
    exchange = order()
    program.sell(exchange)
    back = line(quantity="-1.000", refunded_line_uuid=exchange["lines"][0]["uuid"])
    swap = order([back, line()], 0, payments=[])
    assert program.sell(swap)["shown"] == "Ticket (VTE) 3-3.0"
    program.synced()
    assert server.defects == []


def test_money_given_back_in_cash_and_taken_by_card(shop, server):
    program = shop()
    sold = order()
    program.sell(sold)
    body = till_shop.refund(sold)
    body["payments"] = [
        {"uuid": str(uuid4()), "payment_method_id": CASH, "amount": -300, "change": 0},
        {"uuid": str(uuid4()), "payment_method_id": 2, "amount": 50, "change": 0},
    ]
    program.sell(body)
    assert program.get("/till/v1/closings").json()["x"]["cash_expected"] == -50


@pytest.mark.parametrize(
    "broken",
    [
        {"settings": None}, {"settings": {}}, {"products": [{"id": 1}]}, {"prices": "x"},
        {"households": [{"code": "F1"}]}, {"cashiers": [5]},
        {"settings": till_shop.settings(period={"timezone": "Mars/Olympus"})},
        {"settings": till_shop.settings(social={"over_budget": "maybe"})},
    ],
    ids=lambda value: next(iter(value)),
)  # fmt: skip
def test_an_unusable_snapshot_leaves_the_one_before_in_use(program, server, broken):
    version = program.status()["snapshot"]["version"]
    server.parts = till_shop.parts(**broken)
    program.until(lambda: program.status()["snapshot"]["error"])
    assert program.status()["snapshot"]["version"] == version
    assert program.sell()["number"] == "3-1"
    server.parts = till_shop.parts(templates={"x": "y"})
    program.until(lambda: program.status()["snapshot"]["version"] != version)
    assert program.status()["snapshot"]["error"] is None


def test_a_shops_template_that_fails_does_not_keep_the_paper_back(make_program, server, tmp_path):
    paper = tmp_path / "paper.bin"
    server.parts = till_shop.parts(templates={"ticket": "<not-xsl/>"})
    program = make_program(local=True)
    program.add(f'[devices.printer]\ntype = "file"\npath = "{paper}"\n').start()
    program.sell(order(paper="paper"))
    program.until(lambda: paper.exists() and b"3-1.1" in paper.read_bytes())


def test_shop_outside_vat_sells_so_whatever_the_page_says(make_program, server):
    position = {"id": 9, "sector": "FRANCHISE", "mention": "TVA non applicable, art. 293 B du CGI", "tax_map": {}}
    settings = till_shop.settings(fiscal_positions=[position])
    settings["till"] = {**settings["till"], "fiscal_position_id": 9}
    server.parts = till_shop.parts(settings=settings)
    program = make_program(local=True).start()
    program.sell(order())
    ticket = _first_ticket(program, server)
    assert (ticket.regime.sector, ticket.regime.mention) == ("FRANCHISE", position["mention"])
    assert [(line.rate, line.tax) for line in ticket.lines] == [(0, 0)]
