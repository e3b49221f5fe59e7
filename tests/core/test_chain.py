import random
from datetime import date, datetime, timedelta, timezone

import pytest

from escarcelle_core import chain, jet
from escarcelle_core.documents import Duplicate, JetEvent, Reference
from escarcelle_core.errors import AmountMismatch, DocumentError, PeriodError
from escarcelle_core.state import TillState
from escarcelle_core.verification import verify_next
from shop import NOON, make_desk, make_line, make_ticket, random_ticket, uuid, verifiers

DESK = make_desk()
START = JetEvent(jet.INITIALISATION, "Initialisation")


def opened(at=NOON, desk=DESK) -> TillState:
    return chain.issue_event(TillState(), desk, START, at).state


def kinds(issue) -> list[str]:
    return [record.kind for record in issue.records]


def test_a_ticket_is_numbered_chained_and_counted():
    first = chain.issue_ticket(opened(), DESK, make_ticket(1), NOON)
    second = chain.issue_ticket(first.state, DESK, make_ticket(2), NOON)
    a, b = first.records[0], second.records[0]
    assert (a.seq, a.previous, b.seq, b.previous) == (1, "", 2, a.signature)
    assert (a.number, a.shown(), b.shown(1)) == ("3-1", "Ticket (VTE) 3-1.0", "Ticket (VTE) 3-2.1")
    assert b.totals.amount == (700, 700, 700)
    assert b.totals.tickets == (2, 2, 2)
    assert second.state.totals == b.totals
    assert a.excerpt == a.signature[2] + a.signature[6] + a.signature[12] + a.signature[18]


def test_a_refund_lowers_the_real_total_and_raises_the_absolute_one():
    sale = chain.issue_ticket(opened(), DESK, make_ticket(1), NOON)
    back = make_ticket(2, [make_line(1, "-1.000", "2.5000", 550, origin=uuid(1, 7))],
                       origin=Reference("TCK", 3, 1, uuid(1)))  # fmt: skip
    record = chain.issue_ticket(sale.state, DESK, back, NOON).records[0]
    assert (record.operation, record.totals.perpetual_real, record.totals.perpetual_absolute) == (
        "ANN", 100, 600)  # fmt: skip


def test_the_first_ticket_after_midnight_closes_the_day_first():
    state = chain.issue_ticket(opened(), DESK, make_ticket(1), NOON).state
    issue = chain.issue_ticket(state, DESK, make_ticket(2), NOON + timedelta(days=1))
    assert kinds(issue) == ["GTJ", "JET", "ANC", "TCK"]
    closing, ticket = issue.records[0], issue.records[-1]
    assert closing.business_day == date(2026, 3, 14)
    assert closing.payload.startswith("2000:100|0550:250,350,350,350,")
    assert (ticket.totals.amount, ticket.totals.tickets) == ((350, 700, 700), (1, 2, 2))


def test_a_till_that_was_off_closes_every_missing_period_in_order():
    state = chain.issue_ticket(opened(), DESK, make_ticket(1), NOON).state
    issue = chain.issue_ticket(state, DESK, make_ticket(2), NOON + timedelta(days=20))
    days = [r.business_day for r in issue.records if r.kind == "GTJ"]
    assert days == [date(2026, 3, 14) + timedelta(days=i) for i in range(20)]
    months = [r for r in issue.records if r.kind == "GTM"]
    assert [m.business_day for m in months] == [date(2026, 3, 31)]
    assert issue.records[-1].totals.amount == (350, 350, 700)


def test_the_year_closes_with_its_month_and_perpetual_totals_go_on():
    desk = make_desk()
    eve = datetime(2026, 12, 31, 12, tzinfo=timezone.utc)
    state = chain.issue_ticket(opened(eve, desk), desk, make_ticket(1), eve).state
    issue = chain.issue_ticket(state, desk, make_ticket(2), eve + timedelta(days=1))
    assert kinds(issue) == ["GTJ", "JET", "GTM", "JET", "GTA", "JET", "ANC", "TCK"]
    assert issue.records[-1].totals.amount == (350, 350, 350)
    assert issue.records[-1].totals.perpetual_real == 700


def test_a_sale_after_the_z_opens_a_second_part_of_the_same_day():
    state = chain.issue_ticket(opened(), DESK, make_ticket(1), NOON).state
    z = chain.close_day(state, DESK, NOON)
    assert kinds(z) == ["GTJ", "JET", "ANC"]
    with pytest.raises(PeriodError):
        chain.close_day(z.state, DESK, NOON)
    more = chain.issue_ticket(z.state, DESK, make_ticket(2), NOON)
    assert kinds(more) == ["TCK"]
    assert more.records[0].totals.amount == (350, 700, 700)
    second = chain.close_day(more.state, DESK, NOON)
    assert ",20260314-2,3-2,sha256=" in second.records[0].payload
    nothing = chain.close_elapsed(second.state, DESK, NOON + timedelta(hours=1))
    assert nothing.records == ()


