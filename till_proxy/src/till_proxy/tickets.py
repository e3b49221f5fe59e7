"""A sale, from the order to the answer (``DESIGN.md`` §3).

Check, sign, make durable; only then paper and drawer. The same order sent again gets the same answer
and nothing else happens; another order under the same uuid is refused.
"""

from typing import TYPE_CHECKING

from escarcelle_core import chain, jet, ticket_events
from escarcelle_core.chain import Desk, Issue
from escarcelle_core.documents import DOCUMENT_LABELS, Duplicate, JetEvent, Reference, Ticket
from escarcelle_core.errors import AmountMismatch, EscarcelleError
from escarcelle_core.record import Record
from escarcelle_core.state import TillState
from escarcelle_core.xml import stamp, ticket_xml

from . import training
from .cashiers import Cashier
from .catalog import Catalog
from .errors import Refusal
from .faults import fault
from .index import Index, KnownTicket
from .orders import Order
from .rules import Checked, Rules
from .strict import bad
from .vault import VaultError

if TYPE_CHECKING:
    from datetime import datetime

    from .cashiers import Cashiers
    from .writer import Writer

#: Refusals worth a line in the event journal: somebody wanted something the shop forbids.
_TOLD = frozenset(
    {
        "over_budget", "funding_source", "past_date", "not_entitled", "quota", "refund_too_large",
        "override_invalid", "training",
    }
)
_CONFLICT = (
    "Une autre vente porte déjà ce numéro. Ne validez pas de nouveau : ouvrez l'historique pour voir "
    "la vente enregistrée, puis recommencez un nouveau ticket."
)


class Tickets:
    """Signs sales and duplicates. Calls are serialised by whoever holds the writer."""

    def __init__(self, writer: "Writer", cashiers: "Cashiers"):
        self._writer = writer
        self._cashiers = cashiers
        self._told: set[tuple[str, str]] = set()

    def replay(self, order: Order) -> dict | None:
        """The entry of an order already signed, None when it is new; Refusal(conflict)."""
        known = self._writer.index.entries.get(order.uuid)
        if known is None:
            return None
        if known.type not in ("ticket", "training") or known.content != order.content:
            raise Refusal("conflict", _CONFLICT, uuid=order.uuid)
        try:
            return self._writer.journal.read(known.n)
        except KeyError:  # sold so long ago that its file is gone
            raise Refusal("conflict", _CONFLICT, uuid=order.uuid) from None

    def sell(self, order: Order, cashier: Cashier, catalog: Catalog) -> dict:
        """Sign a new order and return its entry; Refusal leaves everything as it was."""
        fault("before_checks")
        writer = self._writer
        at = writer.at()
        day = writer.desk.rules.business_day(at)
        if writer.state.day is not None:
            day = max(day, writer.state.day)
        rules = Rules(
            catalog, writer.index, self._cashiers, writer.desk.company, day, at, self._signed
        )
        try:
            training.check(writer.index, order)
            checked = rules.check(order, cashier)
        except Refusal as refusal:
            self._tell(order, refusal, cashier)
            raise
        except AmountMismatch as error:
            raise Refusal("amount_mismatch", str(error)) from error
        except EscarcelleError as error:
            raise bad(str(error)) from error
        fault("after_checks")
        event = _event(order, checked, day.isoformat())
        body = {**order.raw, "cashier": cashier.code, "overrides": list(checked.proofs)}
        entry = writer.write(
            order.uuid,
            event,
            lambda state, desk, when: _issue(state, desk, when, order, checked, cashier),
            order=body,
        )
        for token in checked.tokens:
            self._cashiers.use(token)
        return entry

    def _signed(self, uuid: str) -> Ticket | None:
        """The ticket of an order as it was signed; None when its file is gone or does not open."""
        try:
            entry = self._writer.journal.read(self._writer.index.tickets[uuid].n)
            return ticket_xml.read(stamp.parse(ticket_record(entry).xml))
        except (KeyError, OSError, EscarcelleError, VaultError):
            return None

    def _tell(self, order: Order, refusal: Refusal, cashier: Cashier) -> None:
        """Once an order and reason, so that a page that insists does not fill the journal."""
        key = (order.uuid, refusal.code)
        if refusal.code not in _TOLD or key in self._told or len(self._told) > 10_000:
            return
        self._told.add(key)
        detail = f"{refusal.code} foyer {order.household or '-'} total {order.total}"
        try:
            self._writer.event(jet.OPERATION_REFUSED, detail, cashier.code)
        except Refusal:
            return  # a full disk: the refusal itself matters more than its trace

    def duplicate(
        self, uuid: str, ticket: KnownTicket, channel: str, cashier: Cashier, email: str = ""
    ) -> dict:
        """Sign a duplicate of ``ticket``; the same request again gives the same entry."""
        index = self._writer.index
        training.forbid(index, "Un duplicata")
        known = index.entries.get(uuid)
        if known is not None:
            entry = self._writer.journal.read(known.n)
            if known.type != "duplicate" or entry["event"]["original"] != ticket.uuid:
                raise Refusal("conflict", _CONFLICT, uuid=uuid)
            return entry
        rank = next_rank(index, ticket)
        original = Reference(ticket.kind, ticket.till_number, ticket.seq, ticket.uuid)
        copy = Duplicate(original, rank, cashier.code, channel)

        def make(state: TillState, desk: Desk, at: "datetime") -> Issue:
            return _copy(state, desk, copy, at, uuid)

        event = {
            "type": "duplicate", "original": ticket.uuid, "number": ticket.number,
            "rank": rank, "channel": channel, "cashier": cashier.code, "email": email or None,
        }  # fmt: skip
        return self._writer.write(uuid, event, make)


