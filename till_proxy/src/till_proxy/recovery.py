"""Where the till stands, worked out from its files at start.

The truth is the entries. Two checkpoints help: ``base`` (durable, made before anything is purged) is
where the fold starts; ``tete`` (rewritten after every entry) says what the last entry was, so that
a tail that was deleted is noticed. Both are sealed: nobody without the vault's key can forge them.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime

from escarcelle_core.errors import ChainError, DocumentError
from escarcelle_core.record import Record, parse_utc, utc_text
from escarcelle_core.state import TillState

from .errors import StartError
from .index import Index
from .journal import Defect, Journal
from .vault import VaultError

_LOST = (
    "La mémoire fiscale de cette caisse est incomplète : des écritures anciennes et leur point de "
    "contrôle ont disparu. Ne vendez pas sur cette caisse ; restaurez son dossier depuis la "
    "sauvegarde, ou enrôlez-la comme une nouvelle caisse."
)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state after entry ``n``. ``first``: entries from this number on must be on disk;
    ``missing``: numbers already known and reported as lost; ``at``: instant of the last record."""

    n: int = 0
    state: TillState = TillState()
    first: int = 1
    missing: frozenset[int] = frozenset()
    at: datetime | None = None

    def dump(self) -> bytes:
        """For sealing."""
        data = {
            "n": self.n,
            "state": self.state.as_json(),
            "first": self.first,
            "missing": sorted(self.missing),
            "at": utc_text(self.at) if self.at else None,
        }
        return json.dumps(data, separators=(",", ":")).encode()

    @classmethod
    def load(cls, data: bytes) -> "Checkpoint":
        """Read it back; VaultError when it is not one."""
        try:
            raw = json.loads(data)
            return cls(
                int(raw["n"]),
                TillState.from_json(raw["state"]),
                int(raw["first"]),
                frozenset(map(int, raw["missing"])),
                parse_utc(raw["at"]) if raw["at"] else None,
            )
        except (KeyError, TypeError, ValueError, DocumentError) as error:
            raise VaultError("Point de contrôle illisible.") from error


@dataclass(slots=True)
class Recovered:
    """The outcome: a checkpoint of now, the index, and what was found wrong.

    ``defects`` are breaches of integrity (they go to the event journal); ``notes`` are not.
    """

    now: Checkpoint
    index: Index
    defects: list[Defect] = field(default_factory=list)
    notes: list[Defect] = field(default_factory=list)


def recover(
    journal: Journal, base: Checkpoint | None, head: Checkpoint | None
) -> Recovered:
    """Fold the entries of ``journal`` (already scanned). ``head`` may be None after a power cut.

    Raises StartError when the oldest entries are gone and no checkpoint covers them: signing on
    would number the same documents twice.
    """
    numbers = journal.numbers
    start = base or Checkpoint()
    if base is None and head is None and numbers and numbers[0] > 1:
        raise StartError(_LOST)
    if base is None and head is not None:
        start = Checkpoint(0, TillState(), head.first, head.missing)
        if head.first > 1:
            start = head
    return _Fold(journal, start, head).run()


class _Fold:
    def __init__(self, journal: Journal, start: Checkpoint, head: Checkpoint | None):
        self._journal = journal
        self._start = start
        self._head = head
        self._state = start.state
        self._n = start.n
        self._at = start.at
        self._missing = set(start.missing) | (set(head.missing) if head else set())
        self._out = Recovered(start, Index())

    def run(self) -> Recovered:
        expected = self._start.first
        for n, entry in self._journal.entries():
            self._gap(expected, n)
            expected = max(expected, n + 1)
            if entry is None:
                self._journal.set_aside(n, "illisible")
                self._lose(n, f"L'écriture {n} est illisible ; elle est conservée à part.")
            else:
                self._take(n, entry)
            self._catch_up(n)
        self._gap(expected, self._start.n + 1)
        head = self._head
        if head is not None and head.n > max(self._n, self._journal.last):
            self._gap(max(expected, self._start.n + 1), head.n + 1)
            self._n, self._state, self._at = head.n, head.state, head.at
        first = max(self._start.first, head.first if head else 1)
        self._out.now = Checkpoint(
            max(self._n, self._journal.last), self._state, first,
            frozenset(m for m in self._missing if m >= first), self._at,
        )  # fmt: skip
        return self._out

    def _take(self, n: int, entry: dict) -> None:
        try:
            self._out.index.add(entry)
            fresh = entry["records"] if n > self._start.n else []
            records = [Record.from_json(data) for data in fresh]
        except (DocumentError, KeyError, TypeError, ValueError, StopIteration) as error:
            self._out.defects.append(Defect(n, f"L'écriture {n} est incomplète ({error})."))
            return
        for record in records:
            try:
                follow(self._state, record)
            except ChainError as error:
                if not self._missing:
                    self._out.defects.append(Defect(n, f"Écriture {n} : {error}"))
            self._state = after(self._state, record)
            self._at = max(self._at or record.at, record.at)
        self._n = max(self._n, n)

    def _catch_up(self, n: int) -> None:
        """At the entry the head was made for, the head is the truth."""
        head = self._head
        if head is None or n != head.n or n < self._start.n:
            return
        if self._state.as_json() != head.state.as_json() and not self._missing:
            self._out.defects.append(
                Defect(n, f"L'état recalculé après l'écriture {n} diffère du point de contrôle.")
            )
        self._state, self._n, self._at = head.state, n, head.at

    def _gap(self, expected: int, found: int) -> None:
        for n in range(expected, found):
            self._lose(n, f"L'écriture {n} a disparu du disque.")

    def _lose(self, n: int, message: str) -> None:
        if n not in self._missing:
            self._missing.add(n)
            self._out.defects.append(Defect(n, message))


def follow(state: TillState, record: Record) -> None:
    """ChainError unless ``record`` is the next link of its chain."""
    if record.seq != state.seq(record.kind) + 1:
        raise ChainError(f"{record.kind} numéro", state.seq(record.kind) + 1, record.seq)
    if record.previous != state.signature(record.kind):
        raise ChainError(
            f"{record.kind} signature précédente", state.signature(record.kind), record.previous
        )


def after(state: TillState, record: Record) -> TillState:
    """The state once ``record`` stands; an anchor's hash is the first field it signs."""
    anchor = record.payload.split(",", 1)[0] if record.kind == "ANC" else ""
    return state.after(record, anchor)
