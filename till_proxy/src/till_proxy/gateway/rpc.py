"""JSON-RPC in front of the closed table."""

from __future__ import annotations

import json
import logging
from typing import Any

from aiohttp import web

from ..errors import Refusal
from ..vault import VaultError
from . import rpc_table
from .answers import Raw
from .keys import TILL

_logger = logging.getLogger(__name__)
CALL_KW = "/web/dataset/call_kw"


def routes() -> list[web.RouteDef]:
    """The JSON-RPC doors of the page."""
    doors = [
        web.post(CALL_KW, call_kw),
        web.post(CALL_KW + "/{model}/{method}", call_kw),
        # core appends the method's name once more, for its logs
        web.post(CALL_KW + "/{path:.+}", call_kw),
    ]
    return doors + [web.post(path, route) for path in rpc_table.ROUTES]


async def call_kw(request: web.Request) -> web.Response:
    """``/web/dataset/call_kw``: what counts is the body, as for Odoo."""
    body = await _body(request)
    params = body.get("params")
    if not isinstance(params, dict):
        return _refusal(body, "Appel illisible.")
    name = f"{params.get('model')}/{params.get('method')}"
    return _answer(request, body, name, rpc_table.CALLS.get(name), params)


async def route(request: web.Request) -> web.Response:
    """The few JSON-RPC routes of their own."""
    body = await _body(request)
    params = body.get("params")
    row = rpc_table.ROUTES[request.path]
    return _answer(request, body, request.path, row, params if isinstance(params, dict) else {})


def _answer(
    request: web.Request, body: dict, name: str, row: rpc_table.Row | None, params: dict
) -> web.Response:
    if row is None:
        _logger.warning("refused call %s", name[:120])
        return _refusal(body, rpc_table.UNKNOWN, status=403)
    if row.kind == rpc_table.REFUSE:
        return _refusal(body, row.reason)
    till: Any = request.app[TILL]
    try:
        result = row.answer(till, params)
    except Refusal as refusal:
        return _refusal(body, refusal.message)
    except VaultError as error:
        return _refusal(body, str(error))
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        _logger.exception("call %s could not be answered", name)
        return _refusal(body, "La caisse n'a pas compris cet appel : rechargez l'écran.")
    number = json.dumps(body.get("id"))
    text = result if isinstance(result, Raw) else json.dumps(result, ensure_ascii=False).encode()
    head = f'{{"jsonrpc":"2.0","id":{number},"result":'.encode()
    return web.Response(body=head + text + b"}", content_type="application/json")


async def _body(request: web.Request) -> dict:
    try:
        body = json.loads(await request.read())
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _refusal(body: dict, message: str, status: int = 200) -> web.Response:
    """A JSON-RPC error Odoo's page shows as it is: a user error, no trace."""
    number = body.get("id")
    return web.json_response(
        {
            "jsonrpc": "2.0",
            "id": number if isinstance(number, (int, str)) else None,
            "error": {
                "code": 200,
                "message": "Odoo Server Error",
                "data": {
                    "name": "odoo.exceptions.UserError",
                    "message": message,
                    "arguments": [message],
                    "context": {},
                    "debug": "",
                },
            },
        },
        status=status,
    )
