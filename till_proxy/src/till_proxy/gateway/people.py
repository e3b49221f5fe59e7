"""Who may identify here, for the log-in screen: a code and a short name to touch, no secret."""

from __future__ import annotations

from aiohttp import web

from .keys import TILL


def routes() -> list[web.RouteDef]:
    """The handler of this file."""
    return [web.get("/till/v1/cashiers", cashiers)]


async def cashiers(request: web.Request) -> web.Response:
    """``{"cashiers": [{"code", "name"}]}`` by name; empty before the first snapshot."""
    snapshot = request.app[TILL].snapshot
    known = snapshot.json("cashiers.json") if snapshot.sha256("cashiers.json") else []
    people = [
        {"code": person["code"], "name": person["name"]} for person in known if person.get("pin")
    ]
    people.sort(key=lambda person: (person["name"].casefold(), person["code"]))
    return web.json_response({"cashiers": people})
