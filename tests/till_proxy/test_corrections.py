"""Corrections at the till: cancelled whole, exchanged, repriced; all new records that name the old."""

from uuid import uuid4

import till_shop
from escarcelle_core.xml import stamp, ticket_xml
from till_shop import APPLES, CARD, CARTE, PASTA, SOAP, line, order, refund

CANCEL = "/till/v1/cancellations"


def _cancel(program, sold, **more):
    body = {"uuid": str(uuid4()), "ticket": sold["uuid"], "reason": "erreur de caisse", **more}
    return program.post(CANCEL, body)


def _tickets(server):
    return [ticket_xml.read(stamp.parse(record.xml)) for record in server.tickets()]


def _codes(program, server):
    records = server.records[program.status()["till"]["uid"]]
    return [r.payload.split(",")[1] for r in records if r.kind == "JET"]


def _basket():
    """Two goods of two rates for a household, paid by cash with change and by card."""
    lines = [
        line(quantity="3.000", price="1.2500"),
        line(SOAP, "1.000", "4.4500", discount="10.00"),
    ]
    total = 375 + 401
    payments = [
        {"uuid": str(uuid4()), "payment_method_id": CARTE, "amount": 300, "change": 0},
        {"uuid": str(uuid4()), "payment_method_id": 1, "amount": total - 300, "change": 24},
    ]
    return order(lines, total, household="F00001", pricelist_id=2, payments=payments)


def test_a_whole_ticket_is_cancelled_in_one_action(program, server):
    sold = _basket()
    spent = program.sell(sold)["budget_left"]
    done = _cancel(program, sold)
    assert done.status_code == 200, done.text
    answer = done.json()
    assert answer["shown"] == "Ticket (ANN) 3-2.0" and answer["total"] == -776
    assert answer["budget_left"] == spent + 776
    report = program.get("/till/v1/closings").json()["x"]
    assert report["day"] == 0 and report["tickets"] == 2 and report["vat"] == []
    assert report["payments"] == [] and report["cash_expected"] == 0
    assert report["perpetual_real"] == 0 and report["perpetual_absolute"] == 2 * 776
    program.synced()
    assert server.defects == []
    before, after = _tickets(server)
    assert after.origin.whole and after.origin.uid == sold["uuid"] and after.origin.seq == 1
    assert after.comment == "Motif : erreur de caisse"
    assert [(x.code, -x.quantity, x.unit_price, x.discount, -x.amount, -x.tax, x.rate) for x in after.lines] == [
        (x.code, x.quantity, x.unit_price, x.discount, x.amount, x.tax, x.rate) for x in before.lines
    ]
    assert {x.origin_ticket for x in after.lines} == {"3-1"}
    assert [(p.mode, -p.amount) for p in after.payments] == [(p.mode, p.amount) for p in before.payments]
    assert _codes(program, server).count("190") == 2


def test_cancelling_twice_cancels_once(make_program, server):
    program = make_program(local=True).start()
    server.mode = "down"
    sold = order()
    program.sell(sold)
    uuid = str(uuid4())
    first = _cancel(program, sold, uuid=uuid).json()
    program.kill()
    program.start()
    again = _cancel(program, sold, uuid=uuid).json()
    assert again == {**first, "replayed": True}
    refused = _cancel(program, sold)
    assert refused.status_code == 409 and "3-2" in refused.json()["error"]["message"]
    server.mode = "ok"
    program.synced()
    assert [t.total for t in _tickets(server)] == [250, -250]
    assert "940" in _codes(program, server)


def test_what_was_partly_given_back_is_not_cancelled_whole(program):
    sold = order([line(quantity="3.000")], 750)
    program.sell(sold)
    program.sell(refund(sold))
    error = _cancel(program, sold)
    assert error.status_code == 422 and "Une partie" in error.json()["error"]["message"]


