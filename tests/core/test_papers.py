"""Invoice, note, proof of payment and settlement: what they must say, what they may not, their chains."""

from dataclasses import replace
from datetime import date

import pytest
from lxml import etree

from escarcelle_core import chain, jet, ticket_check
from escarcelle_core.documents import (
    Customer,
    Duplicate,
    Invoice,
    JetEvent,
    Payment,
    Reference,
    Regime,
)
from escarcelle_core.errors import AmountMismatch, DocumentError, EscarcelleError
from escarcelle_core.state import TillState
from escarcelle_core.verification import verify_document, verify_next
from escarcelle_core.xml import schemas, stamp, ticket_xml
from shop import NOON, make_desk, make_line, make_ticket, uuid, verifiers

DESK = make_desk()
BUYER = Customer("Traiteur, Dupont & Fils", "3 rue du Four", "67100", "Strasbourg", "C42", "FR44732829320")
DAY = date(2026, 3, 14)
TICKET = make_ticket(1, customer="C42")


def invoice(number=2, ticket=TICKET, seq=1, **values):
    corrects = values.pop("corrects", None)
    customer = values.pop("buyer", BUYER)
    made = Invoice(customer, DAY, DAY, ("Payée comptant.",), corrects)
    return replace(ticket, uid=uuid(number), document="FCT", origin=Reference("TCK", 3, seq, ticket.uid),
                   **{"invoice": made, **values})  # fmt: skip


def note(number=3, **values):
    lines = [replace(make_line(1, "2.000", "2.5000", 0), label="Pain")]
    made = make_ticket(number, lines, document="NTE", operation="GES", payments=())
    return replace(made, **values)


def proof(number=4, **values):
    return replace(TICKET, **{"uid": uuid(number), "document": "JSP", "operation": "GES", "lines": (),
                              "origin": Reference("TCK", 3, 1, TICKET.uid), **values})  # fmt: skip


def settlement(number=5, amount=1500, **values):
    payments = (Payment(uuid(number, 9), "CHEQUE", "Chèque", amount),)
    return replace(TICKET, **{"uid": uuid(number), "document": "REG", "operation": "GES", "lines": (),
                              "payments": payments, "origin": None, **values})  # fmt: skip


def sold():
    start = JetEvent(jet.INITIALISATION, "Initialisation")
    opened = chain.issue_event(TillState(), DESK, start, NOON)
    return opened.then(chain.issue_ticket(opened.state, DESK, TICKET, NOON))


def issued(*documents):
    issue = sold()
    for document in documents:
        issue = issue.then(chain.issue_ticket(issue.state, DESK, document, NOON))
    return issue


def test_each_paper_has_its_own_continuous_sequence_and_moves_no_total():
    issue = issued(invoice(2), note(3), proof(4), settlement(5), note(6))
    numbers = [(r.kind, r.number, r.operation) for r in issue.records[1:]]
    assert numbers == [("TCK", "3-1", "VTE"), ("FCT", "3-1", "VTE"), ("NTE", "3-1", "GES"),
                       ("JSP", "3-1", "GES"), ("REG", "3-1", "GES"), ("NTE", "3-2", "GES")]  # fmt: skip
    assert {r.totals for r in issue.records[1:]} == {issue.records[1].totals}
    assert [r.shown(1) for r in issue.records[2:6]] == [
        "Facture (VTE) 3-1.1", "Note (GES) 3-1.1", "Justificatif de paiement (GES) 3-1.1",
        "Règlement compte client (GES) 3-1.1",
    ]  # fmt: skip
    state = TillState()
    schema = etree.XMLSchema(etree.fromstring(schemas.content("ticket.xsd")))
    for record in issue.records:
        state = verify_next(state, record, verifiers(DESK))
        schema.assertValid(etree.fromstring(record.xml))
    assert state == issue.state


def test_the_invoice_signs_who_it_is_made_out_to():
    record = issued(invoice()).records[-1]
    fields = record.payload.split(",")
    assert fields[:2] == ["2000:100|0550:250", "350"]
    assert fields[3:8] == ["3-1", "VTE", "Traiteur;_Dupont_&_Fils", "67100", "FR44732829320"]
    read = ticket_xml.read(stamp.parse(record.xml))
    assert read.invoice.customer == BUYER
    ticket_check.same_sale(read, TICKET)
    prices = {n.get("ligne"): n.get("ht") for n in stamp.parse(record.xml).iter("prix")}
    assert prices == {"1": "2.3697", "2": "2.4917"}


def test_a_note_and_a_settlement_state_no_vat():
    for document in (note(), settlement(), proof()):
        record = issued(document).records[-1]
        assert record.payload.startswith("0000:0,")
        root = stamp.parse(record.xml)
        assert not list(root.iter("tvas")) and not root.findall("lignes/article[@tva]")
        assert root.find("bilan").get("montantHT") is None
    root = stamp.parse(issued(note()).records[-1].xml)
    assert root.get("encaisse") == "N" and root.find("bilan/encaissements") is None
    assert stamp.parse(issued(settlement()).records[-1].xml).find("lignes") is None


def test_an_invoice_of_nothing_due_is_an_invoice():
    """Goods given for nothing may be invoiced too: zero is not negative."""
    free = make_ticket(1, [make_line(1, "2.000", "0.0000", 550)], customer="C42", payments=())
    assert issued(invoice(2, free)).records[-1].kind == "FCT"


