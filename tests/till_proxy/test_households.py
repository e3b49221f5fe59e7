"""Cards, tariffs, budgets: what is left is counted here, also without a server."""

from dataclasses import replace
from datetime import date

import pytest

import till_shop
from escarcelle_core.budget import Allocation
from till_proxy import budgets
from till_proxy.catalog import Household
from till_proxy.index import Spent
from till_shop import CARD, LATE_CARD, POOR_CARD, line, order

HALF = {"pricelist_id": 2}


def _left(program, card: str = CARD) -> int:
    return program.get(f"/till/v1/households/{card}").json()["budget"]["left"]


def test_a_card_tells_no_more_than_needed(program):
    found = program.get(f"/till/v1/households/{CARD}").json()
    assert found["code"] == "F00001" and found["display"] == "F00001 B." and found["entitled"]
    assert found["tariff"] == {"pricelist_id": 2, "fiscal_position_id": None}
    assert found["budget"]["left"] == 5000
    assert program.get("/till/v1/households/2009999999999").status_code == 404


def test_a_lost_card_is_refused_and_says_so(program):
    answer = program.get(f"/till/v1/households/{till_shop.LOST_CARD}")
    error = answer.json()["error"]
    assert answer.status_code == 404
    assert error["details"] == {"card": "lost"} and "déclarée perdue" in error["message"]
    assert "F00001" not in answer.text, "whoever found it learns nothing"


@pytest.mark.parametrize(
    ("state", "word"), [("closed", "dossier est clos"), ("lost", "déclarée perdue"), ("?", "remplacée")]
)
def test_a_card_of_an_archived_file_is_refused_and_says_so(program, server, state, word):
    server.parts = till_shop.parts(cards={"2009000000017": state})
    version = program.status()["snapshot"]["version"]
    program.until(lambda: program.status()["snapshot"]["version"] != version)
    answer = program.get("/till/v1/households/2009000000017")
    assert answer.status_code == 404 and word in answer.json()["error"]["message"]
    assert _left(program) == 5000, "the other cards are as they were"


def test_a_sale_takes_off_the_budget_once_and_only_once(program, server):
    body = order([line(price="1.2500")], 125, household="F00001", **HALF)
    assert program.sell(body)["budget_left"] == 4875
    assert program.sell(body)["budget_left"] == 4875  # sent again
    assert _left(program) == 4875
    program.synced()
    # The server has it, but its snapshot still says 5000 until it is asked again …
    rows = till_shop.households()
    rows[0]["budget"]["balance"] = 4875
    server.parts = till_shop.parts(households=rows)
    version = program.status()["snapshot"]["version"]
    program.until(lambda: program.status()["snapshot"]["version"] != version)
    assert _left(program) == 4875  # … and then the sale is not counted twice.


def test_what_waits_for_the_server_counts_after_a_restart(make_program, server):
    program = make_program(local=True).start()
    server.mode = "down"
    program.sell(order([line(price="1.2500")], 125, household="F00001", **HALF))
    program.kill()
    program.start()
    assert _left(program) == 4875


def test_over_budget_is_refused_and_a_manager_may_allow_it(program, server):
    body = order([line(quantity="2.000", price="1.2500")], 250, household=POOR_CARD, **HALF)
    error = program.refused(body)
    assert error["code"] == "over_budget"
    assert error["details"] == {"left": 200, "missing": 50, "override": "budget"}
    assert "0,50 €" in error["message"]
    allowed = program.allow("budget")
    answer = program.sell({**body, "overrides": [allowed]})
    assert answer["budget_left"] == -50
    program.synced()
    record = server.tickets()[0]
    assert '<derogation objet="budget" responsable="M01">cas social</derogation>' in record.xml
    entry = next(e for e in server.entries.values() if e["uuid"] == body["uuid"])
    assert entry["order"]["overrides"] == [
        {"kind": "budget", "manager": "M01", "reason": "cas social"}
    ]
    codes = [r.payload.split(",")[1] for r in server.records[record.till] if r.kind == "JET"]
    assert "940" in codes and "130" in codes


def test_an_override_is_good_once_and_for_its_purpose(program):
    def rich_order():
        return order([line(quantity="2.000", price="1.2500")], 250, household=POOR_CARD, **HALF)

    token = program.allow("refund")
    wrong = {**rich_order(), "overrides": [{**token, "kind": "budget"}]}
    assert program.refused(wrong)["code"] == "override_invalid"
    budget = program.allow("budget")
    program.sell({**rich_order(), "overrides": [budget]})
    again = {**rich_order(), "overrides": [budget]}
    assert program.refused(again)["code"] == "override_invalid"
    forged = {**rich_order(), "overrides": [{"kind": "budget", "token": "x" * 43, "reason": ""}]}
    assert program.refused(forged)["code"] == "override_invalid"


