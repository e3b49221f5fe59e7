"""What the till remembers of its entries, in memory: rebuilt from the files at each start.

It answers without opening files: is this sale known, what is left to refund of this line, what did
this household spend, how much cash should be in the drawer.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from escarcelle_core import jet, money
from escarcelle_core.quota import Taken

from .vouchers import Voucher

#: Event type of an entry → kind of the paper in it, which is no ticket.
PAPERS = {"invoice": "FCT", "note": "NTE", "proof": "JSP", "settlement": "REG"}


@dataclass(frozen=True, slots=True)
class KnownEntry:
    """One entry: its number, its type, and the hash of what was asked (``""`` when not a request)."""

    n: int
    type: str
    content: str


@dataclass(frozen=True, slots=True)
class KnownLine:
    """One sold line: the ticket it is on, its product, its signed quantity, what a unit cost, what the
    line came to in cents, and the cents it took off a budget (None: nobody said)."""

    ticket: str
    product_id: int
    quantity: Decimal
    net_price: Decimal
    training: bool
    amount: int
    counted: int | None = None


@dataclass(frozen=True, slots=True)
class KnownTicket:
    """One ticket, or a paper that is none. ``total`` in cents; ``kind`` is TCK or ECO (of a paper FCT, NTE,
    JSP, REG); ``printed`` when paper was asked; ``lines`` are the uuids of what it sold, not of what it
    gave back."""

    n: int
    uuid: str
    kind: str
    till_number: int
    seq: int
    day: str
    at: str
    total: int
    printed: bool
    lines: tuple[str, ...] = ()

    @property
    def number(self) -> str:
        """``"3-1"``."""
        return f"{self.till_number}-{self.seq}"


@dataclass(frozen=True, slots=True)
class Spent:
    """What one entry took off a household's budget, in cents."""

    n: int
    day: str
    amount: int


@dataclass(frozen=True, slots=True)
class PaidBy:
    """A voucher on a ticket: cents taken (negative: given back), and the ticket's number."""

    method_id: int
    number: str
    amount: int
    ticket: str


@dataclass(frozen=True, slots=True)
class TakenHere:
    """What one line of an entry counts for in the quotas of a household."""

    n: int
    taken: Taken


@dataclass(frozen=True, slots=True)
class CashFact:
    """Cash in the drawer: a move of ``amount`` cents, or a count that found ``amount``."""

    n: int
    day: str
    count: bool
    moment: str
    amount: int


@dataclass(frozen=True, slots=True)
class Attached:
    """A barcode attached here to a good; one scan counts ``count`` units."""

    n: int
    product_id: int
    count: int


