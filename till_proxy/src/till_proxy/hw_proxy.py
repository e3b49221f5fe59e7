"""Odoo's hardware proxy contract (``/hw_proxy/*``), so that a stock POS can use our devices.

JSON-RPC over POST, except ``hello``. Receipts come as pictures; they go through the print queue like
any paper. Who may call is the gateway's business.
"""

import asyncio
import base64
import json
import logging
import uuid
from collections.abc import Awaitable, Callable

from aiohttp import web

from escarcelle_core.printing import escpos

from .devices import picture
from .devices.base import PRINTS, PrinterFault
from .devices.picture import PictureError
from .devices.scale import ScaleFault
from .devices.settings import Devices
from .printing import PrintQueue
from .printjobs import PrintError

_logger = logging.getLogger(__name__)
#: How long a page waits for a barcode before it asks again.
SCAN_SECONDS = 25.0
MAX_RECEIPT = 6_000_000


class HardwareProxy:
    """The handlers. ``drawer_opened`` is awaited after the drawer opened outside a sale."""

    def __init__(
        self,
        devices: Devices,
        queue: PrintQueue,
        drawer_opened: Callable[[], Awaitable[None]] | None = None,
        scan_seconds: float = SCAN_SECONDS,
    ):
        self._devices = devices
        self._queue = queue
        self._drawer_opened = drawer_opened
        self._scan_seconds = scan_seconds

    def routes(self) -> list[web.RouteDef]:
        """Routes for ``gateway.app.build_app(extra_routes=…)``."""
        return [
            web.get("/hw_proxy/hello", self._hello),
            web.post("/hw_proxy/handshake", _jsonrpc(self._handshake)),
            web.post("/hw_proxy/status_json", _jsonrpc(self._status)),
            web.post("/hw_proxy/default_printer_action", _jsonrpc(self._printer_action)),
            web.post("/hw_proxy/scanner", _jsonrpc(self._scanner)),
            web.post("/hw_proxy/scale_read", _jsonrpc(self._scale_read)),
        ]

    async def _hello(self, _: web.Request) -> web.Response:
        return web.Response(text="ping")

    async def _handshake(self, _: dict) -> bool:
        return True

    async def _status(self, _: dict) -> dict:
        """Asked every five seconds: one entry for each device there is."""
        found = {}
        if self._devices.printer is not None:
            state = await asyncio.to_thread(self._queue.look)
            found["printer"] = _driver(state.code in PRINTS, state.message)
        if self._devices.scanner is not None:
            found["scanner"] = _driver(self._devices.scans.connected)
        if self._devices.scale is not None:
            found["scale"] = _driver(self._devices.scale.connected)
        return found

    async def _printer_action(self, params: dict) -> bool:
        """``print_receipt`` (a picture, base64) or ``cashbox``. False: the POS says it failed."""
        data = params.get("data")
        action = data.get("action") if isinstance(data, dict) else None
        if action == "cashbox":
            return await self._open_drawer()
        if action == "print_receipt":
            return await asyncio.to_thread(self._print_picture, data.get("receipt"))
        raise _BadRequest("Action d'imprimante inconnue.")

    async def _open_drawer(self) -> bool:
        try:
            await asyncio.to_thread(self._devices.drawer.open_drawer)
        except PrinterFault as fault:
            _logger.warning("drawer: %s", fault.code)
            return False
        if self._drawer_opened is not None:
            await self._drawer_opened()
        return True

    def _print_picture(self, receipt: object) -> bool:
        if not isinstance(receipt, str) or len(receipt) > MAX_RECEIPT:
            raise _BadRequest("Image de ticket absente ou trop grosse.")
        if self._devices.printer is None:
            return False
        profile = self._devices.profile
        try:
            shown = picture.commands(base64.b64decode(receipt, validate=True), profile.dots)
            self._queue.submit(
                f"hw-{uuid.uuid4()}", escpos.encode(shown, profile), label="Reçu (image)"
            )
        except (PictureError, ValueError) as error:
            raise _BadRequest("Image de ticket illisible.") from error
        except PrintError as error:
            _logger.warning("receipt not queued: %s", error)
            return False
        return True

    async def _scanner(self, _: dict) -> str | None:
        """Long poll: the next barcode, None when none comes."""
        return await self._devices.scans.next(self._scan_seconds)

    async def _scale_read(self, _: dict) -> dict:
        """Weight in kilograms; a JSON-RPC error tells why there is none."""
        if self._devices.scale is None:
            raise _BadRequest("Aucune balance n'est réglée sur cette caisse.")
        try:
            weight = await asyncio.to_thread(self._devices.scale.read)
        except ScaleFault as fault:
            raise _BadRequest(str(fault)) from fault
        return {"weight": float(weight)}


class _BadRequest(Exception):
    """Answered as a JSON-RPC error with this French message."""


def _driver(connected: bool, message: str = "") -> dict:
    return {"status": "connected" if connected else "disconnected", "messages": message}


def _jsonrpc(method: Callable[[dict], Awaitable[object]]) -> Callable:
    async def handle(request: web.Request) -> web.Response:
        try:
            call = json.loads(await request.text())
        except (ValueError, UnicodeDecodeError):
            return _error(None, "Demande illisible.")
        if not isinstance(call, dict) or not isinstance(call.get("params", {}), dict):
            return _error(None, "Demande illisible.")
        number = call.get("id")
        number = number if isinstance(number, (int, str)) else None
        try:
            result = await method(call.get("params", {}))
        except _BadRequest as error:
            return _error(number, str(error))
        return web.json_response({"jsonrpc": "2.0", "id": number, "result": result})

    return handle


def _error(number: object, message: str) -> web.Response:
    """As Odoo's ``rpc()`` expects an error: 200, with ``error.data``."""
    data = {"name": "hw_proxy", "message": message, "arguments": [message], "debug": ""}
    error = {"code": 200, "message": message, "data": data}
    return web.json_response({"jsonrpc": "2.0", "id": number, "error": error})
