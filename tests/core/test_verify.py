"""``escarcelle-verify`` on one archive: sound when it is, and every alteration named."""

import json
import random
import re
import shutil
from dataclasses import replace
from datetime import timedelta

import pytest

from archives import RECORDS, World
from escarcelle_core import chain, jet
from escarcelle_core.documents import Duplicate, JetEvent, Reference
from escarcelle_core.signing import EcdsaSigner
from escarcelle_core.state import TillState
from escarcelle_core.verify.run import verify
from escarcelle_core.verify_cli import main
from escarcelle_core.xml import record_xml
from escarcelle_core.xml.stamp import digest
from shop import NOON, make_line, uuid

DAY = NOON.date()
LATER = NOON + timedelta(hours=6)
#: Every amount written in an archive: attributes and contents.
AMOUNTS = re.compile(rb'(?<=[">])-?\d+\.\d\d(?:\d\d)?(?=["<])')


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    world = World(seed=4)
    world.day(NOON)
    made = world.archive(tmp_path_factory.mktemp("verify") / "archive", "J", DAY, LATER)
    made.world = world
    return made


@pytest.fixture
def copy(original, tmp_path):
    return shutil.copytree(original.folder, tmp_path / "copie")


def falsify(folder, old: bytes, new: bytes) -> None:
    path = folder / "archive.xml"
    content = path.read_bytes()
    assert content.count(old) == 1
    path.write_bytes(content.replace(old, new))


def shown_at(content: bytes, place: int) -> str:
    """Shown number of the record around a byte of ``archive.xml``."""
    for match in RECORDS.finditer(content):
        if match.start() <= place < match.end():
            return record_xml.read(match[0][:-1])[0].shown()
    return ""


def test_an_archive_as_it_was_made_is_sound(original):
    outcome = verify([original.folder])
    assert (outcome.verdict, outcome.defects) == ("sound", [])
    world = original.world
    assert outcome.records == sum(len(d.records) for d in world.devices) - 1
    assert len(outcome.tills) == 3


def test_one_changed_digit_in_any_amount_is_found_in_its_record(original, copy):
    """Also when manifest, XML signature and seal are left aside."""
    path = copy / "archive.xml"
    content = path.read_bytes()
    amounts = [m for m in AMOUNTS.finditer(content) if shown_at(content, m.start())]
    assert len(amounts) > 1000
    for match in random.Random(2).sample(amounts, 120):
        place = match.end() - 1
        changed = b"1" if content[place : place + 1] != b"1" else b"2"
        path.write_bytes(content[:place] + changed + content[place + 1 :])
        outcome = verify([copy], records_only=True)
        assert outcome.verdict == "defects"
        named = {defect.record for defect in outcome.defects}
        assert named == {shown_at(content, place)}, match[0]


def test_the_amount_itself_is_named(original, copy):
    sale = next(r for r in original.world.tills[0].records if 'net="6.40"' in r.xml and r.kind == "TCK")
    record = record_xml.write(sale)
    falsify(copy, record, record.replace(b'net="6.40"', b'net="6.50"', 1))
    outcome = verify([copy])
    told = [(d.record, d.field, d.expected, d.found) for d in outcome.defects]
    assert (sale.shown(), "Montant de la ligne 1", "6.40 €", "6.50 €") in told
    assert {d.record for d in outcome.defects} == {
        sale.shown(), "archive.xml"
    }  # manifest, seal and XML signature speak of the file


