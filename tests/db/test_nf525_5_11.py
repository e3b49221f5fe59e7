"""The list of cases a fiscal journal must withstand, one test a case, on a real database or archive."""

import multiprocessing
import os
import random
import subprocess
import sys
import time
from datetime import date, datetime, timedelta, timezone

import psycopg2
import pytest
from lxml import etree

from archives import Chain, World
from escarcelle_core import chain
from escarcelle_core.chain import close_day, close_elapsed, issue_duplicate, issue_ticket
from escarcelle_core.documents import Duplicate, Reference
from escarcelle_core.record import Record
from escarcelle_core.state import TillState
from escarcelle_core.verification import verify_next
from escarcelle_core.verify.outcome import DEFECTS, SOUND
from escarcelle_core.verify.run import verify, verify_connection
from fiscal_database import FiscalDatabase, append
from journal import Journal
from shop import NOON, make_desk, make_line, make_ticket, uuid, verifiers
from tampering import CASES, ROWS, cut, do


def _walk(device: Chain) -> TillState:
    """Every record verified as the next one."""
    state = TillState()
    for record in device.records:
        state = verify_next(state, record, verifiers(device.desk))
    assert state == device.state
    return state


def _device(at=NOON, **rules) -> Chain:
    device = Chain(make_desk(**rules))
    device.keep(chain.issue_event(device.state, device.desk, chain.JetEvent(260, "Départ"), at))
    return device


def _sell(device: Chain, number: int, at: datetime, **values) -> Record:
    return device.keep(issue_ticket(device.state, device.desk, make_ticket(number, **values), at))


def test_nf525_5_11_tamper_each_column_by_sql(connection):
    for column, (value, _field) in CASES["record"].items():
        do(connection, "SAVEPOINT intact")
        do(connection, f"UPDATE fiscal.record SET {column} = {value} WHERE {ROWS['record']}")
        assert verify_connection("base", connection).verdict == DEFECTS, column
        do(connection, "ROLLBACK TO intact")


def test_nf525_5_11_delete_the_middle(connection):
    do(connection, "DELETE FROM fiscal.record WHERE till = 'a1b2c3d4' AND kind = 'TCK' AND seq = 3")
    found = verify_connection("base", connection).defects
    assert any((d.field, d.expected, d.found) == ("numéro", "3", "4") for d in found)


def test_nf525_5_11_delete_the_tail(connection):
    cut(connection, "a1b2c3d4", 15)
    found = verify_connection("base", connection).defects
    assert any(d.field == "fin de la chaîne TCK" for d in found)


def test_nf525_5_11_restore_an_old_dump(house, tmp_path):
    """Yesterday's base is whole: only what left it since tells, the mailed anchor or an archive."""
    journal, restored = Journal(house), FiscalDatabase(house, opened=False)
    try:
        journal.world.day(NOON, sales=2)
        journal.save()
        env = {**os.environ, "PGHOST": house.host, "PGPORT": str(house.port), "PGUSER": "escarcelle_admin",
               "PGPASSWORD": house.admin_password}  # fmt: skip
        dump = subprocess.run(["pg_dump", "--schema=fiscal", journal.database.name], env=env, check=True,
                              capture_output=True).stdout  # fmt: skip
        journal.world.day(NOON + timedelta(days=1), sales=2)
        made = journal.world.archive(tmp_path / "M", "M", NOON.date(), NOON + timedelta(days=30))
        journal.save()
        anchor = journal.anchor()
        with restored.admin() as connection, connection.cursor() as cr:
            cr.execute("DROP SCHEMA fiscal CASCADE")
        subprocess.run(["psql", "-q", "-v", "ON_ERROR_STOP=1", "-d", restored.name], env=env, check=True,
                       input=dump, capture_output=True)  # fmt: skip
        dsn = house.dsn(restored.name, admin=True)
        assert verify(database=dsn).verdict == SOUND
        paper = verify(database=dsn, anchors=[f"{anchor.number}={anchor.payload[:12]}"])
        assert [d.record for d in paper.defects] == [f"Ancre {anchor.number}"]
        archive = verify([made.folder], database=dsn)
        assert any(d.field.startswith("fin de la chaîne TCK") for d in archive.defects)
        now = verify([made.folder], database=house.dsn(journal.database.name, admin=True),
                     anchors=[f"{anchor.number}={anchor.payload[:12]}"])  # fmt: skip
        assert now.verdict == SOUND, now.defects
    finally:
        journal.database.drop()
        restored.drop()


def _child(house, name, till, stop, answers):
    """Sells until told to stop, whatever happens to its connection; every ticket is sent until known."""
    sold = 0
    while not stop.is_set():
        records = till.ticket()
        while True:
            try:
                connection = psycopg2.connect(house.dsn(name))
                try:
                    connection.set_session(isolation_level="REPEATABLE READ")
                    with connection.cursor() as cr:
                        append(cr, till, records)
                    connection.commit()
                    break
                finally:
                    connection.close()
            except psycopg2.Error:
                time.sleep(0.005)
        sold += len(records)
    answers.put((till.uid, sold))


