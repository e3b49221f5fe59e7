"""The only pusher: sends what waits, at once, then every ten seconds while it cannot.

Nothing is deleted before the server says it has it; what it rejects stays and is shown. The server's
answer also carries the heads it knows: when they are ahead of ours, this till was restored from an
old disk, and says so.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import requests

from escarcelle_core import jet

from . import __version__
from .config import ServerConfig
from .enrolment import SOFTWARE, reason
from .faults import fault
from .server import Server, SyncError
from .snapshot import SnapshotError
from .vault import VaultError

if TYPE_CHECKING:
    from .till import Till

T = TypeVar("T")
_logger = logging.getLogger(__name__)

MAX_ENTRIES = 200
MAX_BYTES = 7 * 1024 * 1024
_DONE = ("stored", "known", "quarantined")
_REJECTED = "rejected"
_RESENT = "resent"


@dataclass(slots=True)
class Health:
    """What the status page says of the way to the server."""

    online: bool = False
    last_contact: datetime | None = None
    error: str = ""
    rejected: dict[int, str] = field(default_factory=dict)
    quarantined: int = 0
    ahead: tuple[str, ...] = ()
    snapshot_error: str = ""


class Agent:
    """The background tasks: push, and renew the snapshot."""

    def __init__(self, till: "Till", server: Server, config: ServerConfig):
        self._till = till
        self._server = server
        self._config = config
        self._wake = asyncio.Event()
        self._network = ThreadPoolExecutor(2, thread_name_prefix="network")
        self.health = Health()

    async def _away(self, function: Callable[..., T], *arguments: object) -> T:
        """Run a network call in a thread of ours: a stop does not wait for a server that hangs."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._network, function, *arguments)

    def close(self) -> None:
        """Give up whatever is under way."""
        self._network.shutdown(wait=False, cancel_futures=True)
        self._server.close()

    def wake(self) -> None:
        """Something new waits: do not finish the ten seconds."""
        self._wake.set()

    async def run(self) -> None:
        """Push for ever; cancelled at stop."""
        while True:
            self._wake.clear()
            sent_all = await self.push_once()
            if sent_all:
                await self._wake.wait()
            else:
                # While it cannot, a new sale does not hurry it: a dead server stays dead a while.
                await asyncio.sleep(self._config.retry_seconds)

    async def push_once(self) -> bool:
        """Send everything that waits; False when something has to be tried again later."""
        try:
            if not self.health.online:
                # An empty batch: are we heard, and does the server still have what it acknowledged?
                await self._send([])
            while True:
                batch = await self._till.do(self._batch)
                if not batch:
                    return True
                if not await self._send(batch):
                    return False
        except asyncio.CancelledError:
            raise
        except requests.RequestException as error:
            self._failed(f"Serveur injoignable ({reason(error)}).")
        except SyncError as error:
            self._failed(str(error))
        except Exception:
            _logger.exception("push failed")
            self._failed("Erreur interne pendant l'envoi.")
        return False

    def _batch(self) -> list[dict]:
        """The oldest waiting entries, in order, but those the server rejected."""
        out: list[dict] = []
        size = 0
        journal = self._till.writer.journal
        for n in journal.pending:
            if n in self.health.rejected:
                continue
            try:
                entry = journal.read(n)
            except (VaultError, OSError, ValueError):
                self._reject(n, "fichier illisible sur la caisse")
                continue
            size += len(json.dumps(entry, ensure_ascii=False).encode())
            if out and (len(out) >= MAX_ENTRIES or size > MAX_BYTES):
                break
            out.append(entry)
        return out

    async def _send(self, batch: list[dict]) -> bool:
        waiting = len(self._till.writer.journal.pending) - len(batch)
        report = {
            "queue": max(0, waiting),
            "software": f"{SOFTWARE} {__version__}",
            "acknowledged": self._till.writer.journal.acknowledged,
        }
        body = json.dumps({"entries": batch, **report}, ensure_ascii=False).encode()
        fault("before_send")
        answer = await self._away(self._server.push, body)
        fault("after_send")
        done = await self._till.do(self._apply, batch, answer)
        self.health.online, self.health.error = True, ""
        self.health.last_contact = self._till.clock.now()
        self._till.tell_status()
        await self._obey(answer.get("commands") or [])
        return done

    def _apply(self, batch: list[dict], answer: dict) -> bool:
        """File what is acknowledged; True when every entry of the batch got an answer."""
        sent = {entry["n"]: entry["uuid"] for entry in batch}
        answered = 0
        fault("before_acknowledge")
        journal = self._till.writer.journal
        for ack in answer["acks"]:
            n, status = _ack(ack, sent)
            if n is None:
                continue
            if status in _DONE:
                journal.acknowledge(n, self._till.clock.now())
                self.health.rejected.pop(n, None)
                self.health.quarantined += status == "quarantined"
                answered += 1
            elif status == _REJECTED:
                self._reject(n, str(ack.get("reason") or "")[:200])
                answered += 1
        journal.flush_acknowledged()
        fault("after_acknowledge")
        self._compare(answer.get("heads"))
        return answered == len(batch)

    def _reject(self, n: int, why: str) -> None:
        if n in self.health.rejected:
            return
        first = not self.health.rejected
        self.health.rejected[n] = why
        if first:
            # What follows a rejected entry is rejected with it, this event too: saying each would never end.
            self._till.writer.event(jet.INTEGRITY_DEFECT, f"Écriture {n} non envoyée : {why}")

    def _compare(self, heads: Any) -> None:
        """A server ahead of us knows sales this disk has forgotten; a server behind what it has
        acknowledged was restored from a backup, and gets them again."""
        if not isinstance(heads, dict):
            return
        known = {kind: _head(head) for kind, head in heads.items()}
        state, writer = self._till.writer.state, self._till.writer
        ahead = tuple(
            f"{kind} {seq} (ici {state.seq(kind)})"
            for kind, (seq, signature) in sorted(known.items())
            if seq > state.seq(kind) or (seq and seq == state.seq(kind)
                                         and signature != state.signature(kind))
        )  # fmt: skip
        if ahead and ahead != self.health.ahead:
            message = f"Le serveur connaît des enregistrements absents ici : {', '.join(ahead)}"
            writer.event(jet.SEQUENCE_BREAK, message)
        self.health.ahead = ahead
        lost = [
            writer.index.records.get((kind, known.get(kind, (0, ""))[0] + 1)) for kind in state.heads
        ]
        first = min((n for n in lost if n and not writer.journal.is_pending(n)), default=0)
        self._send_again(first)

    def _send_again(self, first: int) -> None:
        """Send from entry ``first`` on again, once: what the server keeps in quarantine never joins
        its chains, and looks forgotten for ever. 0: nothing is missing."""
        vault = self._till.vault
        kept = int(vault.read(_RESENT) or b"0")
        if first != kept:
            vault.write(_RESENT, str(first).encode())
        if first and first != kept:
            # The caller looks for a batch again.
            count = self._till.writer.journal.resend(first)
            # What the server refused for want of these is sent after them.
            for n in [n for n in self.health.rejected if n >= first]:
                del self.health.rejected[n]
            _logger.warning("server forgot acknowledged entries: %s sent again", count)

    async def _obey(self, commands: list) -> None:
        """What the server asks: ``resend`` from an entry number, ``snapshot`` now, ``rotate_key`` away from
        the key it names."""
        for command in commands:
            name = command.get("name") if isinstance(command, dict) else command
            if name == "resend":
                first = command.get("from", 1) if isinstance(command, dict) else 1
                if type(first) is int:
                    await self._till.do(self._till.writer.journal.resend, first)
                    self.wake()
            elif name == "snapshot":
                await self.renew_once()
            elif name == "rotate_key" and isinstance(command, dict):
                key = command.get("key")
                if isinstance(key, str) and await self._till.do(self._till.rotate_key, "", key):
                    self.wake()

    async def renew(self) -> None:
        """Keep the snapshot fresh for ever; cancelled at stop."""
        while True:
            ready = await self.renew_once()
            wait = self._config.snapshot_seconds if ready else self._config.retry_seconds
            await asyncio.sleep(wait)

    async def renew_once(self) -> bool:
        """One renewal; False when the server could not be asked."""
        till = self._till
        # What the server had acknowledged before we ask is in the balances it answers with.
        mark = await till.do(till.shelf.mark, till.writer)
        try:
            await self._away(till.snapshot.refresh, self._server.fetch, till.clock.now())
            await till.do(till.shelf.take, mark, till.writer)
            await till.do(till.give_up_gone)
        except (requests.RequestException, OSError) as error:
            self.health.snapshot_error = f"Données du serveur non renouvelées ({reason(error)})."
            if isinstance(error, requests.RequestException):
                # Nothing may wait to be sent that would tell; asking goes on until it is back.
                self._failed(f"Serveur injoignable ({reason(error)}).")
                self.wake()
            return False
        except SnapshotError as error:
            self.health.snapshot_error = f"Données du serveur refusées : {error}."
            return False
        except Exception:
            _logger.exception("snapshot failed")
            self.health.snapshot_error = "Erreur interne en renouvelant les données."
            return False
        self.health.snapshot_error = ""
        self.health.last_contact = till.clock.now()
        till.tell_status()
        return True

    def _failed(self, message: str) -> None:
        changed = self.health.online or self.health.error != message
        self.health.online, self.health.error = False, message
        if changed:
            _logger.warning("push: %s", message)
            self._till.tell_status()


def _head(head: Any) -> tuple[int, str]:
    """Number and signature of a chain head as the server tells it; zero when it is malformed."""
    seq = head.get("seq") if isinstance(head, dict) else None
    return (seq, str(head.get("signature"))) if type(seq) is int and seq >= 0 else (0, "")


def _ack(ack: Any, sent: Mapping[int, str]) -> tuple[int | None, str]:
    """Entry number and status of an ack that is about this batch; the uuid must agree."""
    if not isinstance(ack, dict):
        return None, ""
    n = ack.get("n")
    if type(n) is not int or sent.get(n) != ack.get("uuid"):
        return None, ""
    return n, str(ack.get("status") or "")
