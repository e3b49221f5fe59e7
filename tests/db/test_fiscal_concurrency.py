"""Four tills never wait for each other; one till's chain never forks, whoever is killed when."""

import multiprocessing
import threading
import time

import psycopg2
import pytest

from escarcelle_core.state import TillState
from escarcelle_core.verification import verify_next
from fiscal_database import FiscalDatabase, append
from shop import verifiers

TICKETS = 60


@pytest.fixture(scope="module")
def database(house):
    database = FiscalDatabase(house)
    yield database
    database.drop()


def _sell(house, name, till, answers):
    """Child process: one transaction a ticket, in Odoo's isolation; counts what had to be replayed."""
    connection = psycopg2.connect(house.dsn(name))
    connection.set_session(isolation_level="REPEATABLE READ")
    retries = 0
    for _number in range(TICKETS):
        records = till.ticket()
        while True:
            try:
                with connection, connection.cursor() as cr:
                    append(cr, till, records)
                break
            except psycopg2.errors.SerializationFailure:
                retries += 1
    answers.put(retries)
    connection.close()


def _verify(database, till):
    """Every record of the till, checked by the core from its first one."""
    from escarcelle_core.record import Record

    with database.admin() as connection, connection.cursor() as cr:
        cr.execute(
            "SELECT to_jsonb(r) - '{id,received_at,late,company_id,reception}'::text[]"
            " || jsonb_build_object('at', to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'))"
            " FROM fiscal.record r WHERE till = %s ORDER BY id",
            [till.uid],
        )
        state = TillState()
        for (data,) in cr.fetchall():
            state = verify_next(state, Record.from_json(data), verifiers(till.desk))
    return state


def test_four_tills_have_no_serialisation_failure(database, house):
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    tills = [database.till(number) for number in range(1, 5)]
    children = [
        context.Process(target=_sell, args=(house, database.name, till, answers)) for till in tills
    ]
    for child in children:
        child.start()
    retries = [answers.get(timeout=120) for _child in children]
    for child in children:
        child.join()
    assert retries == [0, 0, 0, 0]
    for till in tills:
        assert _verify(database, till).seq("TCK") == TICKETS


def test_older_snapshot_is_replayed_never_forked(database):
    till = database.till(11)
    first, second = till.ticket(), till.ticket()
    with database.odoo() as connection, connection.cursor() as cr:
        cr.execute("SELECT 1")  # the snapshot is taken here
        with database.odoo() as other, other.cursor() as faster:
            append(faster, till, first)
        with pytest.raises(psycopg2.errors.SerializationFailure):
            append(cr, till, first)
        connection.rollback()
        assert append(cr, till, first)[0]["status"] == "known"
        assert append(cr, till, second)[0]["status"] == "stored"


def test_older_snapshot_of_another_chain_is_replayed_too(database):
    """What moves one chain moves the till's totals and day: a decision on the others would be stale."""
    till = database.till(12)
    event, ticket = till.event(), till.ticket()
    with database.odoo() as connection, connection.cursor() as cr:
        cr.execute("SELECT 1")
        with database.odoo() as other, other.cursor() as faster:
            append(faster, till, event)
        with pytest.raises(psycopg2.errors.SerializationFailure):
            cr.execute("SELECT fiscal.lock(%s)", [till.uid])
        connection.rollback()
        append(cr, till, ticket)


def test_same_till_twice_at_once_waits_its_turn(database):
    till = database.till(13)
    batch = till.ticket()
    statuses = []

    def send():
        with database.odoo() as connection:
            while True:
                try:
                    with connection.cursor() as cr:
                        statuses.append(append(cr, till, batch)[0]["status"])
                    connection.commit()
                    return
                except psycopg2.errors.SerializationFailure:
                    connection.rollback()

    threads = [threading.Thread(target=send) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == ["known", "known", "known", "stored"]
    assert database.count(till) == 1


def _kill(database, pid):
    with database.admin() as connection, connection.cursor() as cr:
        connection.autocommit = True  # within a transaction the list of backends stays the same
        cr.execute("SELECT pg_terminate_backend(%s)", [pid])
        for _try in range(100):
            cr.execute("SELECT count(*) FROM pg_stat_activity WHERE pid = %s", [pid])
            if cr.fetchone()[0] == 0:
                return
            time.sleep(0.02)
    raise AssertionError("the backend does not end")


def test_killed_before_the_commit_nothing_is_left(database):
    till = database.till(14)
    batch = till.ticket()
    connection = psycopg2.connect(database.house.dsn(database.name))
    cr = connection.cursor()
    append(cr, till, batch)
    _kill(database, connection.get_backend_pid())
    with pytest.raises(psycopg2.OperationalError):
        connection.commit()
    assert database.count(till) == 0
    with database.odoo() as again, again.cursor() as cursor:
        assert append(cursor, till, batch)[0]["status"] == "stored"


def test_killed_after_the_commit_the_replay_is_known(database):
    till = database.till(15)
    batch = till.ticket()
    connection = psycopg2.connect(database.house.dsn(database.name))
    append(connection.cursor(), till, batch)
    connection.commit()
    _kill(database, connection.get_backend_pid())
    with database.odoo() as again, again.cursor() as cursor:
        assert append(cursor, till, batch)[0]["status"] == "known"
    assert database.count(till) == 1


def test_two_first_uses_at_once_open_one_instance(house):
    fresh = FiscalDatabase(house, opened=False)
    try:
        with fresh.odoo() as connection, connection.cursor() as cr:
            cr.execute("SELECT 1")
            with fresh.odoo() as other, other.cursor() as faster:
                faster.execute("SELECT fiscal.open_instance(gen_random_uuid(), 'a1b2c3d4')")
            with pytest.raises(psycopg2.errors.SerializationFailure):
                cr.execute("SELECT fiscal.open_instance(gen_random_uuid(), 'b1b2c3d4')")
            connection.rollback()
    finally:
        fresh.drop()
