"""What every handler needs: the till, a bounded strict body, the cashier's token."""

from typing import TYPE_CHECKING

from aiohttp import web

from ..errors import Refusal
from ..gateway.keys import TILL
from ..strict import UUID, bad, loads

if TYPE_CHECKING:
    from ..till import Till

#: Five hundred lines and their uuids fit in a third of this.
MAX_BODY = 256 * 1024
TOKEN_HEADER = "X-Escarcelle-Cashier"


def till_of(request: web.Request) -> "Till":
    """The till this application serves."""
    return request.app[TILL]


async def read_json(
    request: web.Request, limit: int = MAX_BODY, *, floats: bool = False
) -> object:
    """The body, parsed strictly; never more than ``limit`` bytes are read. ``floats``: numbers
    with a decimal point may stand in it (an opaque draft, never an amount)."""
    if (request.content_length or 0) > limit:
        raise _too_large(limit)
    body = bytearray()
    async for chunk in request.content.iter_chunked(64 * 1024):
        body += chunk
        if len(body) > limit:
            raise _too_large(limit)
    return loads(bytes(body), floats=floats)


def token_of(request: web.Request) -> str:
    """The cashier's token, ``""`` when there is none."""
    return request.headers.get(TOKEN_HEADER, "")[:128]


def uuid_of(request: web.Request) -> str:
    """The uuid in the address."""
    uuid = request.match_info["uuid"]
    if not UUID.fullmatch(uuid):
        raise bad("Adresse : identifiant incorrect.")
    return uuid


def integer(request: web.Request, name: str, low: int, high: int, default: int) -> int:
    """A whole number in the query, cut to bounds."""
    text = request.query.get(name, "")
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise bad(f"« {name} » doit être un nombre.")
    return max(low, min(high, int(text)))


def _too_large(limit: int) -> Refusal:
    return Refusal("too_large", f"Message trop gros pour la caisse (plus de {limit // 1024} ko).")
