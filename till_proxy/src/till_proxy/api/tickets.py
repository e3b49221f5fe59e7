"""``/till/v1/tickets``: sell, and recall what was sold."""

from aiohttp import web

from escarcelle_core.xml import stamp, ticket_xml

from .. import orders
from ..errors import Refusal
from ..faults import fault
from ..index import KnownTicket
from ..strict import UUID, bad
from ..tickets import answer, next_rank, ticket_record
from ..till import Till
from .common import integer, read_json, till_of, token_of

_LIMIT = 50


def routes() -> list[web.RouteDef]:
    """The handlers of this file."""
    return [web.post("/till/v1/tickets", sell), web.get("/till/v1/tickets", recall)]


async def sell(request: web.Request) -> web.Response:
    """Sign an order; paper and drawer only once it is on disk."""
    till = till_of(request)
    order = orders.parse(await read_json(request))
    entry, replayed = await till.do(till.sell, order, token_of(request))
    await till.sold(entry)
    fault("before_answer")
    return web.json_response(answer(entry, replayed=replayed))


async def recall(request: web.Request) -> web.Response:
    """Tickets by number, by uuid, or the latest of a day (today's by default)."""
    till = till_of(request)
    till.cashiers.require(token_of(request))
    return web.json_response({"tickets": await till.do(_recall, till, request)})


def _recall(till: Till, request: web.Request) -> list[dict]:
    index = till.writer.index
    number, uuid, day = (request.query.get(key, "") for key in ("number", "uuid", "day"))
    if number:
        found = [index.by_number(number[:20])]
    elif uuid:
        if not UUID.fullmatch(uuid):
            raise bad("Identifiant de ticket incorrect.")
        found = [index.tickets.get(uuid)]
    else:
        open_day = till.writer.state.day
        day = day[:10] or (open_day.isoformat() if open_day else "")
        return [
            _shown(till, ticket) for ticket in index.of_day(day, integer(request, "limit", 1, 200, _LIMIT))
        ]
    if found[0] is None:
        raise Refusal(
            "not_found",
            "Ce ticket n'est pas (ou plus) dans cette caisse. Vérifiez le numéro ; un ticket d'une "
            "autre caisse ou de plus d'un mois se cherche dans la gestion.",
        )
    return [_shown(till, ticket) for ticket in found if ticket]


def _shown(till: Till, ticket: KnownTicket) -> dict:
    entry = till.writer.journal.read(ticket.n)
    order, index = entry["order"], till.writer.index
    invoice = index.invoices.get(ticket.uuid)
    refundable = {line["uuid"]: f"{index.refundable(line['uuid']):.3f}" for line in order["lines"]}
    # Labels and amounts as they were signed: a product may have changed its name since.
    signed = {line.uid: line for line in ticket_xml.read(stamp.parse(ticket_record(entry).xml)).lines}
    lines = [
        {**line, "label": signed[line["uuid"]].label, "amount": signed[line["uuid"]].amount}
        for line in order["lines"]
    ]
    return {
        "uuid": ticket.uuid,
        **answer(entry, replayed=True),
        "sent": not till.writer.journal.is_pending(ticket.n),
        "next_rank": next_rank(index, ticket),
        "invoice": {"uuid": invoice.uuid, "number": invoice.number} if invoice else None,
        "lines": lines,
        "order": order,
        "refundable": refundable,
        "refundable_cents": {
            line["uuid"]: index.refundable_cents(line["uuid"]) for line in order["lines"]
        },
        "cancelled": index.cancelled(ticket),
        "corrected_by": index.corrections.get(ticket.uuid, []),
    }
