"""Many records checked apart from what precedes them, so that every processor takes its share.

What comes before is not known here: each run of tickets is checked from the record it follows, as that
record states itself. Whoever puts the runs together checks that record, and that the state it leads
to is the one the run started from; a run that started from anything else is checked again.
"""

import gc
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from ..anchor import Head
from ..documents import DOCUMENT_LABELS
from ..errors import EscarcelleError
from ..signing import Verifier
from ..state import TillState
from ..xml import record_xml
from . import grammar
from .quick import Accepted, QuickTickets
from .references import short

_END = record_xml.END + b"\n"
_TICKETS = (b'<enregistrement chaine="TCK"', b'<enregistrement chaine="ECO"')
_LABEL = DOCUMENT_LABELS["TCK"]


@dataclass(slots=True)
class Chain:
    """The tickets of one chain in a run, from number ``first``: eight bytes of the uuid and of the sale of
    each (``references``)."""

    first: int
    uids: array = field(default_factory=lambda: array("Q"))
    sales: array = field(default_factory=lambda: array("Q"))

    @property
    def numbers(self) -> range:
        """Their numbers."""
        return range(self.first, self.first + len(self.uids))


@dataclass(slots=True)
class Run:
    """The tickets after a record, its base, all sound if it is, but for the signatures of those in
    ``wrong``. In the segment the base is at ``begin``, they are from ``middle`` to ``end_at``."""

    begin: int
    middle: int
    end_at: int
    start: TillState | None = None
    end: TillState | None = None
    tickets: int = 0
    chains: dict[str, Chain] = field(default_factory=dict)
    sales: dict[int, tuple[int, int]] = field(default_factory=dict)
    #: Moments of the first and the last, UTC, and how often one is earlier than the one before it.
    begins: str = ""
    ends: str = ""
    set_back: int = 0
    #: Which of them (0 is the first), and how it is shown: of a wrong signature, of one that names
    #: another document. Last, how the last one is shown.
    wrong: list[tuple[int, str]] = field(default_factory=list)
    origins: list[tuple[int, str, tuple[str, int, int, str]]] = field(default_factory=list)
    last: str = ""

    def follows(self, state: TillState) -> bool:
        """Whether the device stands where this run started."""
        start = self.start
        return (
            start is not None
            and state.totals == start.totals
            and state.day == start.day
            and all(state.heads.get(kind) == start.heads.get(kind) for kind in self.chains)
        )

    def add(self, ticket: Accepted, number: int) -> None:
        """The next ticket, of device ``number``."""
        chain = self.chains.get(ticket.kind)
        if chain is None:
            chain = self.chains[ticket.kind] = Chain(ticket.seq)
        chain.uids.append(short(ticket.uid))
        chain.sales.append(ticket.sale)
        if ticket.kind == "TCK":
            for rate, amount, tax, _lines in ticket.shares:
                total, taxes = self.sales.get(rate, (0, 0))
                self.sales[rate] = (total + amount, taxes + tax)
        if not self.tickets:
            self.begins = ticket.utc
        elif ticket.utc < self.ends:
            self.set_back += 1
        self.ends = ticket.utc
        if ticket.origin:
            self.origins.append((self.tickets, shown_as(number, ticket.operation, ticket.seq), ticket.origin))
        self.tickets += 1


def shown_as(number: int, operation: str, seq: int) -> str:
    """``Record.shown`` of a ticket of device ``number``."""
    return f"{_LABEL} ({operation}) {number}-{seq}.0"


def seen(data: bytes) -> Iterator[tuple[str, int, str, str]]:
    """Chain, number, operation and signature of the tickets of a run."""
    for chunk in data.split(_END)[:-1]:
        match = grammar.RECORD.match(chunk.decode("utf-8"))
        if match:
            yield match[1], int(match[3]), match[11], match[4]


def examine(
    certificates: dict[str, str], uid: str, number: int, path: str, offset: int, size: int
) -> list[Run] | None:
    """Runs over all the records of a part of a file, which belong to device ``uid``; in another
    process. None when the part can no longer be read."""
    try:
        with open(path, "rb") as stream:
            stream.seek(offset)
            data = stream.read(size)
    except OSError:
        return None
    if len(data) != size or not data.endswith(_END):
        return None
    # What is made here lives as long as the answer: looking for what could go only costs.
    gc.disable()
    verifiers = {key: _verifier(key, pem) for key, pem in certificates.items()}
    heads: dict[str, Head] = {}
    runs: list[Run] = []
    quick: QuickTickets | None = None
    signed: list[tuple[Run, int, Verifier, Accepted]] = []
    previous, begin = b"", 0
    while begin < size:
        end = data.index(_END, begin) + len(_END)
        chunk = data[begin : end - 1]
        ticket = None
        if chunk.startswith(_TICKETS):
            if quick is None and previous:
                quick = _after(runs[-1], uid, number, previous, heads)
            ticket = quick.accept(chunk) if quick else None
        if ticket is None or ticket.key_id not in verifiers or _points_ahead(ticket, number):
            _close(runs, quick, heads)
            runs.append(Run(begin, end, end))
            quick, previous = None, chunk
        else:
            run = runs[-1]
            signed.append((run, run.tickets, verifiers[ticket.key_id], ticket))
            run.add(ticket, number)
            run.end_at = end
            run.last = shown_as(number, ticket.operation, ticket.seq)
        begin = end
    _close(runs, quick, heads)
    # Together: what a processor needs for signatures stays at hand.
    for run, place, verifier, ticket in signed:
        if not verifier.verify(ticket.payload.encode("utf-8"), ticket.signature):
            run.wrong.append((place, shown_as(number, ticket.operation, ticket.seq)))
    return runs


def _after(
    run: Run, uid: str, number: int, chunk: bytes, heads: dict[str, Head]
) -> QuickTickets | None:
    """Where the device stands after ``chunk``, by what it says of itself."""
    try:
        record, _document = record_xml.read(chunk)
    except (EscarcelleError, LookupError, ValueError, TypeError, AttributeError):
        return None
    heads[record.kind] = Head(record.seq, record.signature)
    run.start = TillState(dict(heads), record.totals, record.business_day)
    return QuickTickets(uid, number, run.start)


def _close(runs: list[Run], quick: QuickTickets | None, heads: dict[str, Head]) -> None:
    if quick is not None:
        state = quick.state
        # A view of a dictionary does not travel between processes.
        runs[-1].end = replace(state, heads=dict(state.heads))
        heads.update(runs[-1].end.heads)


def _points_ahead(ticket: Accepted, number: int) -> bool:
    """At a document of this device that is not before it: looked at in its turn."""
    origin = ticket.origin
    return origin is not None and origin[1] == number and origin[:1] == (ticket.kind,) and origin[2] >= ticket.seq


_known: dict[str, Verifier] = {}


def _verifier(key: str, pem: str) -> Verifier:
    if key not in _known:
        _known[key] = Verifier(pem)
    return _known[key]


