"""A small shop for tests: a company, a till with its own key, tickets."""

import random
from datetime import datetime, timezone
from decimal import Decimal
from uuid import UUID

from escarcelle_core.chain import Desk
from escarcelle_core.documents import CANCELLATION, Company, Device, Line, Payment, Regime, Ticket
from escarcelle_core.money import line_amount, line_tax
from escarcelle_core.periods import PeriodRules
from escarcelle_core.signing import EcdsaSigner, Verifier

NOON = datetime(2026, 3, 14, 11, 0, tzinfo=timezone.utc)
COMPANY = Company(
    "Épicerie solidaire du Moulin", "12 rue des Lilas", "67000", "Strasbourg",
    "73282932000074", "4711B", "FR44732829320",
)  # fmt: skip


def uuid(number: int, family: int = 1) -> str:
    """A readable uuid."""
    return str(UUID(int=(family << 96) | (4 << 76) | (8 << 60) | number))


def make_desk(uid: str = "a1b2c3d4", number: int = 3, **rules) -> Desk:
    """A desk with a new key."""
    signer = EcdsaSigner.generate(uid, COMPANY.name, NOON)
    return Desk(Device(uid, number, "Escarcelle", "0.1.0"), COMPANY, PeriodRules(**rules), signer)


def verifiers(*desks: Desk) -> dict[str, Verifier]:
    """What verifies the records of ``desks``."""
    return {d.signer.key_id: Verifier(d.signer.certificate_pem) for d in desks}


def make_line(number: int, quantity: str, price: str, rate: int, **values) -> Line:
    """A line whose amounts are right."""
    qty, unit_price = Decimal(quantity), Decimal(price)
    amount = line_amount(qty, unit_price, values.get("discount", Decimal("0.00")))
    defaults = {
        "uid": uuid(number, 7), "number": number, "code": f"P{number:04d}",
        "label": f"Pâtes n° {number}", "quantity": qty, "unit_price": unit_price, "rate": rate,
        "amount": amount, "tax": line_tax(amount, rate),
    }  # fmt: skip
    return Line(**{**defaults, **values})


def make_ticket(number: int, lines: list[Line] | None = None, **values) -> Ticket:
    """A ticket paid in cash, two lines unless told."""
    if lines is None:
        lines = [make_line(1, "1.000", "2.5000", 550), make_line(2, "0.333", "2.9900", 2000)]
    total = sum(line.amount for line in lines)
    if total < 0:
        values.setdefault("operation", CANCELLATION)
    defaults = {
        "uid": uuid(number), "company": COMPANY, "lines": tuple(lines),
        "payments": (Payment(uuid(number, 9), "ESPECES", "Espèces", total),), "cashier": "C07",
    }  # fmt: skip
    return Ticket(**{**defaults, **values})


def random_ticket(rng: random.Random, number: int) -> Ticket:
    """A sale or a refund, taxed or exempt, of up to twelve lines."""
    sign = -1 if rng.random() < 0.1 else 1
    exempt = rng.random() < 0.2
    lines = [
        make_line(
            i + 1,
            f"{sign * rng.choice((Decimal(rng.randint(1, 9)), Decimal(rng.randint(1, 2500)) / 1000)):.3f}",
            f"{Decimal(rng.randint(1, 90000)) / 10000:.4f}",
            0 if exempt else rng.choice((210, 550, 1000, 2000)),
            discount=rng.choice((Decimal("0.00"), Decimal("0.00"), Decimal("12.50"))),
        )
        for i in range(rng.randint(1, 12))
    ]
    regime = Regime("EXO_B", "TVA non applicable, art. 261-7-1° b du CGI") if exempt else Regime()
    total = sum(line.amount for line in lines)
    cash = rng.randint(min(0, total), max(0, total))
    payments = (
        Payment(uuid(number, 9), "ESPECES", "Espèces", cash, max(0, rng.randint(-50, 500))),
        Payment(uuid(number, 10), "CARTE", "Carte", total - cash),
    )
    values = {"operation": CANCELLATION if sign < 0 else "VTE"}
    return make_ticket(number, lines, regime=regime, payments=payments, **values)
