"""Giving back: each returned line names a sold one, with enough left of it, at no more than its price."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from escarcelle_core import money
from escarcelle_core.documents import Line, Reference, Regime, Ticket

from .errors import Refusal
from .index import Index, KnownLine
from .orders import Order, OrderLine
from .strict import bad

#: The signed ticket of an order uuid, None when its file is gone.
Signed = Callable[[str], Ticket | None]


@dataclass(frozen=True, slots=True)
class Sold:
    """A sold line as it was signed: label, rate and regime may have changed since."""

    line: Line
    number: str
    regime: Regime


def sold_lines(order: Order, index: Index, signed: Signed) -> dict[str, Sold]:
    """What the returned lines of ``order`` were when they were sold, by the uuid of the sold line."""
    tickets: dict[str, Ticket | None] = {}
    found: dict[str, Sold] = {}
    for line in order.lines:
        known = index.lines.get(line.refunded)
        if known is None or known.training != order.training or known.ticket not in index.tickets:
            continue
        if known.ticket not in tickets:
            tickets[known.ticket] = signed(known.ticket)
        ticket = tickets[known.ticket]
        origin = next((one for one in ticket.lines if one.uid == line.refunded), None) if ticket else None
        if ticket and origin:
            found[line.refunded] = Sold(origin, index.tickets[known.ticket].number, ticket.regime)
    return found


def regime(order: Order, sold: Mapping[str, Sold], now: Regime) -> Regime:
    """The VAT regime of a ticket that gives back: that of the sale. Refusal when two would be needed."""
    regimes = {one.regime for one in sold.values()}
    if not regimes:
        return now
    others = any(line.refunded not in sold for line in order.lines)
    if len(regimes) > 1 or (others and now.sector not in {one.sector for one in regimes}):
        raise Refusal(
            "refund_too_large",
            "Ces articles relèvent de régimes de TVA différents : faites un retour par ticket d'origine, "
            "puis une vente à part.",
        )
    return regimes.pop()


def check(order: Order, index: Index, *, may_trust: bool) -> dict[str, str]:
    """Refusal when a return is not possible; the returned lines whose sale this till does not know.

    Those are only taken back when ``may_trust``: a manager is at the till, or has agreed.
    """
    wanted: dict[str, Decimal] = defaultdict(Decimal)
    cents: dict[str, int] = defaultdict(int)
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
        cents[line.refunded] -= line.amount
        _check_line(number, line, known, wanted[line.refunded], index.refundable(line.refunded))
        _check_amount(number, line, cents[line.refunded], index.refundable_cents(line.refunded))
    return unknown


def origin(order: Order, index: Index) -> Reference | None:
    """The ticket this one cancels or changes, when all its returns come from a single one."""
    known = [index.lines.get(line.refunded) for line in order.lines if line.refunded]
    tickets = {line.ticket if line else "" for line in known}
    ticket = index.tickets.get(tickets.pop()) if len(tickets) == 1 else None
    if ticket is None:
        return None
    back = {line.refunded: line.quantity for line in order.lines}
    whole = (
        index.untouched(ticket)
        and set(back) == set(ticket.lines)
        and all(-back[line] == index.lines[line].quantity for line in ticket.lines)
    )
    return Reference(ticket.kind, ticket.till_number, ticket.seq, ticket.uuid, whole)


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


def _check_amount(number: int, line: OrderLine, wanted: int, left: int) -> None:
    """Cents lost by rounding at the sale are not given back by rounding at the return."""
    if wanted > left:
        raise Refusal(
            "refund_too_large",
            f"Ligne {number} : il ne reste que {money.euros(left).replace('.', ',')} € à rendre sur "
            "cette ligne. Corrigez le prix.",
            line=line.uuid,
            left_cents=left,
        )


def _unknown_sale(number: int, line: OrderLine) -> Refusal:
    return Refusal(
        "refund_too_large",
        f"Ligne {number} : la vente d'origine n'est pas connue de cette caisse. Faites le retour sur la "
        "caisse qui a vendu, ou demandez l'accord d'un responsable.",
        line=line.uuid,
        override="refund",
    )
