"""Quarantine in an archive: kept whole, verified as signed, counted in no total."""

import re
import zlib
from base64 import b64encode
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archives import World
from escarcelle_core import chain
from escarcelle_core.errors import DocumentError, EscarcelleError
from escarcelle_core.state import TillState
from escarcelle_core.verify.run import verify
from escarcelle_core.xml import quarantine_xml
from escarcelle_core.xml.quarantine_xml import Decision, Quarantined
from shop import NOON, make_line, make_ticket

LATER = NOON + timedelta(hours=6)


def forked(till):
    """What a till restored from an old disk signs: a number twice, validly."""
    state = TillState()
    for record in till.records[: len(till.records) // 2]:
        anchor = record.payload.partition(",")[0] if record.kind == "ANC" else ""
        state = state.after(record, anchor)
    ticket = make_ticket(900, [make_line(1, "1.000", "9.9900", 2000)])
    return chain.issue_ticket(state, till.desk, ticket, NOON + timedelta(hours=4)).records[-1]


def kept(world, number=1):
    return Quarantined(number, LATER, "sequence", "TCK 1-4 : numéro déjà pris.", "5f", forked(world.tills[0]))


def sold():
    world = World()
    world.day(NOON)
    return world


@pytest.fixture
def world():
    return sold()


@pytest.fixture
def made(world, tmp_path):
    world.aside = [kept(world), kept(world, 4)]
    world.decisions = [Decision(1, 1, "reviewing", "U7", LATER, "à voir"),
                       Decision(2, 1, "entered", "U7", LATER, "ressaisi : 1-9 & <fin>")]  # fmt: skip
    return world.archive(tmp_path / "archive", "J", NOON.date(), LATER)


def test_it_is_sound_said_and_in_no_total(world, made):
    outcome = verify([made.folder])
    assert (outcome.verdict, outcome.defects) == ("sound", [])
    [warning] = [w for w in outcome.warnings if "quarantaine" in w]
    assert "2 document(s)" in warning
    assert "ressaisi par un nouvel enregistrement" in warning and "en attente" in warning
    # The seal stands beside the archive.
    assert outcome.records == sum(len(d.records) for d in world.devices) - 1


def test_the_document_stands_in_it_as_it_was_signed(world, made):
    xml = (made.folder / "archive.xml").read_bytes()
    parts = re.findall(rb"^<quarantaine .*?</quarantaine>$", xml, re.M | re.S)
    assert [quarantine_xml.read(part)[0] for part in parts] == world.aside
    assert xml.rindex(b"</caisse>") < xml.index(parts[0])


@pytest.mark.parametrize(
    "old, new",
    [
        (b'motif="sequence"', b'motif="fork"'),
        (b"9.9900", b"8.9900"),
        (b'etat="entered"', b'etat="explained"'),
        (b'<decision document="1"', b'<decision document="9"'),
    ],
)
def test_a_change_in_it_is_found(made, old, new):
    path = made.folder / "archive.xml"
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new, 1))
    assert verify([made.folder]).verdict == "defects"


def test_one_left_out_is_found_by_the_seal(world, tmp_path):
    world.aside = [kept(world), kept(world, 2)]
    made = world.archive(tmp_path / "archive", "J", NOON.date(), LATER, aside_written=1)
    assert [d.field for d in verify([made.folder]).defects] == ["quarantaine"]


def test_a_document_nobody_signed_is_a_defect(world, tmp_path):
    item = kept(world)
    world.aside = [replace(item, record=replace(item.record, signature="A" * 86))]
    made = world.archive(tmp_path / "archive", "J", NOON.date(), LATER)
    [defect] = verify([made.folder]).defects
    assert "quarantaine 1" in defect.record and defect.field == "signature"


def test_what_is_no_document_is_kept_as_it_came(world, tmp_path):
    """A till may sign nonsense: it is shown to whoever asks, not dropped."""
    record = kept(world).record
    xml = record.xml + "\n<caisse "
    digest = sha256(xml.encode()).hexdigest()
    payload = record.payload.replace(record.digest, digest)
    signature = world.tills[0].desk.signer.sign(payload.encode())
    signed = replace(record, xml=xml, digest=digest, payload=payload, signature=signature)
    odd = replace(kept(world), reason="unsound", record=signed)
    chunk = quarantine_xml.write(odd)
    assert b"<brut>" in chunk and b"\n<" not in chunk
    assert quarantine_xml.read(chunk)[0] == odd
    world.aside = [odd]
    made = world.archive(tmp_path / "archive", "J", NOON.date(), LATER)
    assert verify([made.folder]).verdict == "sound"


def test_a_small_text_that_becomes_huge_is_refused(world):
    bomb = b64encode(zlib.compress(b'{"a":"' + b" " * 50_000_000 + b'"}', 9))
    chunk = quarantine_xml.write(kept(world))
    start = chunk[: chunk.index(b"<enregistrement")]
    with pytest.raises(DocumentError):
        quarantine_xml.read(start + b"<brut>" + bomb + b"</brut></quarantaine>")


def test_a_retired_till_is_not_waited_for(world, tmp_path):
    """Its keys are revoked: it will never close the period, and the archive says so."""
    till = world.tills[1]
    world.sell(till, NOON + timedelta(days=1))
    waiting = world.archive(tmp_path / "a", "J", NOON.date() + timedelta(days=1), NOON + timedelta(days=1))
    [warning] = [w for w in verify([waiting.folder]).warnings if "caisse 2" in w and "clôture" in w]
    assert "complément" in warning
    world.revoked = {till.desk.device.uid: NOON + timedelta(days=1, hours=1)}
    retired = world.archive(
        tmp_path / "b", "J", NOON.date() + timedelta(days=1), NOON + timedelta(days=2)
    )
    outcome = verify([retired.folder])
    assert outcome.verdict == "sound", outcome.defects
    [warning] = [w for w in outcome.warnings if "caisse 2" in w and "clôture" in w]
    assert "révoquées" in warning and "complément" not in warning
    seal = retired.seal.xml
    assert re.search(r'<caisse close="N"[^>]* numero="2" retiree="O"', seal), seal


CHUNK = quarantine_xml.write(kept(sold()))


@given(st.integers(0, len(CHUNK) - 1), st.integers(0, 255))
def test_any_other_byte_is_refused_or_read_as_it_stands(place, byte):
    changed = CHUNK[:place] + bytes([byte]) + CHUNK[place + 1 :]
    try:
        assert quarantine_xml.write(quarantine_xml.read(changed)[0]) == changed
    except EscarcelleError:
        assert changed != CHUNK

