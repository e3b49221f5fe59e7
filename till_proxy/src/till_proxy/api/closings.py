"""``/till/v1/closings``: the Z button, the X report, past closings."""

import uuid as uuids

from aiohttp import web

from ..closings import anchor_of, summary
from ..strict import Reader
from .common import integer, read_json, till_of, token_of


def routes() -> list[web.RouteDef]:
    """The handlers of this file."""
    return [
        web.post("/till/v1/closings", close),
        web.get("/till/v1/closings", report),
        web.post("/till/v1/closings/reading", reading),
    ]


async def close(request: web.Request) -> web.Response:
    """Close the business day now. ``uuid`` (optional) makes the call repeatable."""
    till = till_of(request)
    cashier = till.cashiers.require(token_of(request))
    body = Reader(await read_json(request), "Clôture")
    body.choice("level", ("day",))
    uuid = body.optional_uuid("uuid") or str(uuids.uuid4())
    body.done()
    entry = await till.do(till.closings.close_day, uuid, cashier.code)
    return web.json_response({"closings": summary(entry), "anchor": anchor_of(entry)})


async def report(request: web.Request) -> web.Response:
    """The X report and the latest closings, newest first."""
    till = till_of(request)
    till.cashiers.require(token_of(request))
    limit = integer(request, "limit", 1, 400, 40)
    x = await till.do(till.closings.x_report)
    return web.json_response({"x": x, "closings": till.writer.index.closings[::-1][:limit]})


async def reading(request: web.Request) -> web.Response:
    """The X report on paper: a look at the day that closes nothing."""
    till = till_of(request)
    till.cashiers.require(token_of(request))
    body = Reader(await read_json(request), "Lecture X")
    uuid = body.optional_uuid("uuid") or str(uuids.uuid4())
    body.done()
    document = await till.do(till.closings.x_document)
    return web.json_response({"printed": await till.read_out(uuid, document)})
