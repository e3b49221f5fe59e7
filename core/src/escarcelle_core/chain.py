"""Issuing: number, write, sign and chain. The state goes in, the state and the records come out.

Every issue first closes the periods that have elapsed, so that no record ever belongs to a period
that should already be frozen. Whoever stores the records must store them all or none.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from itertools import groupby
from operator import itemgetter
from uuid import UUID, uuid5

from . import anchor as anchors
from . import canonical, jet
from .anchor import Anchor, ShopTill
from .archive.parts import ArchiveSeal
from .documents import MANAGEMENT, Company, Device, Duplicate, JetEvent, Ticket
from .errors import DocumentError, PeriodError
from .periods import DAY, MONTH, YEAR, PeriodRules
from .piece import Piece
from .piece import check as check_piece
from .record import Record
from .register import Register
from .signing import Signer
from .state import OPENING_KINDS, TillState
from .totals import Totals
from .xml import archive_xml, closing_xml, duplicate_xml, event_xml, piece_xml, ticket_xml
from .xml.closing_xml import Closing
from .xml.stamp import Stamp, digest, local_text

#: Names derived from facts (closings, events) so that the same fact has the same uuid everywhere.
NAMESPACE = UUID("6a3f0f3e-5c0b-4f57-9d0e-2f6f0f2b8f11")


@dataclass(frozen=True, slots=True)
class Desk:
    """What a device signs with and for."""

    device: Device
    company: Company
    rules: PeriodRules
    signer: Signer


@dataclass(frozen=True, slots=True)
class Issue:
    """The state after, and the records made, in the order they were chained."""

    state: TillState
    records: tuple[Record, ...] = ()

    def then(self, other: "Issue") -> "Issue":
        """This issue followed by ``other``."""
        return Issue(other.state, self.records + other.records)


def issue_ticket(
    state: TillState, desk: Desk, ticket: Ticket, at: datetime, training: bool = False
) -> Issue:
    """Close what has elapsed, then sign ``ticket``. The last record is the ticket's.

    Raises AmountMismatch or DocumentError when the ticket contradicts itself; nothing is then
    consumed: no number, no link.
    """
    ticket_xml.check(ticket)
    elapsed = close_elapsed(state, desk, at)
    kind = "ECO" if training else ticket.document
    totals = totals_after(elapsed.state.totals, ticket, kind)
    amounts, customer = ticket_xml.amounts(ticket), ticket_xml.signed_customer(ticket)

    def write(stamp: Stamp, previous: str) -> tuple[str, str]:
        xml = ticket_xml.build(ticket, stamp, totals)
        return xml, canonical.ticket(
            amounts, ticket.total, stamp.local, stamp.number, stamp.operation, digest(xml), previous,
            customer,
        )  # fmt: skip

    return elapsed.then(
        _issue(elapsed.state, desk, at, kind, ticket.uid, totals, write,
               doc_type=ticket.document, operation=ticket.operation)
    )  # fmt: skip


def issue_duplicate(
    state: TillState, desk: Desk, duplicate: Duplicate, at: datetime, origin: str
) -> Issue:
    """Sign a duplicate; ``origin`` is the uuid of the request."""
    elapsed = close_elapsed(state, desk, at)
    totals = elapsed.state.totals
    original = duplicate.original

    def write(stamp: Stamp, previous: str) -> tuple[str, str]:
        xml = duplicate_xml.build(duplicate, stamp, totals)
        return xml, canonical.duplicate(
            stamp.number, original.document, duplicate.rank, duplicate.operator, stamp.local,
            f"{original.till_number}-{original.seq}", digest(xml), previous,
        )  # fmt: skip

    return elapsed.then(_issue(elapsed.state, desk, at, "DUP", origin, totals, write))


def issue_event(
    state: TillState, desk: Desk, event: JetEvent, at: datetime, origin: str = ""
) -> Issue:
    """Sign a line of the event journal; ``origin`` defaults to a name derived from its number."""
    return (elapsed := close_elapsed(state, desk, at)).then(
        _event(elapsed.state, desk, event, at, origin)
    )


def issue_piece(state: TillState, desk: Desk, piece: Piece, at: datetime) -> Issue:
    """Sign a document of the server (stock, orders, deliveries). It moves no total.

    Raises DocumentError or AmountError when it contradicts itself; no number is then consumed.
    """
    check_piece(piece)
    if desk.device.number:
        raise DocumentError("Ces documents sont établis par le serveur, pas par une caisse.")
    elapsed = close_elapsed(state, desk, at)
    totals = elapsed.state.totals

    def write(stamp: Stamp, previous: str) -> tuple[str, str]:
        xml = piece_xml.build(piece, stamp, totals)
        return xml, canonical.piece(
            stamp.number, stamp.doc_type, stamp.operation, stamp.local,
            piece_xml.attribute(piece.reference), len(piece.lines), piece.total, digest(xml), previous,
        )  # fmt: skip

    return elapsed.then(_issue(elapsed.state, desk, at, piece.document, piece.uid, totals, write))


def issue_archive(
    state: TillState, desk: Desk, seal: ArchiveSeal, at: datetime, origin: str = ""
) -> Issue:
    """Sign the seal of an archive in the server's chain; its number must be the next one."""
    elapsed = close_elapsed(state, desk, at)
    totals = elapsed.state.totals
    amounts = {share.rate: share.total for share in seal.shares}

    def write(stamp: Stamp, previous: str) -> tuple[str, str]:
        xml = archive_xml.build(seal, stamp, totals)
        return xml, canonical.archive(
            amounts, seal.total, stamp.local, stamp.device.number, digest(xml), previous
        )

    origin = origin or derived(desk.device.uid, "ARC", seal.name)
    return elapsed.then(_issue(elapsed.state, desk, at, "ARC", origin, totals, write))


