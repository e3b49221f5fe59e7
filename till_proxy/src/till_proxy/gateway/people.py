"""Who may identify here, for the log-in screen and a manager's word: code, short name, role; no secret."""

from __future__ import annotations

from aiohttp import web

from .keys import TILL


def routes() -> list[web.RouteDef]:
    """The handler of this file."""
    return [web.get("/till/v1/cashiers", cashiers)]


async def cashiers(request: web.Request) -> web.Response:
    """``{"cashiers": [{"code", "name", "role"}]}`` by name; empty before the first snapshot."""
    snapshot = request.app[TILL].snapshot
    known = snapshot.json("cashiers.json") if snapshot.sha256("cashiers.json") else []
    people = [
        {key: person[key] for key in ("code", "name", "role")} for person in known if person.get("pin")
    ]
    people.sort(key=lambda person: (person["name"].casefold(), person["code"]))
    return web.json_response({"cashiers": people})
