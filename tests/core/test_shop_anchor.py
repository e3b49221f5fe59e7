"""The anchor of the shop: what it covers, and that it is found out when a till's tail is cut."""

from dataclasses import replace
from datetime import timedelta

import pytest
from lxml import etree

from archives import World
from escarcelle_core import anchor as anchors
from escarcelle_core import chain
from escarcelle_core.anchor import ShopTill
from escarcelle_core.errors import DocumentError, EscarcelleError
from escarcelle_core.state import TillState
from escarcelle_core.verification import verify_document, verify_next
from escarcelle_core.verify.run import verify
from escarcelle_core.xml import schemas, stamp
from shop import NOON, verifiers


def _shop(world):
    return tuple(
        ShopTill(
            till.desk.device.uid, till.desk.device.number, "732829320",
            tuple(sorted(till.state.heads.items())),
            till.state.totals.perpetual_real, till.state.totals.perpetual_absolute,
        )
        for till in world.tills
    )  # fmt: skip


@pytest.fixture
def world():
    world = World()
    world.day(NOON)
    return world


def _sign(world, at=NOON + timedelta(hours=8)):
    server = world.server
    return server.keep(chain.issue_shop_anchor(server.state, server.desk, _shop(world), at))


def test_it_is_read_back_and_sums_by_taxpayer(world):
    record = _sign(world)
    read = anchors.read(stamp.parse(record.xml))
    assert read.shop == _shop(world)
    real = sum(till.state.totals.perpetual_real for till in world.tills)
    absolute = sum(till.state.totals.perpetual_absolute for till in world.tills)
    assert read.taxpayers == {"732829320": (real, absolute)}
    assert record.payload.startswith(read.value)


def test_it_conforms_to_the_schema_and_verifies_in_the_servers_chain(world):
    before = world.server.records[:]
    record = _sign(world)
    schema = etree.XMLSchema(etree.fromstring(schemas.content("ticket.xsd")))
    schema.assertValid(stamp.parse(record.xml))
    state = TillState()
    for each in [*before, record]:
        state = verify_next(state, each, verifiers(world.server.desk))
    assert state.anchor == anchors.read(stamp.parse(record.xml)).value


def _changed(record, find, change):
    element = stamp.parse(record.xml)
    change(element.find(find))
    return element


def test_an_anchor_that_says_another_hash_than_its_heads_is_refused(world):
    record = _sign(world)
    other = "0" * 64
    with pytest.raises(DocumentError, match="empreinte"):
        anchors.read(_changed(record, "tetes", lambda node: node.set("empreinte", other)))


@pytest.mark.parametrize("name", ["empreinte", "precedente"])
def test_an_anchor_that_lacks_something_is_unreadable(world, name):
    record = _sign(world)
    with pytest.raises(DocumentError, match="illisible"):
        anchors.read(_changed(record, "tetes", lambda node: node.attrib.pop(name)))


def test_next_anchor_continues_it(world):
    _sign(world)
    second = _sign(world, NOON + timedelta(hours=9))
    assert anchors.read(stamp.parse(second.xml)).previous == world.server.records[-2].payload.split(",")[0]


@pytest.mark.parametrize("change", [{"real": 1}, {"absolute": 1}, {"siren": "1"}, {"number": 9}, {"heads": ()}])
def test_every_value_is_in_the_hash(world, change):
    read = anchors.read(stamp.parse(_sign(world).xml))
    other = replace(read, shop=(replace(read.shop[0], **change), *read.shop[1:]))
    assert other.value != read.value


def test_sum_that_is_not_that_of_the_tills_is_found(world):
    before = world.server.state
    record = _sign(world)
    verify_document(before, record)
    element = stamp.parse(record.xml)
    element.find("magasin/assujetti").set("perpetuel", "0.00")
    changed = stamp.serialise(element)
    with pytest.raises(EscarcelleError, match="ses propres valeurs"):
        verify_document(before, replace(record, xml=changed, digest=stamp.digest(changed)))


def test_archive_with_a_rewritten_till_is_found_out(world, tmp_path):
    """All of till 1 signed again with its own key after the anchor: only the anchor knows."""
    _sign(world)
    sound = world.archive(tmp_path / "a", "J", NOON.date(), NOON + timedelta(days=1))
    assert verify([sound.folder]).verdict == "sound"
    other = World(seed=2)
    other.server, other.tills[1] = world.server, world.tills[1]
    till = other.tills[0]
    till.desk = world.tills[0].desk
    till.records.clear()
    till.state = TillState()
    till.keep(chain.issue_event(till.state, till.desk, chain.JetEvent(260, "Départ"), NOON))
    for step in range(8):
        other.sell(till, NOON + timedelta(minutes=step))
    till.keep(chain.close_day(till.state, till.desk, NOON + timedelta(hours=3)))
    forged = other.archive(tmp_path / "b", "J", NOON.date(), NOON + timedelta(days=1))
    outcome = verify([forged.folder], records_only=True)
    assert outcome.verdict == "defects"
    assert any("Ancre" in defect.message for defect in outcome.defects)
