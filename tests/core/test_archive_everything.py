"""An archive that holds every kind of document, opened by 7-Zip and verified by xmlsec1 alone."""

import csv
import subprocess
from dataclasses import replace
from datetime import timedelta, timezone
from decimal import Decimal

import py7zr
import pytest
from lxml import etree

from archives import Chain, World
from escarcelle_core import chain
from escarcelle_core.documents import DOCUMENT_LABELS, PIECES, Customer, Invoice, Payment, Reference
from escarcelle_core.piece import NAMED, VALUED, Origin, Party, Piece, PieceLine
from escarcelle_core.verify.run import verify
from escarcelle_core.xml import schemas
from shop import COMPANY, NOON, make_desk, make_line, make_ticket, uuid

SOLD = make_ticket(1, customer="C42")
BUYER = Customer("Traiteur", "3 rue du Four", "67100", "Strasbourg", "C42", "FR44732829320")


def papers():
    """A ticket, its invoice, a note, its proof of payment, a settlement."""
    day = NOON.date()
    of_it = Reference("TCK", 3, 1, SOLD.uid)
    yield SOLD
    yield replace(SOLD, uid=uuid(2), document="FCT", origin=of_it,
                  invoice=Invoice(BUYER, day, day, ("Payée comptant.",), None))  # fmt: skip
    yield make_ticket(3, [make_line(1, "2.000", "2.5000", 0)], document="NTE", operation="GES", payments=())
    yield replace(SOLD, uid=uuid(4), document="JSP", operation="GES", lines=(), origin=of_it)
    paid = (Payment(uuid(5, 9), "CHEQUE", "Chèque", 1500),)
    yield replace(SOLD, uid=uuid(5), document="REG", operation="GES", lines=(), payments=paid)


def make_piece(document, number):
    valued = document in VALUED
    line = PieceLine(1, "RIZ", "Riz long", Decimal("2.500"), lot="L-01", expiry=NOON.date(), source="WH/Stock",
                     unit_price=Decimal("1.2000") if valued else None, amount=300 if valued else None)  # fmt: skip
    more = {"total": 300, "untaxed": 284} if valued else {}
    return Piece(uid=uuid(number, 3), company=COMPANY, document=document, reference=f"WH/{number:05d}",
                 date=NOON.astimezone(timezone(timedelta(hours=1))), lines=(line,), operator="U2",
                 party=Party("T12", "Banque alimentaire" if document in NAMED else ""),
                 origins=(Origin("S00012", "BCD", uuid(5)),), **more)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    world = World()
    world.day(NOON)
    till = Chain(make_desk("c3d4e5f6", 3))
    till.keep(chain.issue_event(till.state, till.desk, chain.JetEvent(260, "Départ"), NOON))
    for document in papers():
        till.keep(chain.issue_ticket(till.state, till.desk, document, NOON + timedelta(hours=4)))
    world.tills.append(till)
    server = world.server
    for number, document in enumerate(PIECES, 1):
        server.keep(chain.issue_piece(server.state, server.desk, make_piece(document, number), NOON))
    place = tmp_path_factory.mktemp("every") / "archive"
    return world.archive(place, "J", NOON.date(), NOON + timedelta(hours=6)).folder


def test_every_type_is_archived_and_sound(folder):
    outcome = verify([folder])
    assert (outcome.verdict, outcome.defects) == ("sound", [])
    root = etree.parse(folder / "archive.xml").getroot()
    found = {d.get("document") for d in root.iterfind("caisse/enregistrement/*") if d.get("document")}
    assert found >= {*PIECES, "TCK", "FCT", "NTE", "JSP", "REG", "DUP", "GTJ", "JET", "ANC"}
    assert found <= set(DOCUMENT_LABELS)


def test_the_schema_alone_describes_all_of_it(folder):
    schema = schemas.schema("archive.xsd")
    assert schema.validate(etree.parse(folder / "archive.xml")), schema.error_log.last_error
    done = subprocess.run(["xmllint", "--noout", "--schema", "archive.xsd", "archive.xml"], cwd=folder,
                          capture_output=True)  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_the_tables_hold_them(folder):
    def rows(name):
        text = (folder / f"csv/{name}.csv").read_text(encoding="utf-8-sig")
        return list(csv.DictReader(text.splitlines(), delimiter=";"))

    assert len(rows("pieces")) == len(PIECES)
    assert len(rows("lignes_pieces")) == len(PIECES)
    [made_out] = rows("factures")
    assert made_out["Ticket"] == "Ticket 3-1" and made_out["Nom"]
    papers = {row["Document"]: row for row in rows("tickets")}
    assert papers[DOCUMENT_LABELS["JSP"]]["Lignes"] == "0"
    assert papers[DOCUMENT_LABELS["NTE"]]["Total TVA"] == ""


def test_seven_zip_opens_it_and_xmlsec1_alone_verifies_it(folder, tmp_path):
    packed = tmp_path / "archive.7z"
    with py7zr.SevenZipFile(packed, "w", filters=[{"id": py7zr.FILTER_LZMA2, "preset": 3}]) as archive:
        archive.writeall(folder, "")
    opened = tmp_path / "opened"
    subprocess.run(["7zz", "x", f"-o{opened}", str(packed)], check=True, capture_output=True)
    subprocess.run(["7zz", "t", str(packed)], check=True, capture_output=True)
    root = etree.parse(opened / "archive.xml").getroot()
    key = [k.get("id") for k in root.iterfind("entete/cle") if k.get("caisse") == root.get("serveur")][-1]
    command = ["xmlsec1", "--verify", "--trusted-pem", f"certificats/{key}.pem", "archive.xml"]
    assert subprocess.run(command, cwd=opened, capture_output=True).returncode == 0
    path = opened / "archive.xml"
    path.write_bytes(path.read_bytes().replace(b"Banque alimentaire", b"Banque alimentairE", 1))
    assert subprocess.run(command, cwd=opened, capture_output=True).returncode != 0
