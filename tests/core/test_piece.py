"""The documents of the server: read back as written, found when altered, refused when hostile."""

import dataclasses
import random
import re
import shutil
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from archives import World
from escarcelle_core import canonical, chain, jet
from escarcelle_core.documents import DOCUMENT_LABELS, KINDS, PIECES, JetEvent
from escarcelle_core.errors import AmountError, AmountMismatch, EscarcelleError
from escarcelle_core.piece import MAX_LINES, NAMED, VALUED, Origin, Party, Piece, PieceLine
from escarcelle_core.record import Record
from escarcelle_core.state import TillState
from escarcelle_core.verification import verify_next
from escarcelle_core.verify.run import verify
from escarcelle_core.xml import piece_xml, record_xml, schemas
from shop import COMPANY, NOON, make_desk, uuid, verifiers

SERVER = make_desk("00c0ffee", 0)
KEYS = verifiers(SERVER)
PARIS = timezone(timedelta(hours=1))
HOSTILE = 'a,b c\u00a0d\x00\x1b<é>&"\'\n\t]]>\u202e😀'


def make_line(number: int = 1, **values) -> PieceLine:
    defaults = {"number": number, "code": "RIZ", "label": "Riz long", "quantity": Decimal("2.500")}
    return PieceLine(**{**defaults, **values})


def make_piece(document: str, number: int = 1, **values) -> Piece:
    """A document of that type, with everything it may carry."""
    line = make_line(
        unit="KG", before=Decimal("12.000"), lot="L-01", expiry=date(2026, 12, 31), source="WH/Stock",
        target="WH/Sortie", reason="Rangement",
    )  # fmt: skip
    if document in VALUED:
        line = dataclasses.replace(line, unit_price=Decimal("1.2000"), amount=300)
        values = {"total": 300, "untaxed": 284, **values}
    defaults = {
        "uid": uuid(number, 3), "company": COMPANY, "document": document,
        "reference": f"WH/{number:05d}", "date": datetime(2026, 3, 14, 12, 0, tzinfo=PARIS),
        "lines": (line, make_line(2, amount=0 if document in VALUED else None)), "operator": "U2",
        "party": Party("T12", "Banque alimentaire" if document in NAMED else ""),
        "origins": (Origin("S00012", "BCD", uuid(5)), Origin("PO7")), "comment": "Quai 2",
    }  # fmt: skip
    return Piece(**{**defaults, **values})


def story() -> list[Record]:
    issue = chain.issue_event(TillState(), SERVER, JetEvent(jet.INITIALISATION, "Départ"), NOON)
    records = list(issue.records)
    for number, document in enumerate((*PIECES, "EST", "BLV"), 1):
        issue = chain.issue_piece(issue.state, SERVER, make_piece(document, number), NOON)
        records += issue.records
    return records


STORY = story()
STATES = [TillState()]
for _record in STORY:
    STATES.append(verify_next(STATES[-1], _record, KEYS))


def test_the_list_has_twenty_five_types_and_each_is_a_chain():
    neptis = [kind for kind in DOCUMENT_LABELS if kind not in {"GTJ", "GTM", "GTA", "JET", "ARC", "ECO", "ANC"}]
    assert len(neptis) == 25 and set(neptis) <= set(KINDS)
    assert len(set(KINDS)) == len(KINDS)
    assert set(neptis) - set(PIECES) == {"TCK", "DUP", "FCT", "NTE", "JSP", "REG"}


def test_each_type_has_its_own_continuous_sequence():
    assert [(r.kind, r.seq) for r in STORY[1:]] == [(p, 1) for p in PIECES] + [("EST", 2), ("BLV", 2)]
    assert all(r.operation == "GES" and r.doc_type == r.kind for r in STORY[1:])
    assert STORY[1].shown() == "Inventaire (GES) 0-1.0"


def test_no_total_moves():
    assert {r.totals for r in STORY} == {STORY[0].totals}


@pytest.mark.parametrize("record", STORY[1:], ids=lambda r: r.number + r.kind)
def test_a_document_is_read_back_as_written(record):
    element = etree.fromstring(record.xml)
    piece = piece_xml.read(element)
    assert piece == dataclasses.replace(make_piece(record.kind), uid=record.origin, reference=piece.reference)
    schemas.schema("piece.xsd").assertValid(element)
    schemas.schema("archive.xsd").assertValid(etree.fromstring(record_xml.write(record)))
    assert record_xml.read(record_xml.write(record))[0] == record


def test_the_signed_string():
    record = next(r for r in STORY if r.kind == "CFR")
    assert record.payload == (
        f"0-1,CFR,GES,20260314120000,{record.payload.split(',')[4]},2,300,sha256={record.digest},N,"
    )
    assert canonical.piece("0-9", "EST", "GES", NOON, "a,b c", 1, 0, "d", "s") == (
        "0-9,EST,GES,20260314110000,a;b_c,1,0,sha256=d,O,s"
    )


