"""Quotas at the till: counted with what others sold, offline too, lifted by a manager whose word is signed."""

from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

import till_shop
from escarcelle_core import quota
from escarcelle_core.xml import event_xml, stamp, ticket_xml
from till_shop import APPLES, CARD, MANAGER, PASTA, POOR_CARD, SOAP, line

PARIS = ZoneInfo("Europe/Paris")


def today() -> date:
    return datetime.now(timezone.utc).astimezone(PARIS).date()


def rule(**changes) -> dict:
    return {
        "id": 1, "name": "Pâtes", "limit": "2.000", "measure": "quantity", "scope": "household", "period": "month",
        "goods": {str(PASTA): "1.000"}, "from": None, "to": None, **changes,
    }  # fmt: skip


def parts(*rules: dict, used: dict | None = None) -> dict:
    content = {"quotas": list(rules) or [rule()], "used": used or {}}
    return till_shop.parts(quotas=content)


@pytest.fixture
def shop(make_program, server):
    """``shop(rule(…), used=…)``: a till with these quotas."""

    def start(*rules, used=None, local=True, **options):
        server.parts = parts(*rules, used=used)
        return make_program(local=local, **options).start()

    return start


def order(quantity="1.000", total=125, product=PASTA, price="1.2500", card=CARD, **more) -> dict:
    lines = [line(product, quantity, price)]
    return {**till_shop.order(lines, total, household=card), "pricelist_id": 2, **more}


def left(program, card: str = CARD) -> str:
    return program.get(f"/till/v1/households/{card}").json()["quotas"][0]["left"]


def test_counted_here_and_refused_beyond(shop):
    program = shop()
    assert left(program) == "2.000"
    program.sell(order())
    assert left(program) == "1.000" and left(program, POOR_CARD) == "2.000"
    error = program.refused(order("2.000", 250))
    assert error["code"] == "quota" and error["details"]["override"] == "quota"
    assert "« Pâtes »" in error["message"] and "il reste 1 sur 2 par mois" in error["message"]
    assert error["details"]["quotas"][0]["left"] == "-1.000"
    program.sell(order())
    assert left(program) == "0.000"
    program.refused(order())


def test_the_card_says_what_is_left_and_of_which_goods(shop):
    program = shop(rule(), rule(id=2, name="Frais", measure="weight", limit="1.500", goods={str(APPLES): "1"}))
    found = program.get(f"/till/v1/households/{CARD}").json()["quotas"]
    assert found == [
        {"id": 1, "name": "Pâtes", "left": "2.000", "allowed": "2.000", "unit": "", "period": "month",
         "goods": {"11": "1.000"}},
        {"id": 2, "name": "Frais", "left": "1.500", "allowed": "1.500", "unit": "kg", "period": "month",
         "goods": {"12": "1"}},
    ]  # fmt: skip


def test_a_passer_by_and_other_goods_are_not_counted(shop):
    program = shop()
    program.sell(till_shop.order([line(PASTA, "9.000")], 2250))
    program.sell(order("1.000", 445, SOAP, "4.4500"))
    assert left(program) == "2.000"


def test_the_same_order_again_counts_once(shop):
    program = shop()
    body = order("2.000", 250)
    program.sell(body)
    assert program.sell(body)["replayed"] is True
    assert left(program) == "0.000"


def test_two_lines_of_one_basket_count_together(shop):
    program = shop()
    body = order("1.000", 375)
    body["lines"].append(line(PASTA, "2.000", "1.2500"))
    assert program.refused(body)["code"] == "quota"


def test_returns_give_back(shop):
    program = shop()
    sold = order("2.000", 250)
    program.sell(sold)
    back = {**till_shop.refund(sold, "-1.000", -125), "household": CARD, "pricelist_id": 2}
    program.sell(back)
    assert left(program) == "1.000"
    program.sell(order())
    program.refused(order())


def test_a_cancelled_ticket_gives_all_back(shop):
    program = shop()
    sold = order("2.000", 250)
    program.sell(sold)
    body = {"uuid": till_shop.order()["uuid"], "ticket": sold["uuid"], "reason": "erreur", "paper": "none"}
    assert program.post("/till/v1/cancellations", body).status_code == 200
    assert left(program) == "2.000"


