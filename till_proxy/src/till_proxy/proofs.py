"""A proof of payment (JSP): the payments of a ticket, nothing of what was bought."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from escarcelle_core.documents import MANAGEMENT, Reference, Regime

from . import papers, training
from .cashiers import Cashier
from .errors import Refusal
from .papers import Wish
from .strict import Reader

if TYPE_CHECKING:
    from .writer import Writer


@dataclass(frozen=True, slots=True)
class Wanted:
    """``ticket`` is an order uuid."""

    wish: Wish
    ticket: str

    @classmethod
    def parse(cls, data: object) -> "Wanted":
        """Read the body of ``POST /till/v1/proofs``."""
        body = Reader(data, "Justificatif")
        wanted = cls(Wish.read(body), body.uuid("ticket"))
        body.done()
        return wanted

    @property
    def content(self) -> str:
        """What is asked for."""
        return papers.fingerprint(self.ticket)


def issue(writer: "Writer", wanted: Wanted, cashier: Cashier) -> dict:
    """Sign a proof; Refusal leaves everything as it was."""
    training.forbid(writer.index, "Un justificatif de paiement")
    known = papers.known_ticket(writer, wanted.ticket)
    _record, ticket = papers.signed_document(writer, known)
    paid = tuple(payment for payment in ticket.payments if payment.amount)
    if not paid:
        raise Refusal("not_found", "Ce ticket n'a pas d'encaissement : il n'y a rien à justifier.")
    document = replace(
        ticket,
        uid=wanted.wish.uuid,
        document="JSP",
        operation=MANAGEMENT,
        lines=(),
        payments=paid,
        company=writer.desk.company,
        cashier=cashier.code,
        regime=Regime(ticket.regime.sector),
        origin=Reference("TCK", known.till_number, known.seq, known.uuid),
        overrides=(),
        comment="",
        degraded=False,
    )
    facts = {"ticket": known.uuid}
    return papers.keep(writer, "proof", wanted.wish, wanted.content, document, facts)