def test_a_duplicate_of_an_invoice_names_it():
    issue = issued(invoice(2))
    copy = Duplicate(Reference("FCT", 3, 1, uuid(2)), 2, "C07")
    made = chain.issue_duplicate(issue.state, DESK, copy, NOON, uuid(50))
    assert made.records[0].payload.split(",")[:3] == ["3-1", "FCT", "2"]
    verify_next(issue.state, made.records[0], verifiers(DESK))
    ahead = chain.issue_duplicate(
        issue.state, DESK, replace(copy, original=Reference("FCT", 3, 2, uuid(9))), NOON, uuid(51)
    )
    with pytest.raises(DocumentError):
        verify_next(issue.state, ahead.records[0], verifiers(DESK))


def test_a_credit_note_names_its_refund_and_the_invoice_it_corrects():
    back = make_ticket(7, [make_line(1, "-1.000", "2.5000", 550, origin=uuid(1, 7))], customer="C42",
                       origin=Reference("TCK", 3, 1, TICKET.uid))  # fmt: skip
    issue = issued(invoice(2), back)
    credit = invoice(8, back, 2, corrects=Reference("FCT", 3, 1, uuid(2)))
    made = chain.issue_ticket(issue.state, DESK, credit, NOON)
    record = made.records[0]
    assert record.shown() == "Facture (ANN) 3-2.0"
    assert record.payload.startswith("0550:-250,-250,")
    verify_next(issue.state, record, verifiers(DESK))
    for wrong in (invoice(9, back, 2), invoice(9, corrects=Reference("FCT", 3, 1, uuid(2)))):
        with pytest.raises(DocumentError):
            chain.issue_ticket(issue.state, DESK, wrong, NOON)


def test_a_settlement_is_cancelled_by_another():
    issue = issued(settlement(5))
    back = settlement(6, -1500, operation="ANN", origin=Reference("REG", 3, 1, uuid(5)))
    made = chain.issue_ticket(issue.state, DESK, back, NOON)
    verify_next(issue.state, made.records[0], verifiers(DESK))
    assert made.records[0].payload.split(",")[1] == "-1500"


WRONG = {
    "invoice without customer": invoice(invoice=None),
    "ticket with a customer": replace(TICKET, invoice=invoice().invoice),
    "invoice of nothing": replace(invoice(), origin=None),
    "invoice of a note": replace(invoice(), origin=Reference("NTE", 3, 1, uuid(3))),
    "nameless": invoice(buyer=replace(BUYER, name=" ")),
    "without zip": invoice(buyer=replace(BUYER, zip="")),
    "without city": invoice(buyer=replace(BUYER, city="")),
    "other customer": invoice(buyer=replace(BUYER, code="C43")),
    "due before sold": replace(invoice(), invoice=replace(invoice().invoice, due=date(2026, 3, 13))),
    "management invoice": invoice(operation="GES"),
    "invoice wrongly added": invoice(payments=()),
    "note with a payment": note(payments=TICKET.payments),
    "note with VAT": note(lines=(make_line(1, "1.000", "2.5000", 550),)),
    "note that sells": note(operation="VTE"),
    "empty note": note(lines=()),
    "proof with lines": proof(lines=TICKET.lines),
    "proof of nothing": proof(payments=()),
    "proof without ticket": proof(origin=None),
    "anonymous settlement": settlement(customer=""),
    "settlement of nothing": settlement(amount=0),
    "negative settlement": settlement(amount=-5),
    "cancelled settlement without one": settlement(amount=-5, operation="ANN"),
    "cancelled settlement that takes": settlement(operation="ANN", origin=Reference("REG", 3, 1, uuid(5))),
    "an order": note(document="BCD"),
    "exempt with VAT": invoice(ticket=replace(TICKET, regime=Regime("EXO_B", "exo"))),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_contradicts_itself_is_not_signed(name):
    issue = sold()
    with pytest.raises(EscarcelleError):
        chain.issue_ticket(issue.state, DESK, WRONG[name], NOON)


@pytest.mark.parametrize(
    "document", [invoice(seq=2), proof(origin=Reference("TCK", 3, 9, uuid(1))),
                 proof(origin=Reference("TCK", 4, 1, uuid(1)))],
)  # fmt: skip
def test_a_paper_of_a_ticket_that_is_not_there_does_not_verify(document):
    issue = sold()
    made = chain.issue_ticket(issue.state, DESK, document, NOON)
    with pytest.raises(DocumentError):
        verify_document(issue.state, made.records[0])


@pytest.mark.parametrize("old, new", [
    ("Traiteur", "Fraiteur"), ("67100", "67200"), ('tva="FR44732829320"><nom>', 'tva="FR00732829320"><nom>'),
    ('echeance="2026-03-14"', 'echeance="2026-04-14"'), ('ht="2.3697"', 'ht="2.3698"'), ('net="2.50"', 'net="2.60"'),
])  # fmt: skip
def test_an_altered_invoice_is_found(old, new):
    before, record = sold().state, issued(invoice()).records[-1]
    assert old in record.xml
    with pytest.raises(EscarcelleError):
        verify_next(before, replace(record, xml=record.xml.replace(old, new, 1)), verifiers(DESK))
    # Neither is it by who rebuilds the digest and forges the signed string.
    xml = record.xml.replace(old, new, 1)
    forged = replace(record, xml=xml, digest=stamp.digest(xml),
                     payload=record.payload.replace(record.digest, stamp.digest(xml)))  # fmt: skip
    with pytest.raises(EscarcelleError):
        verify_next(before, forged, verifiers(DESK))


def test_an_invoice_with_other_lines_than_its_ticket_is_told():
    other = replace(TICKET, lines=(TICKET.lines[0],))
    with pytest.raises(AmountMismatch):
        ticket_check.same_sale(invoice(), other)
    with pytest.raises(AmountMismatch):
        ticket_check.same_sale(invoice(ticket=replace(TICKET, regime=Regime("EXO_A"))), TICKET)
