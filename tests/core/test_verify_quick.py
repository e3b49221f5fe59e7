"""The quick check of tickets: it accepts what is sound, and never what the full check refuses."""

import random
import re
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from escarcelle_core import chain, jet
from escarcelle_core.documents import JetEvent, Override, Payment, Reference, Regime
from escarcelle_core.errors import EscarcelleError
from escarcelle_core.record import Record
from escarcelle_core.state import TillState
from escarcelle_core.verification import verify_next
from escarcelle_core.verify.counters import Counters
from escarcelle_core.verify.quick import QuickTickets, _same, _same_instant
from escarcelle_core.verify.references import sale_of
from escarcelle_core.xml import record_xml, schemas, ticket_xml
from escarcelle_core.xml.stamp import digest
from shop import NOON, make_desk, make_line, make_ticket, random_ticket, uuid, verifiers

DESK = make_desk()
KEYS = verifiers(DESK)
UID, NUMBER = DESK.device.uid, DESK.device.number
SCHEMA = schemas.schema("archive.xsd")
OPENING = chain.issue_event(TillState(), DESK, JetEvent(jet.INITIALISATION, "Départ"), NOON)
START = chain.issue_ticket(OPENING.state, DESK, make_ticket(1), NOON).state


def quick(state: TillState, chunk: bytes) -> TillState | None:
    """The state after ``chunk`` when it is accepted."""
    check = QuickTickets(UID, NUMBER, state)
    return check.state if check.accept(chunk) else None


def quick_later(chunk: bytes) -> TillState | None:
    """The same of a check that has accepted the ticket before: what it remembers must not help."""
    check = QuickTickets(UID, NUMBER, START)
    assert check.accept(RICH_CHUNK)
    return check.state if check.accept(chunk) else None


def full(state: TillState, chunk: bytes) -> TillState | None:
    """The same from the full check: canonical, schema, signature, document."""
    try:
        record, document = record_xml.read(chunk)
        after = verify_next(state, record, KEYS, document)
    except EscarcelleError:
        return None
    return after if SCHEMA.validate(document.getparent()) else None


def seal(state: TillState, record: Record, xml: str) -> bytes:
    """``xml`` in place of the record's document, signed again by the till's own key: only what the
    document says can now be wrong."""
    # What the signed string repeats of the document is repeated as it now is.
    payload = record.payload.replace(record.digest, digest(xml))
    forged = replace(record, xml=xml, payload=payload, digest=digest(xml),
                     signature=DESK.signer.sign(payload.encode()))  # fmt: skip
    return record_xml.write(forged)


def test_every_ordinary_ticket_is_accepted_and_leads_to_the_same_state():
    rng = random.Random(11)
    state = START
    accepted = 0
    for number in range(2, 400):
        ticket = random_ticket(rng, number)
        if number % 7 == 0:
            ticket = replace(ticket, customer="F & <G>", tariff='"T"', comment="deux\nlignes > une",
                             overrides=(Override("budget", "R1", "accord"), Override("âge", "R2", "")),
                             origin=Reference("TCK", 3, 1, uuid(1)))  # fmt: skip
        at = NOON + timedelta(seconds=number)
        issue = chain.issue_ticket(state, DESK, ticket, at, training=number % 11 == 0)
        after = quick(state, record_xml.write(issue.records[-1]))
        assert after == issue.state
        accepted += 1
        state = issue.state
    assert accepted > 390


def test_a_sale_after_the_z_opens_the_day_again():
    closed = chain.close_day(START, DESK, NOON).state
    issue = chain.issue_ticket(closed, DESK, make_ticket(5), NOON)
    assert quick(closed, record_xml.write(issue.records[-1])) == issue.state
    assert issue.state.rank == 2


def test_a_new_day_and_the_first_ticket_are_left_to_the_full_check():
    first = chain.issue_ticket(TillState(), DESK, make_ticket(1), NOON).records[-1]
    assert quick(TillState(), record_xml.write(first)) is None
    closed = chain.close_day(START, DESK, NOON).state
    later = chain.issue_ticket(closed, DESK, make_ticket(5), NOON + timedelta(days=1)).records[-1]
    assert full(closed, record_xml.write(later))
    assert quick(closed, record_xml.write(later)) is None


def test_what_is_no_ticket_is_left_to_the_full_check():
    closing = chain.close_day(START, DESK, NOON)
    event = chain.issue_event(START, DESK, JetEvent(jet.CASH_COUNT, "comptage"), NOON)
    for record in (*closing.records, *event.records):
        assert quick(START, record_xml.write(record)) is None
    assert quick(START, b"") is None
    assert quick(START, b"\xff" * 100) is None


