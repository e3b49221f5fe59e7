"""``/till/v1/cashier`` and ``/till/v1/overrides``: who is here, and what a manager allows."""

import asyncio

from aiohttp import web

from ..cashiers import Cashier
from ..errors import Refusal
from ..strict import Reader
from ..till import Till
from .common import read_json, till_of, token_of


def routes() -> list[web.RouteDef]:
    """The handlers of this file."""
    return [
        web.post("/till/v1/cashier", log_in),
        web.delete("/till/v1/cashier", log_out),
        web.post("/till/v1/overrides", override),
    ]


async def log_in(request: web.Request) -> web.Response:
    """Check a PIN or a badge; open a session."""
    till = till_of(request)
    body = Reader(await read_json(request), "Identification")
    code, pin, badge = _secrets(body)
    body.done()
    person = await identify(till, code, pin, badge)
    token = await till.do(till.logged_in, person)
    return web.json_response({"token": token, "cashier": person.public})


async def log_out(request: web.Request) -> web.Response:
    """Close the session."""
    till = till_of(request)
    await till.do(till.logged_out, token_of(request))
    return web.json_response({})


async def override(request: web.Request) -> web.Response:
    """A manager proves a decision; the token is good once, for five minutes, for ``what`` only."""
    till = till_of(request)
    till.cashiers.require(token_of(request))
    body = Reader(await read_json(request), "Dérogation")
    code, pin, badge = _secrets(body)
    reason = body.text("reason", 200).strip()
    what = body.text("what", 40).strip()
    body.done()
    if not reason:
        raise body.error("reason", "doit dire pourquoi")
    if not what:
        raise body.error("what", "doit dire quoi")
    manager = await identify(till, code, pin, badge)
    token = await till.do(till.allowed, manager, what, reason)
    return web.json_response({"token": token})


async def identify(till: Till, code: str, pin: str, badge: str) -> Cashier:
    """The person behind a PIN or a badge. One try at a time; a lock-out is signed."""
    known = till.shelf.require().cashiers
    if not known:
        raise Refusal(
            "snapshot_missing",
            "Aucun caissier n'est déclaré pour cette caisse : ajoutez-en un dans la gestion.",
        )
    async with till.pin_guard:
        try:
            return await asyncio.to_thread(
                lambda: till.cashiers.check(known, code=code, pin=pin, badge=badge)
            )
        except Refusal as refusal:
            if refusal.code == "locked_out":
                await till.do(till.locked_out, code or "badge")
            raise


def _secrets(body: Reader) -> tuple[str, str, str]:
    """Code and PIN, or a badge."""
    code, pin = body.text("code", 32, None), body.text("pin", 64, None)
    badge = body.text("badge", 128, None)
    if not badge and not (code and pin):
        raise body.error("pin", "ou un badge est nécessaire")
    return code, pin, badge
