"""The status page (``/``) and its files, read from the package once."""

from __future__ import annotations

from importlib import resources

from aiohttp import web

from ..errors import Refusal
from .keys import TILL
from .security import Door

_TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript"}
_FILES = ("index.html", "status.css", "status.js")


def routes(door: Door) -> list[web.RouteDef]:
    """The status page, its style and script, and ``/pos``, which opens the till."""
    folder = resources.files("till_proxy") / "ui"
    files = {name: (folder / name).read_bytes() for name in _FILES}

    def send(name: str) -> web.Response:
        kind = _TYPES[name.rpartition(".")[2]]
        response = web.Response(body=files[name], content_type=kind, charset="utf-8")
        response.headers["Cache-Control"] = "no-cache"
        return response

    async def index(_request: web.Request) -> web.Response:
        response = send("index.html")
        door.admit(response)
        return response

    async def file(request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name not in files:
            raise web.HTTPNotFound
        return send(name)

    return [web.get("/", index), web.get("/ui/{name}", file), web.get("/pos", open_till)]


async def open_till(request: web.Request) -> web.Response:
    """To the point of sale this till was made for; to the status page before it knows which."""
    try:
        settings = request.app[TILL].snapshot.json("settings.json")
    except Refusal:
        raise web.HTTPFound("/") from None
    raise web.HTTPFound(f"/pos/ui/{settings['till']['config_id']}")