def test_the_json_answer_and_the_exit_codes(original, copy, capsys):
    assert main([str(original.folder), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["verdict"], answer["tills"], answer["defects"]) == ("sound", 3, [])
    assert answer["records"] > 20
    sale = next(r for r in original.world.tills[0].records if r.kind == "TCK")
    signature = f'signature="{sale.signature}'.encode()
    falsify(copy, signature, signature[:-1] + (b"A" if signature[-1:] != b"A" else b"Q"))
    assert main([str(copy), "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["verdict"] == "defects"
    assert set(answer["defects"][0]) == {"archive", "record", "field", "expected", "found", "message", "till"}
    assert main([str(copy)]) == 1
    assert f"{sale.shown()}" in capsys.readouterr().out
    assert main([str(copy / "absent"), "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["verdict"] == "unusable"


def test_the_key_of_the_server_can_be_demanded(original, capsys):
    server = original.world.server.desk.signer.key_id
    assert main([str(original.folder), "--key", server.upper()]) == 0
    assert main([str(original.folder), "--key", "0" * 64]) == 1
    assert "ce n'est pas la clé attendue" in capsys.readouterr().out


def test_a_removed_record_is_found(original, copy):
    content = (copy / "archive.xml").read_bytes()
    for match in list(RECORDS.finditer(content))[1:-1]:
        (copy / "archive.xml").write_bytes(content[: match.start()] + content[match.end() :])
        outcome = verify([copy], records_only=True)
        assert outcome.verdict == "defects"


def test_a_removed_ticket_is_told_as_a_gap(original, copy):
    tickets = [r for r in original.world.tills[0].records if r.kind == "TCK"]
    falsify(copy, record_xml.write(tickets[2]) + b"\n", b"")
    found = verify([copy], records_only=True).defects
    assert [(d.record, d.field, d.expected, d.found) for d in found] == [
        (tickets[3].shown(), "numéro", "3", "4")
    ]


def test_exchanged_records_are_found(original, copy):
    one, two = [r for r in original.world.tills[0].records if r.kind == "TCK"][1:3]
    a, b = record_xml.write(one), record_xml.write(two)
    content = (copy / "archive.xml").read_bytes()
    (copy / "archive.xml").write_bytes(content.replace(a, b"@").replace(b, a).replace(b"@", b))
    assert {d.record for d in verify([copy], records_only=True).defects} >= {two.shown()}


def test_a_cut_tail_is_found(original, copy):
    content = (copy / "archive.xml").read_bytes()
    last = list(RECORDS.finditer(content))[-1]
    (copy / "archive.xml").write_bytes(content[: last.start()] + content[last.end() :])
    found = verify([copy], records_only=True).defects
    assert [d.record for d in found] == ["caisse 2"]
    assert found[0].field == "têtes de chaîne"


def resign(original, copy, record, **changes):
    """A forger who holds the till's key and signs the altered document again."""
    desk = next(d.desk for d in original.world.devices if d.desk.device.uid == record.till)
    xml = record.xml
    for old, new in changes.items():
        xml = xml.replace(old, new, 1)
    payload = record.payload.replace(record.digest, digest(xml))
    forged = replace(record, xml=xml, digest=digest(xml), payload=payload,
                     signature=desk.signer.sign(payload.encode()))  # fmt: skip
    falsify(copy, record_xml.write(record), record_xml.write(forged))


def test_a_document_signed_again_with_the_right_key_is_found(original, copy):
    sale = next(r for r in original.world.tills[0].records if r.kind == "TCK")
    resign(original, copy, sale, **{'perpetuel="': 'perpetuel="1'})
    found = verify([copy], records_only=True).defects
    assert found[0].record == sale.shown()
    assert found[0].field == "total perpétuel réel"
    following = [r for r in original.world.tills[0].records if r.kind == "TCK"][1]
    assert found[1].record == following.shown()
    assert found[1].field == "signature précédente"


def test_a_record_of_another_key_is_found(original, copy):
    sale = next(r for r in original.world.tills[0].records if r.kind == "TCK")
    other = EcdsaSigner.generate("a1b2c3d4", "Faux", NOON)
    falsify(copy, f'signature="{sale.signature}'.encode(),
            f'signature="{other.sign(sale.payload.encode())}'.encode())  # fmt: skip
    found = verify([copy], records_only=True).defects
    assert (found[0].record, found[0].field) == (sale.shown(), "signature")


def test_a_key_of_another_till_is_no_key(original, copy):
    one, two = (k for k in original.header.keys if k.till != original.header.server.uid)
    falsify(copy, f'caisse="{one.till}" depuis'.encode(), f'caisse="{two.till}" depuis'.encode())
    found = verify([copy], records_only=True).defects
    assert {d.field for d in found} == {"clé"}
    assert {d.till for d in found} == {one.till}


@pytest.mark.parametrize("name", ["archive.xml", "scellement.xml", "MANIFEST.sha256"])
def test_a_missing_file_is_found(copy, name):
    (copy / name).unlink()
    outcome = verify([copy])
    assert outcome.verdict == ("unusable" if name == "archive.xml" else "defects")


def test_a_missing_certificate_is_found(original, copy):
    key = original.world.tills[0].desk.signer.key_id
    (copy / "certificats" / f"{key}.pem").unlink()
    outcome = verify([copy])
    assert "clé" in {d.field for d in outcome.defects}


def test_a_certificate_under_another_name_is_found(original, copy):
    one, two = (d.desk.signer.key_id for d in original.world.tills)
    shutil.copy(copy / "certificats" / f"{one}.pem", copy / "certificats" / f"{two}.pem")
    assert "empreinte du certificat" in {d.field for d in verify([copy], records_only=True).defects}


@pytest.mark.parametrize("name", ["csv/tickets.csv", "Doc_archive.txt", "archive.xsd", "verifier.pyz"])
def test_a_changed_copy_is_found_even_with_its_manifest_made_again(copy, name):
    import hashlib

    path, manifest = copy / name, copy / "MANIFEST.sha256"
    old = hashlib.sha256(path.read_bytes()).hexdigest()
    path.write_bytes(path.read_bytes() + b" ")
    manifest.write_text(manifest.read_text().replace(old, hashlib.sha256(path.read_bytes()).hexdigest()))
    found = verify([copy]).defects
    assert [(d.record, d.field) for d in found] == [(name, "empreinte SHA-256")]


def test_a_file_that_does_not_belong_is_told(copy):
    (copy / "note.txt").write_text("bonjour")
    (copy / "lien").symlink_to("/etc/passwd")
    outcome = verify([copy])
    assert outcome.verdict == "sound"
    assert any("lien, note.txt" in warning for warning in outcome.warnings)


def test_a_link_in_place_of_a_file_is_not_followed(copy, tmp_path):
    shutil.move(copy / "scellement.xml", tmp_path / "ailleurs.xml")
    (copy / "scellement.xml").symlink_to(tmp_path / "ailleurs.xml")
    assert verify([copy]).verdict == "defects"


# ---- what a world can do wrong by itself ------------------------------------------------------


def defects(world, tmp_path, level="J"):
    made = world.archive(tmp_path / "monde", level, DAY, LATER)
    outcome = verify([made.folder])
    return outcome, [(d.record, d.field) for d in outcome.defects]


def test_a_journal_that_does_not_begin_with_its_initialisation(tmp_path):
    world = World()
    till = world.tills[0]
    till.state, till.records = TillState(), []
    till.keep(chain.issue_event(till.state, till.desk, JetEvent(jet.START, "Départ"), NOON))
    world.day(NOON)
    assert defects(world, tmp_path)[1] == [("Événement technique (GES) 1-1.0", "premier enregistrement")]


def test_duplicates_whose_ranks_do_not_follow(tmp_path):
    world = World()
    till = world.tills[0]
    sale = world.sell(till, NOON, lines=[make_line(1, "1.000", "1.0000", 550)])
    original = Reference("TCK", 1, sale.seq, sale.origin)
    for index, rank in enumerate((2, 3, 5, 6)):
        till.keep(chain.issue_duplicate(
            till.state, till.desk, Duplicate(original, rank, "C07"), NOON, uuid(index, 30)))  # fmt: skip
    world.day(NOON)
    assert defects(world, tmp_path)[1] == [("Duplicata (GES) 1-3.0", "rang du duplicata")]


def test_a_duplicate_or_refund_of_another_ticket_than_it_says(tmp_path):
    world = World()
    one, two = world.tills
    sale = world.sell(one, NOON, lines=[make_line(1, "1.000", "1.0000", 550)])
    wrong = Reference("TCK", 1, sale.seq, uuid(99, 99))
    one.keep(chain.issue_duplicate(one.state, one.desk, Duplicate(wrong, 2, "C07"), NOON, uuid(1, 31)))
    refund = world.sell(two, NOON, lines=[make_line(1, "-1.000", "1.0000", 550)], origin=wrong)
    world.sell(two, NOON, lines=[make_line(1, "-1.000", "1.0000", 550)],
               origin=replace(wrong, seq=500))  # fmt: skip
    world.day(NOON)
    assert defects(world, tmp_path)[1] == [
        ("Duplicata (GES) 1-1.0", "document d'origine"),
        (refund.shown(), "document d'origine"),
        ("Ticket (ANN) 2-2.0", "document d'origine"),
    ]


def test_a_refund_of_another_till_is_looked_up_there(tmp_path):
    world = World()
    one, two = world.tills
    sale = world.sell(two, NOON, lines=[make_line(1, "1.000", "1.0000", 550)])
    world.sell(one, NOON, lines=[make_line(1, "-1.000", "1.0000", 550)],
               origin=Reference("TCK", 2, sale.seq, sale.origin))  # fmt: skip
    world.day(NOON)
    assert defects(world, tmp_path)[1] == []


def test_a_till_that_has_not_closed_is_told(tmp_path):
    world = World()
    world.day(NOON)
    world.sell(world.tills[1], LATER)
    outcome, found = defects(world, tmp_path)
    assert found == []
    assert any("caisse 2" in w and "complément" in w for w in outcome.warnings)
    assert not any("caisse 1" in w and "complément" in w for w in outcome.warnings)


def test_a_fiscal_year_left_open_is_found(tmp_path):
    """The till believed its year ended in December; the company's ends in June."""
    world = World()
    june = NOON.replace(month=6, day=30)
    world.day(june)
    world.day(june + timedelta(days=1))
    assert defects(world, tmp_path, "A")[1] == []
    world.server.desk = replace(
        world.server.desk, rules=replace(world.server.desk.rules, year_end_month=6, year_end_day=30)
    )
    made = world.archive(tmp_path / "juin", "J", (june + timedelta(days=1)).date(), LATER)
    found = [(d.field, d.expected) for d in verify([made.folder]).defects]
    assert ("clôture", "GTA 2026") in found