def test_nf525_5_11_four_tills_at_once_with_random_server_kills(house):
    """PostgreSQL's processes that serve the tills die at random, before, during and after commits."""
    database = FiscalDatabase(house)
    try:
        context = multiprocessing.get_context("fork")
        answers, stop = context.Queue(), context.Event()
        tills = [database.till(number) for number in range(1, 5)]
        children = [
            context.Process(target=_child, args=(house, database.name, till, stop, answers)) for till in tills
        ]
        for child in children:
            child.start()
        chance, killed = random.Random(7), 0
        deadline = time.monotonic() + 60
        with database.admin() as connection, connection.cursor() as cr:
            connection.autocommit = True
            while killed < 40 and time.monotonic() < deadline:
                time.sleep(chance.uniform(0.01, 0.08))
                cr.execute(
                    "SELECT count(pg_terminate_backend(pid)) FROM (SELECT pid FROM pg_stat_activity"
                    " WHERE datname = %s AND usename = 'odoo' ORDER BY random() LIMIT 1) s",
                    [database.name],
                )
                killed += cr.fetchone()[0]
        stop.set()
        sold = dict(answers.get(timeout=120) for _child_process in children)
        for child in children:
            child.join()
        assert killed >= 20
        with database.admin() as connection:
            outcome = verify_connection("base", connection)
            assert not [d for d in outcome.defects if d.field != "premier enregistrement"], outcome.defects
            with connection.cursor() as cr:
                cr.execute("SELECT till, count(*), max(seq) FROM fiscal.record WHERE kind = 'TCK' GROUP BY 1")
                assert {till: (many, last) for till, many, last in cr.fetchall()} == {
                    till: (many, many) for till, many in sold.items()
                }
    finally:
        database.drop()


def test_nf525_5_11_dead_cron_for_40_days():
    """Nothing ran for 40 days: the first ticket closes every missing day and month, in order."""
    device = _device()
    _sell(device, 1, NOON)
    _sell(device, 2, NOON + timedelta(days=40))
    days = [r.business_day for r in device.records if r.kind == "GTJ"]
    assert days == [NOON.date() + timedelta(days=n) for n in range(40)]
    assert [r.payload.split(",")[5] for r in device.records if r.kind == "GTM"] == ["202603"]
    assert [r.payload.split(",")[1] for r in device.records if r.kind == "GTJ"][1:] == ["0"] * 39
    _walk(device)


@pytest.mark.parametrize(
    ("night", "offsets"), [(date(2026, 3, 28), ("+01:00", "+02:00")), (date(2026, 10, 24), ("+02:00", "+01:00"))]
)
def test_nf525_5_11_dst_nights(night, offsets):
    """A sale every half hour of the night: no day twice, no day missing, both offsets in the records."""
    start = datetime(night.year, night.month, night.day, 20, tzinfo=timezone.utc)
    device = _device(start, closing_hour=3)
    for step in range(24):
        _sell(device, step + 1, start + timedelta(minutes=30 * step))
    device.keep(close_elapsed(device.state, device.desk, start + timedelta(days=2)))
    tickets = [r for r in device.records if r.kind == "TCK"]
    assert {r.local[-6:] for r in tickets} == set(offsets)
    assert sorted({r.business_day for r in tickets}) == [night, night + timedelta(days=1)]
    # Three o'clock on the wall, whatever the clocks did at two.
    assert all((r.local[11:13] >= "03") == (r.business_day > night) for r in tickets if r.local[:10] > f"{night}")
    assert [r.business_day for r in device.records if r.kind == "GTJ"] == [night, night + timedelta(days=1)]
    _walk(device)


def test_nf525_5_11_late_offline_ticket_after_close(house):
    """What a till sold and closed offline arrives days later: late, in its own day, counted once."""
    journal = Journal(house)
    try:
        world = journal.world
        journal.save()
        world.day(NOON, sales=3)
        journal.save()
        with journal.database.odoo() as connection, connection.cursor() as cr:
            cr.execute("SELECT DISTINCT late, business_day FROM fiscal.record WHERE kind IN ('TCK', 'GTJ')")
            assert cr.fetchall() == [(True, NOON.date())]
            outcome = verify_connection("base", connection)
        assert outcome.verdict == SOUND, outcome.defects
        for till in world.tills:
            sold = sum(r.totals.perpetual_real for r in till.records[-1:])
            assert sum(int(r.payload.split(",")[1]) for r in till.records if r.kind == "GTJ") == sold
    finally:
        journal.database.drop()


