"""Many records checked apart from what precedes them, so that every processor takes its share.

What comes before is not known here: each run of tickets is checked from the record it follows, as that
record states itself. Whoever puts the runs together checks that record, and that the state it leads
to is the one the run started from; a run that started from anything else is checked again.
"""

import gc
from dataclasses import dataclass, field, replace

from ..anchor import Head
from ..archive.reader import PART_START
from ..errors import EscarcelleError
from ..signing import Verifier
from ..state import TillState
from ..xml import record_xml
from .quick import Accepted, QuickTickets

_END = record_xml.END + b"\n"
_TICKETS = (b'<enregistrement chaine="TCK"', b'<enregistrement chaine="ECO"')
#: Chain, number, operation, signature, uuid, UTC, origin, checksum of the sale.
Seen = tuple[str, int, str, str, str, str, tuple[str, int, int, str] | None, int]


@dataclass(slots=True)
class Run:
    """Tickets after record ``base`` (its place in the segment), all sound if it is, but for the
    signatures of those in ``wrong`` (their places here)."""

    base: int
    start: TillState | None = None
    end: TillState | None = None
    tickets: list[Seen] = field(default_factory=list)
    sales: dict[int, tuple[int, int]] = field(default_factory=dict)
    wrong: set[int] = field(default_factory=set)

    def follows(self, state: TillState) -> bool:
        """Whether the device stands where this run started."""
        start = self.start
        return (
            start is not None
            and state.totals == start.totals
            and state.day == start.day
            and all(state.heads.get(kind) == start.heads.get(kind) for kind in {t[0] for t in self.tickets})
        )


def split(data: bytes) -> list[bytes]:
    """The records of a segment, each as ``TillCheck`` takes it."""
    return [chunk + record_xml.END for chunk in data.split(_END)[:-1]]


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
    previous = b""
    signed: list[tuple[Run, int, Verifier, str, str]] = []
    for place, chunk in enumerate(split(data)):
        ticket = None
        if chunk.startswith(_TICKETS) and (b"\n<" not in chunk or not PART_START.search(chunk)):
            if quick is None and previous:
                quick = _after(runs[-1], uid, number, previous, heads)
            ticket = quick.accept(chunk) if quick else None
        if ticket is None or ticket.key_id not in verifiers or _points_ahead(ticket, number):
            _close(runs, quick, heads)
            runs.append(Run(place))
            quick, previous = None, chunk
            continue
        run = runs[-1]
        signed.append((run, len(run.tickets), verifiers[ticket.key_id], ticket.payload, ticket.signature))
        run.tickets.append((ticket.kind, ticket.seq, ticket.operation, ticket.signature, ticket.uid,
                            ticket.utc, ticket.origin, ticket.sale))  # fmt: skip
        if ticket.kind == "TCK":
            for rate, amount, tax in ticket.shares:
                total, taxes = run.sales.get(rate, (0, 0))
                run.sales[rate] = (total + amount, taxes + tax)
    _close(runs, quick, heads)
    # Together: what a processor needs for signatures stays at hand.
    for run, place, verifier, payload, signature in signed:
        if not verifier.verify(payload.encode("utf-8"), signature):
            run.wrong.add(place)
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


