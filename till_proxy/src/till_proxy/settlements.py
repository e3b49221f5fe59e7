"""A settlement (REG): money a customer pays on an account. No sale, no VAT, no total moves."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from escarcelle_core import jet, money
from escarcelle_core.documents import (
    CANCELLATION,
    MANAGEMENT,
    JetEvent,
    Payment,
    Reference,
    Ticket,
)

from . import orders, papers, training
from .cashiers import MANAGER, Cashier
from .errors import Refusal
from .orders import OrderPayment
from .papers import Wish
from .strict import Reader, bad

if TYPE_CHECKING:
    from .catalog import Catalog
    from .writer import Writer


@dataclass(frozen=True, slots=True)
class Wanted:
    """``customer`` is a household's or a customer's code; ``cancels`` the uuid of a settlement to give
    back in full, whose payments are then negative."""

    wish: Wish
    customer: str
    payments: tuple[OrderPayment, ...]
    comment: str
    cancels: str

    @classmethod
    def parse(cls, data: object) -> "Wanted":
        """Read the body of ``POST /till/v1/settlements``."""
        body = Reader(data, "Règlement")
        wanted = cls(
            Wish.read(body),
            body.text("customer", 32),
            tuple(orders.payment(item) for item in body.list("payments", 1, 20)),
            " ".join(body.text("comment", 200, None).split()),
            body.optional_uuid("cancels"),
        )
        body.done()
        uuids = [wanted.wish.uuid, *(payment.uuid for payment in wanted.payments)]
        if len(set(uuids)) != len(uuids):
            raise bad("Règlement : deux éléments portent le même identifiant.", field="uuid")
        sign = -1 if wanted.cancels else 1
        if any(payment.amount * sign <= 0 for payment in wanted.payments):
            raise bad("Règlement : chaque encaissement doit avoir un montant.", field="payments")
        return wanted

    @property
    def content(self) -> str:
        """What is asked for."""
        paid = [asdict(payment) for payment in self.payments]
        return papers.fingerprint(self.customer, paid, self.comment, self.cancels)


def issue(writer: "Writer", catalog: "Catalog", wanted: Wanted, cashier: Cashier) -> dict:
    """Sign a settlement; Refusal leaves everything as it was."""
    training.forbid(writer.index, "Un règlement")
    code = _account(catalog, wanted.customer)
    payments, in_cash = _payments(catalog, wanted)
    document = Ticket(
        uid=wanted.wish.uuid,
        company=writer.desk.company,
        lines=(),
        payments=payments,
        cashier=cashier.code,
        operation=CANCELLATION if wanted.cancels else MANAGEMENT,
        document="REG",
        customer=code,
        comment=wanted.comment,
        origin=_cancelled(writer, catalog, wanted, code, cashier) if wanted.cancels else None,
    )
    what = "Annulation de règlement" if wanted.cancels else "Règlement"
    said = JetEvent(
        jet.NON_SALE_AMOUNT, f"{what} {{n}} compte {code} {money.euros(document.total)}", cashier.code
    )
    facts = {
        "customer": code, "cancels": wanted.cancels or None, "cash": sum(p.amount for p in in_cash),
        "drawer": bool(in_cash), "day": _day(writer),
        "methods": {p.uuid: p.method_id for p in wanted.payments},
    }  # fmt: skip
    return papers.keep(writer, "settlement", wanted.wish, wanted.content, document, facts, [said])


def _account(catalog: "Catalog", wanted: str) -> str:
    household = catalog.household(wanted)
    if household is not None:
        return household.code
    if wanted in catalog.customers:
        return wanted
    raise Refusal(
        "not_found",
        f"Le compte {wanted} n'est pas connu de cette caisse : choisissez le client dans la liste.",
    )


def _payments(
    catalog: "Catalog", wanted: Wanted
) -> tuple[tuple[Payment, ...], list[OrderPayment]]:
    out, in_cash = [], []
    for number, payment in enumerate(wanted.payments, 1):
        method = catalog.methods.get(payment.method_id)
        if method is None:
            raise bad(f"Paiement {number} : moyen de paiement inconnu de la caisse.")
        if method.code == "COMPTE":
            raise bad(f"Paiement {number} : un compte ne se règle pas par le compte.")
        if payment.change and not method.cash:
            raise bad(f"Paiement {number} : on ne rend la monnaie que sur des espèces.")
        if method.cash:
            in_cash.append(payment)
        out.append(Payment(payment.uuid, method.code, method.name, payment.amount, payment.change))
    return tuple(out), in_cash


def _cancelled(
    writer: "Writer", catalog: "Catalog", wanted: Wanted, code: str, cashier: Cashier
) -> Reference:
    """The settlement given back: known here, of this account, in full, once."""
    known = writer.index.papers.get(wanted.cancels)
    if known is None or known.kind != "REG":
        raise Refusal(
            "not_found",
            "Ce règlement n'est pas (ou plus) dans cette caisse : annulez-le sur la caisse qui l'a reçu.",
        )
    if cashier.role != MANAGER and "refund" in catalog.override_required:
        raise Refusal(
            "manager_required", "Annuler un règlement demande un responsable : qu'il s'identifie à la caisse."
        )
    if wanted.cancels in writer.index.cancelled_settlements:
        raise Refusal("conflict", f"Le règlement n° {known.number} est déjà annulé.")
    _record, settled = papers.signed_document(writer, known)
    given = -sum(payment.amount for payment in wanted.payments)
    if settled.customer != code or settled.operation == CANCELLATION or settled.total != given:
        raise bad(
            f"Règlement : l'annulation du n° {known.number} rend {money.euros(settled.total)} € au compte "
            f"{settled.customer}."
        )
    return Reference("REG", known.till_number, known.seq, known.uuid)


def _day(writer: "Writer") -> str:
    day = writer.desk.rules.business_day(writer.at())
    return (max(day, writer.state.day) if writer.state.day else day).isoformat()
