"""``/till/v1/events``: server-sent events ``status``, ``snapshot``, ``scan``."""

import asyncio
import json

from aiohttp import web

from .common import till_of

_HEARTBEAT = 15.0
_MAX_LISTENERS = 16


def routes() -> list[web.RouteDef]:
    """The handlers of this file."""
    return [web.get("/till/v1/events", events)]


async def events(request: web.Request) -> web.StreamResponse:
    """Stream until the page goes away or the program stops."""
    till = till_of(request)
    if till.hub.count >= _MAX_LISTENERS:
        raise web.HTTPServiceUnavailable(text="Trop d'écrans ouverts.")
    response = web.StreamResponse(
        headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
    )
    await response.prepare(request)
    with till.hub.listen() as queue:
        await _send(response, "status", till.status())
        while True:
            try:
                kind, data = await asyncio.wait_for(queue.get(), _HEARTBEAT)
            except asyncio.TimeoutError:
                await response.write(b": \n\n")
                continue
            if kind == "stop":
                return response
            await _send(response, kind, data)


async def _send(response: web.StreamResponse, kind: str, data: object) -> None:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    await response.write(f"event: {kind}\ndata: {text}\n\n".encode())
