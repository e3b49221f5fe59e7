"""An invoice of a ticket (FCT): its lines and payments as they were signed, and whom it is made out to."""

from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from escarcelle_core import invoicing, vat_number
from escarcelle_core.documents import CANCELLATION, Customer, Invoice, Reference, Ticket
from escarcelle_core.errors import EscarcelleError

from . import papers, training
from .cashiers import Cashier
from .errors import Refusal
from .papers import Wish
from .strict import Reader

if TYPE_CHECKING:
    from .catalog import Catalog
    from .index import KnownTicket
    from .writer import Writer

@dataclass(frozen=True, slots=True)
class Wanted:
    """``ticket`` is an order uuid. ``customer`` is complete, or a code of the snapshot and nothing else."""

    wish: Wish
    ticket: str
    customer: Customer

    @classmethod
    def parse(cls, data: object) -> "Wanted":
        """Read the body of ``POST /till/v1/invoices``."""
        body = Reader(data, "Facture")
        wish, ticket = Wish.read(body), body.uuid("ticket")
        who = body.part("customer")
        body.done()
        fields = {
            name: " ".join(who.text(name, limit, None).split())
            for name, limit in (
                ("name", 120), ("street", 200), ("zip", 12), ("city", 80), ("code", 32), ("vat", 32),
                ("country", 60))
        }  # fmt: skip
        who.done()
        return cls(wish, ticket, Customer(**{**fields, "country": fields["country"] or "France"}))

    @property
    def content(self) -> str:
        """What is asked for."""
        return papers.fingerprint(self.ticket, asdict(self.customer))


def issue(writer: "Writer", catalog: "Catalog", wanted: Wanted, cashier: Cashier) -> dict:
    """Sign an invoice; Refusal leaves everything as it was."""
    training.forbid(writer.index, "Une facture")
    known = papers.known_ticket(writer, wanted.ticket)
    already = writer.index.invoices.get(known.uuid)
    if already is not None:
        raise Refusal(
            "conflict",
            f"Ce ticket a déjà sa facture n° FCT {already.number} : demandez-en un duplicata.",
            invoice=already.uuid,
            number=already.number,
        )
    record, ticket = papers.signed_document(writer, known)
    customer = _customer(catalog, wanted.customer, ticket)
    today = writer.desk.rules.local(writer.at()).date()
    sold = min(date.fromisoformat(record.local[:10]), today)
    due = _due(catalog, ticket, customer, today)
    said = invoicing.terms(ticket, due, professional=bool(customer.vat))
    invoice = Invoice(customer, sold, max(due, sold), said, _corrected(writer, ticket))
    origin = Reference("TCK", known.till_number, known.seq, known.uuid)
    try:
        document = invoicing.invoice_of(
            ticket, origin, wanted.wish.uuid, writer.desk.company, cashier.code, invoice
        )
    except EscarcelleError as error:
        raise Refusal("amount_mismatch", str(error)) from error
    facts = {"ticket": known.uuid, "customer": customer.code, "day": known.day}
    return papers.keep(writer, "invoice", wanted.wish, wanted.content, document, facts)


def _customer(catalog: "Catalog", wanted: Customer, ticket: Ticket) -> Customer:
    """The customer in full: what was typed, or what the snapshot knows of the code."""
    known = catalog.customers.get(wanted.code)
    if known is not None and not wanted.name:
        wanted = known.identity
    missing = [
        label
        for label, value in (
            ("le nom", wanted.name), ("l'adresse", wanted.street), ("le code postal", wanted.zip),
            ("la ville", wanted.city))
        if not value.strip()
    ]  # fmt: skip
    if missing:
        raise Refusal(
            "customer_incomplete",
            f"Il manque {' et '.join(missing)} du client : complétez, la loi les demande sur une facture.",
        )
    if wanted.code and known is None and wanted.code not in catalog.households:
        raise Refusal(
            "customer_incomplete",
            f"Le client {wanted.code} n'est pas connu de cette caisse : choisissez-le dans la liste, ou "
            "saisissez son nom et son adresse.",
        )
    try:
        vat = vat_number.clean(wanted.vat)
    except EscarcelleError as error:
        raise Refusal("customer_incomplete", str(error), field="vat") from error
    return replace(wanted, vat=vat, code=wanted.code or ticket.customer)


def _due(catalog: "Catalog", ticket: Ticket, customer: Customer, today: date) -> date:
    """When the invoice is due: today, or what was agreed with who has an account."""
    known = catalog.customers.get(customer.code)
    days = known.terms_days if known and invoicing.owed(ticket) > 0 else 0
    return today + timedelta(days=days)


def _corrected(writer: "Writer", ticket: Ticket) -> Reference | None:
    """The invoice a credit note corrects; Refusal when the sale was never invoiced here."""
    if ticket.operation != CANCELLATION:
        return None
    sale: KnownTicket | None = None
    if ticket.origin is not None:
        sale = writer.index.invoices.get(ticket.origin.uid)
    if sale is None:
        raise Refusal(
            "not_found",
            "La vente d'origine n'a pas de facture sur cette caisse : un avoir n'a rien à rectifier. "
            "Remettez au client le ticket de remboursement.",
        )
    return Reference("FCT", sale.till_number, sale.seq, sale.uuid)
