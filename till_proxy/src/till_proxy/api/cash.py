"""``/till/v1/cash-moves`` and ``/till/v1/cash-counts``."""

from aiohttp import web

from ..cash import Count, Move
from .common import read_json, till_of, token_of


def routes() -> list[web.RouteDef]:
    """The handlers of this file."""
    return [web.post("/till/v1/cash-moves", move), web.post("/till/v1/cash-counts", count)]


async def move(request: web.Request) -> web.Response:
    """Cash put in or taken out."""
    till = till_of(request)
    cashier = till.cashiers.require(token_of(request))
    wanted = Move.parse(await read_json(request))
    answer = await till.do(till.cash.move, wanted, cashier)
    await till.moved(wanted.uuid)
    return web.json_response(answer)


async def count(request: web.Request) -> web.Response:
    """The drawer was counted."""
    till = till_of(request)
    cashier = till.cashiers.require(token_of(request))
    wanted = Count.parse(await read_json(request))
    answer = await till.do(till.cash.count, wanted, cashier)
    return web.json_response(answer)