class Index:
    """Fed with every entry, in order, once."""

    def __init__(self) -> None:
        self.entries: dict[str, KnownEntry] = {}
        self.tickets: dict[str, KnownTicket] = {}
        self.lines: dict[str, KnownLine] = {}
        self.refunded: dict[str, Decimal] = defaultdict(Decimal)
        #: Cents given back of each sold line.
        self.given_back: dict[str, int] = defaultdict(int)
        #: Numbers of the tickets that gave back lines of a ticket, by its uuid.
        self.corrections: dict[str, list[str]] = defaultdict(list)
        #: Whether the till is in training mode: the last event that said so is the truth.
        self.training = False
        self.duplicates: dict[str, int] = defaultdict(int)
        #: Invoices, notes, proofs and settlements by uuid; the invoice of a ticket by the ticket's.
        self.papers: dict[str, KnownTicket] = {}
        self.invoices: dict[str, KnownTicket] = {}
        self.cancelled_settlements: set[str] = set()
        #: Settlements of an account, oldest first, those that give one back included.
        self._by_account: dict[str, list[str]] = defaultdict(list)
        self.spent: dict[str, list[Spent]] = defaultdict(list)
        #: What each household took here, and gave back, for its quotas.
        self.taken: dict[str, list[TakenHere]] = defaultdict(list)
        #: Vouchers taken here, by means of payment and number; and by the ticket they paid.
        self.vouchers: dict[tuple[int, str], PaidBy] = {}
        self.paid_by: dict[str, list[PaidBy]] = defaultdict(list)
        #: Cents given back in money of what a ticket sold.
        self.money_back: dict[str, int] = defaultdict(int)
        #: Barcodes attached at this till, by code.
        self.attached: dict[str, Attached] = {}
        self.cash: list[CashFact] = []
        self.closings: list[dict] = []
        #: Entry number of every record, by (kind, seq).
        self.records: dict[tuple[str, int], int] = {}
        self._by_number: dict[tuple[str, str], str] = {}
        self._by_day: dict[str, list[str]] = defaultdict(list)

    def add(self, entry: dict) -> None:
        """Remember ``entry`` (``docs/formats.md`` §6)."""
        event = entry["event"]
        n, kind = entry["n"], event["type"]
        self.entries[entry["uuid"]] = KnownEntry(n, kind, event.get("content", ""))
        for record in entry["records"]:
            self.records[record["kind"], record["seq"]] = n
            if record["kind"] in ("GTJ", "GTM", "GTA"):
                self.closings.append(_closing(n, record))
        if kind in ("ticket", "training"):
            self._add_ticket(entry, event)
        elif kind in PAPERS:
            self._add_paper(entry, event)
        elif kind == "duplicate":
            self.duplicates[event["original"]] += 1
        elif kind == "barcode":
            self.attached[event["barcode"]] = Attached(n, event["product_id"], event["count"])
        elif kind == "jet" and event.get("code") == jet.TRAINING_MODE:
            self.training = bool(event["on"])
        elif kind in ("cash_move", "cash_count"):
            self.cash.append(
                CashFact(
                    n, event["day"], kind == "cash_count", event.get("moment", ""), event["amount"]
                )
            )

    def _add_ticket(self, entry: dict, event: dict) -> None:
        uuid, order = entry["uuid"], entry["order"]
        record = next(
            r for r in entry["records"] if r["origin"] == uuid and r["kind"] in ("TCK", "ECO")
        )
        training = record["kind"] == "ECO"
        ticket = KnownTicket(
            entry["n"], uuid, record["kind"], record["till_number"], record["seq"],
            record["business_day"], record["at"], order["total"], event["print_rank"] > 0,
            tuple(row["uuid"] for row in order["lines"] if Decimal(row["quantity"]) > 0),
        )  # fmt: skip
        self.tickets[uuid] = ticket
        # A ticket sent by e-mail at once: its first copy is signed with it.
        self.duplicates[uuid] += sum(r["kind"] == "DUP" for r in entry["records"])
        self._by_number[ticket.kind, ticket.number] = uuid
        self._by_day[ticket.day].append(uuid)
        budget = event.get("budget")
        counted = (budget or {}).get("lines") or {}
        for line in order["lines"]:
            quantity = Decimal(line["quantity"])
            price, discount = Decimal(line["unit_price"]), Decimal(line.get("discount", "0"))
            amount = money.line_amount(quantity, price, discount)
            self.lines[line["uuid"]] = KnownLine(
                uuid, line["product_id"], quantity, price * (100 - discount) / 100, training, amount,
                counted.get(line["uuid"]),
            )
            if line.get("refunded_line_uuid"):
                self._give_back(line["refunded_line_uuid"], quantity, amount, ticket)
        if budget and not training:
            self.spent[budget["household"]].append(Spent(entry["n"], ticket.day, budget["amount"]))
        if not training:
            self._add_vouchers(order, ticket)
        household = event.get("household")
        if household and not training:
            self.taken[household] += [self._taken(entry["n"], line, ticket) for line in order["lines"]]
        if event.get("cash") and not training:
            self.cash.append(CashFact(entry["n"], ticket.day, False, "sale", event["cash"]))

    def _add_vouchers(self, order: dict, ticket: KnownTicket) -> None:
        """Vouchers of a ticket; what comes back is told of the ticket it comes from."""
        sold = (self.lines.get(row.get("refunded_line_uuid") or "") for row in order["lines"])
        origins = {line.ticket for line in sold if line is not None}
        money = 0
        for payment in order.get("payments", ()):
            if not payment.get("voucher"):
                money -= payment["amount"]
                continue
            number = Voucher.read(payment["voucher"]).number
            method, amount = payment["payment_method_id"], payment["amount"]
            for uuid in origins if amount < 0 else (ticket.uuid,):
                self.paid_by[uuid].append(PaidBy(method, number, amount, ticket.number))
            known = self.vouchers.get((method, number))
            left = amount + (known.amount if known else 0)
            shown = ticket.number if amount > 0 or known is None else known.ticket
            self.vouchers[method, number] = PaidBy(method, number, left, shown)
        for uuid in origins:
            self.money_back[uuid] += max(0, money)

    def _taken(self, n: int, line: dict, ticket: KnownTicket) -> TakenHere:
        """A line; what comes back counts on the day it was taken, when that is known here."""
        sold = self.lines.get(line.get("refunded_line_uuid") or "")
        origin = self.tickets.get(sold.ticket) if sold else None
        day = date.fromisoformat((origin or ticket).day)
        return TakenHere(n, Taken(day, line["product_id"], Decimal(line["quantity"])))

    def _give_back(self, line: str, quantity: Decimal, amount: int, ticket: KnownTicket) -> None:
        self.refunded[line] -= quantity
        self.given_back[line] -= amount
        sold = self.lines.get(line)
        if sold is not None and ticket.number not in self.corrections[sold.ticket]:
            self.corrections[sold.ticket].append(ticket.number)

    def _add_paper(self, entry: dict, event: dict) -> None:
        uuid, kind = entry["uuid"], PAPERS[event["type"]]
        record = next(r for r in entry["records"] if r["origin"] == uuid and r["kind"] == kind)
        paper = KnownTicket(
            entry["n"], uuid, kind, record["till_number"], record["seq"], record["business_day"],
            record["at"], int(record["payload"].split(",")[1]), event["print_rank"] > 0,
        )  # fmt: skip
        self.papers[uuid] = paper
        # Sent by e-mail at once: its first copy is signed with it.
        self.duplicates[uuid] += sum(r["kind"] == "DUP" for r in entry["records"])
        if kind == "FCT":
            self.invoices[event["ticket"]] = paper
        if kind == "REG" and event.get("customer"):
            self._by_account[event["customer"]].append(uuid)
        if event.get("cancels"):
            self.cancelled_settlements.add(event["cancels"])
        if event.get("cash"):
            self.cash.append(CashFact(entry["n"], paper.day, False, "settlement", event["cash"]))

    def forget(self, last: int) -> None:
        """Entries up to number ``last`` are no longer on disk: their tickets cannot be recalled, copied
        nor given back here. Their uuids stay known: they are not sold again."""
        gone = {uuid for uuid, ticket in self.tickets.items() if ticket.n <= last}
        for uuid in gone:
            ticket = self.tickets.pop(uuid)
            self._by_number.pop((ticket.kind, ticket.number), None)
            self._by_day[ticket.day].remove(uuid)
        self.lines = {u: line for u, line in self.lines.items() if line.ticket not in gone}
        self.papers = {u: paper for u, paper in self.papers.items() if paper.n > last}
        for household, moves in list(self.taken.items()):
            self.taken[household] = [one for one in moves if one.n > last]

    def last_settlement(self, account: str) -> KnownTicket | None:
        """The latest settlement of an account that was not given back; None when none is here."""
        for uuid in reversed(self._by_account.get(account, ())):
            paper = self.papers.get(uuid)
            if paper is None:
                return None  # older ones are gone too
            if paper.total > 0 and uuid not in self.cancelled_settlements:
                return paper
        return None

    def by_number(self, number: str) -> KnownTicket | None:
        """The ticket with this printed number; training tickets never."""
        uuid = self._by_number.get(("TCK", number))
        return self.tickets[uuid] if uuid else None

    def of_day(self, day: str, limit: int) -> list[KnownTicket]:
        """The latest tickets of a business day, newest first."""
        return [self.tickets[uuid] for uuid in reversed(self._by_day[day][-limit:])]

    def refundable(self, line_uuid: str) -> Decimal:
        """Quantity of a sold line that has not been given back."""
        line = self.lines.get(line_uuid)
        if line is None or line.quantity <= 0:
            return Decimal(0)
        return line.quantity - self.refunded.get(line_uuid, Decimal(0))

    def counted_back(self, line_uuid: str, quantity: Decimal) -> int | None:
        """Cents of a budget that come back with ``quantity`` of a sold line; None when nobody knows.

        All that was counted comes back with the last of it, whatever the parts it is brought back in.
        """
        line = self.lines.get(line_uuid)
        if line is None or line.counted is None or line.quantity <= 0:
            return None
        before = self.refunded.get(line_uuid, Decimal(0))

        def part(back: Decimal) -> int:
            return money.half_up(line.counted * back / line.quantity)

        return part(before + quantity) - part(before)

    def refundable_cents(self, line_uuid: str) -> int:
        """Cents of a sold line that have not been given back: three times a third is not a cent more."""
        line = self.lines.get(line_uuid)
        return line.amount - self.given_back.get(line_uuid, 0) if line else 0

    def untouched(self, ticket: KnownTicket) -> bool:
        """Whether nothing of ``ticket`` has been given back."""
        return not any(self.refunded.get(line) for line in ticket.lines)

    def cancelled(self, ticket: KnownTicket) -> bool:
        """Whether all that ``ticket`` sold has been given back."""
        return bool(ticket.lines) and not any(self.refundable(line) for line in ticket.lines)

    def expected_cash(self) -> tuple[int | None, int]:
        """Last count (None before the first) and what should be in the drawer now, in cents."""
        base: int | None = None
        moves = 0
        for fact in self.cash:
            if fact.count:
                base, moves = fact.amount, 0
            else:
                moves += fact.amount
        return base, (base or 0) + moves


def _closing(n: int, record: dict) -> dict:
    """What the list of past closings shows; ``period`` is read from the signed string."""
    parts = record["payload"].split(",")
    return {
        "n": n, "level": record["kind"], "number": f"{record['till_number']}-{record['seq']}",
        "period": parts[5], "total": int(parts[1]), "day": record["business_day"],
        "at": record["at"], "perpetual_real": int(parts[2]), "perpetual_absolute": int(parts[3]),
    }  # fmt: skip
