"""A till for tests: signs with the real core, builds the entries of docs/formats.md §6. Pure."""

import copy
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import uuid4
from zoneinfo import ZoneInfo

from escarcelle_core import chain, invoicing, money
from escarcelle_core.documents import (
    CANCELLATION,
    MANAGEMENT,
    SALE,
    Company,
    Customer,
    Device,
    Invoice,
    JetEvent,
    Line,
    Payment,
    Reference,
    Regime,
    Ticket,
)
from escarcelle_core.jet import CASH_COUNT, DRAWER_OPENED, INITIALISATION, NON_SALE_AMOUNT
from escarcelle_core.periods import PeriodRules
from escarcelle_core.signing import EcdsaSigner
from escarcelle_core.state import TillState
from escarcelle_core.xml import stamp, ticket_xml

COMPANY = Company(
    "Épicerie du Test", "1 rue du Port", "35000", "Rennes", "33417522100012", "4711B", "FR23334175221"
)
BUYER = Customer("Traiteur Dupont", "3 rue du Four", "35000", "Rennes", "", "FR44732829320")


class SimulatedTill:
    """Sells, refunds, counts and closes; every call returns the entry to send."""

    def __init__(self, uid8, number, at):
        self.uid8 = uid8
        self.number = number
        self.at = at
        self.signer = EcdsaSigner.generate(uid8, COMPANY.name, datetime.now(timezone.utc))
        self.state = TillState()
        self.n = 0
        self.entries = []

    def fork(self):
        """A copy that goes its own way from here."""
        other = copy.copy(self)
        other.entries = list(self.entries)
        return other

    @property
    def desk(self):
        return chain.Desk(Device(self.uid8, self.number), COMPANY, PeriodRules(), self.signer)

    def pass_time(self, **delta):
        self.at += timedelta(**delta)

    def start(self):
        """JET 260, the first record of a device."""
        issue = chain.issue_event(self.state, self.desk, JetEvent(INITIALISATION, "Initialisation"), self.at)
        return self._entry(issue, str(uuid4()), {"type": "jet"})

    def sell(self, rows, payments=None, *, household=None, sector="TAXABLE", pricelist=None, position=None,
             cashier="C1", operation=SALE, change=0, order_changes=None, training=False,
             payment_uid=""):  # fmt: skip
        """``rows``: dicts product, rate, price, quantity, discount, origin. One cash payment by default."""
        lines = tuple(_line(number, row) for number, row in enumerate(rows, 1))
        total = sum(line.amount for line in lines)
        payments = payments if payments is not None else [(None, total)]
        methods = [(method or self.cash, amount) for method, amount in payments]
        paid = tuple(
            Payment(payment_uid or str(uuid4()), code, name, amount, change if i == 0 else 0)
            for i, ((_id, code, name), amount) in enumerate(methods)
        )
        uid = str(uuid4())
        ticket = Ticket(
            uid=uid, company=COMPANY, lines=lines, payments=paid, cashier=cashier, regime=Regime(sector),
            operation=operation, customer=household or "",
        )  # fmt: skip
        order = {
            "uuid": uid,
            "training": training,
            "paper": "none",
            "email": "someone@example.com",
            "household": household,
            "pricelist_id": pricelist,
            "fiscal_position_id": position,
            "lines": [_row(line, row) for line, row in zip(lines, rows, strict=True)],
            "payments": [
                {"uuid": p.uid, "payment_method_id": m[0], "amount": p.amount, "change": p.change}
                for p, (m, _amount) in zip(paid, methods, strict=True)
            ],
            "total": total,
            "overrides": [],
            "cashier": cashier,
            "started_at": _utc(self.at),
            **(order_changes or {}),
        }
        issue = chain.issue_ticket(self.state, self.desk, ticket, self.at, training)
        return self._entry(issue, uid, {"type": "training" if training else "ticket"}, order)

    def refund(self, entry, quantities=None, **options):
        """Give back lines of an entry: ``quantities`` per line number, everything by default."""
        rows = []
        for number, row in enumerate(entry["rows"], 1):
            quantity = (quantities or {}).get(number, row["quantity"] if quantities is None else None)
            if quantity is not None:
                line = entry["order"]["lines"][number - 1]
                rows.append({**row, "quantity": -Decimal(quantity), "origin": line["uuid"]})
        return self.sell(rows, operation=CANCELLATION, **options)

    def invoice(self, entry, buyer=None, corrects=None, **changes):
        """The invoice of what ``entry`` sold; ``corrects``: the invoice entry a credit note names."""
        record = next(r for r in entry["records"] if r["kind"] == "TCK")
        ticket = ticket_xml.read(stamp.parse(record["xml"]))
        named = corrects and next(r for r in corrects["records"] if r["kind"] == "FCT")
        day = self.at.astimezone(ZoneInfo("Europe/Paris")).date()
        invoice = Invoice(
            buyer or BUYER, min(day, date.fromisoformat(record["local"][:10])), day, ("Payée comptant.",),
            named and Reference("FCT", self.number, named["seq"], named["origin"]),
        )  # fmt: skip
        origin = Reference("TCK", self.number, record["seq"], record["origin"])
        document = invoicing.invoice_of(ticket, origin, str(uuid4()), COMPANY, "C1", invoice)
        return self._paper("invoice", replace(document, **changes), {"ticket": ticket.uid})

    def settle(self, customer, payments, cancels=None):
        """Payments [(method, cents)] on the account of ``customer``; ``cancels``: a settlement entry."""
        paid = [(Payment(str(uuid4()), method[1], method[2], amount), method[0]) for method, amount in payments]
        named = cancels and next(r for r in cancels["records"] if r["kind"] == "REG")
        document = Ticket(
            uid=str(uuid4()), company=COMPANY, lines=(), payments=tuple(p for p, _m in paid), cashier="C1",
            operation=CANCELLATION if cancels else MANAGEMENT, document="REG", customer=customer,
            origin=named and Reference("REG", self.number, named["seq"], named["origin"]),
        )  # fmt: skip
        return self._paper("settlement", document, {"methods": {p.uid: method for p, method in paid}})

    def note(self, rows):
        """A note of ``rows``, not paid."""
        lines = tuple(replace(_line(i, row), rate=0, tax=0) for i, row in enumerate(rows, 1))
        document = Ticket(
            uid=str(uuid4()), company=COMPANY, lines=lines, payments=(), cashier="C1", operation=MANAGEMENT,
            document="NTE",
        )  # fmt: skip
        return self._paper("note", document, {})

    def _paper(self, kind, document, facts):
        issue = chain.issue_ticket(self.state, self.desk, document, self.at)
        if document.document == "REG":
            said = JetEvent(NON_SALE_AMOUNT, f"Règlement {document.total}")
            issue = issue.then(chain.issue_event(issue.state, self.desk, said, self.at))
        return self._entry(issue, document.uid, {"type": kind, "print_rank": 0, **facts})

    def attach(self, barcode, product, count=1, changes=None):
        """A barcode attached to a good: no document."""
        event = {
            "type": "barcode", "barcode": barcode, "product_id": product.id, "count": count, "cashier": "C1",
            "code": product.default_code or "", **(changes or {}),
        }  # fmt: skip
        return self._entry(chain.Issue(self.state), str(uuid4()), event)

    def cash_move(self, amount, reason="Monnaie"):
        said = JetEvent(DRAWER_OPENED, f"{reason} {amount}")
        return self._cash(said, {"type": "cash_move", "amount": amount, "reason": reason})

    def count(self, amount, moment="closing"):
        said = JetEvent(CASH_COUNT, f"{moment} {amount}")
        return self._cash(said, {"type": "cash_count", "amount": amount, "moment": moment, "notes": ""})

    def _cash(self, said, event):
        uuid = str(uuid4())
        return self._entry(chain.issue_event(self.state, self.desk, said, self.at, uuid), uuid, event)

    def close(self):
        issue = chain.close_day(self.state, self.desk, self.at)
        return self._entry(issue, str(uuid4()), {"type": "closing", "level": "day"})

    def close_elapsed(self):
        issue = chain.close_elapsed(self.state, self.desk, self.at)
        return self._entry(issue, str(uuid4()), {"type": "closing", "level": "day"})

    def _entry(self, issue, uuid, event, order=None):
        self.state = issue.state
        self.n += 1
        entry = {
            "n": self.n,
            "uuid": uuid,
            "till": self.uid8,
            "made_at": _utc(self.at),
            "records": [record.as_json() for record in issue.records],
            "order": order,
            "event": event,
        }
        self.entries.append(entry)
        self.at += timedelta(seconds=30)
        return entry

    @property
    def day(self) -> date:
        return self.state.day


def _line(number, row):
    quantity = Decimal(row.get("quantity", "1"))
    price = Decimal(row["price"])
    discount = Decimal(row.get("discount", "0"))
    amount = money.line_amount(quantity, price, discount)
    return Line(
        uid=str(uuid4()), number=number, code=row["product"].default_code or "", label=row["product"].name,
        quantity=quantity, unit_price=price, rate=row["rate"], amount=amount,
        tax=money.line_tax(amount, row["rate"]), discount=discount, origin=row.get("origin", ""),
    )  # fmt: skip


def _row(line, row):
    return {
        "uuid": line.uid,
        "product_id": row["product"].id,
        "quantity": f"{line.quantity:.3f}",
        "unit_price": f"{line.unit_price:.4f}",
        "discount": f"{line.discount:.2f}",
        "refunded_line_uuid": line.origin or None,
        "note": "",
    }


def _utc(at):
    return at.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
