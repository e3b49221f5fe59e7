"""``fiscal.append``: what may enter a chain, and what a replay answers."""

import json
import uuid
from dataclasses import replace

import psycopg2
import pytest

from fiscal_database import FiscalDatabase, append


@pytest.fixture(scope="module")
def database(house):
    database = FiscalDatabase(house)
    yield database
    database.drop()


_numbers = iter(range(1, 900))


@pytest.fixture
def till(database):
    return database.till(next(_numbers))


@pytest.fixture
def cr(database):
    with database.odoo() as connection, connection.cursor() as cursor:
        yield cursor
        connection.rollback()


def _refused(cr, code, till, records):
    cr.execute("SAVEPOINT refused")
    with pytest.raises(psycopg2.Error) as caught:
        append(cr, till, records)
    assert caught.value.pgcode == code, caught.value
    cr.execute("ROLLBACK TO refused")


def _statuses(answer):
    return [(item["kind"], item["seq"], item["status"]) for item in answer]


def test_records_are_stored_and_the_heads_move(cr, till):
    answer = append(cr, till, till.event() + till.ticket() + till.ticket())
    assert _statuses(answer) == [("JET", 1, "stored"), ("TCK", 1, "stored"), ("TCK", 2, "stored")]
    cr.execute("SELECT fiscal.lock(%s)", [till.uid])
    standing = cr.fetchone()[0]
    assert standing["heads"]["TCK"]["seq"] == 2
    assert standing["heads"]["TCK"]["signature"] == till.state.signature("TCK")
    assert standing["totals"] == till.state.totals.as_json()


def test_every_key_of_a_record_is_stored_as_it_was_signed(cr, till):
    record = till.ticket()[0]
    append(cr, till, [record])
    cr.execute("SELECT to_jsonb(r) FROM fiscal.record r WHERE till = %s", [till.uid])
    stored = cr.fetchone()[0]
    sent = record.as_json()
    assert stored.pop("at").startswith(sent.pop("at").rstrip("Z"))
    assert {key: stored[key] for key in sent} == sent


def test_late_is_about_reception(cr, till):
    append(cr, till, till.ticket(), late=True)
    append(cr, till, till.ticket(), late=False)
    cr.execute("SELECT late FROM fiscal.record WHERE till = %s ORDER BY seq", [till.uid])
    assert [row[0] for row in cr.fetchall()] == [True, False]


def test_replay_is_known_and_stores_nothing(cr, till):
    batch = till.ticket() + till.ticket()
    append(cr, till, batch)
    assert _statuses(append(cr, till, batch)) == [("TCK", 1, "known"), ("TCK", 2, "known")]
    assert _statuses(append(cr, till, batch + till.ticket()))[-1] == ("TCK", 3, "stored")
    cr.execute("SELECT count(*) FROM fiscal.record WHERE till = %s", [till.uid])
    assert cr.fetchone()[0] == 3


def test_same_origin_with_other_content_is_refused(cr, till):
    record = till.ticket()[0]
    append(cr, till, [record])
    for change in (
        {"signature": "A" * 86}, {"payload": record.payload + " "}, {"xml": record.xml + " "},
        {"seq": 2}, {"local": "2026-11-21T00:00:00+01:00"}, {"operation": "ANN"},
        {"totals": replace(record.totals, perpetual_real=9)}, {"business_day": record.business_day.replace(day=1)},
    ):  # fmt: skip
        _refused(cr, "EF005", till, [replace(record, **change)])


def test_wrong_sequence_is_refused(cr, till):
    append(cr, till, till.ticket() + till.ticket())
    record = till.ticket()[0]
    for seq in (1, 2, 4, 99):
        _refused(cr, "EF003", till, [replace(record, seq=seq)])


def test_wrong_previous_signature_is_refused(cr, till):
    append(cr, till, till.ticket())
    record = till.ticket()[0]
    _refused(cr, "EF004", till, [replace(record, previous="B" * 86)])
    _refused(cr, "EF004", till, [replace(record, previous="")])


def test_first_record_has_no_previous(cr, till):
    record = till.ticket()[0]
    _refused(cr, "EF004", till, [replace(record, previous="B" * 86)])


def test_unknown_key_is_refused(cr, till):
    _refused(cr, "EF002", till, [replace(till.ticket()[0], key_id="0" * 64)])


def test_key_of_another_till_is_refused(cr, database, till):
    other = database.till(next(_numbers))
    _refused(cr, "EF002", till, [replace(till.ticket()[0], key_id=other.desk.signer.key_id)])


def test_revoked_key_is_refused_but_its_replay_is_known(cr, till):
    first = till.ticket()
    append(cr, till, first)
    cr.execute("SELECT fiscal.revoke_certificate(%s, %s, 'volée')", [till.uid, till.desk.signer.key_id])
    assert cr.fetchone()[0] is True
    _refused(cr, "EF002", till, till.ticket())
    assert _statuses(append(cr, till, first)) == [("TCK", 1, "known")]


