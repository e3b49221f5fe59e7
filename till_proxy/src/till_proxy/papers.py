"""What a till signs besides tickets: invoices, notes, proofs of payment, settlements of accounts.

Each is asked for under a uuid: the same request again gives the same document, another one under the
same uuid is refused. Nothing is printed before it is on disk, and no total moves.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from escarcelle_core import chain, jet
from escarcelle_core.chain import Desk, Issue
from escarcelle_core.documents import Duplicate, JetEvent, Reference, Ticket
from escarcelle_core.errors import EscarcelleError
from escarcelle_core.record import Record
from escarcelle_core.state import TillState
from escarcelle_core.xml import stamp, ticket_xml

from .errors import Refusal
from .faults import fault
from .index import KnownTicket
from .orders import EMAIL, PAPER
from .strict import Reader, bad
from .vault import VaultError

if TYPE_CHECKING:
    from .writer import Writer

_CONFLICT = (
    "Une autre opération porte déjà cet identifiant : rechargez l'écran de la caisse, puis recommencez."
)
_GONE = (
    "Ce ticket n'est pas (ou plus) dans cette caisse. Un ticket d'une autre caisse se demande sur cette "
    "caisse ; un ticket ancien se cherche dans la gestion."
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What every request says: its uuid, and how the paper is wanted."""

    uuid: str
    paper: str
    email: str

    @classmethod
    def read(cls, body: Reader, choices: tuple[str, ...] = PAPER) -> "Wish":
        """The fields of a body; Refusal(bad_request)."""
        wish = cls(
            body.uuid("uuid"), body.choice("paper", choices, "none"), body.text("email", 254, None)
        )
        if wish.paper == "email" and not EMAIL.fullmatch(wish.email):
            raise body.error("email", "n'est pas une adresse électronique")
        return wish


def fingerprint(*facts: object) -> str:
    """SHA-256 of what is asked for: how the paper is wanted may differ between two tries."""
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def replay(writer: "Writer", kind: str, uuid: str, content: str) -> dict | None:
    """The entry of a request already granted, None when it is new; Refusal(conflict)."""
    known = writer.index.entries.get(uuid)
    if known is None:
        return None
    if known.type != kind or known.content != content:
        raise Refusal("conflict", _CONFLICT, uuid=uuid)
    try:
        return writer.journal.read(known.n)
    except KeyError:  # so long ago that its file is gone
        raise Refusal("conflict", _CONFLICT, uuid=uuid) from None


def keep(
    writer: "Writer", kind: str, wish: Wish, content: str, document: Ticket,
    facts: dict, said: Sequence[JetEvent] = (),
) -> dict:  # fmt: skip
    """Sign ``document`` with the lines the event journal needs; its entry."""
    event = {
        "type": kind, "content": content, "cashier": document.cashier, "paper": wish.paper,
        "email": wish.email or None, "print_rank": int(wish.paper == "paper"), **facts,
    }  # fmt: skip

    def make(state: TillState, desk: Desk, at: datetime) -> Issue:
        issue = chain.issue_ticket(state, desk, document, at)
        signed = issue.records[-1]
        for line in said:
            text = line.description.replace("{n}", signed.number)[:200]
            event_line = JetEvent(line.code, text, line.operator)
            issue = issue.then(chain.issue_event(issue.state, desk, event_line, at))
        return issue.then(_mailed(issue.state, desk, at, signed, document)) if _mails(wish) else issue

    fault("after_checks")
    try:
        return writer.write(wish.uuid, event, make)
    except EscarcelleError as error:
        raise bad(str(error)) from error


def _mails(wish: Wish) -> bool:
    return wish.paper == "email"


def _mailed(state: TillState, desk: Desk, at: datetime, signed: Record, document: Ticket) -> Issue:
    """Each sending is a copy, with a rank and a signature of its own."""
    original = Reference(signed.kind, signed.till_number, signed.seq, document.uid)
    copy = Duplicate(original, 1, document.cashier, "email")
    issue = chain.issue_duplicate(state, desk, copy, at, chain.derived(document.uid, "email"))
    for code in (jet.DUPLICATE_PRINTED, jet.RECEIPT_MAILED):
        line = JetEvent(code, f"{signed.shown()} copie 1 email", document.cashier)
        issue = issue.then(chain.issue_event(issue.state, desk, line, at))
    return issue


def known_ticket(writer: "Writer", uuid: str) -> KnownTicket:
    """A real ticket of this till; Refusal(not_found)."""
    ticket = writer.index.tickets.get(uuid)
    if ticket is None:
        raise Refusal("not_found", _GONE)
    if ticket.kind != "TCK":
        raise Refusal("not_found", "Un ticket d'école ne se facture pas et ne se justifie pas.")
    return ticket


def signed_document(writer: "Writer", known: KnownTicket) -> tuple[Record, Ticket]:
    """The record of a ticket or paper of this till and what it says; Refusal when its file is gone."""
    try:
        record = own_record(writer.journal.read(known.n))
        return record, ticket_xml.read(stamp.parse(record.xml))
    except (KeyError, OSError, EscarcelleError, VaultError) as error:
        raise Refusal("not_found", _GONE) from error


def own_record(entry: dict) -> Record:
    """The document an entry was made for: a ticket, or one of ours; KeyError."""
    for data in entry["records"]:
        if data["origin"] == entry["uuid"] and data["kind"] not in ("JET", "DUP"):
            return Record.from_json(data)
    raise KeyError("document")


def answer(entry: dict, *, replayed: bool) -> dict:
    """What the page is told of a document."""
    record, event = own_record(entry), entry["event"]
    rank = event["print_rank"]
    return {
        "uuid": entry["uuid"],
        "kind": record.kind,
        "number": record.number,
        "shown": record.shown(rank),
        "signature_excerpt": record.excerpt,
        "total": int(record.payload.split(",")[1]),
        "printed": rank > 0,
        "print_rank": rank,
        "business_day": record.business_day.isoformat(),
        "at": record.as_json()["at"],
        "ticket": event.get("ticket"),
        "customer": event.get("customer"),
        "replayed": replayed,
    }
