"""Every value of a record is covered: change any of them and it is found."""

import dataclasses
import random
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from escarcelle_core import chain, jet
from escarcelle_core.documents import Duplicate, JetEvent, Reference
from escarcelle_core.errors import ChainError, EscarcelleError, SignatureError
from escarcelle_core.record import Record
from escarcelle_core.state import TillState
from escarcelle_core.totals import Totals
from escarcelle_core.verification import verify_next
from shop import NOON, make_desk, make_ticket, random_ticket, uuid, verifiers

DESK = make_desk()
KEYS = verifiers(DESK)


def story() -> list[Record]:
    issue = chain.issue_event(TillState(), DESK, JetEvent(jet.INITIALISATION, "Départ"), NOON)
    records = list(issue.records)
    rng = random.Random(7)
    for number in range(1, 6):
        issue = chain.issue_ticket(issue.state, DESK, random_ticket(rng, number), NOON)
        records += issue.records
    copy = Duplicate(Reference("TCK", 3, 1, uuid(1)), 2, "C07")
    for step in (
        lambda s: chain.issue_ticket(s, DESK, make_ticket(50), NOON, training=True),
        lambda s: chain.issue_duplicate(s, DESK, copy, NOON, uuid(9, 9)),
        lambda s: chain.close_day(s, DESK, NOON + timedelta(hours=2)),
        lambda s: chain.issue_ticket(s, DESK, make_ticket(51), NOON + timedelta(days=20)),
    ):
        issue = step(issue.state)
        records += issue.records
    return records


STORY = story()
STATES = [TillState()]
for _record in STORY:
    STATES.append(verify_next(STATES[-1], _record, KEYS))


def test_the_story_has_every_kind_of_document():
    assert {r.kind for r in STORY} == {"JET", "TCK", "ECO", "DUP", "GTJ", "GTM", "ANC"}


@pytest.mark.parametrize("index", range(len(STORY)))
@pytest.mark.parametrize("field", [f.name for f in dataclasses.fields(Record)])
def test_a_changed_field_is_found(index, field):
    record = STORY[index]
    value = getattr(record, field)
    if isinstance(value, bool):
        other = not value
    elif isinstance(value, int):
        other = value + 1
    elif isinstance(value, str):
        other = value + "x" if field in ("payload", "xml", "local") else _other(value)
    elif isinstance(value, Totals):
        other = dataclasses.replace(value, perpetual_absolute=value.perpetual_absolute + 1)
    else:
        other = value + timedelta(days=1)
    with pytest.raises(EscarcelleError):
        verify_next(STATES[index], dataclasses.replace(record, **{field: other}), KEYS)


def _other(value: str) -> str:
    if not value:
        return "A" * 86
    return ("b" if value[0] != "b" else "c") + value[1:]


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_changed_byte_of_any_document_is_found(data):
    index = data.draw(st.integers(0, len(STORY) - 1))
    name = data.draw(st.sampled_from(["xml", "payload"]))
    text = getattr(STORY[index], name)
    at = data.draw(st.integers(0, len(text) - 1))
    byte = data.draw(st.characters(codec="utf-8").filter(lambda c: c != text[at]))
    forged = dataclasses.replace(STORY[index], **{name: text[:at] + byte + text[at + 1 :]})
    with pytest.raises(SignatureError):
        verify_next(STATES[index], forged, KEYS)


def test_even_the_holder_of_the_key_cannot_sign_a_document_that_contradicts_itself():
    """Signing again after changing an amount: the sums and totals give it away."""
    from escarcelle_core.xml.stamp import digest

    for index, record in enumerate(STORY):
        if record.kind not in ("TCK", "GTJ", "GTM"):
            continue
        xml = record.xml.replace('montantTTC="', 'montantTTC="1', 1)
        payload = record.payload.replace(record.digest, digest(xml))
        forged = dataclasses.replace(
            record, xml=xml, digest=digest(xml), payload=payload,
            signature=DESK.signer.sign(payload.encode()),
        )  # fmt: skip
        with pytest.raises(EscarcelleError):
            verify_next(STATES[index], forged, KEYS)


def test_a_record_missing_in_the_middle_is_found():
    for skipped, record in enumerate(STORY):
        rest = STORY[skipped + 1 :]
        if not any(r.kind in (record.kind, "ANC") for r in rest):
            continue  # a tail: only an anchor kept elsewhere can tell
        state = STATES[skipped]
        with pytest.raises(ChainError):
            for following in rest:
                state = verify_next(state, following, KEYS)


def test_two_records_of_a_chain_exchanged_are_found():
    tickets = [i for i, r in enumerate(STORY) if r.kind == "TCK"]
    with pytest.raises(ChainError):
        verify_next(STATES[tickets[0]], STORY[tickets[1]], KEYS)


def test_an_unknown_key_is_refused():
    with pytest.raises(SignatureError):
        verify_next(STATES[0], STORY[0], {})
    with pytest.raises(SignatureError):
        verify_next(STATES[0], STORY[0], verifiers(make_desk()))


def test_a_day_left_open_is_found():
    """A ticket of a later day right after a ticket of an open day: the closing is missing."""
    index = next(i for i, r in enumerate(STORY) if r.kind == "GTJ")
    state = STATES[index]
    later = chain.issue_ticket(
        TillState(state.heads, state.totals, None), DESK, make_ticket(77), NOON + timedelta(days=1)
    ).records[-1]
    with pytest.raises(ChainError, match="clôture"):
        verify_next(state, later, KEYS)


def test_records_travel_as_json():
    for record in STORY:
        assert Record.from_json(record.as_json()) == record


@pytest.mark.parametrize("key", list(STORY[0].as_json()))
@pytest.mark.parametrize("value", [None, 12.5, [], {}, "\x00", "x" * 5_000_000, -1, "2026-13-45T99:99:99Z"])
def test_hostile_json_is_refused_or_found(key, value):
    data = {**STORY[0].as_json(), key: value}
    with pytest.raises(EscarcelleError):
        verify_next(TillState(), Record.from_json(data), KEYS)


@pytest.mark.parametrize("data", [None, [], "x", {}, {"till": "a1b2c3d4"}])
def test_what_is_not_a_record_is_refused(data):
    with pytest.raises(EscarcelleError):
        Record.from_json(data)