def test_nf525_5_11_refund_and_partial_refund():
    device = _device()
    sale = _sell(device, 1, NOON, lines=[make_line(1, "3.000", "2.0000", 550)])
    origin = Reference("TCK", 3, 1, sale.origin)
    partial = _sell(device, 2, NOON, lines=[make_line(1, "-1.000", "2.0000", 550)], origin=origin)
    rest = _sell(device, 3, NOON, lines=[make_line(1, "-2.000", "2.0000", 550)], origin=origin)
    assert [r.operation for r in (sale, partial, rest)] == ["VTE", "ANN", "ANN"]
    assert [r.totals.perpetual_real for r in (sale, partial, rest)] == [600, 400, 0]
    assert [r.totals.perpetual_absolute for r in (sale, partial, rest)] == [600, 800, 1200]
    _walk(device)


def test_nf525_5_11_mixed_rates_and_negative_totals():
    device = _device()
    rates = (0, 550, 1000, 2000)
    lines = [make_line(n + 1, "1.000", "10.0000", rate) for n, rate in enumerate(rates)]
    back = [make_line(n + 1, "-1.000", "10.0000", rate) for n, rate in enumerate(rates)]
    sold, undone = _sell(device, 1, NOON, lines=lines), _sell(device, 2, NOON, lines=back + [
        make_line(5, "-1.000", "1.0000", 2000)])  # fmt: skip
    assert sold.payload.startswith("2000:1000|1000:1000|0550:1000|0000:1000,4000,")
    assert undone.payload.startswith("2000:-1100|1000:-1000|0550:-1000|0000:-1000,-4100,")
    device.keep(close_day(device.state, device.desk, NOON))
    closing = next(r for r in device.records if r.kind == "GTJ")
    assert closing.payload.startswith("2000:-100,-100,-100,8100,")
    _walk(device)


def test_nf525_5_11_training_is_never_in_the_grand_totals():
    device = _device()
    before = _sell(device, 1, NOON).totals
    for number in range(2, 6):
        device.keep(issue_ticket(device.state, device.desk, make_ticket(number), NOON, training=True))
    assert device.state.totals == before
    assert [r.seq for r in device.records if r.kind == "ECO"] == [1, 2, 3, 4]
    assert all(etree.fromstring(r.xml).get("ecole") == "O" for r in device.records if r.kind == "ECO")
    device.keep(close_day(device.state, device.desk, NOON))
    closing = next(r for r in device.records if r.kind == "GTJ")
    assert int(closing.payload.split(",")[1]) == before.amount[0]
    _walk(device)


def test_nf525_5_11_duplicate_counters():
    device = _device()
    sale = _sell(device, 1, NOON)
    before = device.state.totals
    for rank in (2, 3, 4):
        copy = Duplicate(Reference("TCK", 3, 1, sale.origin), rank, "C07")
        device.keep(issue_duplicate(device.state, device.desk, copy, NOON, uuid(rank, 20)))
    copies = [r.payload.split(",")[:3] for r in device.records if r.kind == "DUP"]
    assert copies == [["3-1", "TCK", "2"], ["3-2", "TCK", "3"], ["3-3", "TCK", "4"]]
    assert device.state.totals == before
    _walk(device)


def test_nf525_5_11_archive_edited_by_one_byte(tmp_path):
    world = World(5)
    world.day(NOON, sales=1)
    folder = world.archive(tmp_path / "J", "J", NOON.date(), NOON + timedelta(hours=6)).folder
    content = (folder / "archive.xml").read_bytes()
    chance = random.Random(11)
    for place in chance.sample(range(len(content)), 60):
        (folder / "archive.xml").write_bytes(
            content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        )
        assert verify([folder]).verdict != SOUND, place
    (folder / "archive.xml").write_bytes(content)
    assert verify([folder]).verdict == SOUND


def _memory(folder) -> tuple[int, int]:
    """Records verified, and the greatest memory a fresh process took for it, bytes."""
    script = (
        "import re, sys; from pathlib import Path; from escarcelle_core.verify.run import verify;"
        "o = verify([Path(sys.argv[1])]); assert o.verdict == 'sound', o.defects;"
        "print(o.records, re.search('VmHWM:\\\\s+(\\\\d+)', open('/proc/self/status').read())[1] + '000')"
    )
    answer = subprocess.run([sys.executable, "-c", script, str(folder)], check=True, capture_output=True, text=True)
    records, size = answer.stdout.split()
    return int(records), int(size)


def test_nf525_5_11_memory_for_a_million_tickets(tmp_path):
    """Memory grows by the eight bytes of a reference: a million tickets stay below 512 MB."""
    sizes = []
    for many in (1000, 3000):
        world = World(6)
        for number in range(many):
            world.sell(world.tills[0], NOON + timedelta(seconds=number), lines=[make_line(1, "1.000", "1.0000", 550)])
        for till in world.tills:
            till.keep(close_day(till.state, till.desk, NOON + timedelta(hours=5)))
        made = world.archive(tmp_path / str(many), "J", NOON.date(), NOON + timedelta(hours=6))
        sizes.append(_memory(made.folder))
    (few, base), (more, most) = sizes
    growth = max(0, most - base) / (more - few)
    assert base + growth * 1_000_000 < 512_000_000, f"{base} + {growth} a ticket"
