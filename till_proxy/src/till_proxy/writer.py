"""The one who advances the fiscal state: sign, write, and only then move on.

A write is all or nothing. The core makes records from the state (a value); the journal makes the
entry durable; the state in memory changes last. Whatever fails before leaves no trace.
"""

import os
import uuid as uuids
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from escarcelle_core import chain, jet
from escarcelle_core.chain import Desk, Issue
from escarcelle_core.documents import JetEvent
from escarcelle_core.record import Record, utc_text
from escarcelle_core.state import TillState

from .clock import Clock
from .errors import Refusal
from .faults import fault
from .index import Index
from .journal import Defect, Journal
from .recovery import Checkpoint, Recovered, after, recover
from .state import StateDir
from .vault import Vault, VaultError

#: A computer clock corrected by less than this is no event.
TOLERATED_SETBACK = timedelta(minutes=2)
#: A till can be off for a long summer, not for this long: then it is the clock that is wrong.
LONGEST_ABSENCE = timedelta(days=400)
#: A running till signs every day: it closes it. More than this between two records is a clock put ahead,
#: or a till put away; its journal says so. Five weeks: a shop's longest holiday gives no false alarm.
LONGEST_SILENCE = timedelta(days=35)
#: The server refuses an entry of more than 500 records; a closed day makes three or more.
MOST_RECORDS = 200
_BASE = "base"

Make = Callable[[TillState, Desk, datetime], Issue]


class Writer:
    """Not thread-safe: whoever holds it serialises the calls (``Till.do``)."""

    def __init__(
        self, directory: StateDir, vault: Vault, journal: Journal, clock: Clock, desk: Desk
    ):
        self._dir = directory
        self._vault = vault
        self.journal = journal
        self._clock = clock
        self.desk = desk
        self._setback_told = False
        #: Called after each write, in the writer's thread.
        self.wrote: Callable[[dict], None] = lambda entry: None
        notes = journal.scan()
        base, head = self._read_base(notes), self._read_head()
        self.recovered: Recovered = recover(journal, base, head)
        self.recovered.notes.extend(notes)
        if head is None and self.recovered.now.n > 0:
            self.recovered.defects.append(_no_head())
        self._now = self.recovered.now
        self.index: Index = self.recovered.index

    @property
    def state(self) -> TillState:
        """Where the till stands."""
        return self._now.state

    @property
    def n(self) -> int:
        """Number of the last entry."""
        return self._now.n

    @property
    def last_at(self) -> datetime | None:
        """Instant of the last record; no later record is dated before it."""
        return self._now.at

    @property
    def clock_is_behind(self) -> bool:
        """Whether the computer's clock is earlier than the last record says it can be."""
        return self._now.at is not None and self._clock.now() < self._now.at - TOLERATED_SETBACK

    def at(self) -> datetime:
        """The instant to date a record with: never before the last one.

        Refusal(clock) when the computer's clock has jumped more than a year ahead: signing would
        close every day in between, for ever.
        """
        now, last = self._clock.now(), self._now.at
        if last is None:
            return now
        if now - last > LONGEST_ABSENCE:
            raise Refusal(
                "clock",
                f"L'horloge de l'ordinateur indique le {now:%d/%m/%Y}, mais le dernier ticket est "
                f"du {last:%d/%m/%Y}. Mettez l'ordinateur à l'heure, puis recommencez.",
                now=utc_text(now),
                last=utc_text(last),
            )
        return max(now, last)

    def write(
        self,
        uuid: str,
        event: dict,
        make: Make,
        *,
        order: dict | None = None,
        essential: bool = False,
    ) -> dict:
        """Make records, keep them in one entry, return the entry.

        ``make`` receives the state, the desk and the instant and returns what the core issued.
        """
        at = self.at()
        behind = self.clock_is_behind
        last = self._now.at
        if last is not None and at - last > LONGEST_SILENCE:
            make = _after_jump(make, last, at)
        if behind and not self._setback_told:
            make = _after_setback(make, self._clock.now())
        elif not behind:
            self._setback_told = False
        issue = make(self.state, self.desk, at)
        *before, records = _parts(issue.records)
        for part in before:
            self._keep(part, at, _closing_uuid(part), {"type": "closing", "by": "clock"}, None, True)
        entry = self._keep(records, at, uuid, event, order, essential)
        self._setback_told = behind
        return entry

    def _keep(
        self,
        records: list[Record],
        at: datetime,
        uuid: str,
        event: dict,
        order: dict | None,
        essential: bool,
    ) -> dict:
        entry = {
            "n": self.n + 1,
            "uuid": uuid,
            "till": self.desk.device.uid,
            "made_at": utc_text(self._clock.now()),
            "records": [record.as_json() for record in records],
            "order": order,
            "event": event,
        }
        state = self.state
        for record in records:
            state = after(state, record)
        self.journal.append(entry, essential=essential)
        self._now = replace(self._now, n=entry["n"], state=state, at=at)
        self.index.add(entry)
        self._write_head()
        fault("after_commit")
        self.wrote(entry)
        return entry

    def event(self, code: int, description: str, operator: str = "") -> dict:
        """One line of the event journal, in an entry of its own."""
        line = JetEvent(code, description[:200], operator)
        return self.write(
            str(uuids.uuid4()),
            {"type": "jet", "code": code},
            lambda state, desk, at: chain.issue_event(state, desk, line, at),
            essential=True,
        )

    def report_defects(self) -> None:
        """Sign what the start found wrong; said once, since the checkpoint then knows it."""
        for defect in self.recovered.defects[:20]:
            code = jet.SEQUENCE_BREAK if "disparu" in defect.message else jet.INTEGRITY_DEFECT
            self.event(code, defect.message)
        self.save_base()

    def save_base(self) -> None:
        """Durable checkpoint; best effort on a full disk, the entries are the truth."""
        try:
            self._vault.write(_BASE, self._now.dump())
        except OSError:
            return

    def purge(self, before: datetime) -> int:
        """Delete acknowledged entries moved before ``before``; how many."""
        numbers = self.journal.purgeable(before)
        if numbers:
            self._now = replace(
                self._now,
                first=numbers[-1] + 1,
                missing=frozenset(m for m in self._now.missing if m > numbers[-1]),
            )
            self._vault.write(_BASE, self._now.dump())
            self._write_head()
            self.journal.purge(numbers)
            self.index.forget(numbers[-1])
        return len(numbers)

    def _write_head(self) -> None:
        """Replace ``tete``. Not fsynced: after a power cut the entries themselves tell."""
        sealed = self._vault.cipher.seal(self._now.dump(), "tete")
        temporary = self._dir.root / "tete.tmp"
        try:
            fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(fd, "wb") as file:
                file.write(sealed)
            os.replace(temporary, self._dir.root / "tete")
        except OSError:
            temporary.unlink(missing_ok=True)

    def _read_head(self) -> Checkpoint | None:
        try:
            sealed = (self._dir.root / "tete").read_bytes()
            return Checkpoint.load(self._vault.cipher.open(sealed, "tete"))
        except (OSError, VaultError):
            return None

    def _read_base(self, notes: list[Defect]) -> Checkpoint | None:
        try:
            data = self._vault.read(_BASE)
            return Checkpoint.load(data) if data else None
        except VaultError as error:
            notes.append(Defect(0, f"Point de contrôle durable illisible : {error}"))
            return None


