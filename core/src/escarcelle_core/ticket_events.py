"""What the event journal says of a ticket, line by line: returns, offered goods, a manager's word."""

from . import jet
from .documents import JetEvent, Line, Ticket
from .money import euros

LONGEST = 200


def of_ticket(ticket: Ticket, number: str) -> list[JetEvent]:
    """The events of ``ticket``, printed under ``number`` (nf525 §1.4: 190 per returned line, 327 and
    328 for what is offered, 130 for each proven decision)."""
    said = [
        _line(jet.REFUND, number, line, f"{euros(line.amount)} du ticket {line.origin_ticket or '?'}",
              ticket.cashier)
        for line in ticket.lines
        if line.quantity < 0
    ]  # fmt: skip
    offered = [line for line in ticket.lines if line.quantity > 0 and not line.amount]
    if offered and len(offered) == len(ticket.lines):
        said.append(JetEvent(jet.TICKET_OFFERED, f"Ticket {number} entier", ticket.cashier))
    said += [
        _line(jet.ARTICLE_OFFERED, number, line, _why(line), ticket.cashier) for line in offered
    ]
    said += [
        JetEvent(jet.RIGHTS_CHANGED, f"Ticket {number} {o.kind} {o.reason}"[:LONGEST], o.manager)
        for o in ticket.overrides
    ]
    return said


def _line(code: int, number: str, line: Line, more: str, operator: str) -> JetEvent:
    text = f"Ticket {number} ligne {line.number} {line.code} x {line.quantity} {more}"
    return JetEvent(code, text[:LONGEST], operator)


def _why(line: Line) -> str:
    return f"remise {line.discount} %" if line.discount else f"prix {line.unit_price}"