def test_record_of_another_till_is_refused(cr, database, till):
    other = database.till(next(_numbers))
    _refused(cr, "EF001", till, other.ticket())
    _refused(cr, "EF001", till, [replace(till.ticket()[0], till_number=999)])


def test_unknown_till_is_refused(cr, till):
    till.uid = "ffffffff"
    _refused(cr, "EF001", till, till.ticket())


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"xml": "<autre/>"}, "23514"),  # the digest is no longer that of the document
        ({"digest": "0" * 64}, "23514"),  # nor the one the signed string names
        ({"payload": "0550:1,1,20261121120000,1-1,VTE"}, "23514"),
        ({"kind": "XXX"}, "23514"),
        ({"signature": "court"}, "23514"),
        ({"training": True}, "23514"),  # training has its own chain
        ({"operation": "AUT"}, "23514"),
        ({"doc_type": "ticket"}, "23514"),
        ({"origin": "pas un uuid"}, "22P02"),
        ({"business_day": "demain"}, "22007"),
        ({"totals": None}, "23502"),
    ],
)
def test_record_that_contradicts_itself_is_refused(cr, till, change, code):
    _refused(cr, code, till, [{**till.ticket()[0].as_json(), **change}])


@pytest.mark.parametrize("records", [None, {}, 5, "x"])
def test_what_is_no_list_is_refused(cr, till, records):
    with pytest.raises(psycopg2.Error) as caught:
        cr.execute("SELECT fiscal.append(%s, %s::jsonb)", [till.uid, json.dumps(records)])
    assert caught.value.pgcode == "EF006"


def test_empty_batch_is_empty(cr, till):
    assert append(cr, till, []) == []


def test_batch_is_stored_whole_or_not_at_all(cr, till):
    good = till.ticket()
    bad = [replace(till.ticket()[0], previous="B" * 86)]
    _refused(cr, "EF004", till, good + bad)
    cr.execute("SELECT count(*) FROM fiscal.record WHERE till = %s", [till.uid])
    assert cr.fetchone()[0] == 0
    assert _statuses(append(cr, till, good)) == [("TCK", 1, "stored")]


def test_registering_again_changes_nothing_and_a_change_is_a_version(cr, till):
    values = [till.uid, till.desk.device.number, f"Caisse {till.desk.device.number}"]
    query = "SELECT fiscal.register_till(%s, %s, %s, 'till', 1, NULL, %s, 'Escarcelle 0.1.0')"
    cr.execute(query, [*values, "73282932000074"])
    assert cr.fetchone()[0]["new"] is False
    cr.execute(query, [*values[:2], "Caisse du fond", "73282932000074"])
    assert cr.fetchone()[0]["version"] == 2
    cr.execute("SELECT count(*), count(DISTINCT number) FROM fiscal.till WHERE uid = %s", [till.uid])
    assert cr.fetchone() == (2, 1)


def test_number_belongs_to_one_device_for_ever(cr, till):
    query = "SELECT fiscal.register_till(%s, %s, 'Autre', 'till', 1, NULL, '1', 'x')"
    for uid, number in (("abcdef01", till.desk.device.number), (till.uid, 899)):
        cr.execute("SAVEPOINT here")
        with pytest.raises(psycopg2.Error) as caught:
            cr.execute(query, [uid, number])
        assert caught.value.pgcode == "EF008"
        cr.execute("ROLLBACK TO here")


def test_devices_the_server_signs_for_are_numbered_from_901(cr, till):
    numbers = []
    for uid in ("abcdef02", "abcdef03"):
        cr.execute("SELECT fiscal.register_till(%s, NULL, 'Tablette', 'server', 1, NULL, '1', 'x')", [uid])
        numbers.append(cr.fetchone()[0]["number"])
    assert numbers == [901, 902]


def test_quarantine_keeps_once(cr, till):
    data = json.dumps([record.as_json() for record in till.ticket() + till.ticket()])
    for expected in (2, 0):
        cr.execute("SELECT fiscal.quarantine(%s, %s::jsonb, 'e', 'fork', 'd')", [till.uid, data])
        assert cr.fetchone()[0] == expected


def test_nothing_enters_before_the_instance_is_open(house):
    closed = FiscalDatabase(house, opened=False)
    try:
        with closed.odoo() as connection, connection.cursor() as cursor:
            for query in (
                "SELECT fiscal.append('a1b2c3d4', '[]')",
                "SELECT fiscal.register_till('a1b2c3d4', 1, 'x', 'till', 1, NULL, '1', 'x')",
            ):
                with pytest.raises(psycopg2.Error) as caught:
                    cursor.execute(query)
                assert caught.value.pgcode == "EF007"
                connection.rollback()
            cursor.execute("SELECT fiscal.open_instance(%s, 'a1b2c3d4')", [str(uuid.uuid4())])
            with pytest.raises(psycopg2.Error) as caught:
                cursor.execute("SELECT fiscal.open_instance(%s, 'a1b2c3d4')", [str(uuid.uuid4())])
            assert caught.value.pgcode == "EF007"
            connection.rollback()
    finally:
        closed.drop()
