"""Several processors find what one finds, and say it the same."""

import os
import random
import signal
from datetime import timedelta

import pytest

from archives import RECORDS, World
from escarcelle_core.verify import archive_check, segment
from escarcelle_core.verify.run import verify
from shop import NOON


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    world = World(4)
    for day in range(2):
        world.day(NOON + timedelta(days=day), sales=8)
    folder = tmp_path_factory.mktemp("team") / "archive"
    return world.archive(folder, "M", NOON.date(), NOON + timedelta(days=30)).folder


@pytest.fixture(autouse=True)
def small_segments(monkeypatch):
    """As if the archive were large: every few records are a segment."""
    monkeypatch.setattr(archive_check, "_WORTHWHILE", 0)
    monkeypatch.setattr(archive_check, "_SEGMENT", 20_000)


def _same(folder):
    alone, together = verify([folder], processes=1).as_json(), verify([folder], processes=2).as_json()
    assert together == alone
    return alone


def test_sound_archive(folder):
    assert _same(folder)["verdict"] == "sound"


def test_work_is_shared(folder, monkeypatch):
    given = []
    give = archive_check.Team.give
    monkeypatch.setattr(archive_check.Team, "give", lambda self, *a: (given.append(1), give(self, *a)))
    verify([folder], processes=2)
    assert len(given) > 3


def test_every_falsified_record_is_told_alike(folder):
    path = folder / "archive.xml"
    content = path.read_bytes()
    records = [m[0] for m in RECORDS.finditer(content)]
    chance = random.Random(3)
    try:
        for _try in range(25):
            record = chance.choice(records)
            altered = chance.choice([
                record.replace(b'montant="', b'montant="1', 1), record.replace(b'jour="', b'jour="1', 1),
                b"", record + record, record.replace(b"</signe>", b"0</signe>", 1), record[: len(record) // 2],
                record.replace(b'signature="', b'signature="A', 1), b"\n" + record,
                record.replace(b'utc="', b'utc="9', 1),
            ])  # fmt: skip
            if altered == record:
                continue
            path.write_bytes(content.replace(record, altered, 1))
            assert _same(folder)["verdict"] != "sound"
        one, other = chance.sample(records, 2)
        path.write_bytes(content.replace(one, b"?", 1).replace(other, one, 1).replace(b"?", other, 1))
        assert _same(folder)["verdict"] != "sound"
    finally:
        path.write_bytes(content)


def _dies(*_arguments):
    os.kill(os.getpid(), signal.SIGKILL)


def test_process_that_dies_leaves_nothing_unchecked(folder, monkeypatch):
    monkeypatch.setattr(archive_check, "examine", _dies)
    assert verify([folder], processes=2).as_json() == verify([folder], processes=1).as_json()


def test_run_that_started_elsewhere_is_checked_again(folder, monkeypatch):
    monkeypatch.setattr(segment.Run, "follows", lambda self, state: False)
    outcome = verify([folder], processes=2)
    assert outcome.verdict == "sound"
    assert outcome.records == verify([folder], processes=1).records
