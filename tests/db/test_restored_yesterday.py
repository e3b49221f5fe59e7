"""Yesterday's dump is put back: found by the papers, told by the tills' heads, filled again by them."""

import json
import os
import subprocess
from datetime import timedelta

import pytest

from escarcelle_core.verify.run import verify
from fiscal_database import FiscalDatabase
from journal import Journal
from shop import NOON


def _heads(database):
    with database.odoo() as connection, connection.cursor() as cr:
        cr.execute("SELECT till, kind, seq FROM fiscal.head")
        return {(till, kind): seq for till, kind, seq in cr.fetchall()}


@pytest.fixture
def story(house):
    """The journal of today, a database with that of yesterday, and the papers of the tills."""
    journal, restored = Journal(house), FiscalDatabase(house, opened=False)
    try:
        journal.world.day(NOON, sales=3)
        journal.save()
        env = {**os.environ, "PGHOST": house.host, "PGPORT": str(house.port), "PGUSER": "escarcelle_admin",
               "PGPASSWORD": house.admin_password}  # fmt: skip
        dump = subprocess.run(["pg_dump", "--schema=fiscal", journal.database.name], env=env, check=True,
                              capture_output=True).stdout  # fmt: skip
        journal.world.day(NOON + timedelta(days=1), sales=3)
        journal.save()
        with restored.admin() as connection, connection.cursor() as cr:
            cr.execute("DROP SCHEMA fiscal CASCADE")
        subprocess.run(["psql", "-q", "-v", "ON_ERROR_STOP=1", "-d", restored.name], env=env, check=True,
                       input=dump, capture_output=True)  # fmt: skip
        papers = [
            f"{r.number}={r.payload.partition(',')[0]}"
            for till in journal.world.tills for r in till.records if r.kind == "ANC"
        ]  # fmt: skip
        yield journal, restored, papers
    finally:
        journal.database.drop()
        restored.drop()


def test_papers_and_heads_tell_and_the_tills_fill_it_again(house, story):
    journal, restored, papers = story
    dsn = house.dsn(restored.name, admin=True)
    assert verify(database=dsn).verdict == "sound", "by itself it cannot know"
    told = verify(database=dsn, anchors=papers)
    assert len(told.defects) == len(journal.world.tills)
    assert all("ancienne" in defect.message for defect in told.defects)
    # What the server answers to each till says where to go on.
    heads = _heads(restored)
    with restored.odoo() as connection, connection.cursor() as cr:
        for till in journal.world.tills:
            uid = till.desk.device.uid
            assert any(heads[uid, kind] < till.state.seq(kind) for kind in till.state.heads)
            missing = [r for r in till.records if r.seq > heads.get((uid, r.kind), 0)]
            cr.execute("SELECT fiscal.append(%s, %s::jsonb)", [uid, json.dumps([r.as_json() for r in missing])])
            assert {item["status"] for item in cr.fetchone()[0]} == {"stored"}
    again = verify(database=dsn, anchors=papers)
    assert (again.verdict, again.defects) == ("sound", [])
    for till in journal.world.tills:
        for kind in till.state.heads:
            assert _heads(restored)[till.desk.device.uid, kind] == till.state.seq(kind)