def test_a_gap_another_till_or_another_chain_is_not_accepted():
    issue = chain.issue_ticket(START, DESK, make_ticket(2), NOON)
    chunk = record_xml.write(issue.records[-1])
    assert quick(issue.state, chunk) is None
    assert quick(OPENING.state, chunk) is None
    for uid, number in (("ffffffff", NUMBER), (UID, 4)):
        assert QuickTickets(uid, number, START).accept(chunk) is None


# ---- never more than the full check ------------------------------------------------------------

AMOUNTS = st.sampled_from(
    ["0.00", "-0.00", "1", "01.00", "1.0", "1.000", "+1.00", "1e2", " 1.00", "٣.00", "-1.00"]
)
TEXTS = st.text(max_size=6) | st.sampled_from(
    ["&amp;", "&lt;b&gt;", "&#65;", "&quot;", "]]>", "\t", "\n", "\r", "\x85", "\u2028", "\ufffe", "é",
     "e\u0301", "&#xA;"]
)  # fmt: skip
RICH = replace(
    make_ticket(2, lines=[
        make_line(1, "2.000", "1.2500", 550, category="Frais & sec", category_code="12", comment="bio",
                  barcode="3017620422003", reference_price=Decimal("2.0000"), origin=uuid(3, 7)),
        make_line(2, "0.333", "2.9900", 2000, discount=Decimal("12.50")),
        make_line(3, "-1.000", "0.9900", 0),
    ]),
    customer="F00012", tariff="T30", comment="Merci",
    overrides=(Override("budget", "R01", "accord"),), origin=Reference("TCK", 3, 1, uuid(1)),
)  # fmt: skip
RICH_ISSUE = chain.issue_ticket(START, DESK, RICH, NOON)
RICH_RECORD = RICH_ISSUE.records[-1]
RICH_CHUNK = record_xml.write(RICH_RECORD)
NEXT_RECORD = chain.issue_ticket(
    RICH_ISSUE.state, DESK, replace(RICH, uid=uuid(3)), NOON + timedelta(seconds=61)
).records[-1]


def altered(data, xml: str) -> str:
    """``xml`` changed in one way."""
    way = data.draw(st.integers(0, 7))
    if way == 0:  # any value of any attribute
        match = data.draw(st.sampled_from(list(re.finditer(r'(?<==")[^"]*(?=")', xml))))
        return xml[: match.start()] + data.draw(TEXTS | AMOUNTS) + xml[match.end() :]
    if way == 1:  # any content
        match = data.draw(st.sampled_from(list(re.finditer(r"(?<=>)[^<]*(?=</)", xml))))
        return xml[: match.start()] + data.draw(TEXTS | AMOUNTS) + xml[match.end() :]
    if way == 2:  # any character
        at = data.draw(st.integers(0, len(xml) - 1))
        return xml[:at] + data.draw(st.characters(exclude_categories=["Cs"])) + xml[at + 1 :]
    if way == 3:  # an element lost or doubled
        match = data.draw(st.sampled_from(list(re.finditer(r"<(\w+)[^>]*>[^<]*</\1>", xml))))
        doubled = data.draw(st.sampled_from(["", match[0] * 2]))
        return xml[: match.start()] + doubled + xml[match.end() :]
    if way == 4:  # an attribute lost or added
        match = data.draw(st.sampled_from(list(re.finditer(r' [\w-]+="[^"]*"', xml))))
        added = data.draw(st.sampled_from(["", match[0] + ' zz="1"']))
        return xml[: match.start()] + added + xml[match.end() :]
    if way == 5:  # something between two elements
        match = data.draw(st.sampled_from(list(re.finditer("><", xml))))
        junk = data.draw(st.sampled_from([" ", "\n", "<!-- a -->", "<?a b?>", "x", "<a></a>", "<a/>",
                                          "<![CDATA[]]>", "\n<apres ", "</societe>", "</lignes>"]))  # fmt: skip
        return xml[: match.start() + 1] + junk + xml[match.start() + 1 :]
    if way == 6:  # a tag lost, doubled or moved
        tags = list(re.finditer(r"<[^>]*>", xml))
        match, other = data.draw(st.sampled_from(tags)), data.draw(st.sampled_from(tags))
        without = xml[: match.start()] + xml[match.end() :]
        at = data.draw(st.sampled_from([None, other.start() % len(without)]))
        return without if at is None else without[:at] + match[0] + without[at:]
    at = data.draw(st.integers(0, len(xml) - 1))  # a letter's case
    return xml[:at] + xml[at].swapcase() + xml[at + 1 :]


@settings(max_examples=1500, deadline=None)
@given(st.data())
def test_a_document_altered_in_any_way_and_signed_again(data):
    chunk = seal(START, RICH_RECORD, altered(data, RICH_RECORD.xml))
    after = quick(START, chunk)
    if after is not None:
        assert full(START, chunk) == after


