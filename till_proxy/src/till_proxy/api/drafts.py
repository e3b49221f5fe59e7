"""``/till/v1/drafts``: parked orders."""

from aiohttp import web

from ..drafts import MAX_BYTES
from .common import read_json, till_of, token_of, uuid_of


def routes() -> list[web.RouteDef]:
    """The handlers of this file."""
    return [
        web.get("/till/v1/drafts", everything),
        web.get("/till/v1/drafts/{uuid}", one),
        web.put("/till/v1/drafts/{uuid}", put),
        web.delete("/till/v1/drafts/{uuid}", drop),
    ]


async def everything(request: web.Request) -> web.Response:
    """All parked orders, oldest first."""
    till = till_of(request)
    till.cashiers.require(token_of(request))
    return web.json_response({"drafts": await till.do(till.drafts.all)})


async def one(request: web.Request) -> web.Response:
    """One parked order."""
    till = till_of(request)
    till.cashiers.require(token_of(request))
    uuid = uuid_of(request)
    return web.json_response({"uuid": uuid, "draft": await till.do(till.drafts.get, uuid)})


async def put(request: web.Request) -> web.Response:
    """Park an order, or change a parked one. What was sold since cannot be parked again."""
    till = till_of(request)
    till.cashiers.require(token_of(request))
    uuid = uuid_of(request)
    draft = await read_json(request, MAX_BYTES, floats=True)
    await till.do(till.park, uuid, draft)
    return web.json_response({"uuid": uuid})


async def drop(request: web.Request) -> web.Response:
    """Abandon a parked order: the event journal keeps a trace."""
    till = till_of(request)
    cashier = till.cashiers.require(token_of(request))
    uuid = uuid_of(request)
    await till.do(till.abandon, uuid, cashier)
    return web.json_response({"uuid": uuid})
