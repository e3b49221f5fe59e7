"""``/till/v1/training``: the training mode, switched on by a manager's proof."""

from aiohttp import web

from ..strict import Reader
from .common import read_json, till_of, token_of


def routes() -> list[web.RouteDef]:
    """The handlers of this file."""
    return [web.post("/till/v1/training", switch)]


async def switch(request: web.Request) -> web.Response:
    """``on`` with the token of ``POST /till/v1/overrides`` for ``training``; anybody may leave it."""
    till = till_of(request)
    body = Reader(await read_json(request), "Mode école")
    on = body.flag("on", False)
    token = body.text("token", 128, None)
    body.done()
    await till.do(till.train, on, token, token_of(request))
    till.tell_status()
    return web.json_response({"training": till.writer.index.training})
