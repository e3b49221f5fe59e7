"""One entry on its way in: what the till sent, what was found out, what will be stored. Pure values."""

import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import date, datetime, timezone

from escarcelle_core.documents import Ticket
from escarcelle_core.xml import stamp, ticket_xml

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TYPES = (
    "ticket", "duplicate", "closing", "cash_move", "cash_count", "jet", "training", "invoice", "note", "proof",
    "settlement", "barcode",
)  # fmt: skip
#: Kinds of the documents of a till that are no tickets.
PAPERS = ("FCT", "NTE", "JSP", "REG")
#: A ticket of 500 returned lines says each of them in the event journal.
MAX_RECORDS = 2000


class Repair(Exception):
    """A sound entry that cannot become an order now; the message says what to do, in French."""


@dataclass
class Job:
    """An entry (docs/formats.md §6) being ingested."""

    entry: dict
    digest: str
    #: What the till is answered; ``fresh`` when there is something to apply and to store.
    status: str = ""
    reason: str = ""
    fresh: bool = False
    build: str = "none"
    error: str = ""
    session: object = None
    order: object = None
    #: What an invoice or a settlement became.
    move: object = None
    ticket: Ticket | None = None
    differences: list = field(default_factory=list)

    @property
    def uuid(self) -> str:
        return self.entry["uuid"]

    @property
    def records(self) -> list:
        return self.entry["records"]

    @property
    def type(self) -> str:
        return self.entry["event"]["type"]

    @property
    def sale(self) -> dict | None:
        """The ticket's record; None for what is not a sale (training is none)."""
        return next((r for r in self.records if r["kind"] == "TCK"), None)

    @property
    def paper(self) -> dict | None:
        """The record of the invoice, note, proof or settlement the entry was made for."""
        return next((r for r in self.records if r["kind"] in PAPERS and r.get("origin") == self.uuid), None)

    @property
    def own_record(self) -> dict | None:
        """What the entry is about: its last record that is no part of an elapsed period."""
        own = [r for r in self.records if r["kind"] not in ("GTJ", "GTM", "GTA", "ANC")]
        return (own or self.records or [None])[-1]

    @property
    def business_day(self) -> date | None:
        """Day of what the entry is about."""
        return date.fromisoformat(self.own_record["business_day"]) if self.own_record else None

    @property
    def sale_day(self) -> date:
        """Business day of the ticket: it belongs to its till's day, whenever it arrives."""
        return date.fromisoformat(self.sale["business_day"])

    @property
    def made_at(self) -> datetime:
        """Naive UTC, as Odoo stores instants."""
        return instant(self.entry["made_at"])

    def lines(self, key: str) -> set:
        """The values of ``key`` in the lines of the order that came with a ticket."""
        return {str(row[key]) for row in rows(self.entry["order"], "lines") if row.get(key)}

    def read_ticket(self) -> Ticket:
        """The signed ticket, its amounts recomputed; raises escarcelle_core errors."""
        if self.ticket is None:
            self.ticket = ticket_xml.read(stamp.parse(self.sale["xml"]))
        return self.ticket

    def ack(self) -> dict:
        """The answer of docs/formats.md §7."""
        ack = {"uuid": self.uuid, "n": self.entry["n"], "status": self.status, "order": self.build}
        if self.reason:
            ack["reason"] = self.reason
        return ack


def read_entry(entry: object, uid8: str) -> tuple[Job | None, str]:
    """Check the shape of an entry; the job, or None and why it is rejected (French)."""
    if not isinstance(entry, dict):
        return None, "Entrée illisible."
    if not isinstance(entry.get("uuid"), str) or not _UUID.fullmatch(entry["uuid"]):
        return None, "Entrée illisible : identifiant incorrect."
    if type(entry.get("n")) is not int or not 0 < entry["n"] < 2**53:
        return None, "Entrée illisible : numéro d'entrée incorrect."
    if entry.get("till") != uid8:
        return None, "Cette entrée vient d'une autre caisse."
    records, order, event = entry.get("records"), entry.get("order"), entry.get("event")
    if not isinstance(records, list) or len(records) > MAX_RECORDS:
        return None, "Entrée illisible : enregistrements incorrects."
    if not all(isinstance(r, dict) and isinstance(r.get("kind"), str) for r in records):
        return None, "Entrée illisible : enregistrements incorrects."
    if not isinstance(event, dict) or event.get("type") not in TYPES:
        return None, "Entrée illisible : type d'événement inconnu."
    if order is not None and not isinstance(order, dict):
        return None, "Entrée illisible : commande incorrecte."
    try:
        instant(entry["made_at"])
    except (KeyError, TypeError, ValueError):
        return None, "Entrée illisible : date incorrecte."
    return Job(entry, digest(entry)), ""


def rows(order: dict | None, name: str) -> list:
    """Lines or payments of an order as a till sent it: only what has the right shape."""
    found = (order or {}).get(name)
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def digest(entry: dict) -> str:
    """SHA-256 of what an entry says; equal for a replay, other for anything changed."""
    content = {
        "n": entry["n"],
        "uuid": entry["uuid"],
        "records": [(r.get("kind"), r.get("seq"), r.get("signature"), r.get("digest")) for r in entry["records"]],
        "order": entry["order"] if "order" in entry else None,
        "event": entry["event"],
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def instant(text: str) -> datetime:
    """``2026-11-21T20:30:05Z`` as naive UTC."""
    at = datetime.fromisoformat(text.replace("Z", "+00:00"))
    if at.tzinfo is None:
        raise ValueError(text)
    return at.astimezone(timezone.utc).replace(tzinfo=None, microsecond=0)