def test_an_override_survives_a_refusal_that_had_another_cause(program):
    allowed = program.allow("budget")
    body = order([line(quantity="2.000", price="1.2500")], 250, household=POOR_CARD, **HALF)
    wrong = {**body, "total": 249, "overrides": [allowed]}
    assert program.refused(wrong)["code"] == "amount_mismatch"
    program.sell({**body, "overrides": [allowed]})


def test_a_cashier_cannot_grant_an_override(program):
    body = {"code": "C07", "pin": till_shop.PIN, "reason": "parce que", "what": "budget"}
    answer = program.post("/till/v1/overrides", body)
    assert answer.status_code == 403 and answer.json()["error"]["code"] == "manager_required"


def test_no_entitlement_no_sale(program):
    found = program.get(f"/till/v1/households/{LATE_CARD}").json()
    assert found["entitled"] is False and "renouveler" in found["message"]
    body = order([line(price="1.2500")], 125, household="F00003", **HALF)
    assert program.refused(body)["code"] == "not_entitled"
    program.sell({**body, "overrides": [program.allow("entitlement")]})
    assert program.refused(order(household="F99999"))["code"] == "not_entitled"


def test_a_suspended_household_is_not_told_to_renew(make_program, server):
    rows = till_shop.households()
    rows[0]["suspended"] = True
    server.parts = till_shop.parts(households=rows)
    program = make_program().start()
    found = program.get(f"/till/v1/households/{CARD}").json()
    assert found["entitled"] is False and "suspendu" in found["message"]
    refusal = program.refused(order([line(price="1.2500")], 125, household="F00001", **HALF))
    assert refusal["code"] == "not_entitled" and "suspendu" in refusal["message"]
    assert "renouveler" not in found["message"] + refusal["message"]


def test_the_month_turns_without_a_server(make_program, server, tmp_path):
    clock = tmp_path / "clock"
    clock.write_text("2026-11-30T17:00:00Z")
    server.parts = till_shop.parts(households=till_shop.households(till_shop.DECEMBER))
    program = make_program(local=True, clock=clock).start()
    server.mode = "down"
    program.sell(order([line(price="1.2500")], 125, household="F00001", **HALF))
    assert _left(program) == 4875
    clock.write_text("2026-12-01T09:00:00Z")
    program.log_in()  # a session does not last the night
    # Nothing is carried over here: what was left of November is lost, December is 60 €.
    assert _left(program) == 6000
    assert program.sell(
        order([line(price="1.2500")], 125, household="F00001", **HALF)
    )["budget_left"] == 5875
    answer = program.get(f"/till/v1/households/{CARD}").json()
    assert answer["budget"]["period_end"] == "2026-12-31"


def test_what_the_server_never_took_stays_off_the_budget(program, server):
    body = order([line(price="1.2500")], 125, household="F00001", **HALF)
    server.reject.add(body["uuid"])
    program.sell(body)
    program.until(lambda: program.status()["queue"]["rejected"])
    covered = program.service.till.shelf.catalog.covered
    program.until(lambda: program.service.till.shelf.catalog.covered != covered)
    assert program.service.till.shelf.catalog.covered.last >= 3
    assert _left(program) == 4875


@pytest.mark.parametrize(
    ("rollover", "cap", "left"),
    # 50 € in November, 10 € spent in November, 60 € on the 1st, 5 € spent in December.
    [("none", 0, 5500), ("capped", 1500, 7000), ("capped", 9000, 9500), ("full", 0, 9500)],
)
def test_what_is_spent_before_a_month_opens_is_part_of_what_it_carries_over(rollover, cap, left):
    december = Allocation("2026-12", date(2026, 12, 1), 6000, rollover, cap)
    household = Household("F1", "A. B.", 1, (), None, None, (), False, 5000, (december,))
    spent = [Spent(9, "2026-12-02", 500), Spent(4, "2026-11-30", 1000)]
    assert budgets.left(household, spent, date(2026, 11, 30)) == 5000 - 1500
    assert budgets.left(household, spent, date(2026, 12, 2)) == left
    assert budgets.left(replace(household, balance=None), spent, date(2026, 12, 2)) is None
    assert budgets.period_end(household, date(2026, 11, 30)) == date(2026, 11, 30)
    assert budgets.period_end(household, date(2026, 12, 2)) == date(2026, 12, 31)
