"""Detail older than the law asks to keep may go, when a yearly archive holds it; nothing else ever does."""

from datetime import datetime, timezone

import psycopg2
import pytest

from escarcelle_core.verify.outcome import DEFECTS, SOUND
from escarcelle_core.verify.run import verify, verify_connection
from purging import DETAIL, SERVER, TILL, old_journal, purge, two_years
from tampering import PURGE_CASES, disarm, do

OLD = "till = 'a1b2c3d4' AND business_day < '2016-01-01'"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("purge") / "A"


@pytest.fixture(scope="module")
def journal(house, folder):
    journal = old_journal(house, folder)
    yield journal
    journal.database.drop()


@pytest.fixture
def connection(journal):
    """Odoo's role; nothing is kept of what it does."""
    with journal.database.odoo() as connection:
        yield connection
        connection.rollback()


def _rows(connection, what):
    with connection.cursor() as cr:
        cr.execute(f"SELECT {what}")
        return cr.fetchall()


def _sound(connection):
    outcome = verify_connection("base", connection)
    assert outcome.verdict == SOUND, [d.as_text() for d in outcome.defects]
    return outcome


def test_before_it_is_sound(connection):
    assert not [w for w in _sound(connection).warnings if "purg" in w]


def test_detail_goes_and_totals_stay(connection):
    before = dict(_rows(connection, f"kind, count(*) FROM fiscal.record WHERE till = '{TILL}' GROUP BY 1"))
    ((place,),) = _rows(connection, f"max(id) FROM fiscal.record WHERE {OLD}")
    gone = purge(connection)
    after = dict(_rows(connection, f"kind, count(*) FROM fiscal.record WHERE till = '{TILL}' GROUP BY 1"))
    assert gone == sum(before.values()) - sum(after.values()) > 0
    assert {kind for kind in before if before[kind] != after[kind]} == set(DETAIL)
    # One of each chain stays: the one the seal names.
    left = _rows(connection, f"kind, count(*) FROM fiscal.record WHERE till = '{TILL}' AND id <= {place}"
                             " AND kind IN ('TCK', 'DUP', 'ECO') GROUP BY 1 ORDER BY 1")  # fmt: skip
    assert left == [("DUP", 1), ("ECO", 1), ("TCK", 1)]


def test_after_it_is_sound_and_said(connection):
    purge(connection)
    outcome = _sound(connection)
    said = [warning for warning in outcome.warnings if "purgés" in warning]
    assert len(said) == 1
    assert "caisse 1" in said[0]
    assert "archive n° 1" in said[0]


def test_every_device_is_purged_and_goes_on(journal, connection):
    for device in (TILL, "b2c3d4e5", SERVER):
        purge(connection, device)
    _sound(connection)


@pytest.mark.parametrize(
    ("till", "archive", "years"),
    [
        (TILL, 1, 5), (TILL, 1, None), (TILL, 1, -6), (TILL, 99, 6), (TILL, 1, 99), (TILL, None, 6),
        ("00000000", 1, 6), ('x"] | //*[@close="O', 1, 6), (None, 1, 6),
    ],
)  # fmt: skip
def test_refused(connection, till, archive, years):
    with pytest.raises(psycopg2.Error) as caught:
        purge(connection, till, archive, years)
    assert caught.value.pgcode in ("EF009", "EF001"), caught.value


def test_a_row_received_late_stays(journal):
    """Old by what it says of itself, young by the clock of the database."""
    with journal.database.admin() as connection:
        do(connection, "ALTER TABLE fiscal.record DISABLE TRIGGER immutable")
        do(connection, "UPDATE fiscal.record SET received_at = now()"
                       f" WHERE till = '{TILL}' AND kind = 'TCK' AND seq = 2")  # fmt: skip
        do(connection, "SET CONSTRAINTS ALL IMMEDIATE")
        do(connection, "ALTER TABLE fiscal.record ENABLE ALWAYS TRIGGER immutable")
        with pytest.raises(psycopg2.Error):
            purge(connection)
        connection.rollback()


