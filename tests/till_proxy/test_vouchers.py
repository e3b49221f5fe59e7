"""Vouchers at the till: a number once, never more than its value nor its goods, never change nor money back."""

import json
from datetime import datetime, timedelta, timezone
from uuid import uuid4

import pytest

import till_shop
from escarcelle_core.xml import stamp, ticket_xml
from till_shop import CARTE, CASH, PASTA, SOAP, line

CAP, ORDER_FORM, PART = 20, 21, 22


def methods() -> list[dict]:
    return [
        *till_shop.settings()["payment_methods"],
        {"id": CAP, "name": "Bon CAP", "code": "BON", "cash": False},
        {"id": ORDER_FORM, "name": "Bon de commande", "code": "BON", "cash": False},
        {"id": PART, "name": "Part mairie", "code": "BON", "cash": False},
    ]


def kind(id_, method, **changes) -> dict:
    return {
        "id": id_, "name": "Bon CAP", "method_id": method, "numbered": True, "value": 500, "share": None,
        "from": None, "to": None, "excluded_category_ids": [], **changes,
    }  # fmt: skip


def kinds(**cap) -> list[dict]:
    return [
        kind(1, CAP, **cap),
        kind(2, ORDER_FORM, name="Bon de commande", value=None),
        kind(3, PART, name="Part mairie", numbered=False, value=None, share="30.00"),
    ]


@pytest.fixture
def shop(make_program, server):
    """``shop(cap={…})``: a till that takes vouchers."""

    def start(cap=None, local=True, parts=None):
        settings = till_shop.settings(payment_methods=methods(), vouchers=kinds(**(cap or {})))
        server.parts = till_shop.parts(settings=settings, **(parts or {}))
        return make_program(local=local).start()

    return start


def pay(method, amount, number=None, value=None, **more) -> dict:
    out = {"uuid": str(uuid4()), "payment_method_id": method, "amount": amount, "change": 0, **more}
    if method >= CAP:
        out["voucher"] = {"number": number, "value": value}
    return out


def order(*payments, lines=None, total=None, **more) -> dict:
    lines = lines or [line(quantity="4.000")]
    total = sum(p["amount"] for p in payments) if total is None else total
    return till_shop.order(lines, total, payments=list(payments), **more)


def refused(program, body) -> str:
    error = program.refused(body)
    assert error["code"] == "voucher", error
    return error["message"]


def test_taken_signed_under_its_number_and_once(shop, server):
    program = shop()
    body = order(pay(CAP, 500, "a 12-3"), pay(CASH, 500))
    program.sell(body)
    assert program.sell(body)["replayed"] is True
    assert "déjà servi" in refused(program, order(pay(CAP, 500, "A12-3"), pay(CASH, 500)))
    program.sell(order(pay(CAP, 500, "A12-4"), pay(CASH, 500)))
    program.sell(order(pay(ORDER_FORM, 500, "A12-3", 900), pay(CASH, 500)))  # another kind has its own numbers
    program.synced()
    tickets = [ticket_xml.read(stamp.parse(r.xml)) for r in server.tickets()]
    assert [p.label for p in tickets[0].payments] == ["Bon CAP n° A12-3", "Espèces"]
    assert tickets[0].payments[0].mode == "BON"
    assert server.defects == []


def test_used_numbers_are_known_after_a_power_cut(shop, server):
    program = shop(local=False)
    server.mode = "down"
    program.sell(order(pay(CAP, 500, "77"), pay(CASH, 500)))
    program.kill()
    program.start()
    refused(program, order(pay(CAP, 500, "77"), pay(CASH, 500)))


def test_twice_on_one_ticket(shop):
    refused(shop(), order(pay(CAP, 500, "77"), pay(CAP, 500, "77")))


def test_no_more_than_its_value(shop):
    program = shop()
    assert "5,00" in refused(program, order(pay(CAP, 501, "1"), pay(CASH, 499)))
    refused(program, order(pay(ORDER_FORM, 900, "1", 800), pay(CASH, 100)))
    refused(program, order(pay(ORDER_FORM, 900, "1"), pay(CASH, 100)))  # no value said
    program.sell(order(pay(CAP, 250, "1"), lines=[line()]))  # worth 5 €, 2.50 € due: no change


def test_no_change_on_a_voucher(shop):
    body = order(pay(CAP, 500, "1", change=100), pay(CASH, 500))
    assert "espèces" in shop().refused(body)["message"]


def test_a_number_where_there_must_be_one(shop):
    program = shop()
    refused(program, order(pay(CAP, 500), pay(CASH, 500)))
    body = order(pay(CAP, 500, "1"), pay(CASH, 500))
    del body["payments"][0]["voucher"]
    refused(program, body)


@pytest.mark.parametrize("days", [(1, None), (None, -1)])
def test_outside_its_dates(shop, days):
    today = datetime.now(timezone.utc).date()
    dates = [(today + timedelta(days=d * 3)).isoformat() if d else None for d in days]
    program = shop({"from": dates[0], "to": dates[1]})
    assert "pas valable" in refused(program, order(pay(CAP, 500, "1"), pay(CASH, 500)))