def _parts(records: Sequence[Record]) -> list[list[Record]]:
    """Cut a very long issue (a till that was off for months) into entries the server takes, each
    ending with an anchor: what was kept before a crash is then a whole number of closed days."""
    parts: list[list[Record]] = [[]]
    for record in records:
        parts[-1].append(record)
        if record.kind == "ANC" and len(parts[-1]) >= MOST_RECORDS:
            parts.append([])
    if len(parts) > 1 and not parts[-1]:
        parts.pop()
    return parts


def _closing_uuid(records: Sequence[Record]) -> str:
    last = records[-1]
    return chain.derived(last.till, "closing", str(last.seq))


def _no_head() -> Defect:
    return Defect(
        0,
        "Le point de contrôle de tête manquait au démarrage (coupure de courant, ou fichier "
        "supprimé) ; l'état est recalculé d'après les écritures.",
    )


def _after_jump(make: Make, last: datetime, now: datetime) -> Make:
    """Say in the event journal that the clock went ahead, before the days in between are closed: dated
    like the last record, it is kept first, and a crash among the closings does not lose it."""

    def told(state: TillState, desk: Desk, at: datetime) -> Issue:
        text = f"Horloge avancée ou poste éteint : {utc_text(last)} puis {utc_text(now)}"
        first = chain.issue_event(state, desk, JetEvent(jet.CLOCK_CHANGED, text), last)
        return first.then(make(first.state, desk, at))

    return told


def _after_setback(make: Make, now: datetime) -> Make:
    """Say in the event journal that the clock went back, before anything else is signed."""

    def told(state: TillState, desk: Desk, at: datetime) -> Issue:
        line = JetEvent(jet.CLOCK_CHANGED, f"Horloge reculée : {utc_text(now)}")
        first = chain.issue_event(state, desk, line, at)
        return first.then(make(first.state, desk, at))

    return told