def issue_shop_anchor(
    state: TillState,
    desk: Desk,
    shop: tuple[ShopTill, ...],
    at: datetime,
    register: Register | None = None,
) -> Issue:
    """Sign the anchor of the shop in the server's chain: its own heads, those of ``shop``, and where
    what the database holds unsigned stands."""
    elapsed = close_elapsed(state, desk, at)
    return elapsed.then(
        _anchor(elapsed.state, desk, at, _today(elapsed.state, desk, at), shop, register)
    )


def close_elapsed(state: TillState, desk: Desk, at: datetime) -> Issue:
    """Close every day, month and year that is over at ``at``, in order, missing days included."""
    if state.day is None:
        return Issue(state)
    issue = Issue(state)
    due = desk.rules.closings(state.day, desk.rules.business_day(at))
    for day, levels in groupby(due, key=itemgetter(1)):
        before = issue.state
        for level, _day in levels:
            if day == state.day and level in state.closed:
                continue
            rank = state.rank if level == DAY and day == state.day else 1
            issue = issue.then(_close(issue.state, desk, at, level, day, rank))
        # A day closed by hand was anchored then; its month's end changes the heads again.
        if issue.state is not before:
            issue = issue.then(_anchor(issue.state, desk, at, day))
    return issue


def close_day(state: TillState, desk: Desk, at: datetime) -> Issue:
    """The Z button: close the current business day now. Months and years wait for their end.

    Raises PeriodError when nothing is open.
    """
    elapsed = close_elapsed(state, desk, at)
    state = elapsed.state
    if state.day is None:
        raise PeriodError("Aucune journée n'est ouverte sur cette caisse.")
    today = _today(state, desk, at)
    if state.day < today:
        state = TillState(state.heads, state.totals, today, 1, frozenset(), state.anchor)
    elif state.closed:
        raise PeriodError("La journée est déjà close : il n'y a pas eu de vente depuis le dernier Z.")
    closed = Issue(state).then(_close(state, desk, at, DAY, today, state.rank))
    return elapsed.then(closed).then(_anchor(closed.state, desk, at, today))


def totals_after(totals: Totals, ticket: Ticket, kind: str) -> Totals:
    """Running totals once ``ticket`` stands in chain ``kind``: only TCK moves them."""
    if kind != "TCK":
        return totals
    return totals.add(
        ticket.regime.sector,
        [(share.rate, share.total, share.tax) for share in ticket.shares],
        [(payment.mode, payment.amount) for payment in ticket.payments],
    )