def test_a_day_closed_by_hand_is_not_closed_again_but_its_month_is():
    at = datetime(2026, 3, 31, 12, tzinfo=timezone.utc)
    desk = make_desk()
    state = chain.issue_ticket(opened(at, desk), desk, make_ticket(1), at).state
    z = chain.close_day(state, desk, at)
    issue = chain.close_elapsed(z.state, desk, at + timedelta(days=1))
    assert kinds(issue) == ["GTM", "JET", "ANC"]
    again = chain.close_elapsed(issue.state, desk, at + timedelta(days=1))
    assert again.records == ()
    # The clock is set back into the closed month: the sale belongs to the day after it.
    back = chain.issue_ticket(again.state, desk, make_ticket(2), at)
    assert (kinds(back), back.records[0].business_day) == (["TCK"], date(2026, 4, 1))


def test_closing_elapsed_periods_twice_changes_nothing():
    state = chain.issue_ticket(opened(), DESK, make_ticket(1), NOON).state
    once = chain.close_elapsed(state, DESK, NOON + timedelta(days=3))
    assert chain.close_elapsed(once.state, DESK, NOON + timedelta(days=3)).records == ()
    assert kinds(chain.close_elapsed(once.state, DESK, NOON + timedelta(days=4))) == ["GTJ", "JET", "ANC"]


def test_an_event_after_the_z_does_not_open_the_day_again():
    state = chain.issue_ticket(opened(), DESK, make_ticket(1), NOON).state
    z = chain.close_day(state, DESK, NOON)
    event = chain.issue_event(z.state, DESK, JetEvent(jet.STOP, "Arrêt"), NOON)
    assert event.state.closed
    assert kinds(chain.close_elapsed(event.state, DESK, NOON + timedelta(days=1))) == []


def test_a_clock_set_back_never_reopens_an_earlier_day():
    state = chain.issue_ticket(opened(), DESK, make_ticket(1), NOON).state
    state = chain.close_elapsed(state, DESK, NOON + timedelta(days=2)).state
    record = chain.issue_ticket(state, DESK, make_ticket(2), NOON - timedelta(days=5)).records[-1]
    assert record.business_day == date(2026, 3, 15)


def test_training_has_its_own_chain_and_moves_no_total():
    state = chain.issue_ticket(opened(), DESK, make_ticket(1), NOON).state
    issue = chain.issue_ticket(state, DESK, make_ticket(2), NOON, training=True)
    record = issue.records[0]
    assert (record.kind, record.seq, record.training, record.doc_type) == ("ECO", 1, True, "TCK")
    assert record.totals == state.totals
    assert 'ecole="O"' in record.xml


def test_a_duplicate_moves_no_total_and_names_the_original():
    state = chain.issue_ticket(opened(), DESK, make_ticket(1), NOON).state
    duplicate = Duplicate(Reference("TCK", 3, 1, uuid(1)), 2, "C07")
    record = chain.issue_duplicate(state, DESK, duplicate, NOON, uuid(5, 5)).records[0]
    assert record.totals == state.totals
    assert record.payload.startswith("3-1,TCK,2,C07,20260314120000,3-1,")


def test_a_ticket_that_contradicts_itself_consumes_no_number():
    state = opened()
    line = make_line(1, "1.000", "2.5000", 550)
    wrong = make_ticket(1, [make_line(1, "1.000", "2.5000", 550, amount=251)])
    with pytest.raises(AmountMismatch):
        chain.issue_ticket(state, DESK, wrong, NOON)
    with pytest.raises(AmountMismatch):
        chain.issue_ticket(state, DESK, make_ticket(1, [line], payments=()), NOON)
    with pytest.raises(DocumentError):
        chain.issue_ticket(state, DESK, make_ticket(1, []), NOON)
    assert chain.issue_ticket(state, DESK, make_ticket(1), NOON).records[0].seq == 1


@pytest.mark.parametrize("seed", range(4))
def test_weeks_of_random_days_verify_and_replay_to_the_same_state(seed):
    rng = random.Random(seed)
    desk = make_desk(closing_hour=rng.choice((0, 3)), year_end_month=rng.choice((3, 12)))
    at, state, records = NOON, opened(desk=desk), []
    state = TillState()
    issue = chain.issue_event(state, desk, START, at)
    for number in range(1, 60):
        state, records = issue.state, [*records, *issue.records]
        at += timedelta(minutes=rng.choice((1, 20, 700, 3000)))
        action = rng.random()
        if action < 0.1 and not state.closed and state.day == desk.rules.business_day(at):
            issue = chain.close_day(state, desk, at)
        elif action < 0.2:
            issue = chain.issue_event(state, desk, JetEvent(jet.START, "Départ"), at)
        elif action < 0.3 and state.seq("TCK"):
            copy = Duplicate(Reference("TCK", 3, state.seq("TCK"), uuid(1)), 2, "C07")
            issue = chain.issue_duplicate(state, desk, copy, at, uuid(number, 3))
        else:
            training = rng.random() < 0.1
            issue = chain.issue_ticket(state, desk, random_ticket(rng, number), at, training)
    records += issue.records
    known, verified = verifiers(desk), TillState()
    for record in records:
        verified = verify_next(verified, record, known)
    assert verified == issue.state
    assert TillState.from_json(verified.as_json()) == verified
    sales = [r for r in records if r.kind == "TCK"]
    assert verified.totals.perpetual_real == sum(int(r.payload.split(",")[1]) for r in sales)
    assert verified.totals.perpetual_absolute == sum(abs(int(r.payload.split(",")[1])) for r in sales)
