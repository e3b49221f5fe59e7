"""A sale, from the order to the answer (``DESIGN.md`` §3).

Check, sign, make durable; only then paper and drawer. The same order sent again gets the same answer
and nothing else happens; another order under the same uuid is refused.
"""

from typing import TYPE_CHECKING

from escarcelle_core import chain, jet
from escarcelle_core.chain import Desk, Issue
from escarcelle_core.documents import Duplicate, JetEvent, Reference
from escarcelle_core.errors import AmountMismatch, EscarcelleError
from escarcelle_core.record import Record
from escarcelle_core.state import TillState

from .cashiers import Cashier
from .catalog import Catalog
from .errors import Refusal
from .faults import fault
from .index import Index, KnownTicket
from .orders import Order
from .rules import Checked, Rules
from .strict import bad

if TYPE_CHECKING:
    from datetime import datetime

    from .cashiers import Cashiers
    from .writer import Writer

#: Refusals worth a line in the event journal: somebody wanted something the shop forbids.
_TOLD = frozenset({"over_budget", "not_entitled", "quota", "refund_too_large", "override_invalid"})
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
        rules = Rules(catalog, writer.index, self._cashiers, writer.desk.company, day, at)
        try:
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
        known = index.entries.get(uuid)
        if known is not None:
            entry = self._writer.journal.read(known.n)
            if known.type != "duplicate" or entry["event"]["original"] != ticket.uuid:
                raise Refusal("conflict", _CONFLICT, uuid=uuid)
            return entry
        rank = next_rank(index, ticket)
        copy = Duplicate(
            Reference(ticket.kind, ticket.till_number, ticket.seq, ticket.uuid),
            rank,
            cashier.code,
            channel,
        )
        shown = f"Ticket {ticket.number} copie {rank} {channel}"
        line = JetEvent(jet.DUPLICATE_PRINTED, shown, cashier.code)

        def make(state: TillState, desk: Desk, at: "datetime") -> Issue:
            issue = chain.issue_duplicate(state, desk, copy, at, uuid)
            return issue.then(chain.issue_event(issue.state, desk, line, at))

        event = {
            "type": "duplicate", "original": ticket.uuid, "number": ticket.number,
            "rank": rank, "channel": channel, "cashier": cashier.code, "email": email or None,
        }  # fmt: skip
        return self._writer.write(uuid, event, make)


def next_rank(index: Index, ticket: KnownTicket) -> int:
    """Rank of the next copy: 2 after a printed original, 1 when there was no paper."""
    return index.duplicates[ticket.uuid] + (2 if ticket.printed else 1)


def _issue(
    state: TillState, desk: Desk, at: "datetime", order: Order, checked: Checked, cashier: Cashier
) -> Issue:
    """The ticket, then what the event journal must say of it."""
    issue = chain.issue_ticket(state, desk, checked.ticket, at, order.training)
    events = [
        JetEvent(jet.REFUND, f"{line.origin or 'sans origine'} {line.code} {line.quantity}",
                 cashier.code)
        for line in checked.ticket.lines if line.quantity < 0
    ]  # fmt: skip
    events += [
        JetEvent(jet.RIGHTS_CHANGED, f"{o.kind} {o.reason}"[:200], o.manager)
        for o in checked.ticket.overrides
    ]
    if order.paper == "email":
        number = issue.records[-1].number
        events.append(JetEvent(jet.RECEIPT_MAILED, f"Ticket {number}", cashier.code))
    if not order.training:
        for event in events:
            issue = issue.then(chain.issue_event(issue.state, desk, event, at))
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
    if checked.spent is not None:
        event["budget"] = {
            "household": checked.ticket.customer,
            "amount": checked.spent,
            "left": checked.left,
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
