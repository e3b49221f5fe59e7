"""What a ticket, an invoice, a note, a proof of payment and a settlement must be, before they are signed
and whenever they are read again. Every amount is computed anew."""

from .documents import (
    CANCELLATION,
    MANAGEMENT,
    PAYMENT_DOCUMENTS,
    SALE,
    Invoice,
    Ticket,
)
from .errors import AmountMismatch, DocumentError
from .money import line_amount, line_tax


def check(ticket: Ticket) -> None:
    """Recompute every amount of ``ticket``; AmountMismatch names the first that is wrong, DocumentError
    says what its kind of document may not hold or must."""
    rules = _RULES.get(ticket.document)
    if rules is None:
        raise DocumentError(f"Un document « {ticket.document} » ne s'émet pas sur une caisse.")
    if ticket.document not in PAYMENT_DOCUMENTS:
        _check_lines(ticket)
    elif ticket.lines:
        raise DocumentError("Ce document ne constate que des encaissements : il n'a pas de ligne.")
    if (ticket.invoice is not None) != (ticket.document == "FCT"):
        raise DocumentError("Une facture, et elle seule, nomme son destinataire.")
    rules(ticket)


def same_sale(invoice: Ticket, ticket: Ticket) -> None:
    """AmountMismatch unless ``invoice`` has the lines, regime and payments of ``ticket``."""
    for what, expected, found in (
        ("Lignes de la facture", ticket.lines, invoice.lines),
        ("Régime de TVA de la facture", ticket.regime, invoice.regime),
        ("Encaissements de la facture", ticket.payments, invoice.payments),
        ("Opération de la facture", ticket.operation, invoice.operation),
        ("Total de la facture", ticket.total, invoice.total),
    ):
        if expected != found:
            raise AmountMismatch(what, "ceux du ticket" if isinstance(expected, tuple) else expected,
                                 "d'autres" if isinstance(found, tuple) else found)  # fmt: skip


def equal(what: str, expected: object, found: object) -> None:
    """AmountMismatch when they differ."""
    if expected != found:
        raise AmountMismatch(what, expected, found)


def _check_lines(ticket: Ticket) -> None:
    if not ticket.lines:
        raise DocumentError("Un ticket doit avoir au moins une ligne.")
    for number, line in enumerate(ticket.lines, 1):
        equal("Numéro de ligne", number, line.number)
        amount = line_amount(line.quantity, line.unit_price, line.discount)
        equal(f"Montant de la ligne {number}", amount, line.amount)
        equal(f"TVA de la ligne {number}", line_tax(amount, line.rate), line.tax)
    uids = [line.uid for line in ticket.lines]
    if len(set(uids)) != len(uids):
        raise DocumentError("Deux lignes du ticket portent le même identifiant.")


def _sale(ticket: Ticket) -> None:
    equal("Somme des encaissements", ticket.total, sum(p.amount for p in ticket.payments))
    if ticket.regime.sector != "TAXABLE" and any(line.rate for line in ticket.lines):
        raise DocumentError("Un ticket hors TVA ne peut pas porter de taux de TVA.")


def _invoice(ticket: Ticket) -> None:
    _sale(ticket)
    invoice: Invoice = ticket.invoice  # type: ignore[assignment] - check() has seen it
    customer = invoice.customer
    if ticket.origin is None or ticket.origin.document != "TCK":
        raise DocumentError("Une facture est celle d'un ticket, qu'elle nomme.")
    if not (customer.name.strip() and customer.zip.strip() and customer.city.strip()):
        raise DocumentError("Une facture porte le nom, le code postal et la ville du client.")
    if customer.code != ticket.customer:
        raise DocumentError("La facture désigne deux clients.")
    if invoice.due < invoice.sold:
        raise DocumentError("L'échéance de la facture précède la vente.")
    credit = ticket.operation == CANCELLATION
    if ticket.operation not in (SALE, CANCELLATION) or ticket.total * (-1 if credit else 1) < 0:
        raise DocumentError("Le signe du total ne va pas avec l'opération.")
    corrected = invoice.corrects
    if credit != (corrected is not None) or (corrected and corrected.document != "FCT"):
        raise DocumentError("Un avoir, et lui seul, nomme la facture qu'il rectifie.")


def _note(ticket: Ticket) -> None:
    _operation(ticket, MANAGEMENT)
    if ticket.payments or any(line.rate or line.tax for line in ticket.lines):
        raise DocumentError("Une note ne porte ni TVA ni encaissement.")


def _proof(ticket: Ticket) -> None:
    _operation(ticket, MANAGEMENT)
    if not ticket.payments or ticket.origin is None or ticket.origin.document != "TCK":
        raise DocumentError("Un justificatif de paiement nomme un ticket et ses encaissements.")


def _settlement(ticket: Ticket) -> None:
    if not ticket.customer:
        raise DocumentError("Un règlement désigne le compte du client par son code.")
    if not ticket.payments or not all(payment.amount for payment in ticket.payments):
        raise DocumentError("Un règlement a au moins un encaissement, et aucun de zéro.")
    if ticket.operation == CANCELLATION:
        if ticket.total >= 0 or ticket.origin is None or ticket.origin.document != "REG":
            raise DocumentError("L'annulation d'un règlement rend de l'argent et nomme ce règlement.")
        return
    _operation(ticket, MANAGEMENT)
    if ticket.total <= 0:
        raise DocumentError("Un règlement encaisse un montant positif.")


def _operation(ticket: Ticket, wanted: str) -> None:
    if ticket.operation != wanted:
        raise DocumentError(f"Un document « {ticket.document} » est une opération {wanted}.")


_RULES = {"TCK": _sale, "FCT": _invoice, "NTE": _note, "JSP": _proof, "REG": _settlement}
