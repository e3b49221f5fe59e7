"""The schemas accept every document that is signed, and nothing that is not one."""

import random

import pytest
from lxml import etree

from archives import World
from escarcelle_core.documents import Override, Reference, Regime
from escarcelle_core.xml import record_xml, schemas
from shop import NOON, make_line, uuid

TICKET, ARCHIVE = schemas.schema("ticket.xsd"), schemas.schema("archive.xsd")


@pytest.fixture(scope="module")
def world():
    made = World()
    made.day(NOON)
    lines = [
        make_line(1, "1.000", "2.5000", 0, barcode="3017620422003", category="Épicerie",
                  category_code="12", comment="offert\npar la maison", origin=uuid(1, 7)),
        make_line(2, "-0.333", "0.0100", 0),
    ]  # fmt: skip
    made.sell(
        made.tills[0], NOON, lines=lines, customer="F00012", tariff="T30", comment="Ligne 1\nligne 2",
        regime=Regime("FRANCHISE", "TVA non applicable, art. 293 B du CGI"),
        origin=Reference("TCK", 1, 1, uuid(1)), overrides=(Override("budget", "R01", "accord"),),
        degraded=True,
    )  # fmt: skip
    return made


@pytest.fixture(scope="module")
def documents(world, tmp_path_factory):
    made = world.archive(tmp_path_factory.mktemp("xsd") / "archive", "J", NOON.date(), NOON)
    records = [r for device in world.devices for r in device.records]
    assert made.seal in records
    return [(r, etree.fromstring(r.xml)) for r in records]


def test_every_signed_document_is_valid(documents):
    tags = set()
    for _record, element in documents:
        tags.add(element.tag)
        TICKET.assertValid(element)
    assert tags == {"ticket", "duplicata", "cloture", "evenement", "ancre", "archive"}


def test_every_record_is_valid(documents):
    for record, _element in documents:
        ARCHIVE.assertValid(etree.fromstring(record_xml.write(record)))


def test_a_whole_archive_is_valid(world, tmp_path):
    made = world.archive(tmp_path / "archive", "J", NOON.date(), NOON)
    ARCHIVE.assertValid(etree.parse(made.folder / "archive.xml"))
    # The copies in the archive are enough: no network, no package.
    on_disk = etree.XMLSchema(etree.parse(made.folder / "archive.xsd"))
    on_disk.assertValid(etree.parse(made.folder / "archive.xml"))


def test_what_is_added_removed_or_misspelt_is_refused(documents):
    rng = random.Random(5)
    tried = 0
    for record, _element in documents:
        required = {"nom", "rue", "complement", "codepostal", "ville", "pays", "telephone", "mention",
                    "part", "mode", "tete", "commentaire", "derogation", "origine", "client", "groupe",
                    "reference", "fichier", "encaissement", "tva", "article", "caisse"}  # fmt: skip
        # A schema cannot say that only sales state VAT: the verifier does (test_papers).
        required |= {"lignes", "tvas", "encaissements", "facture", "condition", "rectifie"}
        by_type = {"reference", "origine", "net_ht", "taxe", "tva", "montantHT"}
        for change in ("element", "attribute", "lost attribute", "lost element"):
            copy = etree.fromstring(record.xml)
            nodes = [n for n in copy.iter() if change != "lost element" or n.tag not in required]
            node = rng.choice(nodes)
            if change == "element":
                etree.SubElement(node, "ajout")
            elif change == "attribute":
                node.set("ajout", "1")
            elif change == "lost attribute":
                names = [n for n in node.attrib if n not in by_type]
                if not names:
                    continue
                del node.attrib[rng.choice(names)]
            elif node is copy:
                continue
            else:
                node.getparent().remove(node)
            tried += 1
            assert not TICKET.validate(copy), (change, node.tag, etree.tostring(copy))
    assert tried > 100


@pytest.mark.parametrize(
    "old, new",
    [
        ('montantTTC="', 'montantTTC="x'), ('numero="', 'numero="0'), ('ecole="N"', 'ecole="oui"'),
        ('version="3"', 'version="4"'), ('chaine="TCK"', 'chaine="XXX"'), ('jour="2026', 'jour="26'),
        ('caisse-uid="', 'caisse-uid="A'), ('type="VTE"', 'type="VOL"'), ('utc="', 'utc=" '),
    ],
)  # fmt: skip
def test_a_malformed_value_is_refused(documents, old, new):
    xml = next(r.xml for r, e in documents if r.kind == "TCK" and r.operation == "VTE")
    assert old in xml
    assert not TICKET.validate(etree.fromstring(xml.replace(old, new, 1)))
