"""The one body of a sale (``docs/formats.md`` §5), read strictly into frozen values."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from escarcelle_core import money

from .strict import Reader, bad
from .vouchers import Voucher

PAPER = ("none", "paper", "email")
EMAIL = re.compile(r"[^@\s<>\"',;:()\[\]]{1,64}@[A-Za-z0-9.-]{1,190}\.[A-Za-z]{2,24}")


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line as the screen has it; ``refunded`` is the uuid of the line it gives back."""

    uuid: str
    product_id: int
    quantity: Decimal
    unit_price: Decimal
    discount: Decimal
    refunded: str
    note: str

    @property
    def amount(self) -> int:
        """Cents, VAT included, rounded once."""
        return money.line_amount(self.quantity, self.unit_price, self.discount)


@dataclass(frozen=True, slots=True)
class OrderPayment:
    """``amount`` cents stay in the till, ``change`` cents were given back."""

    uuid: str
    method_id: int
    amount: int
    change: int


@dataclass(frozen=True, slots=True)
class OrderOverride:
    """What a manager allowed; ``token`` is the proof given by ``POST /till/v1/overrides``."""

    kind: str
    token: str
    reason: str


@dataclass(frozen=True, slots=True)
class Order:
    """A whole order. ``raw`` is what was received, to be kept with the record."""

    uuid: str
    training: bool
    paper: str
    email: str
    household: str
    pricelist_id: int | None
    fiscal_position_id: int | None
    lines: tuple[OrderLine, ...]
    payments: tuple[OrderPayment, ...]
    total: int
    overrides: tuple[OrderOverride, ...]
    started_at: str
    raw: dict
    comment: str = ""
    #: Vouchers by the uuid of their payment.
    vouchers: Mapping[str, Voucher] = field(default_factory=dict)

    @property
    def content(self) -> str:
        """SHA-256 of what is sold: same uuid and same content is the same sale sent again.

        How the receipt is wanted, the proofs and the start time may differ between two tries.
        """
        facts = {
            "training": self.training,
            "household": self.household,
            "pricelist": self.pricelist_id,
            "fiscal_position": self.fiscal_position_id,
            "lines": [
                [l.uuid, l.product_id, str(l.quantity), str(l.unit_price), str(l.discount), l.refunded]
                for l in self.lines  # noqa: E741
            ],
            "payments": [[p.uuid, p.method_id, p.amount, p.change] for p in self.payments],
            "total": self.total,
        }
        if self.vouchers:
            facts["vouchers"] = [[uuid, v.number, v.value] for uuid, v in sorted(self.vouchers.items())]
        text = json.dumps(facts, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def parse(data: object) -> Order:
    """Read an order; Refusal(bad_request) names the first field that is wrong."""
    body = Reader(data, "Vente")
    paid = body.list("payments", 0, 20)
    order = Order(
        uuid=body.uuid("uuid"),
        training=body.flag("training", False),
        paper=body.choice("paper", PAPER, "none"),
        email=body.text("email", 254, None),
        household=body.text("household", 32, None),
        pricelist_id=body.optional_identifier("pricelist_id"),
        fiscal_position_id=body.optional_identifier("fiscal_position_id"),
        lines=tuple(_line(item) for item in body.list("lines", 1, 500)),
        payments=tuple(payment(_plain(item)) for item in paid),
        total=body.cents("total"),
        overrides=tuple(_override(item) for item in body.list("overrides", 0, 10, [])),
        started_at=_instant(body),
        raw=data,  # type: ignore[arg-type] - Reader has checked it is a dict
        comment=body.text("comment", 200, None),
        vouchers={item["uuid"]: Voucher.read(item["voucher"]) for item in paid if _has_voucher(item)},
    )
    body.done()
    if order.paper == "email" and not EMAIL.fullmatch(order.email):
        raise bad("Vente : adresse électronique incorrecte.", field="email")
    uuids = [order.uuid, *(line.uuid for line in order.lines), *(p.uuid for p in order.payments)]
    if len(set(uuids)) != len(uuids):
        raise bad("Vente : deux éléments portent le même identifiant.", field="uuid")
    return order


def _line(data: object) -> OrderLine:
    line = Reader(data, "Ligne")
    parsed = OrderLine(
        uuid=line.uuid("uuid"),
        product_id=line.identifier("product_id"),
        quantity=line.number("quantity", money.quantity),
        unit_price=line.number("unit_price", money.unit_price),
        discount=line.number("discount", money.percentage, "0.00"),
        refunded=line.optional_uuid("refunded_line_uuid"),
        note=line.text("note", 500, ""),
    )
    line.done()
    if parsed.quantity == 0 or abs(parsed.quantity) > 100_000:
        raise line.error("quantity", "doit être comprise entre 0,001 et 100 000")
    if parsed.unit_price < 0 or parsed.unit_price > 1_000_000:
        raise line.error("unit_price", "doit être compris entre 0 et 1 000 000")
    if abs(parsed.amount) > money.MAX_CENTS:
        raise line.error("quantity", "donne un montant trop grand")
    return parsed


def _has_voucher(item: object) -> bool:
    return isinstance(item, dict) and item.get("voucher") is not None


def _plain(item: object) -> object:
    """A payment without its voucher, which is read apart: only a sale is paid by voucher."""
    return {k: v for k, v in item.items() if k != "voucher"} if isinstance(item, dict) else item


def payment(data: object) -> OrderPayment:
    """Read a payment; Refusal(bad_request)."""
    body = Reader(data, "Paiement")
    parsed = OrderPayment(
        uuid=body.uuid("uuid"),
        method_id=body.identifier("payment_method_id"),
        amount=body.cents("amount"),
        change=body.integer("change", 0, money.MAX_CENTS, 0),
    )
    body.done()
    return parsed


def _override(data: object) -> OrderOverride:
    override = Reader(data, "Dérogation")
    parsed = OrderOverride(
        kind=override.text("kind", 40),
        token=override.text("token", 128),
        reason=override.text("reason", 200, ""),
    )
    override.done()
    return parsed


def _instant(body: Reader) -> str:
    """``started_at`` informs the statistics only; it must still be an instant."""
    text = body.text("started_at", 24, None)
    if text:
        try:
            datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")
        except ValueError:
            raise body.error("started_at", "doit être un instant (2026-11-21T20:29:00Z)") from None
    return text
