"""``/till/v1/status``: how the till is doing, without any name."""

from aiohttp import web

from .common import till_of


def routes() -> list[web.RouteDef]:
    """The handlers of this file."""
    return [web.get("/till/v1/status", status)]


async def status(request: web.Request) -> web.Response:
    """Program, server, queue, printer, day, snapshot age."""
    return web.json_response(till_of(request).status())
