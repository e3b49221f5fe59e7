"""The till program's HTTP application: one origin for page, RPC, tickets and devices."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any

from aiohttp import web

from ..errors import Refusal
from ..vault import VaultError
from . import page, people, rpc, ui
from .keys import TILL
from .security import MAX_BODY, Door, middleware

_logger = logging.getLogger(__name__)


def build_app(
    till: Any,
    *,
    port: Callable[[], int] | None = None,
    extra_routes: Iterable[web.AbstractRouteDef] = (),
) -> web.Application:
    """Return the application, ready to run on the loopback.

    ``till`` is a ``till_proxy.till.Till`` (``snapshot``, ``references``, ``clock``, ``config``);
    ``extra_routes`` are the ``/till/v1`` and ``/hw_proxy`` handlers; ``port`` tells the port really
    listened to, when it is not the configured one.
    """
    door = Door(port or (lambda: till.config.till.port))
    app = web.Application(
        client_max_size=MAX_BODY, middlewares=[middleware(door), _errors]
    )
    app[TILL] = till
    app[page.SOCKETS] = set()
    app.add_routes(ui.routes(door))
    app.add_routes(page.routes(door))
    app.add_routes(rpc.routes())
    app.add_routes(people.routes())
    app.add_routes(list(extra_routes))
    app.on_shutdown.append(page.close_sockets)
    return app


@web.middleware
async def _errors(request: web.Request, handler: Callable) -> web.StreamResponse:
    """Every failure has a French body; none has a trace."""
    try:
        return await handler(request)
    except Refusal as refusal:
        return web.json_response(refusal.as_json(), status=refusal.status)
    except VaultError as error:
        return _error("till_damaged", str(error), 503)
    except web.HTTPRequestEntityTooLarge:
        return _error("too_large", "Message trop gros pour la caisse.", 413)
    except web.HTTPNotFound:
        return _error("not_found", "Cette adresse n'existe pas à la caisse.", 404)
    except web.HTTPException:
        raise
    except Exception:
        _logger.exception("%s %s failed", request.method, request.path)
        message = "La caisse a rencontré une erreur : recommencez ; si cela dure, redémarrez-la."
        return _error("internal", message, 500)


def _error(code: str, message: str, status: int) -> web.Response:
    return web.json_response(
        {"error": {"code": code, "message": message, "details": {}}}, status=status
    )
