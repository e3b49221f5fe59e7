"""The page, its assets and its pictures, served from the vault."""

from __future__ import annotations

import hashlib
from typing import Any

from aiohttp import web

from ..errors import Refusal
from ..vault import VaultError
from .answers import price_items
from .keys import TILL
from .security import Door

LONG = "public, max-age=31536000, immutable"
SHORT = "private, no-cache"
EMPTY_WORKER = "// La caisse sert ses pages elle-même : rien à garder ici.\n"
# One transparent pixel, for a picture nobody has.
PIXEL = bytes.fromhex(
    "47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b"
)
_VERSION = b'<script>odoo.escarcelle.version = "%s";</script>'
WAITING = """<!DOCTYPE html><html lang="fr"><meta charset="utf-8"><title>Caisse</title>
<meta http-equiv="refresh" content="5"><link rel="stylesheet" href="/ui/status.css">
<main class="starting"><h1>La caisse se prépare</h1><p>{reason}</p>
<p>Cette page se recharge toute seule.</p><p><a href="/">État de la caisse</a></p></main>"""


def routes(door: Door) -> list[web.RouteDef]:
    """Everything the browser GETs."""

    async def page(request: web.Request) -> web.Response:
        return _page(request, door)

    return [
        web.get("/pos/ui/{config:[0-9]+}", page),
        web.get("/pos/ui/{config:[0-9]+}/{path:.*}", page),
        web.get("/till/v1/page", version),
        web.get("/pos/service-worker.js", service_worker),
        web.get("/favicon.ico", favicon),
        web.get("/web/image", image),
        web.get("/web/image/{model}/{id:[0-9]+}/{field}", image),
        web.get("/web/image/{model}/{id:[0-9]+}/{field}/{rest:.*}", image),
        web.get("/web/assets/{path:.+}", asset),
        web.get("/web/webclient/translations", asset),
        web.get("/bus/websocket_worker_bundle", asset),
        web.get("/websocket", silent_websocket),
        web.get("/{module:[a-z][a-z0-9_]*}/static/{path:.+}", asset),
    ]


def _page(request: web.Request, door: Door) -> web.Response:
    """Any address of the POS gives the same page: its own router reads the address."""
    till: Any = request.app[TILL]
    try:
        html = till.snapshot.part("page")
        config = till.snapshot.json("settings.json")["till"]["config_id"]
    except (Refusal, VaultError) as error:
        reason = getattr(error, "message", str(error))
        return web.Response(
            text=WAITING.format(reason=reason), content_type="text/html", status=503
        )
    if int(request.match_info["config"]) != config:
        raise web.HTTPFound(f"/pos/ui/{config}")
    version = page_version(till)
    html = html.replace(b"</head>", _VERSION % version.encode() + b"</head>", 1)
    response = web.Response(body=html, content_type="text/html", charset="utf-8")
    response.headers["Cache-Control"] = "no-store"
    door.admit(response)
    return response


def page_version(till: Any) -> str:
    """Changes when another load of the page would show something else: with the snapshot, and when
    a price rule begins or ends."""
    rules = ",".join(str(item["id"]) for item in price_items(till))
    digest = hashlib.sha256(rules.encode()).hexdigest()[:16]
    return f"{till.snapshot.manifest.page_version}-{digest}"


async def version(request: web.Request) -> web.Response:
    """``GET /till/v1/page`` → ``{"version"}``."""
    till: Any = request.app[TILL]
    known = page_version(till) if till.snapshot.ready else ""
    return web.json_response({"version": known})


def _entry(till: Any, url: str) -> dict | None:
    return till.snapshot.json("assets.json").get(url)


def _send(request: web.Request, entry: dict, cache: str) -> web.Response:
    """The content, or 304 when the browser has it."""
    etag = f'"{entry["sha256"]}"'
    headers = {"ETag": etag, "Cache-Control": cache}
    if request.headers.get("If-None-Match") == etag:
        return web.Response(status=304, headers=headers)
    content = request.app[TILL].snapshot.blob(entry["sha256"])
    return web.Response(body=content, headers=headers | {"Content-Type": _typed(entry)})


def _typed(entry: dict) -> str:
    kind = entry["content_type"]
    text = kind.startswith("text/") or kind.endswith(("javascript", "json"))
    return f"{kind}; charset=utf-8" if text else kind


async def asset(request: web.Request) -> web.Response:
    """A file of the snapshot, by its address without query."""
    entry = _entry(request.app[TILL], request.path)
    if entry is None:
        raise web.HTTPNotFound(text="Fichier absent de la caisse.")
    # Bundles carry their version in their address; the rest is asked again, and answered 304.
    return _send(request, entry, LONG if request.path.startswith("/web/assets/") else SHORT)


async def image(request: web.Request) -> web.Response:
    """A record's picture, however the page spells its address."""
    where = {**request.query, **request.match_info}
    url = f"/web/image/{where.get('model')}/{where.get('id')}/{where.get('field')}"
    entry = _entry(request.app[TILL], url)
    if entry is None:
        headers = {"Cache-Control": SHORT}
        return web.Response(body=PIXEL, content_type="image/gif", headers=headers)
    return _send(request, entry, SHORT)


async def favicon(request: web.Request) -> web.Response:
    """The tab's icon."""
    till = request.app[TILL]
    entry = till.snapshot.ready and _entry(till, "/point_of_sale/static/src/img/favicon.ico")
    return _send(request, entry, SHORT) if entry else web.Response(status=204)


async def service_worker(request: web.Request) -> web.Response:
    """Empty: the till answers by itself, a cache would only keep yesterday's page."""
    return web.Response(
        text=EMPTY_WORKER,
        content_type="text/javascript",
        headers={"Service-Worker-Allowed": "/pos", "Cache-Control": "no-store"},
    )


async def silent_websocket(request: web.Request) -> web.WebSocketResponse:
    """Odoo's bus, with nothing on it: the till speaks by ``/till/v1/events``."""
    socket = web.WebSocketResponse(heartbeat=30, max_msg_size=64 * 1024)
    await socket.prepare(request)
    sockets = request.app[SOCKETS]
    sockets.add(socket)
    try:
        async for _message in socket:
            pass
    finally:
        sockets.discard(socket)
    return socket


SOCKETS: web.AppKey[set] = web.AppKey("sockets", set)


async def close_sockets(app: web.Application) -> None:
    """Let the program stop at once."""
    for socket in list(app[SOCKETS]):
        await socket.close(code=1001, message=b"stop")


