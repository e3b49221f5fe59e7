"""Giving back: each returned line names a sold one, with enough left of it, at no more than its price."""

from collections import defaultdict
from decimal import Decimal

from escarcelle_core.documents import Reference

from .errors import Refusal
from .index import Index, KnownLine
from .orders import Order, OrderLine
from .strict import bad


def check(order: Order, index: Index, *, may_trust: bool) -> dict[str, str]:
    """Refusal when a return is not possible; the returned lines whose sale this till does not know.

    Those are only taken back when ``may_trust``: a manager is at the till, or has agreed.
    """
    wanted: dict[str, Decimal] = defaultdict(Decimal)
    unknown: dict[str, str] = {}
    for number, line in enumerate(order.lines, 1):
        if line.quantity > 0:
            if line.refunded:
                raise bad(f"Ligne {number} : un retour a une quantité négative.")
            continue
        known = index.lines.get(line.refunded) if line.refunded else None
        if known is None or known.training != order.training:
            if not may_trust:
                raise _unknown_sale(number, line)
            unknown[line.uuid] = line.refunded
            continue
        wanted[line.refunded] -= line.quantity
        _check_line(number, line, known, wanted[line.refunded], index.refundable(line.refunded))
    return unknown


def origin(order: Order, index: Index) -> Reference | None:
    """The ticket this one cancels, when all its returns come from a single one."""
    known = [index.lines.get(line.refunded) for line in order.lines if line.refunded]
    tickets = {line.ticket for line in known if line is not None}
    if len(tickets) != 1:
        return None
    ticket = index.tickets[tickets.pop()]
    return Reference("TCK", ticket.till_number, ticket.seq, ticket.uuid)


def _check_line(
    number: int, line: OrderLine, known: KnownLine, wanted: Decimal, possible: Decimal
) -> None:
    if known.product_id != line.product_id:
        raise bad(f"Ligne {number} : le produit rendu n'est pas celui de la ligne d'origine.")
    if wanted > possible:
        raise Refusal(
            "refund_too_large",
            f"Ligne {number} : il ne reste que {possible.normalize():f} à rendre sur ce ticket. "
            "Corrigez la quantité.",
            line=line.uuid,
            left=f"{possible:.3f}",
        )
    if line.unit_price * (100 - line.discount) / 100 > known.net_price:
        raise Refusal(
            "refund_too_large",
            f"Ligne {number} : le prix rendu dépasse le prix payé ({known.net_price:.2f} €). "
            "Corrigez le prix.",
            line=line.uuid,
            net_price=f"{known.net_price:.6f}",
        )


def _unknown_sale(number: int, line: OrderLine) -> Refusal:
    return Refusal(
        "refund_too_large",
        f"Ligne {number} : la vente d'origine n'est pas connue de cette caisse. Faites le retour sur la "
        "caisse qui a vendu, ou demandez l'accord d'un responsable.",
        line=line.uuid,
        override="refund",
    )