@pytest.mark.parametrize("index", range(1, len(STORY)))
@pytest.mark.parametrize("field", [f.name for f in dataclasses.fields(Record)])
def test_a_changed_field_is_found(index, field):
    record = STORY[index]
    value = getattr(record, field)
    if isinstance(value, bool):
        other = not value
    elif isinstance(value, int):
        other = value + 1
    elif isinstance(value, str):
        other = value + "x" if value == "" or field in ("payload", "xml", "local") else value[::-1] + "y"
    elif field == "totals":
        other = dataclasses.replace(value, perpetual_real=1)
    else:
        other = value + timedelta(days=1)
    with pytest.raises(EscarcelleError):
        verify_next(STATES[index], dataclasses.replace(record, **{field: other}), KEYS)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_any_changed_byte_is_found(data):
    index = data.draw(st.integers(1, len(STORY) - 1))
    record = STORY[index]
    place = data.draw(st.integers(0, len(record.xml) - 1))
    other = data.draw(st.characters(exclude_categories=["Cs"]).filter(lambda c: c != record.xml[place]))
    xml = record.xml[:place] + other + record.xml[place + 1 :]
    with pytest.raises(EscarcelleError):
        verify_next(STATES[index], dataclasses.replace(record, xml=xml), KEYS)


def test_signed_again_by_a_thief_of_the_key_it_must_still_say_what_its_values_give():
    """Whoever holds the key may sign anything: the document must still be one this core writes."""
    record = next(r for r in STORY if r.kind == "BCD")
    changes = [
        ('quantite="2.500"', 'quantite="2.50"'), ('montantTTC="3.00"', 'montantTTC="9.00"'),
        ('nombre="2"', 'nombre="3"'), ("<libelle>Riz long</libelle>", "<libelle>Riz long</libelle><x/>"),
        ('numero="2"', 'numero="3"'), ('prix="1.2000"', 'prix="NaN"'), ('peremption="2026-12-31"', 'peremption="hier"'),
    ]  # fmt: skip
    for old, new in changes:
        assert old in record.xml, old
        _refused(record, record.xml.replace(old, new))


def _refused(record: Record, xml: str) -> None:
    digest = chain.digest(xml)
    payload = record.payload.replace(record.digest, digest)
    signature = SERVER.signer.sign(payload.encode())
    forged = dataclasses.replace(record, xml=xml, digest=digest, payload=payload, signature=signature)
    with pytest.raises(EscarcelleError):
        verify_next(STATES[STORY.index(record)], forged, KEYS)


@settings(max_examples=100, deadline=None)
@given(st.text(min_size=1, max_size=40).filter(lambda t: t.isprintable() and t.strip()))
def test_any_text_survives(text):
    _round(text)


@pytest.mark.parametrize("text", [HOSTILE, "=cmd()", "x" * 10_000, "\u0301e", "﷽", "&#10;"])
def test_hostile_text_survives(text):
    _round(text)


def _round(text: str) -> None:
    line = make_line(label=text, code=text, unit=text, lot=text, source=text, target=text, reason=text, amount=0)
    piece = make_piece(
        "DEV", reference=text, lines=(line,), total=0, untaxed=0, party=Party(text, text), comment=text,
        operator=text, origins=(Origin(text),),
    )  # fmt: skip
    issue = chain.issue_piece(TillState(), SERVER, piece, NOON)
    record = issue.records[-1]
    verify_next(TillState(), record, KEYS)
    schemas.schema("piece.xsd").assertValid(etree.fromstring(record.xml))
    assert record_xml.read(record_xml.write(record))[0] == record
    assert record.payload.count(",") == 9


@pytest.mark.parametrize(
    "values, error",
    [
        ({"document": "TCK"}, EscarcelleError), ({"document": "XXX"}, EscarcelleError),
        ({"reference": " \n"}, EscarcelleError), ({"lines": ()}, EscarcelleError),
        ({"lines": tuple(make_line(i) for i in range(1, MAX_LINES + 2))}, EscarcelleError),
        ({"lines": (make_line(2),)}, AmountMismatch), ({"lines": (make_line(amount=1),)}, EscarcelleError),
        ({"lines": (make_line(quantity=Decimal("0.0001")),)}, AmountError),
        ({"lines": (make_line(quantity=Decimal("NaN")),)}, AmountError),
        ({"lines": (make_line(before=Decimal("Infinity")),)}, AmountError),
        ({"lines": (make_line(unit_price=Decimal("1.00001")),)}, AmountError),
        ({"total": 1}, AmountMismatch), ({"date": datetime(2026, 3, 14)}, EscarcelleError),
        ({"party": Party("T1", "Marie Dupont")}, EscarcelleError),
    ],
)  # fmt: skip
def test_a_document_that_contradicts_itself_is_refused_and_takes_no_number(values, error):
    piece = dataclasses.replace(make_piece("EST"), **values)
    with pytest.raises(error):
        chain.issue_piece(TillState(), SERVER, piece, NOON)


def test_a_total_is_that_of_its_lines_to_the_rounding():
    chain.issue_piece(TillState(), SERVER, make_piece("BCD", total=302), NOON)
    for total in (303, 297, 10**13):
        with pytest.raises(EscarcelleError):
            chain.issue_piece(TillState(), SERVER, make_piece("BCD", total=total), NOON)