def _copy(state: TillState, desk: Desk, copy: Duplicate, at: "datetime", uuid: str) -> Issue:
    """A duplicate, and what the event journal says of it."""
    issue = chain.issue_duplicate(state, desk, copy, at, uuid)
    number = f"{copy.original.till_number}-{copy.original.seq}"
    codes = [jet.DUPLICATE_PRINTED]
    if copy.channel == "email":
        codes.append(jet.RECEIPT_MAILED)
    for code in codes:
        label = DOCUMENT_LABELS[copy.original.document]
        line = JetEvent(code, f"{label} {number} copie {copy.rank} {copy.channel}", copy.operator)
        issue = issue.then(chain.issue_event(issue.state, desk, line, at))
    return issue


def next_rank(index: Index, ticket: KnownTicket) -> int:
    """Rank of the next copy: 2 after a printed original, 1 when there was no paper."""
    return index.duplicates[ticket.uuid] + (2 if ticket.printed else 1)


def _issue(
    state: TillState, desk: Desk, at: "datetime", order: Order, checked: Checked, cashier: Cashier
) -> Issue:
    """The ticket, then what the event journal must say of it. A school ticket moves nothing, and
    nothing is said of it."""
    issue = chain.issue_ticket(state, desk, checked.ticket, at, order.training)
    if order.training:
        return issue
    signed = issue.records[-1]
    for event in ticket_events.of_ticket(checked.ticket, signed.number):
        issue = issue.then(chain.issue_event(issue.state, desk, event, at))
    if order.paper == "email":
        # Each sending is a copy, with a rank and a signature of its own.
        original = Reference(signed.kind, signed.till_number, signed.seq, order.uuid)
        copy = Duplicate(original, 1, cashier.code, "email")
        request = chain.derived(order.uuid, "email")
        issue = issue.then(_copy(issue.state, desk, copy, at, request))
    return issue


def _event(order: Order, checked: Checked, day: str) -> dict:
    """What the entry says besides the order and the records."""
    event: dict = {
        "type": "training" if order.training else "ticket",
        "content": order.content,
        "day": day,
        "paper": order.paper,
        "print_rank": 1 if order.paper == "paper" else 0,
        "flags": checked.flags,
        "cash": checked.cash,
        "drawer": checked.drawer and not order.training,
    }
    if checked.ticket.customer:
        event["household"] = checked.ticket.customer
    if checked.spent is not None:
        event["budget"] = {
            "household": checked.ticket.customer,
            "amount": checked.spent,
            "left": checked.left,
            "lines": dict(checked.counted),
        }
    return event


def ticket_record(entry: dict) -> Record:
    """The ticket's record in an entry."""
    for data in entry["records"]:
        if data["origin"] == entry["uuid"] and data["kind"] in ("TCK", "ECO"):
            return Record.from_json(data)
    raise KeyError("ticket")


def answer(entry: dict, *, replayed: bool) -> dict:
    """The answer of ``POST /till/v1/tickets``."""
    record, event = ticket_record(entry), entry["event"]
    rank = event["print_rank"]
    out = {
        "number": record.number,
        "shown": record.shown(rank),
        "signature_excerpt": record.excerpt,
        "total": entry["order"]["total"],
        "printed": rank > 0,
        "print_rank": rank,
        "business_day": record.business_day.isoformat(),
        "at": record.as_json()["at"],
        "training": record.training,
        "replayed": replayed,
    }
    if event.get("budget"):
        out["budget_left"] = event["budget"]["left"]
    return out
