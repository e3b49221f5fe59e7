"""From a signed ticket to its invoice: the same on a till and on the server."""

from dataclasses import replace
from datetime import date

from . import ticket_check
from .documents import CANCELLATION, Company, Invoice, Reference, Ticket

#: What a professional reads of late payment (C. com. art. L441-10, D441-5).
LATE = (
    "Pas d'escompte pour paiement anticipé. En cas de retard de paiement : pénalités au taux de la BCE"
    " majoré de 10 points et indemnité forfaitaire de 40 € pour frais de recouvrement (C. com. art."
    " L441-10)."
)
#: Payment mode of what is left on the customer's account.
ON_ACCOUNT = "COMPTE"


def owed(ticket: Ticket) -> int:
    """Cents of ``ticket`` put on the customer's account."""
    return sum(payment.amount for payment in ticket.payments if payment.mode == ON_ACCOUNT)


def terms(ticket: Ticket, due: date, *, professional: bool) -> tuple[str, ...]:
    """What the invoice of ``ticket`` says of its payment (C. com. art. L441-9)."""
    left = owed(ticket)
    if ticket.operation == CANCELLATION:
        return ("Avoir porté au compte du client." if left else "Avoir remboursé.",)
    said = f"À payer au plus tard le {due:%d/%m/%Y}." if left > 0 else "Payée comptant."
    return (said, LATE) if professional else (said,)


def invoice_of(
    ticket: Ticket, origin: Reference, uid: str, company: Company, cashier: str, invoice: Invoice
) -> Ticket:
    """The invoice ``uid`` of ``ticket``, which stands at ``origin``.

    Raises AmountMismatch or DocumentError when it cannot be one.
    """
    document = replace(
        ticket,
        uid=uid,
        document="FCT",
        company=company,
        cashier=cashier,
        customer=invoice.customer.code,
        origin=origin,
        overrides=(),
        degraded=False,
        invoice=invoice,
    )
    ticket_check.same_sale(document, ticket)
    ticket_check.check(document)
    return document
