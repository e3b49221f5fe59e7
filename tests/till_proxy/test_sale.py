"""A sale through the running program: its answer, its record, its refusals."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

from escarcelle_core.xml import stamp, ticket_xml
from till_shop import APPLES, CARTE, CASH, PASTA, SOAP, line, order


def _document(record):
    return ticket_xml.read(stamp.parse(record.xml))


def test_a_sale_is_numbered_signed_and_sent(program, server):
    answer = program.sell()
    assert answer["number"] == "3-1"
    assert answer["shown"] == "Ticket (VTE) 3-1.0"
    assert len(answer["signature_excerpt"]) == 4
    assert answer["total"] == 250 and answer["replayed"] is False
    program.synced()
    assert [record.number for record in server.tickets()] == ["3-1"]
    assert server.tickets()[0].excerpt == answer["signature_excerpt"]
    assert server.defects == []


def test_the_ticket_says_what_the_snapshot_says(program, server):
    body = order(
        [line(PASTA, "2.000"), line(APPLES, "0.355", "1.9900"), line(SOAP, "1.000", "8.9000")],
        500 + 71 + 890,
        payments=[
            {"uuid": "11111111-1111-4111-8111-111111111111", "payment_method_id": CASH,
             "amount": 461, "change": 39},
            {"uuid": "22222222-2222-4222-8222-222222222222", "payment_method_id": CARTE,
             "amount": 1000, "change": 0},
        ],
    )  # fmt: skip
    program.sell(body)
    program.synced()
    ticket = _document(server.tickets()[0])
    assert [(x.label, x.amount, x.rate) for x in ticket.lines] == [
        ("Pâtes complètes 500 g", 500, 550), ("Pommes, vrac", 71, 550), ("Lessive 3 L", 890, 2000),
    ]  # fmt: skip
    assert [(p.mode, p.amount, p.change) for p in ticket.payments] == [
        ("ESPECES", 461, 39), ("CARTE", 1000, 0),
    ]  # fmt: skip
    assert ticket.cashier == "C07" and ticket.customer == ""


def test_the_same_order_again_gives_the_first_answer(program, server):
    body = order()
    first = program.sell(body)
    again = program.sell({**body, "paper": "paper", "started_at": None})
    assert again == {**first, "replayed": True}
    program.synced()
    assert len(server.tickets()) == 1


def test_another_content_under_the_same_uuid_is_a_conflict(program, server):
    body = order()
    program.sell(body)
    other = order([line(quantity="2.000")], 500, uuid=body["uuid"])
    answer = program.post("/till/v1/tickets", other)
    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "conflict"
    assert program.sell()["number"] == "3-2"


def test_two_posts_of_one_order_at_the_same_instant_sell_once(program, server):
    body = order()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: program.post("/till/v1/tickets", body).json(), range(8)))
    assert {answer["number"] for answer in answers} == {"3-1"}
    assert sorted(answer["replayed"] for answer in answers) == [False] + [True] * 7


def test_different_orders_at_the_same_instant_are_numbered_without_gap(program, server):
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: program.sell(order()), range(24)))
    assert sorted(int(a["number"][2:]) for a in answers) == list(range(1, 25))
    program.synced()
    assert server.defects == [] and len(server.tickets()) == 24


def test_a_wrong_total_is_refused_and_consumes_no_number(program):
    error = program.refused(order([line()], 249))
    assert error["code"] == "amount_mismatch"
    assert error["details"] == {"expected": 250, "found": 249}
    assert "2,50 €" in error["message"]
    assert program.sell()["number"] == "3-1"


def test_payments_must_make_the_total(program):
    body = order()
    body["payments"][0]["amount"] = 200
    assert program.refused(body)["code"] == "amount_mismatch"


def test_change_is_only_given_on_cash(program):
    body = order()
    body["payments"][0] |= {"payment_method_id": CARTE, "change": 50}
    assert program.refused(body)["code"] == "bad_request"


def test_an_unknown_product_is_refused_by_line(program):
    error = program.refused(order([line(), line(product=99)], 500))
    assert error["code"] == "unknown_product"
    assert "ligne 2" in error["message"]


def test_nobody_at_the_till_cannot_sell(program):
    program.page.headers.pop("X-Escarcelle-Cashier")
    answer = program.post("/till/v1/tickets", order())
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "cashier_required"


def test_a_price_that_is_not_the_tariffs_is_sold_and_flagged(program, server):
    body = order([line(price="2.4000")], 240)
    program.sell(body)
    program.synced()
    entry = next(e for e in server.entries.values() if e["uuid"] == body["uuid"])
    assert entry["event"]["flags"]["price_differs"] == {body["lines"][0]["uuid"]: "2.5000"}
    assert _document(server.tickets()[0]).lines[0].reference_price == Decimal("2.5000")


def test_a_regime_outside_vat_taxes_nothing(program, server):
    program.sell(order(fiscal_position_id=4))
    program.synced()
    ticket = _document(server.tickets()[0])
    assert ticket.regime.sector == "EXO_B" and "261-7-1°" in ticket.regime.mention
    assert [x.rate for x in ticket.lines] == [0]


def test_training_has_its_own_numbers_and_moves_no_total(program, server):
    program.school()
    assert program.sell(order(training=True))["number"] == "3-1"
    assert program.sell(order(training=True))["number"] == "3-2"
    program.school(False)
    assert program.sell()["number"] == "3-1"
    assert program.status()["day"]["total"] == 250
    program.synced()
    assert [r.kind for r in server.records[program.status()["till"]["uid"]]].count("ECO") == 2
    assert server.defects == []


def test_the_snapshot_is_needed_once_only(make_program, server):
    server.mode = "down"
    program = make_program(local=True).start(log_in=False)
    server.mode = "ok"
    program.until(lambda: program.get("/pos/ui/1").status_code == 200)
    program.kill()
    server.mode = "down"
    program.start()  # no server from here on
    assert program.sell()["number"] == "3-1"
    assert program.status()["server"]["online"] is False
