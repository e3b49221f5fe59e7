"""What the measured tills sell: a company, devices with keys, days of tickets."""

import random
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from escarcelle_core import chain, jet
from escarcelle_core.chain import Desk
from escarcelle_core.documents import Company, Device, JetEvent, Line, Payment, Ticket
from escarcelle_core.money import line_amount, line_tax
from escarcelle_core.periods import PeriodRules
from escarcelle_core.record import Record
from escarcelle_core.signing import EcdsaSigner
from escarcelle_core.state import TillState

COMPANY = Company(
    "Épicerie des mesures", "1 rue du Banc", "67000", "Strasbourg", "73282932000074", "4711B",
    "FR44732829320",
)  # fmt: skip
#: The first instant of the measured month: no measure depends on today.
START = datetime(2026, 1, 1, 8, 0, tzinfo=timezone.utc)
PRICES = ("0.8500", "1.2000", "2.4900", "3.1500", "4.0000")
RATES = (550, 550, 550, 2000)


def desk(uid: str, number: int) -> Desk:
    """A device with a new key."""
    return desk_of(uid, number, EcdsaSigner.generate(uid, COMPANY.name, START))


def desk_of(uid: str, number: int, signer: EcdsaSigner) -> Desk:
    """A device with a key it has."""
    return Desk(Device(uid, number, "Escarcelle", "mesures"), COMPANY, PeriodRules(), signer)


def ticket(rng: random.Random) -> Ticket:
    """A basket of two to six goods, paid in cash."""
    lines = []
    for number in range(1, rng.randint(2, 6) + 1):
        price, rate, quantity = Decimal(rng.choice(PRICES)), rng.choice(RATES), Decimal(rng.randint(1, 3))
        amount = line_amount(quantity, price, Decimal("0.00"))
        lines.append(
            Line(
                uid=_uuid(rng), number=number, code=f"P{rng.randint(1, 400):04d}",
                label=f"Denrée de mesure n° {number}", quantity=quantity.quantize(Decimal("0.001")),
                unit_price=price, rate=rate, amount=amount, tax=line_tax(amount, rate),
            )
        )  # fmt: skip
    total = sum(line.amount for line in lines)
    payment = Payment(_uuid(rng), "ESPECES", "Espèces", total)
    return Ticket(
        uid=_uuid(rng), company=COMPANY, lines=tuple(lines), payments=(payment,), cashier="C01"
    )


def _uuid(rng: random.Random) -> str:
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


class Chain:
    """A device that issues; keeps its state, never its records."""

    def __init__(self, desk: Desk, seed: int = 1):
        self.desk = desk
        self.state = TillState()
        self.at = START
        self._rng = random.Random(seed)

    def _issued(self, issue: chain.Issue) -> tuple[Record, ...]:
        self.state = issue.state
        return issue.records

    def open(self) -> tuple[Record, ...]:
        """The first line of its event journal."""
        event = JetEvent(jet.INITIALISATION, "Départ des mesures")
        return self._issued(chain.issue_event(self.state, self.desk, event, self.at, _uuid(self._rng)))

    def sell(self) -> tuple[Record, ...]:
        """A ticket, some seconds after the one before."""
        self.at += timedelta(seconds=1)
        return self._issued(chain.issue_ticket(self.state, self.desk, ticket(self._rng), self.at))

    def close(self) -> tuple[Record, ...]:
        """The day's closing (Z)."""
        return self._issued(chain.close_day(self.state, self.desk, self.at))

    def days(self, tickets: int, days: int) -> Iterator[Record]:
        """``tickets`` spread over ``days``, each closed; then the first instant of the next month closes it."""
        yield from self.open()
        for day in range(days):
            self.at = START + timedelta(days=day)
            for _ in range(tickets // days + (day < tickets % days)):
                yield from self.sell()
            yield from self.close()
        self.at = START + timedelta(days=31)
        event = JetEvent(jet.START, "Reprise")
        yield from self._issued(
            chain.issue_event(self.state, self.desk, event, self.at, _uuid(self._rng))
        )
