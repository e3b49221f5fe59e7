"""What papers say of corrections: cancelled whole, in part, by which ticket, line by line."""

from dataclasses import replace

import paper_samples as samples
from escarcelle_core import chain
from escarcelle_core.documents import CANCELLATION, SALE, Duplicate, Reference
from escarcelle_core.printing import paper, preview, stylesheet
from escarcelle_core.printing.context import PrintContext
from escarcelle_core.state import TillState
from escarcelle_core.xml import stamp, ticket_xml
from shop import NOON, make_desk, make_line, make_ticket, uuid

ORIGIN = Reference("TCK", 3, 1, uuid(1))


def _printed(ticket):
    xml = samples.sale_xml(ticket, samples.stamp(seq=2, operation=ticket.operation))
    shown = preview.text(stylesheet.render(xml, "ticket", {}, PrintContext()))
    return " ".join(shown.split())


def _back(**values):
    line = replace(make_line(1, "-1.000", "2.5000", 550), origin=uuid(1, 1), origin_ticket="3-1")
    return make_ticket(2, [line], operation=CANCELLATION, **values)


def test_a_whole_cancellation_says_annule():
    whole = _printed(_back(origin=replace(ORIGIN, whole=True)))
    assert "Ce ticket annule le ticket n° 3-1" in whole and "Retour du ticket" not in whole
    assert "Ce ticket annule en partie le ticket n° 3-1" in _printed(_back(origin=ORIGIN))


def test_an_exchange_modifies_and_names_the_ticket_of_each_line():
    back = replace(make_line(1, "-1.000", "2.5000", 550), origin=uuid(1, 1), origin_ticket="3-1")
    other = replace(make_line(2, "-1.000", "1.0000", 550), origin=uuid(9, 1), origin_ticket="3-9")
    new = make_line(3, "2.000", "4.0000", 550)
    ticket = make_ticket(2, [back, other, new], operation=SALE)
    said = _printed(ticket)
    assert "Retour du ticket n° 3-1" in said and "Retour du ticket n° 3-9" in said
    assert "modifie le ticket n° 3-1" in _printed(replace(ticket, origin=ORIGIN))


def test_what_is_printed_of_corrections_is_signed():
    ticket = _back(origin=replace(ORIGIN, whole=True))
    xml = samples.sale_xml(ticket, samples.stamp(seq=2, operation=CANCELLATION)).decode()
    read = ticket_xml.read(stamp.parse(xml))
    assert read.origin.whole and read.lines[0].origin_ticket == "3-1"


def test_a_copy_of_a_cancelled_ticket_says_by_which():
    desk = make_desk()
    sale = chain.issue_ticket(TillState(), desk, make_ticket(1), NOON)
    copy = chain.issue_duplicate(
        sale.state, desk, Duplicate(Reference("TCK", 3, 1, uuid(1)), 2, "C07"), NOON, uuid(2)
    )
    commands = paper.commands(
        sale.records[0], duplicate=copy.records[0], fate=("annulé par le ticket n° 3-2",)
    )
    assert "Ce ticket est annulé par le ticket n° 3-2" in " ".join(preview.text(commands).split())