def _close(
    state: TillState, desk: Desk, at: datetime, level: str, day: date, rank: int
) -> Issue:
    closing = Closing(level, desk.rules.period(level, day), rank, desk.company, state.totals)
    totals = state.totals.restart(level)
    amounts = {rate: amount for rate, amount in closing.totals.split(level).items() if amount}

    def write(stamp: Stamp, previous: str) -> tuple[str, str]:
        xml = closing_xml.build(closing, stamp)
        return xml, canonical.closing(
            amounts, closing.total, totals.perpetual_real, totals.perpetual_absolute,
            stamp.local, closing.name, stamp.number, digest(xml), previous,
        )  # fmt: skip

    origin = derived(desk.device.uid, level, closing.name)
    closed = _issue(state, desk, at, level, origin, totals, write, day=day)
    code = jet.CLOSE_YEAR if level == YEAR else jet.CLOSE_DAY_MONTH
    event = JetEvent(code, f"{closing.name} {closing.total}")
    return closed.then(_event(closed.state, desk, event, at, "", day))


def _event(
    state: TillState, desk: Desk, event: JetEvent, at: datetime, origin: str, day: date | None = None
) -> Issue:
    def write(stamp: Stamp, previous: str) -> tuple[str, str]:
        xml = event_xml.build(event, stamp, state.totals)
        return xml, canonical.event(
            stamp.number, event.code, event.description, stamp.local, event.operator,
            stamp.device.number, digest(xml), previous,
        )  # fmt: skip

    origin = origin or derived(desk.device.uid, "JET", str(state.seq("JET") + 1))
    return _issue(state, desk, at, "JET", origin, state.totals, write, day=day)


def _anchor(
    state: TillState,
    desk: Desk,
    at: datetime,
    day: date,
    shop: tuple[ShopTill, ...] = (),
    register: Register | None = None,
) -> Issue:
    anchor = Anchor.over(state.heads, state.anchor, shop, register)

    def write(stamp: Stamp, previous: str) -> tuple[str, str]:
        xml = anchors.build(anchor, stamp, state.totals)
        return xml, canonical.anchor(
            anchor.value, stamp.local, stamp.number, digest(xml), previous
        )

    origin = derived(desk.device.uid, "ANC", anchor.value)
    issue = _issue(state, desk, at, "ANC", origin, state.totals, write, day=day)
    record = issue.records[0]
    return Issue(state.after(record, anchor.value), issue.records)


def _issue(
    state: TillState,
    desk: Desk,
    at: datetime,
    kind: str,
    origin: str,
    totals: Totals,
    write: Callable[[Stamp, str], tuple[str, str]],
    *,
    doc_type: str = "",
    operation: str = MANAGEMENT,
    day: date | None = None,
) -> Issue:
    at = at.astimezone(timezone.utc).replace(microsecond=0)
    stamp = Stamp(
        desk.device,
        kind,
        state.seq(kind) + 1,
        at,
        desk.rules.local(at),
        day or _today(state, desk, at),
        desk.signer.key_id,
        origin,
        doc_type or kind,
        operation,
    )
    previous = state.signature(kind)
    xml, payload = write(stamp, previous)
    record = Record(
        till=desk.device.uid,
        till_number=desk.device.number,
        kind=kind,
        seq=stamp.seq,
        doc_type=stamp.doc_type,
        operation=operation,
        at=at,
        local=local_text(stamp.local),
        business_day=stamp.business_day,
        payload=payload,
        xml=xml,
        digest=digest(xml),
        signature=desk.signer.sign(payload.encode("utf-8")),
        previous=previous,
        key_id=stamp.key_id,
        origin=origin,
        totals=totals,
        training=stamp.training,
    )
    return Issue(state.after(record), (record,))


def _today(state: TillState, desk: Desk, at: datetime) -> date:
    """The business day of a new record. A clock set back never reopens an earlier day, nor a day
    whose month or year is closed."""
    day = desk.rules.business_day(at)
    if state.day is None:
        return day
    return max(day, state.day + timedelta(days=bool(state.closed & {MONTH, YEAR})))


def derived(*parts: str) -> str:
    """A uuid named after facts."""
    return str(uuid5(NAMESPACE, "/".join(parts)))


__all__ = [
    "OPENING_KINDS", "Desk", "Issue", "close_day", "close_elapsed", "derived", "issue_archive",
    "issue_duplicate", "issue_event", "issue_piece", "issue_shop_anchor", "issue_ticket", "totals_after",
]  # fmt: skip
