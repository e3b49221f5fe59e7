"""The running program: web server, sync agent, closings by the clock, orderly stop."""

import asyncio
import contextlib
import json
import logging
import os
import shutil
import signal
import threading
from datetime import datetime

from aiohttp import web

from escarcelle_core.periods import DAY
from escarcelle_core.record import utc_text

from . import __version__
from .api.routes import routes as page_routes
from .closings import closing_records
from .devices.settings import open_devices
from .errors import Refusal
from .gateway.app import build_app
from .hw_proxy import HardwareProxy
from .paper import Papers
from .printing import PrintQueue
from .server import Server
from .sync import Agent, Health
from .till import Till

_logger = logging.getLogger(__name__)

_TICK = 2.0
_PURGE_EVERY = 12 * 3600.0


class Service:
    """Runs a till until it is told to stop."""

    def __init__(self, till: Till):
        config = till.config
        self.till = till
        self.devices = open_devices(
            config.devices, config.printing.profile, config.printing.columns or None
        )
        self.queue = PrintQueue(
            till.directory.prints, till.vault.cipher, self.devices.printer, till.clock.now,
            changed=till.tell_status,
        )  # fmt: skip
        self.papers = Papers(
            self.devices, self.queue, till.clock.now, lambda: till.shelf.templates,
            print_z=config.printing.print_z,
        )  # fmt: skip
        self.agent: Agent | None = None
        self.port = till.config.till.port
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop = asyncio.Event()
        self.ready = threading.Event()
        self._told_clock = ""
        self._begun = False
        self._left: dict = {}
        till.attach(self.papers)

    async def run(self) -> None:
        """Start, serve until SIGTERM or SIGINT, stop."""
        till = self.till
        till.hub.attach()
        till.status = self.status
        self._loop = loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            # Windows has no such handlers; only the main thread may set them.
            with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
                loop.add_signal_handler(number, self._stop.set)
        if till.enrolled:
            till.writer.wrote = self._wrote
            await self._begin()
        self.queue.start()
        self.devices.scans.attach()
        if self.devices.scanner is not None:
            self.devices.scanner.start()
        runner = await self._listen()
        tasks = self._start_tasks()
        try:
            await self._stop.wait()
        finally:
            till.hub.publish("stop", None)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await runner.cleanup()
            if self.devices.scanner is not None:
                self.devices.scanner.stop()
            await self.queue.stop()
            await asyncio.to_thread(self.papers.close)
            await till.do(till.end)
            if self.agent is not None:
                self.agent.close()
            till.close()

    def stop_soon(self) -> None:
        """Ask for an orderly stop, from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stop.set)

    async def _listen(self) -> web.AppRunner:
        till = self.till
        hardware = HardwareProxy(self.devices, self.queue, self._drawer_opened)
        routes = [*page_routes(), *hardware.routes()]
        app = build_app(till, port=lambda: self.port, extra_routes=routes)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=5.0)
        await runner.setup()
        site = web.TCPSite(runner, till.config.till.host, till.config.till.port)
        await site.start()
        self.port = runner.addresses[0][1]
        self.ready.set()
        print(f"Caisse prête : http://{till.config.till.host}:{self.port}/", flush=True)
        return runner

    def _start_tasks(self) -> list[asyncio.Task]:
        tasks = [
            asyncio.create_task(self._watch(), name="watch"),
            asyncio.create_task(self._spread_scans(), name="scans"),
        ]
        identity = self.till.identity
        if identity is not None:
            config = self.till.config.server
            self.agent = Agent(self.till, Server(config, identity), config)
            tasks.append(asyncio.create_task(self.agent.run(), name="push"))
            tasks.append(asyncio.create_task(self.agent.renew(), name="renew"))
        return tasks

    async def _drawer_opened(self) -> None:
        """The drawer was opened through ``/hw_proxy``, outside a sale: sign it."""
        present = self.till.cashiers.present()
        operator = present[-1].code if present else ""
        await self.till.do(self.till.drawer_opened, operator, "sans vente")

    async def _spread_scans(self) -> None:
        """Codes of a serial scanner to the pages that listen; else to ``/hw_proxy/scanner``."""
        while True:
            if not self.till.hub.count:
                await asyncio.sleep(1.0)
                continue
            code = await self.devices.scans.next(5.0)
            if code is not None:
                self.till.hub.publish("scan", {"code": code})

    async def _watch(self) -> None:
        """Close what is over, obey ``escarcelle-till resend``, drop what is old."""
        last_purge = asyncio.get_running_loop().time() - _PURGE_EVERY
        while True:
            try:
                if self.till.enrolled and not self._begun:
                    await self._begin()
                if self._begun:
                    await self._close_elapsed()
                    await self.till.do(self.till.expire)
                    await self._resend_asked()
                    if asyncio.get_running_loop().time() - last_purge >= _PURGE_EVERY:
                        last_purge = asyncio.get_running_loop().time()
                        while await self.till.do(self.till.purge):
                            await asyncio.sleep(0)
            except asyncio.CancelledError:
                raise
            except Refusal as refusal:
                self._told_clock = refusal.message
            except Exception:
                _logger.exception("watch failed")
            await asyncio.to_thread(self._leave_status)
            await asyncio.sleep(_TICK)

    async def _begin(self) -> None:
        """Sign the start. A wrong clock or a full disk does not keep the screens from saying so."""
        try:
            await self.till.do(self.till.begin)
            self._begun = True
        except Refusal as refusal:
            self._told_clock = refusal.message

    def _wrote(self, entry: dict) -> None:
        """An entry stands (in the fiscal thread): print its Z, send it, tell the pages."""
        if closing_records(entry):
            self.papers.closed(entry)
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.wake)

    async def _close_elapsed(self) -> None:
        await self.till.do(self.till.closings.elapsed)
        self._told_clock = ""

    async def _resend_asked(self) -> None:
        marker = self.till.directory.root / "resend"
        if not marker.exists():
            return
        text = marker.read_text(encoding="ascii").strip()
        count = await self.till.do(
            self.till.writer.journal.resend, int(text) if text.isdigit() else 1
        )
        await self.till.do(self.till.maintained, f"Renvoi de {count} écritures demandé")
        marker.unlink(missing_ok=True)
        _logger.info("%s entries will be sent again", count)
        self.wake()

    def _leave_status(self) -> None:
        """For ``escarcelle-till status``: the same facts in a file, when they changed."""
        status = self.status()
        facts = {**status, "program": None, "snapshot": {**status["snapshot"], "age": None}}
        if facts == self._left:
            return
        self._left = facts
        path = self.till.directory.root / "etat.json"
        with contextlib.suppress(OSError):
            temporary = path.with_suffix(".tmp")
            temporary.write_text(json.dumps(status, ensure_ascii=False), encoding="utf-8")
            os.replace(temporary, path)

    def wake(self) -> None:
        """Something new waits for the server; the pages hear of it."""
        if self.agent is not None:
            self.agent.wake()
        self.till.tell_status()

    def status(self) -> dict:
        """``GET /till/v1/status``: facts, no names."""
        till = self.till
        now = till.clock.now()
        health = self.agent.health if self.agent else Health()
        out: dict = {
            "program": {"version": __version__, "now": utc_text(now)},
            "enrolled": till.enrolled,
            "server": {
                "online": health.online,
                "last_contact": _text(health.last_contact),
                "error": health.error or health.snapshot_error or None,
                "ahead": list(health.ahead),
                "quarantined": health.quarantined,
            },
            "snapshot": {
                "ready": till.shelf.catalog is not None,
                "version": till.shelf.catalog.version[:12] if till.shelf.catalog else None,
                "age": till.snapshot.age(now),
                "error": till.shelf.error or health.snapshot_error or None,
            },
            "printer": self.papers.status(),
            "disk": {"free_mib": shutil.disk_usage(till.directory.root).free // 1024 // 1024},
            "cashiers": [person.code for person in till.cashiers.present()],
            "training": till.enrolled and till.writer.index.training,
        }
        if till.enrolled and till.identity is not None:
            out |= self._fiscal_status(health)
        return out

    def _fiscal_status(self, health: Health) -> dict:
        till, writer = self.till, self.till.writer
        state, pending = writer.state, writer.journal.pending
        return {
            "till": {
                "uid": till.identity.till if till.identity else "",
                "number": writer.desk.device.number,
                "key": writer.desk.signer.key_id,
            },
            "day": {
                "business_day": state.day.isoformat() if state.day else None,
                "closed": DAY in state.closed,
                "tickets": state.totals.tickets[0],
                "total": state.totals.amount[0],
            },
            "queue": {
                "pending": len(pending),
                "first": pending[0] if pending else None,
                "last": writer.n,
                "rejected": [{"n": n, "reason": why} for n, why in health.rejected.items()],
            },
            "clock": {
                "behind": writer.clock_is_behind,
                "last": _text(writer.last_at),
                "error": self._told_clock or None,
            },
            "defects": [d.message for d in writer.recovered.defects],
            "notes": [d.message for d in writer.recovered.notes] + self.queue.defects,
        }


def _text(at: datetime | None) -> str | None:
    return utc_text(at) if at else None
