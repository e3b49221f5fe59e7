"""Documents to print, always the same: fixed company, time, key and amounts."""

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

from escarcelle_core.documents import (
    CANCELLATION,
    MANAGEMENT,
    Customer,
    Device,
    Invoice,
    Payment,
    Reference,
    Regime,
    Ticket,
)
from escarcelle_core.totals import Totals
from escarcelle_core.xml import closing_xml, ticket_xml
from escarcelle_core.xml.stamp import Stamp
from shop import COMPANY, make_line, make_ticket, uuid

AT = datetime(2026, 11, 21, 20, 30, 5, tzinfo=timezone.utc)
LOCAL = AT.astimezone(timezone(timedelta(hours=1)))
EXEMPT = Regime("EXO_B", "TVA non applicable, art. 261-7-1° b du CGI")


def stamp(kind: str = "TCK", seq: int = 1, **values) -> Stamp:
    """The place of a document in till 3's chains."""
    defaults = {
        "device": Device("a1b2c3d4", 3, "Escarcelle", "0.1.0"), "kind": kind, "seq": seq, "at": AT,
        "local": LOCAL, "business_day": LOCAL.date(), "key_id": "ab" * 32, "origin": uuid(seq),
        "doc_type": "TCK" if kind == "ECO" else kind, "operation": "VTE",
    }  # fmt: skip
    return Stamp(**{**defaults, **values})


def basket() -> list:
    """What a household buys: units, weight, discount, three rates."""
    return [
        make_line(1, "2.000", "1.2500", 550, label="Pâtes complètes bio 500 g"),
        make_line(2, "0.350", "2.4990", 550, label="Pommes Gala, vrac", unit="KG"),
        make_line(
            3, "1.000", "4.9000", 2000,
            label="Lessive liquide Marseille peaux sensibles 3 L", discount=Decimal("10.00"),
        ),
        make_line(4, "1.000", "1.4000", 210, label="Journal « L'Œil » n° 12"),
        make_line(5, "3.000", "0.3333", 550, label='Yaourt "nature" <125 g> & sucre'),
    ]  # fmt: skip


def sale(**values) -> Ticket:
    """A sale paid with a note and some coins back, and a voucher."""
    lines = basket()
    total = sum(line.amount for line in lines)
    payments = (
        Payment(uuid(1, 9), "BON", "Bon d'achat", 200),
        Payment(uuid(2, 9), "ESPECES", "Espèces", total - 200, 2000 - (total - 200)),
    )
    return replace(make_ticket(1, lines, payments=payments), **values)


def sale_xml(ticket: Ticket | None = None, place: Stamp | None = None) -> bytes:
    """The document of ``ticket``, by default ``sale()`` as ticket 3-1."""
    return ticket_xml.build(ticket or sale(), place or stamp(), Totals()).encode()


def refund_xml() -> bytes:
    """Two of the goods come back; ticket 3-2 refers to 3-1."""
    lines = [
        make_line(1, "-1.000", "1.2500", 550, label="Pâtes complètes bio 500 g"),
        make_line(2, "-0.350", "2.4990", 550, label="Pommes Gala, vrac", unit="KG"),
    ]
    ticket = make_ticket(
        2, lines, operation=CANCELLATION, origin=Reference("TCK", 3, 1, uuid(1)),
        comment="Emballage abîmé",
    )  # fmt: skip
    return sale_xml(ticket, stamp(seq=2, operation=CANCELLATION))


def exempt_xml(place: Stamp | None = None, **values) -> bytes:
    """A sale without VAT."""
    lines = [make_line(1, "1.000", "0.5000", 0, label="Riz long 1 kg")]
    return sale_xml(make_ticket(3, lines, regime=EXEMPT, **values), place or stamp(seq=3))


BUYER = Customer(
    "Association « Les Petits Œufs » & Cie", "3 bis rue du Four à Chaux", "67100", "Strasbourg",
    "C42", "FR44732829320",
)  # fmt: skip
TERMS = (
    "Payée comptant. Pas d'escompte pour paiement anticipé.",
    "En cas de retard : intérêts au taux de la BCE majoré de 10 points et indemnité forfaitaire de"
    " recouvrement de 40 € (professionnels).",
)


def invoice_xml() -> bytes:
    """Invoice 3-5 of ``sale()``, asked for the next day."""
    invoice = Invoice(BUYER, date(2026, 11, 20), date(2026, 11, 21), TERMS)
    ticket = sale(
        document="FCT", customer="C42", origin=Reference("TCK", 3, 1, uuid(1)), invoice=invoice
    )
    return sale_xml(ticket, stamp("FCT", 5))


def credit_xml() -> bytes:
    """Credit note 3-6: the invoice of a refund, of an exempt sale."""
    lines = [make_line(1, "-1.000", "0.5000", 0, label="Riz long 1 kg")]
    day = date(2026, 11, 21)
    ticket = make_ticket(
        3, lines, document="FCT", customer="C42", origin=Reference("TCK", 3, 4, uuid(4)),
        regime=EXEMPT, invoice=Invoice(BUYER, day, day, (), Reference("FCT", 3, 5, uuid(5))),
    )  # fmt: skip
    return sale_xml(ticket, stamp("FCT", 6, operation=CANCELLATION))


def note_xml(ticket: Ticket | None = None) -> bytes:
    """Note 3-2, given before the payment of ``sale()``."""
    sold = ticket or sale()
    lines = tuple(replace(line, rate=0, tax=0) for line in sold.lines)
    note = replace(sold, document="NTE", operation=MANAGEMENT, lines=lines, payments=())
    return sale_xml(note, stamp("NTE", 2, operation=MANAGEMENT))


def proof_xml() -> bytes:
    """Proof 3-1 that ``sale()`` was paid."""
    proof = sale(
        document="JSP", operation=MANAGEMENT, lines=(), origin=Reference("TCK", 3, 1, uuid(1))
    )
    return sale_xml(proof, stamp("JSP", 1, operation=MANAGEMENT))


def settlement_xml(amount: int = 1500, change: int = 500) -> bytes:
    """Settlement 3-7 on an account; the cancellation of it when ``amount`` is negative."""
    back = amount < 0
    payment = Payment(uuid(7, 9), "ESPECES", "Espèces", amount, change)
    settled = make_ticket(
        7, [], document="REG", customer="F00012", payments=(payment,), comment="Solde d'octobre",
        operation=CANCELLATION if back else MANAGEMENT,
        origin=Reference("REG", 3, 6, uuid(6)) if back else None,
    )  # fmt: skip
    return sale_xml(settled, stamp("REG", 7, operation=settled.operation))


def totals() -> Totals:
    """A day of two sectors and three payment modes."""
    return (
        Totals()
        .add("TAXABLE", [(2000, 441, 74), (550, 437, 23), (210, 140, 3)], [("ESPECES", 1018)])
        .add("TAXABLE", [(550, -125, -7)], [("ESPECES", -125)])
        .add("EXO_B", [(0, 123450, 0)], [("CARTE", 123400), ("BON", 50)])
    )


def closing_xml_bytes(kind: str = "GTJ", period: str = "20261121", rank: int = 1) -> bytes:
    """A closing of ``totals()``."""
    closing = closing_xml.Closing(kind, period, rank, COMPANY, totals())
    return closing_xml.build(closing, stamp(kind, 12, operation="GES")).encode()