@pytest.mark.parametrize("change", [
    "signature = repeat('A', 86)",
    "business_day = '2016-01-01'",
])  # fmt: skip
def test_a_journal_that_is_not_the_sealed_one_stays(journal, change):
    with journal.database.admin() as connection, connection.cursor() as cr:
        disarm(cr)
        do(connection, f"UPDATE fiscal.record SET {change} WHERE till = '{TILL}' AND kind = 'GTA'")
        with pytest.raises(psycopg2.Error) as caught:
            purge(connection)
        assert caught.value.pgcode == "EF009"
        connection.rollback()


def test_refused_twice(connection):
    purge(connection)
    with pytest.raises(psycopg2.Error) as caught:
        purge(connection)
    assert caught.value.pgcode == "EF009"


@pytest.mark.parametrize("statement", [
    "DELETE FROM fiscal.record WHERE till = 'a1b2c3d4' AND kind = 'TCK' AND seq = 1",
    "INSERT INTO fiscal.purge SELECT * FROM fiscal.purge",
    "UPDATE fiscal.purge SET last_id = 1000000",
    "DELETE FROM fiscal.purge",
    "SELECT fiscal.kept('', r) FROM fiscal.record r LIMIT 1",
    "CREATE OR REPLACE FUNCTION fiscal.purge(p_till text, p_archive bigint, p_years integer, p_by text)"
    " RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint'",
    "ALTER FUNCTION fiscal.purge(text, bigint, integer, text) RESET ALL",
])  # fmt: skip
@pytest.mark.parametrize("purged", [False, True])
def test_odoo_gains_nothing_more(connection, statement, purged):
    if purged:
        purge(connection)
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        do(connection, statement)


@pytest.mark.parametrize("condition", ["kind = 'GTJ'", "kind = 'JET'", "kind = 'TCK' AND business_day > '2016-01-01'",
                                       "till = 'b2c3d4e5' AND kind = 'TCK'"])  # fmt: skip
def test_not_even_the_owner_removes_more_in_the_same_transaction(journal, condition):
    with journal.database.admin() as connection:
        purge(connection)
        with pytest.raises(psycopg2.errors.CheckViolation):
            do(connection, f"DELETE FROM fiscal.record WHERE {condition}")
        connection.rollback()


def test_temporary_objects_mislead_nobody(connection):
    do(connection, "CREATE TEMP TABLE instance AS SELECT * FROM fiscal.instance")
    do(connection, "CREATE FUNCTION pg_temp.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS"
                   " $$ SELECT '2090-01-01'::timestamptz $$")  # fmt: skip
    do(connection, "SET search_path = pg_temp, fiscal, pg_catalog")
    with pytest.raises(psycopg2.Error) as caught:
        purge(connection, TILL, 1, 80)
    assert caught.value.pgcode == "EF009"


@pytest.fixture
def purged(journal):
    """A superuser without guards, after a purge of till 1."""
    with journal.database.admin() as connection:
        purge(connection)
        with connection.cursor() as cr:
            cr.execute("SET CONSTRAINTS ALL IMMEDIATE")
            disarm(cr)
        yield connection
        connection.rollback()


def test_disarmed_it_is_sound(purged):
    _sound(purged)


@pytest.mark.parametrize("statement", [
    f"DELETE FROM fiscal.record WHERE {OLD} AND kind = 'TCK'",
    f"DELETE FROM fiscal.record WHERE {OLD} AND kind = 'GTJ' AND seq = 1",
    f"DELETE FROM fiscal.record WHERE {OLD} AND kind = 'JET' AND seq = 2",
    f"DELETE FROM fiscal.record WHERE {OLD}",
    "DELETE FROM fiscal.record WHERE till = 'b2c3d4e5' AND kind = 'TCK' AND seq = 1",
    "DELETE FROM fiscal.record WHERE till = 'a1b2c3d4' AND kind = 'TCK' AND business_day = '2016-01-01'"
    " AND seq = (SELECT min(seq) FROM fiscal.record WHERE till = 'a1b2c3d4' AND kind = 'TCK'"
    " AND business_day = '2016-01-01')",
    f"UPDATE fiscal.record SET late = true WHERE {OLD} AND kind = 'GTJ' AND seq = 1",
    f"UPDATE fiscal.record SET company_id = 2 WHERE {OLD} AND kind = 'GTA'",
    f"UPDATE fiscal.record SET received_at = received_at - interval '1 second' WHERE {OLD} AND kind = 'TCK'",
    f"UPDATE fiscal.record SET reception = repeat('0', 64) WHERE {OLD} AND kind = 'GTA'",
    f"UPDATE fiscal.record SET totals = jsonb_set(totals, '{{perpetual_real}}', '1') WHERE {OLD} AND kind = 'GTJ'",
    f"UPDATE fiscal.record SET xml = replace(xml, 'Strasbourg', 'Mulhouse') WHERE {OLD} AND kind = 'GTJ'",
    "DELETE FROM fiscal.purge",
    "INSERT INTO fiscal.purge SELECT 'b2c3d4e5', archive, archive_signature, first_day, last_day, last_id, received,"
    " chains, records, kept, purged_by, transaction, purged_at FROM fiscal.purge",
])  # fmt: skip
def test_tampering_after_is_found(purged, statement):
    assert do(purged, statement) > 0
    outcome = verify_connection("base", purged)
    assert outcome.verdict == DEFECTS
    assert all(defect.message for defect in outcome.defects)


