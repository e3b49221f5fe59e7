"""Several processors find what one finds, and say it the same."""

import os
import random
import shutil
import signal
from datetime import timedelta

import pytest

from archives import RECORDS, World
from escarcelle_core import chain
from escarcelle_core.documents import Reference
from escarcelle_core.verify import archive_check, segment
from escarcelle_core.verify.run import verify
from shop import NOON, make_line


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


def _days(folder, count, seed):
    """A day archive for each of ``count`` days, then their month."""
    world, befores = World(seed=seed), {}
    for day in range(count):
        at = NOON + timedelta(days=day)
        world.day(at, sales=5)
        made = world.archive(folder / f"ARC{day + 1}", "J", at.date(), at + timedelta(hours=5), befores)
        befores = made.ends
    world.archive(folder / f"ARC{count + 1}", "M", NOON.date(), NOON + timedelta(days=30))
    return folder


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
        for _try in range(30):
            record = chance.choice(records)
            altered = chance.choice([
                record.replace(b'montant="', b'montant="1', 1), record.replace(b'jour="', b'jour="1', 1),
                b"", record + record, record.replace(b"</signe>", b"0</signe>", 1), record[: len(record) // 2],
                record.replace(b'signature="', b'signature="A', 1), b"\n" + record,
                record.replace(b'utc="', b'utc="9', 1),
                record.replace(b"</libelle>", b"\n<enregistrement </libelle>", 1),
                record.replace(b"</libelle>", b"\n<apres </libelle>", 1),
                record.replace(b"</enregistrement>\n", b"</enregistrement>", 1),
                record.replace(b"<societe ", b"</societe><societe ", 1),
                record.replace(b"</societe>", b"", 1),
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


@pytest.fixture(scope="module")
def series(tmp_path_factory):
    return _days(tmp_path_factory.mktemp("several"), 2, seed=5)


def test_several_archives_are_told_alike(series, tmp_path):
    assert _same(series)["verdict"] == "sound"
    copy = shutil.copytree(series, tmp_path / "copie")
    for number in (1, 3):
        path = copy / f"ARC{number}" / "csv" / "tickets.csv"
        path.write_bytes(path.read_bytes() + b"?")
        path = copy / f"ARC{number}" / "archive.xml"
        path.write_bytes(path.read_bytes().replace(b'net="', b'net="1', 3))
    # In the same order too: the files of an archive before its records, those of the next one after.
    defects = _same(copy)["defects"]
    assert [d["archive"] for d in defects] == sorted(d["archive"] for d in defects)
    assert defects[0]["record"] == "archive.xml" or defects[0]["field"] == "empreinte SHA-256"


def test_what_another_archive_states_of_a_ticket_is_compared(series, tmp_path):
    """The same till and day, another story, and other keys: both sound alone, not together."""
    other = _days(tmp_path / "autre", 2, seed=5)
    shutil.rmtree(other / "ARC3")
    shutil.copytree(series / "ARC3", other / "ARC3")
    defects = _same(other)["defects"]
    forked = [d["record"] for d in defects if d["archive"] == "ARC3" and d["field"].startswith("signature de TCK")]
    assert sum(record.startswith("Ticket (") for record in forked) >= 2


def test_refunds_set_back_clocks_and_wrong_signatures_within_a_run(tmp_path):
    """What a run says of its tickets is what each of them says."""
    world = World(seed=9)
    world.day(NOON, sales=3)
    for till in world.tills:
        later = NOON + timedelta(hours=4)
        sales = [world.sell(till, later + timedelta(minutes=n % 3)) for n in range(9)]
        for sale, uid in ((sales[1], sales[1].origin), (sales[2], f"f{sales[2].origin[1:]}")):
            original = Reference("TCK", till.desk.device.number, sale.seq, uid)
            world.sell(till, later, lines=[make_line(1, "-1.000", "3.2000", 550)], origin=original)
        till.keep(chain.close_day(till.state, till.desk, later + timedelta(hours=1)))
    folder = world.archive(tmp_path / "a", "M", NOON.date(), NOON + timedelta(days=30)).folder
    answer = _same(folder)
    assert sum("l'horloge a reculé" in warning for warning in answer["warnings"]) == 2
    assert [d["field"] for d in answer["defects"]] == ["document d'origine"] * 2
    path = folder / "archive.xml"
    content = path.read_bytes()
    tickets = [m[0] for m in RECORDS.finditer(content) if b'chaine="TCK"' in m[0][:40]]
    for ticket in tickets[2::3]:
        at = ticket.index(b'signature="') + 20
        flipped = ticket[:at] + (b"A" if ticket[at : at + 1] != b"A" else b"B") + ticket[at + 1 :]
        content = content.replace(ticket, flipped, 1)
    path.write_bytes(content)
    assert sum(d["field"] == "signature" for d in _same(folder)["defects"]) >= 3
