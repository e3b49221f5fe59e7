"""The till: everything that lives as long as the program, put together and kept in order.

One fiscal state, one writer, one thread that touches them: ``do`` runs a function there, under one
lock, so that two sales sent at the same instant are signed one after the other while the event loop
goes on answering.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import TypeVar

from escarcelle_core import FISCAL_VERSION, chain, jet
from escarcelle_core.documents import JetEvent

from . import __version__, cancellations, key_change, training
from .cancellations import Wanted
from .cash import Cash
from .cashiers import Cashier, Cashiers
from .clock import Clock
from .closings import Closings
from .config import Config
from .drafts import Drafts
from .enrolment import Identity, load_identity, load_signer
from .errors import Refusal, StartError
from .events import Hub
from .gateway.references import References
from .journal import Journal
from .lockout import Lockouts
from .orders import Order
from .paper import Papers
from .papers import own_record
from .shelf import Shelf
from .snapshot import Snapshot
from .state import Lock, StateDir
from .tickets import Tickets
from .vault import Vault, VaultError, load_key
from .writer import Writer

_logger = logging.getLogger(__name__)
T = TypeVar("T")

_VERSION = "version"


class Till:
    """Opened by ``Till(config, clock)``; ``Service`` runs it. Raises StartError."""

    def __init__(self, config: Config, clock: Clock):
        self.config = config
        self.clock = clock
        self.directory = StateDir(config.till.state_dir)
        self.directory.create()
        self._lock_file = Lock(self.directory)
        try:
            key = load_key(self.directory.root, use_keyring=config.till.use_keyring)
            self.vault = Vault(self.directory.vault, key)
            self.snapshot = Snapshot(self.vault)
            self.identity: Identity | None = load_identity(self.vault)
        except (VaultError, OSError) as error:
            self._lock_file.release()
            raise StartError(str(error)) from error
        self.references = References(self.vault)
        self.hub = Hub()
        self.cashiers = Cashiers(clock, Lockouts(self.vault))
        self.drafts = Drafts(self.directory.drafts, self.vault.cipher)
        self.shelf = Shelf(self.snapshot, self.vault, self.hub)
        self.status: Callable[[], dict] = dict
        self.pin_guard = asyncio.Lock()
        self._papers: Papers | None = None
        self._told_lockouts: dict[str, datetime] = {}
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="fiscal")
        self._guard = asyncio.Lock()
        try:
            self.open_fiscal()
        except (StartError, VaultError) as error:
            self.close()
            raise StartError(str(error)) from error

    def open_fiscal(self) -> None:
        """The parts that need an enrolment."""
        self._writer: Writer | None = None
        self._tickets: Tickets | None = None
        if self.identity is None:
            return
        signer = load_signer(self.vault)
        known = self.shelf.catalog
        desk = self.identity.desk(
            signer, known.company if known else None, known.rules if known else None
        )
        journal = Journal(
            self.directory, self.vault.cipher, self.config.till.reserve_mib * 1024 * 1024
        )
        self._writer = Writer(self.directory, self.vault, journal, self.clock, desk)
        # A change of key that a stop interrupted ends here, before anything else is signed.
        self.identity = key_change.settle(self.vault, self._writer, self.identity)

    @property
    def enrolled(self) -> bool:
        """Whether this till may sell."""
        return self._writer is not None

    @property
    def writer(self) -> Writer:
        """The fiscal writer; Refusal(not_enrolled) before enrolment."""
        if self._writer is None:
            raise Refusal(
                "not_enrolled",
                "Cette caisse n'est pas encore enrôlée : demandez un code dans la gestion, puis "
                "lancez « escarcelle-till enroll ».",
            )
        return self._writer

    @property
    def tickets(self) -> Tickets:
        """Sales and duplicates."""
        writer = self.writer
        if self._tickets is None:
            self._tickets = Tickets(writer, self.cashiers)
        return self._tickets

    @property
    def closings(self) -> Closings:
        """Z, X, and what the clock closes."""
        return Closings(self.writer)

    @property
    def cash(self) -> Cash:
        """Moves and counts."""
        return Cash(self.writer)

    async def do(self, function: Callable[..., T], *arguments: object) -> T:
        """Run ``function`` alone with the fiscal state, off the event loop."""
        loop = asyncio.get_running_loop()
        async with self._guard:
            # A browser that hangs up must not leave a sale half-way: the work goes on.
            return await asyncio.shield(loop.run_in_executor(self._thread, function, *arguments))

    # Start and stop, called in the fiscal thread.

    def begin(self) -> None:
        """Sign what a start must say: first line, new version, defects found, start."""
        self.initialise()
        writer = self.writer
        kept = (self.vault.read(_VERSION) or b"").decode()
        version = f"{__version__} {FISCAL_VERSION}"
        if kept != version:
            before = f" (avant : {kept})" if kept else ""
            writer.event(jet.NEW_VERSION, f"Version {version}{before}")
            self.vault.write(_VERSION, version.encode())
        writer.event(jet.START, f"Démarrage du programme {__version__}")
        writer.report_defects()
        self.shelf.apply(writer)
        writer.save_base()

    def initialise(self) -> None:
        """The first line of the event journal, once in a till's life (nf525: JET 260 first)."""
        writer, identity = self.writer, self.identity
        if identity is None or writer.state.seq("JET"):
            return
        line = JetEvent(
            jet.INITIALISATION,
            f"Caisse {identity.number} {identity.till} certificat {writer.desk.signer.key_id[:16]}",
        )
        writer.write(
            chain.derived(identity.till, "initialisation"),
            {"type": "jet", "code": jet.INITIALISATION},
            lambda state, desk, at: chain.issue_event(state, desk, line, at),
            essential=True,
        )

    def end(self) -> None:
        """Sign the stop and make the state durable."""
        if self._writer is not None:
            try:
                self._writer.event(jet.STOP, "Arrêt du programme")
            except Refusal:
                _logger.warning("the stop could not be signed")
            self._writer.save_base()

    def close(self) -> None:
        """Let another program use the directory."""
        self._thread.shutdown(wait=True)
        self._lock_file.release()

    # What the handlers ask for.

    def sell(self, order: Order, token: str) -> tuple[dict, bool]:
        """The entry of ``order`` and whether it was signed before; in the fiscal thread."""
        known = self.tickets.replay(order)
        if known is not None:
            return known, True
        cashier = self.cashiers.require(token)
        entry = self.tickets.sell(order, cashier, self.shelf.require())
        self.drafts.drop(order.uuid)
        return entry, False

    def cancel(self, wanted: Wanted, token: str) -> tuple[dict, bool]:
        """The entry that cancels a whole ticket, and whether it was signed before; in the fiscal
        thread."""
        index = self.writer.index
        ticket = index.tickets.get(wanted.ticket)
        if ticket is None:
            raise Refusal(
                "not_found",
                "Ce ticket n'est pas (ou plus) dans cette caisse : annulez-le sur la caisse qui a vendu.",
            )
        sold = self.writer.journal.read(ticket.n)["order"]
        order = cancellations.opposite(wanted, sold)
        known = self.tickets.replay(order)
        if known is not None:
            return known, True
        cashier = self.cashiers.require(token)
        try:
            cancellations.check(ticket, sold, index)
        except Refusal as refusal:
            self.writer.event(jet.OPERATION_REFUSED, refusal.message, cashier.code)
            raise
        return self.tickets.sell(order, cashier, self.shelf.require()), False

    def train(self, on: bool, proof: str, token: str) -> None:
        """Switch the training mode; in the fiscal thread."""
        cashier = self.cashiers.require(token)
        training.switch(self.writer, self.cashiers, on=on, cashier=cashier, token=proof)

    def logged_in(self, person: Cashier) -> str:
        """Open a session and sign it; in the fiscal thread."""
        token = self.cashiers.open(person)
        self.writer.event(jet.START, f"Ouverture de session {person.code}", person.code)
        return token

    def allowed(self, manager: Cashier, what: str, reason: str) -> str:
        """A proof of ``manager``'s decision; a refusal is signed. In the fiscal thread."""
        try:
            return self.cashiers.grant(manager, what, reason)
        except Refusal as refusal:
            if refusal.code == "manager_required":
                said = f"Dérogation {what} demandée sans responsable"
                self.writer.event(jet.OPERATION_REFUSED, said, manager.code)
            raise

    def logged_out(self, token: str) -> None:
        """Close a session and sign it; in the fiscal thread."""
        person = self.cashiers.close(token)
        if person is not None:
            self.writer.event(jet.STOP, f"Fin de session {person.code}", person.code)

    def rotate_key(self, operator: str = "", replacing: str | None = None) -> bool:
        """Go over to a new signing key; in the fiscal thread. ``replacing`` names the key to leave: when
        it is no longer the till's, nothing is done (the server asked twice)."""
        writer, identity = self.writer, self.identity
        if identity is None or replacing not in (None, writer.desk.signer.key_id):
            return False
        self.identity = key_change.rotate(
            self.vault, writer, identity, self.clock.now(), operator
        )
        return True

    def drawer_opened(self, operator: str, why: str) -> None:
        """Sign an opening of the drawer that belongs to no sale; in the fiscal thread."""
        self.writer.event(jet.DRAWER_OPENED, f"Ouverture du tiroir {why}", operator)

    def maintained(self, what: str) -> None:
        """Sign an intervention on the program; in the fiscal thread."""
        self.writer.event(jet.MAINTENANCE, what)

    def purge(self) -> int:
        """Drop acknowledged entries older than the setting; in the fiscal thread."""
        return self.writer.purge(self.clock.now() - timedelta(days=self.config.till.keep_days))

    def locked_out(self, subject: str) -> None:
        """Sign a lock-out once it begins; in the fiscal thread."""
        now = self.clock.now()
        told = self._told_lockouts.get(subject)
        if told is None or now - told > timedelta(minutes=5):
            self._told_lockouts[subject] = now
            self.writer.event(jet.OPERATION_REFUSED, f"Trop d'essais de PIN {subject}")

    def park(self, uuid: str, draft: object) -> None:
        """Keep a parked order, unless it was sold meanwhile; in the fiscal thread."""
        if uuid in self.writer.index.entries:
            raise Refusal("conflict", "Ce ticket est déjà enregistré : il ne peut plus attendre.")
        self.drafts.put(uuid, draft)

    def abandon(self, uuid: str, cashier: Cashier) -> None:
        """Give a parked order up, and say so: what was typed in and not sold leaves a trace."""
        worth = self.drafts.worth(uuid)
        if self.drafts.drop(uuid):
            school = " (école)" if self.writer.index.training else ""
            self.writer.event(jet.SALE_ABANDONED, f"Commande {uuid} {worth}{school}", cashier.code)

    def give_up_gone(self) -> None:
        """Give up the parked orders of who is in the snapshot no longer: a household that left or was
        erased. What was typed in it goes with it; in the fiscal thread, after a snapshot."""
        known = self.shelf.partners()
        if known is None:
            return
        for uuid in self.drafts.uuids():
            customer = self.drafts.customer(uuid)
            if customer is not None and customer not in known:
                worth = self.drafts.worth(uuid)
                self.drafts.drop(uuid)
                school = " (école)" if self.writer.index.training else ""
                self.writer.event(jet.SALE_ABANDONED, f"Commande {uuid} {worth}{school} (client parti)")

    def expire(self) -> None:
        """Close the sessions nobody used for hours, and sign it; in the fiscal thread."""
        for person in self.cashiers.expired():
            self.writer.event(jet.STOP, f"Fin de session {person.code} (inactivité)", person.code)

    # After the disk: paper, drawer, server, pages.

    def attach(self, papers: Papers) -> None:
        """What prints, once the program runs."""
        self._papers = papers

    async def sold(self, entry: dict) -> None:
        """A sale stands."""
        await self._on_paper("sold", entry)

    async def issued(self, entry: dict) -> None:
        """An invoice, note, proof or settlement stands."""
        await self._on_paper("issued", entry)

    async def copied(self, entry: dict) -> None:
        """A duplicate stands."""
        index, uuid = self.writer.index, entry["event"]["original"]
        known = index.tickets.get(uuid) or index.papers[uuid]
        original = await self.do(self.writer.journal.read, known.n)
        fate = "annulé" if index.cancelled(known) else "modifié"
        others = tuple(f"{fate} par le ticket n° {other}" for other in index.corrections[known.uuid])
        await self._on_paper("copied", entry, own_record(original), others)

    async def moved(self, uuid: str) -> None:
        """A move of cash stands: the drawer opens for it."""
        await self._on_paper("drawer", uuid)

    async def read_out(self, uuid: str, document: bytes) -> bool:
        """The X report on paper; whether there is a printer."""
        return bool(await self._on_paper("reading", uuid, document))

    async def _on_paper(self, what: str, *arguments: object) -> object:
        if self._papers is None:
            return None
        return await asyncio.to_thread(getattr(self._papers, what), *arguments)

    def tell_status(self) -> None:
        """Tell the pages, when there are any."""
        if self.hub.count:
            self.hub.publish("status", self.status())