@pytest.mark.parametrize("column", PURGE_CASES)
def test_every_column_of_a_purge_is_watched(purged, column):
    value, field = PURGE_CASES[column]
    assert do(purged, f"UPDATE fiscal.purge SET {column} = {value}") == 1
    outcome = verify_connection("base", purged)
    assert outcome.verdict == DEFECTS
    assert any("fiscal.purge" in d.record and d.field == field for d in outcome.defects), outcome.defects


def test_with_the_archive_everything_is_checked(house, tmp_path_factory):
    folder = tmp_path_factory.mktemp("with") / "A"
    journal = old_journal(house, folder)
    try:
        with journal.database.odoo() as connection:
            purge(connection)
        dsn = house.dsn(journal.database.name, admin=True)
        outcome = verify([folder], database=dsn)
        assert outcome.verdict == SOUND, [d.as_text() for d in outcome.defects]
        assert any("purgés" in warning for warning in outcome.warnings)
        file = folder / "archive.xml"
        file.write_bytes(file.read_bytes().replace(b"Strasbourg", b"Mulhouse01", 1))
        assert verify([folder], database=dsn).verdict == DEFECTS
    finally:
        journal.database.drop()


def test_a_seal_made_today_opens_nothing(house, tmp_path):
    """Whoever can write in the journal cannot seal today and purge now."""
    journal = old_journal(house, tmp_path / "A")
    try:
        with journal.database.admin() as connection:
            do(connection, "ALTER TABLE fiscal.record DISABLE TRIGGER immutable")
            do(connection, "UPDATE fiscal.record SET received_at = now() WHERE kind = 'ARC'")
        with journal.database.odoo() as connection, pytest.raises(psycopg2.Error) as caught:
            purge(connection)
        assert caught.value.pgcode == "EF009"
    finally:
        journal.database.drop()


def test_years_go_one_after_the_other(house, tmp_path):
    journal = two_years(house, tmp_path)
    try:
        with journal.database.odoo() as connection:
            with pytest.raises(psycopg2.Error) as caught:
                purge(connection, TILL, 2)
            assert caught.value.pgcode == "EF009"
            connection.rollback()
            assert purge(connection, TILL, 1)
            _sound(connection)
            assert purge(connection, TILL, 2)
            assert len([w for w in _sound(connection).warnings if "purgés" in w]) == 2
            for device in ("b2c3d4e5", SERVER):
                purge(connection, device, 1)
                purge(connection, device, 2)
            _sound(connection)
        outcome = verify([tmp_path / "1", tmp_path / "2"], database=house.dsn(journal.database.name, admin=True))
        assert outcome.verdict == SOUND, [d.as_text() for d in outcome.defects[:5]]
        # What follows is appended and verified as before.
        journal.world.day(datetime(2017, 1, 2, 11, tzinfo=timezone.utc))
        journal.save()
        with journal.database.odoo() as connection:
            _sound(connection)
    finally:
        journal.database.drop()


def test_a_month_opens_nothing(house, tmp_path):
    journal = old_journal(house, tmp_path / "M", level="M")
    try:
        with journal.database.odoo() as connection, pytest.raises(psycopg2.Error) as caught:
            purge(connection)
        assert caught.value.pgcode == "EF009"
    finally:
        journal.database.drop()
