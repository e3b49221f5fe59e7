"""``/till/v1/duplicates``: another copy, signed and marked."""

import uuid as uuids

from aiohttp import web

from ..errors import Refusal
from ..orders import EMAIL
from ..strict import Reader
from .common import read_json, till_of, token_of


def routes() -> list[web.RouteDef]:
    """The handlers of this file."""
    return [web.post("/till/v1/duplicates", duplicate)]


async def duplicate(request: web.Request) -> web.Response:
    """Sign a duplicate of the ticket ``uuid``; print it, or leave the mail to the server.

    ``request`` (a uuid, optional) makes the call repeatable: the same one gives the same copy.
    """
    till = till_of(request)
    cashier = till.cashiers.require(token_of(request))
    body = Reader(await read_json(request), "Duplicata")
    original = body.uuid("uuid")
    channel = body.choice("channel", ("paper", "email"))
    email = body.text("email", 254, None)
    asked = body.optional_uuid("request") or str(uuids.uuid4())
    body.done()
    if channel == "email" and not EMAIL.fullmatch(email):
        raise body.error("email", "n'est pas une adresse électronique")
    index = till.writer.index
    ticket = index.tickets.get(original) or index.papers.get(original)
    if ticket is None or ticket.kind == "ECO":
        raise Refusal(
            "not_found",
            "Ce ticket n'est pas dans cette caisse : demandez la copie dans la gestion.",
        )
    entry = await till.do(till.tickets.duplicate, asked, ticket, channel, cashier, email)
    await till.copied(entry)
    record = next(data for data in entry["records"] if data["kind"] == "DUP")
    return web.json_response(
        {
            "uuid": entry["uuid"],
            "number": f"{record['till_number']}-{record['seq']}",
            "original": ticket.number,
            "rank": entry["event"]["rank"],
            "channel": entry["event"]["channel"],
        }
    )
