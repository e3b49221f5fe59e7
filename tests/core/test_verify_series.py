"""Several archives: each continues the one before, and none contradicts another."""

import shutil
from dataclasses import replace
from datetime import timedelta

import pytest

from archives import World
from escarcelle_core import chain
from escarcelle_core.anchor import Head, ShopTill
from escarcelle_core.verify.run import verify
from shop import NOON, make_line

DAYS = [NOON + timedelta(days=n) for n in (0, 1, 2)]


def build(folder, world, days=DAYS):
    """A day archive for each of ``days``, each continuing where the one before ended."""
    made, befores = [], {}
    for at in days:
        world.day(at, sales=2)
        archive = world.archive(folder / f"ARC{len(made) + 1}", "J", at.date(), at + timedelta(hours=5), befores)
        befores = archive.ends
        made.append(archive)
    return made


@pytest.fixture(scope="module")
def series(tmp_path_factory):
    """Three days, and their month."""
    folder = tmp_path_factory.mktemp("series")
    world = World(seed=6)
    build(folder, world)
    for till in world.tills:
        till.keep(chain.close_elapsed(till.state, till.desk, NOON + timedelta(days=31)))
    world.archive(folder / "ARC4", "M", NOON.date(), NOON + timedelta(days=31))
    return folder


@pytest.fixture
def copy(series, tmp_path):
    return shutil.copytree(series, tmp_path / "copie")


def told(folder):
    return {(d.archive, d.field) for d in verify([folder]).defects}


def test_three_days_and_their_month_are_sound(series):
    outcome = verify([series])
    assert (outcome.verdict, outcome.defects) == ("sound", [])
    assert [a["level"] for a in outcome.archives] == ["J", "J", "J", "M"]
    assert not any("complément" in w or "périodes" in w for w in outcome.warnings)


def test_a_missing_archive_is_told_not_a_defect(copy):
    shutil.rmtree(copy / "ARC2")
    outcome = verify([copy])
    assert outcome.verdict == "sound"
    assert any("Entre ARC1 et ARC3" in warning for warning in outcome.warnings)


def test_a_day_told_otherwise_in_its_month_is_found(series, copy, tmp_path):
    """The same till, key and day, another story: both are sound alone, not together."""
    world = World(seed=6)
    other = build(tmp_path / "autre", world, DAYS[:1])[0]
    assert verify([other.folder]).verdict == "sound"
    # The same devices with other keys: make the witnesses speak of the same places.
    shutil.rmtree(copy / "ARC1")
    shutil.copytree(other.folder, copy / "ARC1")
    fields = told(copy)
    assert any(field.startswith("signature de") for _archive, field in fields)
    assert ("ARC2", "reprise de la chaîne ANC") in fields or any(
        archive == "ARC2" and field.startswith("reprise") for archive, field in fields
    )


def test_an_archive_that_begins_too_late_is_found(tmp_path):
    """Its records were removed after the archive before: it starts from its own idea of the past."""
    world = World(seed=8)
    first = build(tmp_path, world, DAYS[:1])[0]
    till = world.tills[0]
    world.sell(till, DAYS[1], lines=[make_line(1, "1.000", "1.0000", 550)])
    hidden = dict(first.ends)
    state = hidden[till.desk.device.uid]
    for record in till.records:
        if record.seq > state.seq(record.kind):
            state = state.after(record)
    hidden[till.desk.device.uid] = state
    world.day(DAYS[1], sales=1)
    second = world.archive(tmp_path / "ARC2", "J", DAYS[1].date(), DAYS[1] + timedelta(hours=5), hidden)
    assert verify([second.folder]).verdict == "sound"
    assert ("ARC2", "reprise de la chaîne TCK") in told(tmp_path)


def test_a_till_that_disappears_is_found(tmp_path):
    world = World(seed=8)
    build(tmp_path, world, DAYS[:1])
    gone = world.tills.pop()
    world.day(DAYS[1], sales=1)
    world.archive(tmp_path / "ARC2", "J", DAYS[1].date(), DAYS[1] + timedelta(hours=5))
    found = verify([tmp_path]).defects
    assert ("ARC2", "caisse", gone.desk.device.uid) in {(d.archive, d.field, d.till) for d in found}


