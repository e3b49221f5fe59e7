"""The values that travel: tickets, duplicates, events, before they are signed.

All are frozen. Amounts are integer cents, rates hundredths of a percent, instants aware UTC.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

SALE, CANCELLATION, MANAGEMENT = "VTE", "ANN", "GES"

#: The 25 document types of the Neptis list, and the kinds that only we have.
DOCUMENT_LABELS = {
    "TCK": "Ticket", "DUP": "Duplicata", "FCT": "Facture", "NTE": "Note",
    "JSP": "Justificatif de paiement", "IVT": "Inventaire", "EST": "Entrée stock",
    "SST": "Sortie stock", "IVD": "Invendus", "RUP": "Rupture", "ALT": "Alerte",
    "RAZ": "RAZ stock", "FAB": "Fabriqués", "TRS": "Transformables", "REI": "Réintégrables",
    "CDC": "Commande central", "LVC": "Livraison central", "TRM": "Transfert magasins",
    "BCD": "Bon de commande", "DEV": "Devis", "CFR": "Commande fournisseur",
    "RCD": "Récapitulatif de commandes", "BLV": "Bon de livraison",
    "RGF": "Regroupement de factures", "REG": "Règlement compte client",
    "GTJ": "Clôture journalière", "GTM": "Clôture mensuelle", "GTA": "Clôture annuelle",
    "JET": "Événement technique", "ARC": "Archive", "ECO": "École", "ANC": "Ancre",
}

#: Documents the server issues from stock, orders and deliveries (``piece.py``).
PIECES = (
    "IVT", "EST", "SST", "IVD", "RUP", "ALT", "RAZ", "FAB", "TRS", "REI", "CDC", "LVC", "TRM", "BCD",
    "DEV", "CFR", "RCD", "BLV", "RGF",
)  # fmt: skip

#: Signed chains, one of each per device.
KINDS = (
    "TCK", "FCT", "NTE", "JSP", "DUP", "REG", "GTJ", "GTM", "GTA", "JET", "ARC", "ECO", "ANC", *PIECES,
)  # fmt: skip

#: Documents of a till that state a sale and its VAT, and those that only state payments.
SALE_DOCUMENTS = frozenset({"TCK", "FCT"})
PAYMENT_DOCUMENTS = frozenset({"JSP", "REG"})


@dataclass(frozen=True, slots=True)
class Company:
    """The taxable person as printed on every ticket (CGI art. 286, nf525 ticket mentions)."""

    name: str
    street: str
    zip: str
    city: str
    siret: str
    naf: str
    vat: str = ""
    street2: str = ""
    country: str = "France"
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Device:
    """The till: its uid8, its printed number and the software that runs it."""

    uid: str
    number: int
    software: str = "Escarcelle"
    software_version: str = "0.1.0"


@dataclass(frozen=True, slots=True)
class Regime:
    """VAT regime of a sale: sector code of ``docs/formats.md`` §7 and the mention to print."""

    sector: str = "TAXABLE"
    mention: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line. ``amount`` and ``tax`` are cents, VAT included, rounded once.

    ``reference_price`` is the public price (None when it is the price applied); ``origin`` is the
    uuid of the line this one refunds, ``origin_ticket`` the printed number of its ticket (``3-1``).
    """

    uid: str
    number: int
    code: str
    label: str
    quantity: Decimal
    unit_price: Decimal
    rate: int
    amount: int
    tax: int
    unit: str = "U"
    discount: Decimal = Decimal("0.00")
    barcode: str = ""
    category_code: str = ""
    category: str = ""
    reference_price: Decimal | None = None
    origin: str = ""
    comment: str = ""
    origin_ticket: str = ""


@dataclass(frozen=True, slots=True)
class VatShare:
    """What a ticket owes at one rate: total VAT included and the VAT in it, in cents."""

    rate: int
    total: int
    tax: int
    lines: int = 0

    @property
    def base(self) -> int:
        """Amount without VAT, in cents."""
        return self.total - self.tax


@dataclass(frozen=True, slots=True)
class Payment:
    """What stays in the till, in cents; ``change`` was given back from ``amount + change``."""

    uid: str
    mode: str
    label: str
    amount: int
    change: int = 0


@dataclass(frozen=True, slots=True)
class Reference:
    """Points at another document: type, device number, sequence number, order uuid. ``whole``: all
    of it is cancelled."""

    document: str
    till_number: int
    seq: int
    uid: str = ""
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Customer:
    """Whom an invoice is made out to, as printed on it (CGI ann. II art. 242 nonies A): the stated
    exception to « no names ». ``code`` is the household's or the partner's; ``vat`` a professional's."""

    name: str
    street: str
    zip: str
    city: str
    code: str = ""
    vat: str = ""
    country: str = "France"


@dataclass(frozen=True, slots=True)
class Invoice:
    """What an FCT says besides the lines and payments of its ticket: the customer, the day of the
    sale, the day by which it is to be paid, the terms; a credit note names the invoice it corrects."""

    customer: Customer
    sold: date
    due: date
    terms: tuple[str, ...] = ()
    corrects: Reference | None = None


@dataclass(frozen=True, slots=True)
class Override:
    """A manager's proven decision: what was allowed, by which code, why."""

    kind: str
    manager: str
    reason: str


@dataclass(frozen=True, slots=True)
class Ticket:
    """A complete sale or refund, before it has a number: everything the paper will say."""

    uid: str
    company: Company
    lines: tuple[Line, ...]
    payments: tuple[Payment, ...]
    cashier: str
    regime: Regime = Regime()
    operation: str = SALE
    document: str = "TCK"
    customer: str = ""
    tariff: str = ""
    origin: Reference | None = None
    overrides: tuple[Override, ...] = ()
    comment: str = ""
    degraded: bool = False
    invoice: Invoice | None = None

    @property
    def total(self) -> int:
        """Total VAT included, cents; of a document without lines, what was paid."""
        if self.document in PAYMENT_DOCUMENTS:
            return sum(payment.amount for payment in self.payments)
        return sum(line.amount for line in self.lines)

    @property
    def tax(self) -> int:
        """VAT, cents."""
        return sum(line.tax for line in self.lines)

    @property
    def shares(self) -> tuple[VatShare, ...]:
        """VAT shares, descending rates; each is the sum of its lines. Only sales say VAT."""
        if self.document not in SALE_DOCUMENTS:
            return ()
        rates = sorted({line.rate for line in self.lines}, reverse=True)
        return tuple(
            VatShare(
                rate,
                sum(line.amount for line in self.lines if line.rate == rate),
                sum(line.tax for line in self.lines if line.rate == rate),
                sum(1 for line in self.lines if line.rate == rate),
            )
            for rate in rates
        )


@dataclass(frozen=True, slots=True)
class JetEvent:
    """A line of the technical event journal; codes in ``jet.py``."""

    code: int
    description: str
    operator: str = ""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A print or an e-mail asked for after the sale. ``rank`` counts copies from 2 up when the
    original was printed, from 1 when it was not."""

    original: Reference
    rank: int
    operator: str
    channel: str = "paper"
