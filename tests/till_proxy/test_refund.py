"""Giving back: what was sold here, once, at the price paid."""

from escarcelle_core.documents import Reference
from escarcelle_core.xml import stamp, ticket_xml
from till_shop import MANAGER, MANAGER_PIN, SOAP, line, order, refund


def test_a_sale_that_was_not_sent_yet_is_given_back_after_a_restart(make_program, server):
    program = make_program(local=True).start()
    server.mode = "down"
    sold = order()
    program.sell(sold)
    program.kill()
    program.start()
    answer = program.sell(refund(sold))
    assert answer["shown"] == "Ticket (ANN) 3-2.0" and answer["total"] == -250
    server.mode = "ok"
    program.synced()
    assert server.defects == []
    record = server.tickets()[1]
    origin = ticket_xml.read(stamp.parse(record.xml)).origin
    assert origin == Reference("TCK", 3, 1, sold["uuid"], whole=True)
    codes = [r.payload.split(",")[1] for r in server.records[record.till] if r.kind == "JET"]
    assert "190" in codes


def test_no_more_than_what_is_left(program):
    sold = order([line(quantity="3.000")], 750)
    program.sell(sold)
    program.sell(refund(sold, "-2.000", -500))
    error = program.refused(refund(sold, "-2.000", -500))
    assert error["code"] == "refund_too_large" and error["details"]["left"] == "1.000"
    assert "1 à rendre" in error["message"]
    program.sell(refund(sold))
    assert program.refused(refund(sold))["details"]["left"] == "0.000"


def test_one_order_cannot_give_the_same_line_back_twice(program):
    sold = order()
    program.sell(sold)
    back = refund(sold)
    twice = line(quantity="-1.000", refunded_line_uuid=sold["lines"][0]["uuid"])
    body = order([back["lines"][0], twice], -500)
    assert program.refused(body)["code"] == "refund_too_large"


def test_not_at_a_higher_price_nor_another_product(program):
    sold = order([line(discount="20.00")], 200)
    program.sell(sold)
    assert program.refused(refund(sold))["code"] == "refund_too_large"
    other = line(SOAP, "-1.000", "2.0000", refunded_line_uuid=sold["lines"][0]["uuid"])
    assert program.refused(order([other], -200))["code"] == "bad_request"


def test_an_unknown_sale_needs_a_manager(program, server):
    body = order([line(quantity="-1.000")], -250)
    error = program.refused(body)
    assert error["code"] == "refund_too_large" and error["details"]["override"] == "refund"
    assert program.sell({**body, "overrides": [program.allow("refund")]})["total"] == -250
    program.log_in(MANAGER, MANAGER_PIN)
    program.sell(order([line(quantity="-1.000")], -250))


def test_recall_shows_what_can_still_be_given_back(program):
    sold = order([line(quantity="3.000")], 750)
    program.sell(sold)
    program.sell(refund(sold))
    first = sold["lines"][0]["uuid"]
    for query in ("number=3-1", f"uuid={sold['uuid']}"):
        found = program.get(f"/till/v1/tickets?{query}").json()["tickets"]
        assert [ticket["number"] for ticket in found] == ["3-1"]
        assert found[0]["refundable"] == {first: "2.000"}
        assert found[0]["order"]["lines"][0]["uuid"] == first
    today = program.get("/till/v1/tickets?limit=1").json()["tickets"]
    assert [ticket["number"] for ticket in today] == ["3-2"]
    assert program.get("/till/v1/tickets?number=3-99").status_code == 404


def test_a_refund_in_training_never_touches_a_real_sale(program):
    sold = order()
    program.sell(sold)
    program.school()
    body = {**refund(sold), "training": True}
    assert program.refused(body)["code"] == "refund_too_large"