def test_a_manager_lets_it_pass_signed_and_in_the_event_journal(shop, server):
    program = shop()
    body = {**order("3.000", 375), "overrides": [program.allow("quota")]}
    program.sell(body)
    program.synced()
    (ticket,) = [ticket_xml.read(stamp.parse(r.xml)) for r in server.tickets()]
    assert [(o.kind, o.manager, o.reason) for o in ticket.overrides] == [("quota", MANAGER, "cas social")]
    records = [r for found in server.records.values() for r in found if r.kind == "JET"]
    said = [event_xml.read(stamp.parse(r.xml)) for r in records]
    assert any(e.code == 130 and "quota cas social" in e.description and e.operator == MANAGER for e in said)
    assert any(e.code == 940 for e in said) is False
    (entry,) = [e for e in server.entries.values() if e["event"]["type"] == "ticket"]
    assert entry["event"]["flags"]["quota"] == {"1": "1.000"}
    assert left(program) == "-1.000"


def test_a_refusal_leaves_a_line_in_the_event_journal(shop, server):
    program = shop()
    program.refused(order("3.000", 375))
    program.synced()
    records = [r for found in server.records.values() for r in found if r.kind == "JET"]
    assert any(event_xml.read(stamp.parse(r.xml)).code == 940 for r in records)


def test_a_proof_for_something_else_is_no_proof(shop):
    program = shop()
    proof = {**program.allow("budget"), "kind": "quota"}
    assert program.refused({**order("3.000", 375), "overrides": [proof]})["code"] == "override_invalid"


def test_what_others_sold_comes_with_the_snapshot(shop):
    first, _last = quota.bounds("month", today())
    program = shop(used={"F00001": {"1": {first.isoformat(): "1.000", "2020-01-01": "50.000"}}})
    assert left(program) == "1.000"
    program.sell(order())
    assert program.refused(order())["code"] == "quota"


def test_offline_restarted_nothing_is_counted_twice_when_the_server_answers(shop, server):
    program = shop(local=False)
    server.mode = "down"
    program.sell(order())
    program.kill()
    program.start()
    assert left(program) == "1.000"
    server.mode = "ok"
    program.synced()
    first, _last = quota.bounds("month", today())
    server.parts = parts(used={"F00001": {"1": {first.isoformat(): "1.000"}}})
    version = program.status()["snapshot"]["version"]
    program.until(lambda: program.status()["snapshot"]["version"] != version)
    assert left(program) == "1.000"
    program.sell(order())
    program.refused(order())


def test_per_person(shop, server):
    program = shop(rule(limit="1.000", scope="person"))
    assert left(program) == "3.000"  # three people


def test_dates(shop):
    day = today()
    program = shop(
        rule(to=(day - timedelta(days=2)).isoformat()),
        rule(id=2, **{"from": (day + timedelta(days=2)).isoformat()}),
    )
    assert "quotas" not in program.get(f"/till/v1/households/{CARD}").json()
    program.sell(order("9.000", 1125))


def test_a_month_turns_without_the_server(shop, tmp_path):
    clock = tmp_path / "clock"
    clock.write_text("2026-11-30T10:00:00Z")
    program = shop(clock=clock, used={"F00001": {"1": {"2026-11-01": "1.000"}}})
    program.sell(order())
    assert program.refused(order())["code"] == "quota"
    clock.write_text("2026-12-01T10:00:00Z")
    program.log_in()
    assert left(program) == "2.000"


def test_what_was_taken_in_november_makes_no_room_in_december(shop, tmp_path):
    clock = tmp_path / "clock"
    clock.write_text("2026-11-30T10:00:00Z")
    program = shop(clock=clock)
    sold = order("2.000", 250)
    program.sell(sold)
    clock.write_text("2026-12-01T10:00:00Z")
    program.log_in()
    program.sell({**till_shop.refund(sold, "-2.000", -250), "household": CARD, "pricelist_id": 2})
    assert left(program) == "2.000"


def test_school_counts_nothing(shop):
    program = shop()
    program.school()
    program.sell({**order("9.000", 1125), "training": True})
    program.school(False)
    assert left(program) == "2.000"


@pytest.mark.parametrize(
    "broken", [{"limit": "-1"}, {"period": "siècle"}, {"goods": {"x": "1"}}, {"goods": None}, {"from": "hier"}]
)
def test_a_broken_rule_spoils_the_snapshot_not_the_till(shop, server, broken):
    program = shop()
    server.parts = parts(rule(**broken))
    program.until(lambda: program.status()["snapshot"].get("error") or _said(program))
    program.refused(order("3.000", 375))  # the rules before stay in force


def _said(program) -> bool:
    return bool(program.service.till.shelf.error)
