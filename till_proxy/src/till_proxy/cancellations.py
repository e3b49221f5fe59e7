"""Cancelling a whole ticket in one action: a new ticket, its exact opposite, that names it.

Nothing is deleted: the opposite has the next number, the same goods, prices, VAT and means of payment
with the sign turned around (BOI-TVA-DECLA-30-10-30 §100: corrections only by + and −).
"""

from dataclasses import dataclass
from decimal import Decimal

from escarcelle_core.chain import derived

from . import orders
from .errors import Refusal
from .index import Index, KnownTicket
from .orders import Order
from .strict import Reader


@dataclass(frozen=True, slots=True)
class Wanted:
    """The body of ``POST /till/v1/cancellations``: cancel ticket ``ticket`` by order ``uuid``."""

    uuid: str
    ticket: str
    paper: str
    reason: str
    overrides: list

    @classmethod
    def parse(cls, data: object) -> "Wanted":
        """Read the body; the overrides are read with the order they end up in."""
        body = Reader(data, "Annulation")
        wanted = cls(
            body.uuid("uuid"),
            body.uuid("ticket"),
            body.choice("paper", ("none", "paper"), "none"),
            body.text("reason", 150).strip(),
            body.list("overrides", 0, 10, []),
        )
        body.done()
        if not wanted.reason:
            raise body.error("reason", "doit dire pourquoi")
        return wanted


def opposite(wanted: Wanted, sold: dict) -> Order:
    """The order that undoes ``sold`` (the order kept with the ticket). Made again from the same request
    it is the same: a call sent twice cancels once."""
    lines = [
        {
            "uuid": derived(wanted.uuid, row["uuid"]),
            "product_id": row["product_id"],
            "quantity": f"{-Decimal(row['quantity']):.3f}",
            "unit_price": row["unit_price"],
            "discount": row.get("discount", "0.00"),
            "refunded_line_uuid": row["uuid"],
            "note": "",
        }
        for row in sold["lines"]
    ]
    payments = [
        {
            "uuid": derived(wanted.uuid, row["uuid"]),
            "payment_method_id": row["payment_method_id"],
            "amount": -row["amount"],
            "change": 0,
            "voucher": row.get("voucher"),
        }
        for row in sold["payments"]
        if row["amount"]
    ]
    return orders.parse(
        {
            "uuid": wanted.uuid,
            "training": sold.get("training", False),
            "paper": wanted.paper,
            "email": None,
            "household": sold.get("household"),
            "pricelist_id": sold.get("pricelist_id"),
            "fiscal_position_id": sold.get("fiscal_position_id"),
            "lines": lines,
            "payments": payments,
            "total": -sold["total"],
            "overrides": wanted.overrides,
            "started_at": None,
            "comment": f"Motif : {wanted.reason}",
        }
    )


def check(ticket: KnownTicket, sold: dict, index: Index) -> None:
    """Refusal when ``ticket`` cannot be cancelled whole."""
    if any(row.get("refunded_line_uuid") or Decimal(row["quantity"]) < 0 for row in sold["lines"]):
        raise Refusal(
            "refund_too_large",
            f"Le ticket {ticket.number} contient des retours : il ne s'annule pas d'un coup. Rendez les "
            "articles vendus, ou refaites une vente.",
        )
    if index.cancelled(ticket):
        others = ", ".join(index.corrections[ticket.uuid])
        raise Refusal("conflict", f"Le ticket {ticket.number} est déjà annulé par le ticket {others}.")
    if not index.untouched(ticket):
        raise Refusal(
            "refund_too_large",
            f"Une partie du ticket {ticket.number} a déjà été rendue : rendez le reste article par "
            "article.",
        )
