"""``/till/v1/barcodes``: whose a barcode is, and attaching one to a good."""

from aiohttp import web

from .. import attachments
from ..till import Till
from .common import read_json, till_of, token_of


def routes() -> list[web.RouteDef]:
    """The handlers of this file."""
    return [
        web.get("/till/v1/barcodes/{code}", find),
        web.post("/till/v1/barcodes", attach),
    ]


async def find(request: web.Request) -> web.Response:
    """The good of a code that the page does not know: attached since it was loaded."""
    till = till_of(request)
    till.cashiers.require(token_of(request))
    return web.json_response(await till.do(_describe, till, request.match_info["code"][:64]))


async def attach(request: web.Request) -> web.Response:
    """Two taps: the good, then yes."""
    till = till_of(request)
    wanted = attachments.Wanted.parse(await read_json(request))
    return web.json_response(await till.do(_attach, till, wanted, token_of(request)))


def _describe(till: Till, code: str) -> dict:
    return attachments.describe(till.shelf.require(), till.writer.index, code)


def _attach(till: Till, wanted: attachments.Wanted, token: str) -> dict:
    cashier = till.cashiers.require(token)
    return attachments.attach(till.writer, till.shelf.require(), wanted, cashier)