@settings(max_examples=1500, deadline=None)
@given(st.data())
def test_an_altered_document_after_a_sound_one(data):
    chunk = seal(RICH_ISSUE.state, NEXT_RECORD, altered(data, NEXT_RECORD.xml))
    after = quick_later(chunk)
    if after is not None:
        assert full(RICH_ISSUE.state, chunk) == after


def test_the_document_after_a_sound_one_is_accepted():
    assert quick_later(record_xml.write(NEXT_RECORD)) is not None


@settings(max_examples=1500, deadline=None)
@given(st.data())
def test_any_bytes_of_a_record_altered(data):
    """The record as it stands in the archive, its signed string and signature included."""
    chunk = RICH_CHUNK
    for _time in range(data.draw(st.integers(1, 2))):
        start = data.draw(st.integers(0, len(chunk) - 1))
        end = data.draw(st.integers(start, min(start + 40, len(chunk))))
        there = data.draw(st.integers(0, len(chunk) - 1))
        other = data.draw(st.binary(max_size=4) | st.just(chunk[there : there + 12]))
        chunk = chunk[:start] + other + chunk[end:]
    check = QuickTickets(UID, NUMBER, START)
    ticket = check.accept(chunk)
    if ticket is None:
        return
    # All is sound but the signature, which is not looked at here: with the right one the record is.
    sound = DESK.signer.sign(ticket.payload.encode())
    after = full(START, chunk.replace(ticket.signature.encode(), sound.encode(), 1))
    assert ticket.key_id == DESK.signer.key_id
    assert after is not None and after.totals == check.totals
    assert after.seq("TCK") == ticket.seq


def test_what_is_noted_of_a_ticket_is_what_its_document_says():
    rng, state = random.Random(5), START
    for number in range(2, 60):
        ticket = replace(random_ticket(rng, number), comment="é < €" if number % 3 else "")
        issue = chain.issue_ticket(state, DESK, ticket, NOON + timedelta(seconds=number))
        record = issue.records[-1]
        found = QuickTickets(UID, NUMBER, state).accept(record_xml.write(record))
        assert found.sale == sale_of(record.xml)
        assert (found.uid, found.operation, found.seq) == (record.origin, record.operation, record.seq)
        state = issue.state


@pytest.mark.parametrize("instead", ["", "</societe>", "<societe>", "<societe></societe>"])
def test_a_document_without_its_company_is_not_accepted(instead):
    for record, check in ((RICH_RECORD, lambda chunk: quick(START, chunk)), (NEXT_RECORD, quick_later)):
        xml = re.sub("<societe .*</societe>", instead, record.xml)
        state = START if record is RICH_RECORD else RICH_ISSUE.state
        assert xml != record.xml and check(seal(state, record, xml)) is None


DIGITS = st.integers(0, 99).map("{:02d}".format)


@settings(max_examples=2000, deadline=None)
@given(
    st.tuples(st.sampled_from(["2026-03-29", "2024-02-29", "2025-02-29", "2026-12-31", "1000-01-01", "2999-12-31"]),
              *[st.integers(0, 25).map("{:02d}".format) | DIGITS, DIGITS, DIGITS]),
    st.sampled_from(["+01:00", "-00:00", "+00:00", "+05:30", "-11:00", "+14:00", "+23:59", "+24:00", "+01:60"]),
    st.sampled_from([0, 0, 0, 1, 60, 3600]),
)  # fmt: skip
def test_instants_are_the_same_or_not(parts, offset, shift):
    """By the hour, as by the calendar."""
    day, hour, minute, second = parts
    local = f"{day}T{hour}:{minute}:{second}{offset}"
    try:
        at = datetime.fromisoformat(local) + timedelta(seconds=shift)
        utc = at.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    except ValueError:
        utc = f"{day}T{hour}:{minute}:{second}Z"
    assert _same_instant(local, utc) == _same(local, utc)


CENTS = st.integers(-3, 3)