def test_a_refund_is_not_cancelled(program):
    sold = order()
    program.sell(sold)
    back = refund(sold)
    program.sell(back)
    assert _cancel(program, back).status_code == 422


def test_a_cancellation_of_nothing_is_refused(program):
    assert program.post(CANCEL, {"uuid": str(uuid4()), "ticket": str(uuid4()), "reason": "x"}).status_code == 404
    sold = order()
    program.sell(sold)
    assert _cancel(program, sold, reason=" ").status_code == 400
    assert _cancel(program, sold, paper="fax").status_code == 400
    assert _cancel(program, sold, extra=1).status_code == 400
    assert _cancel(program, sold, uuid=sold["uuid"]).status_code in (400, 409)
    answer = program.page.post(
        program.url(CANCEL), data=b"{" * 300_000, headers={"Content-Type": "application/json"}, timeout=5
    )
    assert answer.status_code == 413
    assert _cancel(program, sold).status_code == 200


def test_a_shop_that_wants_a_manager_for_refunds_wants_one_for_cancellations(make_program, server):
    server.parts = till_shop.parts(settings=till_shop.settings(override_required=["refund"]))
    program = make_program(local=True).start()
    sold = order()
    program.sell(sold)
    error = _cancel(program, sold)
    assert error.status_code == 422 and error.json()["error"]["details"]["override"] == "refund"
    assert _cancel(program, sold, overrides=[program.allow("refund")]).status_code == 200


def test_a_return_keeps_the_label_and_the_rate_of_the_sale(make_program, server):
    """The shelf has changed since: another VAT rate, another name, goods gone from it."""
    program = make_program(local=True).start()
    sold = order([line(), line(APPLES, "1.000", "1.9900")], 449)
    program.sell(sold)
    products = [
        {"id": PASTA, "code": "NEW", "name": "Autre nom", "barcodes": [], "unit": "U", "tax_ids": [6],
         "price": "9.0000", "category": {"id": 1, "name": "Épicerie"}, "available": True},
    ]  # fmt: skip
    version = program.status()["snapshot"]["version"]
    server.parts = till_shop.parts(products=products)
    program.until(lambda: program.status()["snapshot"]["version"] != version)
    assert _cancel(program, sold).status_code == 200
    program.synced()
    assert server.defects == []
    after = _tickets(server)[1]
    assert [(x.code, x.rate, x.label) for x in after.lines] == [
        ("P11", 550, "Pâtes complètes 500 g"), ("P12", 550, "Pommes, vrac"),
    ]  # fmt: skip
    assert program.get("/till/v1/closings").json()["x"]["vat"] == []


def test_a_return_keeps_the_regime_of_the_sale(program, server):
    sold = order(fiscal_position_id=4)
    program.sell(sold)
    program.sell({**refund(sold), "fiscal_position_id": None})
    mixed = refund(sold)
    mixed["lines"].append(line())
    assert program.refused({**order(mixed["lines"], 0, payments=[])})["code"] == "refund_too_large"
    program.synced()
    assert [t.regime.sector for t in _tickets(server)] == ["EXO_B", "EXO_B"]


def test_an_exchange_is_one_ticket_that_modifies_the_first(program, server):
    sold = order([line(quantity="2.000")], 500)
    program.sell(sold)
    first = sold["lines"][0]
    back = line(PASTA, "-1.000", "2.5000", refunded_line_uuid=first["uuid"])
    dearer = order([back, line(SOAP, "1.000", "8.9000")], 640)
    answer = program.sell(dearer)
    assert answer["shown"] == "Ticket (VTE) 3-2.0" and answer["total"] == 640
    back = {**back, "uuid": str(uuid4())}
    cheaper = order([back, line(APPLES, "1.000", "1.9900")], -51)
    assert program.sell(cheaper)["shown"] == "Ticket (ANN) 3-3.0"
    program.synced()
    assert server.defects == []
    exchange = _tickets(server)[1]
    assert exchange.origin.seq == 1 and not exchange.origin.whole
    assert [x.origin_ticket for x in exchange.lines] == ["3-1", ""]
    assert {s.rate: s.total for s in exchange.shares} == {2000: 890, 550: -250}
    vat = {v["rate"]: v["total"] for v in program.get("/till/v1/closings").json()["x"]["vat"]}
    assert vat == {2000: 890, 550: 500 - 250 - 250 + 199}


