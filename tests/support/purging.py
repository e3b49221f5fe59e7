"""A journal old enough to be purged: two days of a fiscal year long closed, its archive, two days after."""

from datetime import date, datetime, timedelta, timezone
from pathlib import Path

from escarcelle_core import chain
from journal import Journal
from tampering import do

#: Last day but one of a fiscal year that ended more than seven years before any day this test runs.
START = datetime(2015, 12, 30, 11, 0, tzinfo=timezone.utc)
TILL = "a1b2c3d4"
SERVER = "5e5e5e5e"
DETAIL = ("TCK", "DUP", "ECO")

_RECEIVE = """
    DO $$ DECLARE r fiscal.record; link text; t text; BEGIN
        FOR t IN SELECT till FROM fiscal.till_clock LOOP
            link := '';
            FOR r IN SELECT * FROM fiscal.record WHERE till = t ORDER BY id LOOP
                r.received_at := r.at + interval '1 second';
                r.late := false;
                link := fiscal.reception(link, r);
                UPDATE fiscal.record SET received_at = r.received_at, late = false, reception = link WHERE id = r.id;
            END LOOP;
            UPDATE fiscal.till_clock SET reception = link WHERE till = t;
        END LOOP; END $$
"""


def age(journal: Journal) -> None:
    """As if every record had been received the second it was signed."""
    with journal.database.admin() as connection:
        for table, trigger in (("record", "immutable"), ("till_clock", "forward")):
            do(connection, f"ALTER TABLE fiscal.{table} DISABLE TRIGGER {trigger}")
        do(connection, _RECEIVE)
        do(connection, "SET CONSTRAINTS ALL IMMEDIATE")
        for table, trigger in (("record", "immutable"), ("till_clock", "forward")):
            do(connection, f"ALTER TABLE fiscal.{table} ENABLE ALWAYS TRIGGER {trigger}")


def old_journal(house, folder: Path, level: str = "A") -> Journal:
    """Nothing is purged yet; archive 1 of the server is that of the year 2015."""
    journal = Journal(house, start=START)
    world = journal.world
    for day in range(3):
        world.day(START + timedelta(days=day), sales=4)
    world.archive(folder, level, date(2015, 12, 31), START + timedelta(days=3))
    world.day(START + timedelta(days=3), sales=3)
    journal.save()
    age(journal)
    journal.anchor(START + timedelta(days=4))
    return journal


def two_years(house, folder: Path) -> Journal:
    """Archives 1 and 2 are those of 2015 and 2016; in 2016 there are sales only."""
    journal = Journal(house, start=START)
    world = journal.world

    def sell(at: datetime) -> None:
        for till in world.tills:
            for minute in range(3):
                world.sell(till, at + timedelta(minutes=minute))
            till.keep(chain.close_day(till.state, till.desk, at + timedelta(hours=3)))

    world.day(START)
    world.day(START + timedelta(days=1))
    sell(START + timedelta(days=2))
    made = world.archive(folder / "1", "A", date(2015, 12, 31), START + timedelta(days=3))
    end = datetime(2016, 12, 31, 11, 0, tzinfo=timezone.utc)
    sell(end)
    sell(end + timedelta(days=1))
    world.archive(folder / "2", "A", date(2016, 12, 31), end + timedelta(days=2), befores=made.ends)
    journal.save()
    age(journal)
    journal.anchor(end + timedelta(days=2, hours=1))
    return journal


def purge(connection, till: str = TILL, archive: int = 1, years: int = 6) -> int:
    """``fiscal.purge``, as whoever is connected."""
    with connection.cursor() as cr:
        cr.execute("SELECT fiscal.purge(%s, %s, %s, 'U7')", [till, archive, years])
        return cr.fetchone()[0]
