"""Running totals: what makes a closing O(1) and every record self-sufficient.

Per open period (day, month, fiscal year): total VAT included, number of tickets, split per (sector,
VAT rate) with the VAT in it, split per payment mode. Plus the two perpetual totals: *real* adds
signed totals, *absolute* adds their absolute values (BOI-TVA-DECLA-30-10-30 §170). Only tickets move
them. All cents.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from .errors import DocumentError

#: Period levels, shortest first; the name of a closing chain → index of its counter.
LEVELS = {"GTJ": 0, "GTM": 1, "GTA": 2}
_ZERO = (0, 0, 0)
Counter = tuple[int, int, int]  # day, month, year


@dataclass(frozen=True, slots=True)
class Share:
    """One (sector, rate): cents VAT included, and the VAT in them, of each open period."""

    sector: str
    rate: int
    amount: Counter = _ZERO
    tax: Counter = _ZERO


@dataclass(frozen=True, slots=True)
class Mean:
    """One payment mode: cents kept in each open period."""

    mode: str
    amount: Counter = _ZERO


@dataclass(frozen=True, slots=True)
class Totals:
    """Totals after a record."""

    amount: Counter = _ZERO
    tickets: Counter = _ZERO
    perpetual_real: int = 0
    perpetual_absolute: int = 0
    shares: tuple[Share, ...] = field(default=())
    means: tuple[Mean, ...] = field(default=())

    def add(
        self,
        sector: str,
        shares: Iterable[tuple[int, int, int]],
        means: Iterable[tuple[str, int]],
    ) -> "Totals":
        """Add a ticket: its (rate, amount, tax) shares and its (mode, amount) payments."""
        by_rate = {(s.sector, s.rate): s for s in self.shares}
        by_mode = {m.mode: m for m in self.means}
        total = 0
        for rate, amount, tax in shares:
            total += amount
            old = by_rate.get((sector, rate), Share(sector, rate))
            by_rate[sector, rate] = Share(
                sector, rate, _plus(old.amount, amount), _plus(old.tax, tax)
            )
        for mode, amount in means:
            old_mean = by_mode.get(mode, Mean(mode))
            by_mode[mode] = Mean(mode, _plus(old_mean.amount, amount))
        return Totals(
            _plus(self.amount, total),
            _plus(self.tickets, 1),
            self.perpetual_real + total,
            self.perpetual_absolute + abs(total),
            tuple(sorted(by_rate.values(), key=lambda s: (s.sector, -s.rate))),
            tuple(sorted(by_mode.values(), key=lambda m: m.mode)),
        )

    def restart(self, level: str) -> "Totals":
        """After a closing of ``level``: its counters are zero, the others go on."""
        i = LEVELS[level]
        shares = (
            Share(s.sector, s.rate, _reset(s.amount, i), _reset(s.tax, i)) for s in self.shares
        )
        means = (Mean(m.mode, _reset(m.amount, i)) for m in self.means)
        return Totals(
            _reset(self.amount, i),
            _reset(self.tickets, i),
            self.perpetual_real,
            self.perpetual_absolute,
            # A rate or mode that no open period uses any more is forgotten.
            tuple(s for s in shares if s.amount != _ZERO or s.tax != _ZERO),
            tuple(m for m in means if m.amount != _ZERO),
        )

    def split(self, level: str) -> dict[int, int]:
        """Rate → cents of the open period of ``level``, sectors added together."""
        i = LEVELS[level]
        amounts: dict[int, int] = {}
        for share in self.shares:
            amounts[share.rate] = amounts.get(share.rate, 0) + share.amount[i]
        return amounts

    def as_json(self) -> dict:
        """The shape of ``docs/formats.md`` §2."""
        return {
            "amount": list(self.amount),
            "tickets": list(self.tickets),
            "perpetual_real": self.perpetual_real,
            "perpetual_absolute": self.perpetual_absolute,
            "shares": [
                {"sector": s.sector, "rate": s.rate, "amount": list(s.amount), "tax": list(s.tax)}
                for s in self.shares
            ],
            "means": [{"mode": m.mode, "amount": list(m.amount)} for m in self.means],
        }

    @classmethod
    def from_json(cls, data: object) -> "Totals":
        """Read the shape back; DocumentError when it is not exactly that."""
        try:
            return cls(
                _counter(data["amount"]),  # type: ignore[index]
                _counter(data["tickets"]),  # type: ignore[index]
                _int(data["perpetual_real"]),  # type: ignore[index]
                _int(data["perpetual_absolute"]),  # type: ignore[index]
                tuple(
                    Share(str(s["sector"]), _int(s["rate"]), _counter(s["amount"]), _counter(s["tax"]))
                    for s in data["shares"]  # type: ignore[index]
                ),
                tuple(Mean(str(m["mode"]), _counter(m["amount"])) for m in data["means"]),  # type: ignore[index]
            )
        except (KeyError, TypeError, ValueError) as error:
            raise DocumentError("Totaux illisibles dans un enregistrement.") from error


def _plus(counter: Counter, amount: int) -> Counter:
    return (counter[0] + amount, counter[1] + amount, counter[2] + amount)


def _reset(counter: Counter, index: int) -> Counter:
    day, month, year = (0 if i == index else value for i, value in enumerate(counter))
    return (day, month, year)


def _counter(value: object) -> Counter:
    day, month, year = (_int(v) for v in value)  # type: ignore[attr-defined]
    return (day, month, year)


def _int(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(value)
    return value