def test_an_exchange_of_goods_of_two_tickets_names_each(program, server):
    one, two = order(), order()
    program.sell(one)
    program.sell(two)
    lines = [refund(one)["lines"][0], refund(two)["lines"][0], line(SOAP, "1.000", "8.9000")]
    program.sell(order(lines, 390))
    program.synced()
    exchange = _tickets(server)[2]
    assert exchange.origin is None
    assert [x.origin_ticket for x in exchange.lines] == ["3-1", "3-2", ""]


def test_a_wrong_price_is_a_return_and_a_sale_linked_to_it(program, server):
    sold = order([line(price="9.9900")], 999)
    program.sell(sold)
    back = line(PASTA, "-1.000", "9.9900", refunded_line_uuid=sold["lines"][0]["uuid"])
    assert program.sell(order([back, line()], -749))["total"] == -749
    program.synced()
    fixed = _tickets(server)[1]
    assert fixed.operation == "ANN" and fixed.origin.seq == 1 and not fixed.origin.whole
    assert program.get("/till/v1/closings").json()["x"]["day"] == 250


def test_rounding_never_gives_back_a_cent_more_than_was_paid(program):
    """3 × 0.335 is 1.01; three returns of one would be 1.02."""
    sold = order([line(quantity="3.000", price="0.3350")], 101)
    program.sell(sold)

    def back(price, total):
        one = line(PASTA, "-1.000", price, refunded_line_uuid=sold["lines"][0]["uuid"])
        return order([one], total)

    program.sell(back("0.3350", -34))
    program.sell(back("0.3350", -34))
    error = program.refused(back("0.3350", -34))
    assert error["code"] == "refund_too_large" and error["details"]["left_cents"] == 33
    assert program.sell(back("0.3300", -33))["total"] == -33
    (found,) = program.get(f"/till/v1/tickets?uuid={sold['uuid']}").json()["tickets"]
    assert found["refundable_cents"] == {sold["lines"][0]["uuid"]: 0}
    assert found["cancelled"] is True and found["corrected_by"] == ["3-2", "3-3", "3-4"]


def test_the_copy_of_a_cancelled_ticket_says_so(make_program, server, tmp_path):
    paper = tmp_path / "paper.bin"
    program = make_program(local=True).add(f'[devices.printer]\ntype = "file"\npath = "{paper}"\n').start()
    sold = order()
    program.sell(sold)
    _cancel(program, sold, paper="paper")
    program.post("/till/v1/duplicates", {"uuid": sold["uuid"], "channel": "paper"})
    program.until(lambda: program.status()["printer"]["waiting"] == 0)
    printed = paper.read_bytes().decode("cp858", "replace")
    assert "annule le ticket n° 3-1" in printed and "annulé par le ticket n° 3-2" in printed


def test_a_household_gets_its_budget_back_after_its_entitlement_ended(make_program, server):
    program = make_program(local=True).start()
    sold = order([line(price="1.2500")], 125, household="F00001", pricelist_id=2)
    program.sell(sold)
    households = till_shop.households()
    households[0]["entitlements"] = []
    version = program.status()["snapshot"]["version"]
    server.parts = till_shop.parts(households=households)
    program.until(lambda: program.status()["snapshot"]["version"] != version)
    assert program.get(f"/till/v1/households/{CARD}").json()["entitled"] is False
    # The balance of the new snapshot (50 €) has the sale in it already.
    assert _cancel(program, sold).json()["budget_left"] == 5000 + 125