def test_excluded_goods(shop, server):
    rows = json.loads(till_shop.parts()["products.json"])
    for row in rows:
        row["category"] = {"id": 9 if row["id"] == SOAP else 1, "name": "x"}
    program = shop({"excluded_category_ids": [9]}, parts={"products": rows})
    lines = [line(), line(SOAP, price="8.9000")]
    assert "2,50" in refused(program, order(pay(CAP, 500, "1"), pay(CASH, 640), lines=lines))
    program.sell(order(pay(CAP, 250, "1"), pay(CASH, 890), lines=lines))


def test_a_third_partys_part(shop):
    program = shop()
    assert "3,00" in refused(program, order(pay(PART, 301), pay(CASH, 699)))
    program.sell(order(pay(PART, 300), pay(CASH, 700)))
    program.sell(order(pay(PART, 300), pay(CASH, 700)))  # no number, as often as one likes


def sold(program, *payments) -> dict:
    body = order(*payments)
    program.sell(body)
    return body


def back(body, quantity, *payments) -> dict:
    first = body["lines"][0]
    lines = [line(PASTA, quantity, first["unit_price"], refunded_line_uuid=first["uuid"])]
    return order(*payments, lines=lines)


def test_never_refunded_in_money(shop):
    program = shop()
    body = sold(program, pay(CAP, 500, "1"), pay(CASH, 500))  # 10 €, half by voucher
    assert "5,00" in refused(program, back(body, "-3.000", pay(CASH, -750)))
    refused(program, back(body, "-3.000", pay(CARTE, -750)))
    program.sell(back(body, "-1.000", pay(CASH, -250)))
    refused(program, back(body, "-2.000", pay(CASH, -500)))  # bit by bit is the same
    program.sell(back(body, "-1.000", pay(CASH, -250)))
    refused(program, back(body, "-1.000", pay(CASH, -250)))
    program.sell(back(body, "-2.000", pay(CAP, -500, "1")))


def test_a_voucher_given_back_may_serve_again(shop):
    program = shop()
    body = sold(program, pay(CAP, 500, "1"), pay(CASH, 500))
    refused(program, back(body, "-4.000", pay(CAP, -1000, "1")))
    refused(program, back(body, "-2.000", pay(CAP, -500, "2")))
    program.sell(back(body, "-2.000", pay(CAP, -500, "1")))
    refused(program, back(body, "-2.000", pay(CAP, -500, "1")))
    program.sell(order(pay(CAP, 500, "1"), pay(CASH, 500)))


def test_a_dear_exchange_is_no_way_to_money(shop):
    program = shop()
    body = sold(program, pay(CAP, 500, "1"), pay(ORDER_FORM, 500, "1", 500))
    first = body["lines"][0]
    lines = [line(PASTA, "-4.000", first["unit_price"], refunded_line_uuid=first["uuid"]), line(price="0.0100")]
    refused(program, order(pay(CASH, -999), lines=lines))
    same = [line(PASTA, "-4.000", first["unit_price"], refunded_line_uuid=first["uuid"]), line(quantity="4.000")]
    program.sell(order(lines=same, total=0))


def test_a_cancelled_ticket_gives_the_voucher_back(shop):
    program = shop()
    body = sold(program, pay(CAP, 500, "1"), pay(CASH, 500))
    wanted = {"uuid": str(uuid4()), "ticket": body["uuid"], "reason": "erreur", "paper": "none"}
    assert program.post("/till/v1/cancellations", wanted).status_code == 200
    program.sell(order(pay(CAP, 500, "1"), pay(CASH, 500)))


def test_school_uses_no_number_up(shop):
    program = shop()
    program.school()
    program.sell(order(pay(CAP, 500, "1"), pay(CASH, 500), training=True))
    program.school(False)
    program.sell(order(pay(CAP, 500, "1"), pay(CASH, 500)))


def test_an_account_is_not_settled_by_voucher(shop):
    program = shop()
    body = {
        "uuid": str(uuid4()), "customer": "C201", "payments": [pay(CAP, 500, "1")], "paper": "none", "email": None,
    }  # fmt: skip
    assert program.post("/till/v1/settlements", body).status_code == 400


@pytest.mark.parametrize(
    "voucher",
    [
        {"number": "1" * 41, "value": None}, {"number": "é", "value": None}, {"number": "1\x1d2", "value": None},
        {"number": 7, "value": None}, {"number": "1", "value": 0}, {"number": "1", "value": -5},
        {"number": "1", "value": "5"},
        {"number": "1", "value": 10**14}, {"number": "1", "extra": 1}, [], "1",
    ],
)  # fmt: skip
def test_malformed_vouchers(shop, voucher):
    body = order(pay(CAP, 500, "1"), pay(CASH, 500))
    body["payments"][0]["voucher"] = voucher
    assert shop().refused(body)["code"] in ("bad_request", "voucher")


def test_a_voucher_on_another_means_of_payment(shop):
    body = order(pay(CASH, 1000, voucher={"number": "1", "value": None}))
    assert shop().refused(body)["code"] == "bad_request"


def test_the_same_order_with_another_number_is_another_order(shop):
    program = shop()
    body = order(pay(CAP, 500, "1"), pay(CASH, 500))
    program.sell(body)
    body["payments"][0]["voucher"] = {"number": "2", "value": None}
    assert program.refused(body)["code"] == "conflict"
