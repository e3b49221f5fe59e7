"""What the documents of the server cite is there: before or after, in its chains."""

from datetime import timedelta
from decimal import Decimal

import pytest

from archives import World
from escarcelle_core import chain
from escarcelle_core.piece import Origin, Piece, PieceLine
from escarcelle_core.verify import citations
from escarcelle_core.verify.run import verify
from shop import COMPANY, NOON, uuid


class Server:
    """The server of a world: ``issue`` pieces, a day passes at the end."""

    def __init__(self):
        self.world = World(seed=12)

    def issue(self, document, number, *origins, day=0):
        server = self.world.server
        at = NOON + timedelta(days=day)
        line = PieceLine(1, "RIZ", "Riz long", Decimal("2.500"))
        piece = Piece(uuid(number, 3), COMPANY, document, f"WH/{number:05d}", at, (line,), origins=origins)
        return server.keep(chain.issue_piece(server.state, server.desk, piece, at))

    def verified(self, tmp_path, befores=None, days=1):
        for day in range(days + 1):
            self.world.day(NOON + timedelta(days=day, minutes=30), sales=1)
        self.issue("EST", 99, day=days)
        made = self.world.archive(tmp_path / "M", "M", NOON.date(), NOON + timedelta(days=17), befores)
        return verify([made.folder])


@pytest.fixture
def server():
    return Server()


def cite(document, number):
    return Origin(f"WH/{number:05d}", document, uuid(number, 3))


def absent(outcome):
    return [(d.record, d.message) for d in outcome.defects if d.field == "document cité"]


def test_what_comes_before_or_after_and_what_is_no_document_of_the_server_are_sound(server, tmp_path):
    server.issue("IVT", 1)
    server.issue("RAZ", 2, cite("IVT", 1))
    server.issue("SST", 3, cite("BLV", 4))
    server.issue("BLV", 4, cite("SST", 3), Origin("S00012"), Origin("S00012", "BCD"), Origin("1-3", "TCK", uuid(8)))
    outcome = server.verified(tmp_path)
    assert (outcome.verdict, outcome.defects) == ("sound", [])


def test_a_cited_document_that_is_not_there_is_found_and_named(server, tmp_path):
    server.issue("IVT", 1)
    server.issue("RAZ", 2, cite("IVT", 7))
    [(record, message)] = absent(server.verified(tmp_path))
    assert record == "RAZ stock (GES) 0-1.0" and message == "le document cité n'existe pas"


def test_the_same_identifier_in_another_chain_is_not_it(server, tmp_path):
    server.issue("EST", 1)
    server.issue("RAZ", 2, cite("IVT", 1))
    assert len(absent(server.verified(tmp_path))) == 1


def test_a_document_that_cites_itself_is_found(server, tmp_path):
    server.issue("IVT", 1, cite("IVT", 1))
    [(_record, message)] = absent(server.verified(tmp_path))
    assert message == "ce document se cite lui-même"


def test_what_was_cited_on_the_last_day_may_still_wait(server, tmp_path):
    server.world.day(NOON, sales=1)
    server.issue("SST", 3, cite("BLV", 4))
    made = server.world.archive(tmp_path / "J", "J", NOON.date(), NOON + timedelta(hours=6))
    assert verify([made.folder]).verdict == "sound"


def test_a_chain_that_was_not_given_from_its_beginning_is_not_judged(server, tmp_path):
    server.world.day(NOON, sales=1)
    server.issue("IVT", 1)
    before = server.world.archive(tmp_path / "J", "J", NOON.date(), NOON + timedelta(hours=6)).ends
    for day in (1, 2, 3):
        server.issue("RAZ", 10 + day, cite("IVT", 1), day=day)
        server.world.day(NOON + timedelta(days=day), sales=1)
    made = server.world.archive(tmp_path / "M", "M", NOON.date(), NOON + timedelta(days=17), before)
    assert absent(verify([made.folder])) == []


def test_a_flood_of_absent_documents_is_told_without_keeping_them(server, tmp_path, monkeypatch):
    monkeypatch.setattr(citations, "MOST_WAITING", 20)
    for number in range(1, 4):
        server.issue("RAZ", number, *(cite("IVT", 1000 * number + i) for i in range(50)))
    assert len(absent(server.verified(tmp_path))) == 150


def test_memory_has_an_end(server, tmp_path, monkeypatch):
    """More documents than are remembered: those that are forgotten accuse nobody."""
    monkeypatch.setattr(citations, "MOST", 2)
    for number in range(1, 5):
        server.issue("IVT", number)
    server.issue("RAZ", 9, cite("IVT", 4))
    assert server.verified(tmp_path).verdict == "sound"
