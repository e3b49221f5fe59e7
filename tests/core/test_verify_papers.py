"""Archives that hold invoices, notes, proofs and settlements: sound ones, and what a till's own key signed wrong."""

from dataclasses import replace
from datetime import timedelta

import pytest

from archives import World
from escarcelle_core import chain, invoicing
from escarcelle_core.documents import Customer, Duplicate, Invoice, Payment, Reference
from escarcelle_core.verify.run import verify
from escarcelle_core.xml import stamp, ticket_xml
from shop import COMPANY, NOON, make_line, make_ticket, uuid

BUYER = Customer("Mairie d'Illkirch & Cie", "181 route de Lyon", "67400", "Illkirch")


class Shop:
    """A till of a world, and the papers it signs."""

    def __init__(self):
        self.world = World(seed=11)
        self.till = self.world.tills[0]
        self.number = 900

    def sign(self, document):
        self.number += 1
        return self.till.keep(chain.issue_ticket(self.till.state, self.till.desk, document, NOON))

    def sell(self, *lines, **values):
        self.number += 1
        rows = list(lines) or [make_line(1, "2.000", "1.2500", 550), make_line(2, "0.350", "2.4990", 2000)]
        return self.sign(make_ticket(self.number, rows, **values))

    def invoice(self, record, *, corrects=None, named=None, **changes):
        """The invoice of ``record``; ``named``: the ticket it says it is of."""
        ticket, named, day = ticket_xml.read(stamp.parse(record.xml)), named or record, NOON.date()
        what = Invoice(BUYER, day, day, ("Payée comptant.",), corrects)
        origin = Reference("TCK", 1, named.seq, named.origin)
        self.number += 1
        document = invoicing.invoice_of(ticket, origin, uuid(self.number, 4), COMPANY, "C07", what)
        return self.sign(replace(document, **changes))

    def verified(self, tmp_path):
        self.world.day(NOON + timedelta(minutes=30), sales=2)
        made = self.world.archive(tmp_path / "archive", "J", NOON.date(), NOON + timedelta(hours=5))
        return verify([made.folder])


@pytest.fixture
def shop():
    return Shop()


def test_a_day_with_every_paper_is_sound(shop, tmp_path):
    sold = shop.sell()
    first = shop.invoice(sold)
    back = shop.sell(make_line(1, "-2.000", "1.2500", 550), origin=Reference("TCK", 1, sold.seq, sold.origin))
    shop.invoice(back, corrects=Reference("FCT", 1, first.seq, first.origin))
    ticket = ticket_xml.read(stamp.parse(sold.xml))
    blank = replace(ticket, operation="GES", invoice=None)
    lines = tuple(replace(line, rate=0, tax=0) for line in ticket.lines)
    shop.sign(replace(blank, uid=uuid(1, 5), document="NTE", lines=lines, payments=()))
    origin = Reference("TCK", 1, sold.seq, sold.origin)
    shop.sign(replace(blank, uid=uuid(2, 5), document="JSP", lines=(), origin=origin))
    paid = (Payment(uuid(3, 6), "CHEQUE", "Chèque", 1500),)
    shop.sign(replace(blank, uid=uuid(3, 5), document="REG", lines=(), customer="C1", payments=paid))
    copy = Duplicate(Reference("FCT", 1, first.seq, first.origin), 1, "C07", "email")
    shop.till.keep(chain.issue_duplicate(shop.till.state, shop.till.desk, copy, NOON, uuid(4, 5)))
    outcome = shop.verified(tmp_path)
    assert (outcome.verdict, outcome.defects) == ("sound", [])


def test_an_invoice_of_other_lines_is_found(shop, tmp_path):
    sold, other = shop.sell(), shop.sell(make_line(1, "1.000", "9.9900", 550))
    shop.invoice(sold, named=other)
    (defect, paid) = shop.verified(tmp_path).defects
    assert defect.field == "lignes de la facture" and defect.expected == f"celles du Ticket 1-{other.seq}"
    assert paid.field == "encaissements de la facture" and paid.expected == f"ceux du Ticket 1-{other.seq}"


def test_the_same_amounts_under_another_label_are_found(shop, tmp_path):
    line = make_line(1, "2.000", "1.2500", 550)
    sold, other = shop.sell(line), shop.sell(replace(line, label="Caviar"))
    paid = ticket_xml.read(stamp.parse(sold.xml)).payments
    shop.invoice(other, named=sold, payments=paid)
    assert [d.field for d in shop.verified(tmp_path).defects] == ["lignes de la facture"]


@pytest.mark.parametrize(
    "changes",
    [{"mode": "CARTE"}, {"label": "Autre"}, {"change": 500}, {"uid": uuid(70, 6)}, "two"],
    ids=str,
)
def test_an_invoice_paid_otherwise_than_its_ticket_is_found(shop, tmp_path, changes):
    """Same lines, same total, another way of paying it: cash becomes an account, a card becomes cash."""
    sold = shop.sell()
    [paid] = ticket_xml.read(stamp.parse(sold.xml)).payments
    if changes == "two":
        others = (replace(paid, amount=100), replace(paid, uid=uuid(71, 6), amount=paid.amount - 100))
    else:
        others = (replace(paid, **changes),)
    shop.invoice(sold, payments=others)
    fields = [d.field for d in shop.verified(tmp_path).defects]
    assert fields == ["encaissements de la facture"]


def test_lines_and_payments_of_another_ticket_are_both_named(shop, tmp_path):
    sold, other = shop.sell(), shop.sell(make_line(1, "1.000", "9.9900", 550))
    payments = ticket_xml.read(stamp.parse(other.xml)).payments
    shop.invoice(other, named=sold, payments=payments)
    fields = [d.field for d in shop.verified(tmp_path).defects]
    assert fields == ["lignes de la facture", "encaissements de la facture"]


def test_an_invoice_made_later_repeats_its_payments(shop, tmp_path):
    """Their moment is that of the document: it is the only thing that may differ."""
    sold = shop.sell()
    ticket, day = ticket_xml.read(stamp.parse(sold.xml)), NOON.date()
    what = Invoice(BUYER, day, day, ("Payée comptant.",))
    document = invoicing.invoice_of(
        ticket, Reference("TCK", 1, sold.seq, sold.origin), uuid(60, 4), COMPANY, "C07", what
    )
    shop.till.keep(chain.issue_ticket(shop.till.state, shop.till.desk, document, NOON + timedelta(minutes=20)))
    assert shop.verified(tmp_path).defects == []


def test_a_ticket_with_two_invoices_is_found(shop, tmp_path):
    sold = shop.sell()
    shop.invoice(sold)
    shop.invoice(sold)
    assert [d.field for d in shop.verified(tmp_path).defects] == ["facture"]


def test_a_credit_note_of_another_invoice_is_found(shop, tmp_path):
    sold = shop.sell()
    first = shop.invoice(sold)
    back = shop.sell(make_line(1, "-2.000", "1.2500", 550))
    shop.invoice(back, corrects=Reference("FCT", 1, first.seq, uuid(77)))
    assert [d.field for d in shop.verified(tmp_path).defects] == ["document d'origine"]


def test_an_invoice_of_a_ticket_that_is_not_there_is_found(shop, tmp_path):
    sold = shop.sell()
    shop.invoice(sold, origin=Reference("TCK", 1, sold.seq + 50, uuid(78)))
    assert shop.verified(tmp_path).verdict == "defects"