def test_records_missing_at_the_end_are_attested_by_an_earlier_seal(tmp_path):
    """A database restored from before the evening: the month is shorter than its days were."""
    world = World(seed=8)
    build(tmp_path, world, DAYS[:1])
    till = world.tills[1]
    kept = [r for r in till.records if r.kind != "ANC"]
    lost = next(r for r in reversed(kept) if r.kind == "TCK")
    till.records = till.records[: till.records.index(lost)]
    world.archive(tmp_path / "ARC2", "M", DAYS[0].date(), DAYS[0] + timedelta(hours=8))
    found = {(d.archive, d.record, d.field) for d in verify([tmp_path]).defects}
    assert ("ARC2", "caisse 2", "fin de la chaîne TCK") in found
    # The server's own chain, in the month, holds the seal of the day: it is enough.
    shutil.rmtree(tmp_path / "ARC1")
    found = {(d.archive, d.record, d.field) for d in verify([tmp_path]).defects}
    assert ("ARC2", "caisse 2", "fin de la chaîne TCK") in found


def test_records_missing_at_the_end_are_attested_by_the_shop_anchor(tmp_path):
    """No archive was made before: the server's daily anchor, in the same archive, is enough."""
    world = World(seed=8)
    world.day(DAYS[0], sales=2)
    shop = tuple(
        ShopTill(t.desk.device.uid, t.desk.device.number, "732829320", tuple(sorted(t.state.heads.items())),
                 t.state.totals.perpetual_real, t.state.totals.perpetual_absolute)
        for t in world.tills
    )  # fmt: skip
    server = world.server
    server.keep(chain.issue_shop_anchor(server.state, server.desk, shop, DAYS[0] + timedelta(hours=6)))
    whole = world.archive(tmp_path / "ARC1", "M", DAYS[0].date(), DAYS[0] + timedelta(hours=8))
    assert verify([whole.folder]).verdict == "sound"
    till = world.tills[1]
    lost = next(i for i, r in enumerate(till.records) if r.kind == "TCK" and r.seq == 3)
    till.records = till.records[:lost]
    cut = world.archive(tmp_path / "ARC2", "M", DAYS[0].date(), DAYS[0] + timedelta(hours=8))
    found = {(d.record, d.field) for d in verify([cut.folder], records_only=True).defects}
    assert ("caisse 2", "fin de la chaîne TCK") in found


def test_a_supplement_continues_the_archive_of_the_same_period(tmp_path):
    world = World(seed=8)
    world.day(DAYS[0], sales=1)
    late = world.tills[1]
    records, late.records = late.records, late.records[:3]
    first = world.archive(tmp_path / "ARC1", "J", DAYS[0].date(), DAYS[0] + timedelta(hours=5))
    late.records = records
    second = world.archive(
        tmp_path / "ARC2", "J", DAYS[0].date(), DAYS[0] + timedelta(days=1), first.ends
    )
    outcome = verify([tmp_path])
    assert (outcome.verdict, outcome.defects) == ("sound", [])
    assert sum("complément" in w for w in outcome.warnings) == 1
    assert second.header.period == first.header.period


def test_a_seal_that_does_not_follow_is_found(tmp_path):
    world = World(seed=8)
    build(tmp_path, world, DAYS[:1])
    server = world.server
    forged = replace(server.records[-1], signature="A" * 86)
    server.state = replace(server.state, heads={**server.state.heads, "ARC": Head(forged.seq, forged.signature)})
    server.records[-1] = forged
    world.day(DAYS[1], sales=1)
    world.archive(tmp_path / "ARC2", "J", DAYS[1].date(), DAYS[1] + timedelta(hours=5))
    assert ("ARC2", "signature précédente") in told(tmp_path)


def test_two_archives_of_the_same_number_are_found(tmp_path):
    world = World(seed=8)
    build(tmp_path, world, DAYS[:1])
    server = world.server
    server.state = replace(
        server.state, heads={k: h for k, h in server.state.heads.items() if k != "ARC"}
    )
    server.records.pop()
    world.archive(tmp_path / "ARC2", "J", DAYS[0].date(), DAYS[0] + timedelta(hours=6))
    assert ("ARC2", "numéro d'archive") in told(tmp_path)
