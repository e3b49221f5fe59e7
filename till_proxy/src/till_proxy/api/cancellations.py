"""``/till/v1/cancellations``: a whole ticket, in one action."""

from aiohttp import web

from ..cancellations import Wanted
from ..tickets import answer
from .common import read_json, till_of, token_of


def routes() -> list[web.RouteDef]:
    """The handlers of this file."""
    return [web.post("/till/v1/cancellations", cancel)]


async def cancel(request: web.Request) -> web.Response:
    """Sign the opposite of a ticket; paper and drawer only once it is on disk."""
    till = till_of(request)
    wanted = Wanted.parse(await read_json(request))
    entry, replayed = await till.do(till.cancel, wanted, token_of(request))
    await till.sold(entry)
    return web.json_response(answer(entry, replayed=replayed))