def test_a_document_no_verifier_would_read_is_refused():
    lines = tuple(make_line(number, label="é" * 1000) for number in range(1, 1001))
    with pytest.raises(EscarcelleError, match="trop long"):
        chain.issue_piece(TillState(), SERVER, make_piece("EST", lines=lines), NOON)
    chain.issue_piece(TillState(), SERVER, make_piece("EST", lines=lines[:500]), NOON)


def test_a_till_issues_none_of_them():
    till = make_desk("a1b2c3d4", 3)
    with pytest.raises(EscarcelleError):
        chain.issue_piece(TillState(), till, make_piece("EST"), NOON)


def test_a_till_that_signs_one_anyway_is_refused():
    """A till's key must not let stock documents into the journal."""
    record = STORY[PIECES.index("EST") + 1]
    xml = record.xml.replace('caisse="0"', 'caisse="3"')
    payload = record.payload.replace("0-1,", "3-1,").replace(record.digest, chain.digest(xml))
    forged = dataclasses.replace(
        record, xml=xml, digest=chain.digest(xml), payload=payload, till_number=3,
        signature=SERVER.signer.sign(payload.encode()),
    )  # fmt: skip
    with pytest.raises(EscarcelleError, match="serveur"):
        verify_next(STATES[STORY.index(record)], forged, KEYS)


def test_what_is_added_or_removed_is_refused_by_the_schema():
    rng = random.Random(3)
    schema = schemas.schema("piece.xsd")
    optional = {"origines", "commentaire", "tiers", "nom", "motif", "bilan", "complement", "telephone",
                "rue", "codepostal", "ville", "pays", "origine", "ligne"}  # fmt: skip
    tried = 0
    for record in STORY[1:]:
        for change in ("element", "attribute", "lost element"):
            copy = etree.fromstring(record.xml)
            nodes = [n for n in copy.iter() if change != "lost element" or n.tag not in optional]
            node = rng.choice(nodes[1:])
            if change == "element":
                etree.SubElement(node, "ajout")
            elif change == "attribute":
                node.set("ajout", "1")
            else:
                node.getparent().remove(node)
            tried += 1
            assert not schema.validate(copy), (change, node.tag)
    assert tried > 50


def test_the_day_is_closed_before_the_document_of_the_next():
    state = STATES[-1]
    issue = chain.issue_piece(state, SERVER, make_piece("EST", 90), NOON + timedelta(days=1))
    assert [r.kind for r in issue.records] == ["GTJ", "JET", "ANC", "EST"]
    for record in issue.records:
        state = verify_next(state, record, KEYS)


# -- in an archive ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def archived(tmp_path_factory):
    """An archive whose server issued one document of each type, a day of tills around them."""
    world = World(seed=9)
    world.day(NOON)
    for number, document in enumerate(PIECES, 1):
        piece = make_piece(document, number)
        world.server.keep(chain.issue_piece(world.server.state, world.server.desk, piece, NOON))
    day, later = NOON.date(), NOON + timedelta(hours=6)
    return world.archive(tmp_path_factory.mktemp("pieces") / "archive", "J", day, later).folder


def test_an_archive_with_documents_of_the_server_is_sound(archived):
    outcome = verify([archived])
    assert (outcome.verdict, outcome.defects) == ("sound", [])
    schema = etree.XMLSchema(etree.parse(archived / "archive.xsd"))
    schema.assertValid(etree.parse(archived / "archive.xml"))


@pytest.mark.parametrize(
    "old, new",
    [
        (b"<libelle>Riz long</libelle>", b"<libelle>Riz court</libelle>"), (b'quantite="2.500"', b'quantite="2.400"'),
        (b'reference="WH/00003"', b'reference="WH/00004"'), (b'montantTTC="3.00"', b'montantTTC="3.01"'),
        (b'chaine="IVT" cle', b'chaine="EST" cle'), (b"<nom>Banque alimentaire</nom>", b"<nom>Autre</nom>"),
    ],
)  # fmt: skip
def test_an_altered_document_of_an_archive_is_named(archived, tmp_path, old, new):
    copy = shutil.copytree(archived, tmp_path / "copie")
    path = copy / "archive.xml"
    content = path.read_bytes()
    place = content.index(old)
    path.write_bytes(content[:place] + new + content[place + len(old) :])
    outcome = verify([copy], records_only=True)
    assert outcome.verdict == "defects"
    assert any(" (GES) 0-1.0" in defect.record or " 0-1" in defect.record for defect in outcome.defects)


def test_a_document_taken_out_of_an_archive_is_missed(archived, tmp_path):
    copy = shutil.copytree(archived, tmp_path / "copie")
    path = copy / "archive.xml"
    content = path.read_bytes()
    match = re.search(rb'<enregistrement chaine="LVC".*?</enregistrement>\n', content, re.S)
    path.write_bytes(content[: match.start()] + content[match.end() :])
    assert verify([copy], records_only=True).verdict == "defects"
