"""The documents the server issues besides tickets: stock, repacking, orders, deliveries.

All are frozen. A quantity is a Decimal of three places, a unit price one of four, an amount integer
cents VAT included. Which Odoo event makes which document: ``docs/documents.md``.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from .documents import PIECES, Company
from .errors import AmountError, AmountMismatch, DocumentError
from .money import MAX_CENTS, quantity, unit_price

#: Types that state a price: orders, quotations, invoices. The others have no total.
VALUED = frozenset({"BCD", "DEV", "CFR", "RCD", "RGF"})
#: Types that name whom they are for: orders and invoices must (docs/formats.md §10).
NAMED = VALUED | {"BLV"}
#: A document of this many lines fills three hundred pages; a longer one is cut by who issues it.
MAX_LINES = 5000


@dataclass(frozen=True, slots=True)
class Party:
    """Whom a document is for. ``name`` stays empty but for orders and invoices."""

    code: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """A document this one follows from: its type when it has one, its uuid, what people call it."""

    reference: str
    document: str = ""
    uid: str = ""


@dataclass(frozen=True, slots=True)
class PieceLine:
    """One line. ``before`` is the quantity the stock had; ``source`` and ``target`` are places."""

    number: int
    code: str
    label: str
    quantity: Decimal
    unit: str = "U"
    before: Decimal | None = None
    lot: str = ""
    expiry: date | None = None
    source: str = ""
    target: str = ""
    unit_price: Decimal | None = None
    amount: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A document before it has a number. ``date`` is the moment of the fact, aware, in local time."""

    uid: str
    company: Company
    document: str
    reference: str
    date: datetime
    lines: tuple[PieceLine, ...]
    operator: str = ""
    party: Party | None = None
    origins: tuple[Origin, ...] = ()
    total: int = 0
    untaxed: int = 0
    comment: str = ""

    @property
    def valued(self) -> bool:
        """Whether it states a total."""
        return self.document in VALUED


def check(piece: Piece) -> None:
    """DocumentError, AmountError or AmountMismatch when ``piece`` contradicts itself."""
    if piece.document not in PIECES:
        raise DocumentError(f"« {piece.document[:12]} » n'est pas un document du serveur.")
    if not piece.reference.strip():
        raise DocumentError("Un document doit porter une référence.")
    if piece.date.tzinfo is None:
        raise DocumentError("Un instant sans fuseau horaire ne peut pas être enregistré.")
    if not 0 < len(piece.lines) <= MAX_LINES:
        raise DocumentError(f"Un document a de 1 à {MAX_LINES} lignes, pas {len(piece.lines)}.")
    if piece.party and piece.party.name and piece.document not in NAMED:
        raise DocumentError("Seuls les commandes, devis, factures et livraisons portent un nom.")
    for number, line in enumerate(piece.lines, 1):
        _check_line(number, line, piece.valued)
    if not piece.valued and (piece.total or piece.untaxed):
        raise AmountMismatch("Total d'un document sans valeur", 0, piece.total or piece.untaxed)
    for amount in (piece.total, piece.untaxed):
        if abs(amount) > MAX_CENTS:
            raise AmountError("Montant en centimes", amount)
    # Odoo rounds either each line or each tax of the whole order: one cent a line at most apart.
    total = sum(line.amount or 0 for line in piece.lines)
    if piece.valued and abs(total - piece.total) > len(piece.lines):
        raise AmountMismatch("Total TTC", total, piece.total)


def _check_line(number: int, line: PieceLine, valued: bool) -> None:
    if line.number != number:
        raise AmountMismatch("Numéro de ligne", number, line.number)
    quantity(line.quantity)
    if line.before is not None:
        quantity(line.before)
    if line.unit_price is not None:
        unit_price(line.unit_price)
    if (line.amount is not None) != valued:
        raise DocumentError(f"La ligne {number} doit porter un montant si le document en porte un.")
    if line.amount is not None and abs(line.amount) > MAX_CENTS:
        raise AmountError("Montant en centimes", line.amount)