@settings(max_examples=600, deadline=None)
@given(st.data())
def test_a_till_that_counts_wrong_is_never_accepted(data):
    """The program itself issues a ticket that contradicts itself: sums, VAT, payments, numbers."""
    rng = random.Random(data.draw(st.integers(0, 50)))
    ticket = random_ticket(rng, 2)
    lines = list(ticket.lines)
    at = data.draw(st.integers(0, len(lines) - 1))
    change = data.draw(st.sampled_from(
        ["amount", "tax", "number", "uid", "quantity", "rate", "paid", "sector", "none"]))  # fmt: skip
    line = lines[at]
    if change == "amount":
        lines[at] = replace(line, amount=line.amount + data.draw(CENTS))
    elif change == "tax":
        lines[at] = replace(line, tax=line.tax + data.draw(CENTS))
    elif change == "number":
        lines[at] = replace(line, number=data.draw(st.integers(1, 13)))
    elif change == "uid":
        lines[at] = replace(line, uid=data.draw(st.sampled_from(lines)).uid)
    elif change == "quantity":
        lines[at] = replace(line, quantity=line.quantity + Decimal(data.draw(CENTS)) / 1000)
    elif change == "rate":
        lines[at] = replace(line, rate=data.draw(st.sampled_from([0, 210, 550, 2000, 9999])))
    elif change == "sector":
        ticket = replace(ticket, regime=Regime(data.draw(st.sampled_from(["TAXABLE", "EXO_A", "exo", "É"]))))
    ticket = replace(ticket, lines=tuple(lines))
    paid = ticket.payments[0]
    extra = data.draw(CENTS) if change == "paid" else 0
    kept = ticket.total - ticket.payments[1].amount + extra
    ticket = replace(ticket, payments=(replace(paid, amount=kept), ticket.payments[1]))
    with patch.object(ticket_xml, "check"):
        record = chain.issue_ticket(START, DESK, ticket, NOON).records[-1]
    chunk = record_xml.write(record)
    expected = full(START, chunk)
    after = quick(START, chunk)
    assert after is None or after == expected
    if change == "none":
        assert after == expected is not None


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.decimals(-9999, 9999, places=3, allow_nan=False, allow_infinity=False),
            st.decimals(-999, 9999, places=4, allow_nan=False, allow_infinity=False),
            st.decimals(0, 100, places=2, allow_nan=False, allow_infinity=False),
            st.integers(0, 9999),
        ),
        min_size=1, max_size=6,
    )
)  # fmt: skip
def test_any_numbers_round_the_same(rows):
    lines = [
        make_line(i, f"{q or abs(q):.3f}", f"{p or abs(p):.4f}", rate, discount=d)
        for i, (q, p, d, rate) in enumerate(rows, 1)
    ]
    total = sum(line.amount for line in lines)
    payments = (Payment(uuid(2, 9), "ESPECES", "Espèces", total, 5),)
    ticket = make_ticket(2, lines, payments=payments, operation="ANN" if total < 0 else "VTE")
    issue = chain.issue_ticket(START, DESK, ticket, NOON)
    chunk = record_xml.write(issue.records[-1])
    assert quick(START, chunk) == issue.state == full(START, chunk)


@pytest.mark.parametrize(
    "old, new",
    [
        ("2026-03-14T12:00:00+01:00", "2026-03-14T12:00:00+02:00"),
        ("2026-03-14T12:00:00+01:00", "2026-03-14T12:00:01+01:00"),
        ("2026-03-14T12:00:00+01:00", "2026-13-14T12:00:00+01:00"),
        ("2026-03-14T11:00:00Z", "2026-03-14T11:00:01Z"),
        ("<date>14/03/2026", "<date>15/03/2026"),
        ("<heure>12:00:00", "<heure>12:00:01"),
        ('jour="2026-03-14"', 'jour="2026-03-13"'),
        ('ecole="N"', 'ecole="O"'),
        ('type="VTE"', 'type="ANN"'),
        ("<cab>VTE2D", "<cab>VTE3D"),
        ('nombre="3"', 'nombre="4"'),
        ('logiciel="Escarcelle 0.1.0"', 'logiciel="Escarcelle"'),
        ('secteur="TAXABLE"', 'secteur="EXO_A"'),
        ('caisse="3"', 'caisse="03"'),
        ("<entete><societe ", "<entete></societe><societe "),
        ("</lignes>", "</lignes></lignes>"),
        ("</article></lignes>", "</article>.</lignes>"),
    ],
)  # fmt: skip
def test_times_and_places_that_disagree_are_not_accepted(old, new):
    assert old in RICH_RECORD.xml
    for count in (1, -1):
        chunk = seal(START, RICH_RECORD, RICH_RECORD.xml.replace(old, new, count))
        assert quick(START, chunk) is None


def test_counters_are_the_totals():
    rng = random.Random(3)
    totals, counters = START.totals, Counters(START.totals)
    for number in range(300):
        ticket = random_ticket(rng, number)
        totals = chain.totals_after(totals, ticket, "TCK")
        counters = counters.after(
            ticket.regime.sector,
            [(share.rate, share.total, share.tax, 1) for share in ticket.shares],
            [(payment.mode, payment.amount) for payment in ticket.payments],
        )
        assert counters.totals() == totals
        if number % 50 == 49:
            level = rng.choice(("GTJ", "GTM", "GTA"))
            totals = totals.restart(level)
            counters = Counters(totals)
        assert Counters(totals).text() == counters.text()
