"""Running totals kept as numbers and as the canonical text of ``<compteurs>``, for the quick check.

Same rules as ``totals.Totals``; a test replays both side by side.
"""

from ..totals import Mean, Share, Totals


class Counters:
    """Mutable; ``text`` is what a document must end with after the tickets added so far."""

    def __init__(self, totals: Totals):
        self._amount = list(totals.amount)
        self._tickets = list(totals.tickets)
        self._real = totals.perpetual_real
        self._absolute = totals.perpetual_absolute
        #: (sector, −rate) → [day, month, year, VAT day, month, year], and its element.
        self._parts = {(s.sector, -s.rate): [*s.amount, *s.tax] for s in totals.shares}
        self._means = {m.mode: list(m.amount) for m in totals.means}
        self._part_text = {key: _part(key, values) for key, values in self._parts.items()}
        self._mean_text = {key: _mean(key, values) for key, values in self._means.items()}
        self._sort()

    def totals(self) -> Totals:
        """The same as a value."""
        return Totals(
            tuple(self._amount),
            tuple(self._tickets),
            self._real,
            self._absolute,
            tuple(
                Share(sector, -rate, tuple(values[:3]), tuple(values[3:]))
                for (sector, rate), values in sorted(self._parts.items())
            ),
            tuple(Mean(mode, tuple(values)) for mode, values in sorted(self._means.items())),
        )

    def after(
        self, sector: str, shares: list[tuple[int, int, int]], means: list[tuple[str, int]]
    ) -> "Counters":
        """What they are once a ticket is added: its (rate, total, VAT) and (mode, amount)."""
        new = object.__new__(Counters)
        total = 0
        new._parts, new._part_text = self._parts.copy(), self._part_text.copy()
        new._means, new._mean_text = self._means.copy(), self._mean_text.copy()
        for rate, amount, tax in shares:
            total += amount
            key = (sector, -rate)
            a, b, c, d, e, f = self._parts.get(key, _ZEROS)
            values = new._parts[key] = [a + amount, b + amount, c + amount, d + tax, e + tax, f + tax]
            new._part_text[key] = _part(key, values)
        for mode, amount in means:
            a, b, c = new._means.get(mode, _ZERO)
            values = new._means[mode] = [a + amount, b + amount, c + amount]
            new._mean_text[mode] = _mean(mode, values)
        a, b, c = self._amount
        new._amount = [a + total, b + total, c + total]
        a, b, c = self._tickets
        new._tickets = [a + 1, b + 1, c + 1]
        new._real = self._real + total
        new._absolute = self._absolute + abs(total)
        if len(new._parts) == len(self._parts) and len(new._means) == len(self._means):
            new._order, new._mean_order = self._order, self._mean_order
        else:
            new._sort()
        return new

    def text(self) -> str:
        """``<compteurs …>…</compteurs>``, canonical."""
        day, month, year = self._amount
        tickets_day, tickets_month, tickets_year = self._tickets
        parts, means = self._part_text, self._mean_text
        tail = (
            f' tickets-annee="{tickets_year}" tickets-jour="{tickets_day}" tickets-mois="{tickets_month}">'
            + "".join([parts[key] for key in self._order])
            + "".join([means[key] for key in self._mean_order])
            + "</compteurs>"
        )
        real, absolute = self._real, self._absolute
        if min(day, month, year, real) >= 0:
            return (
                f'<compteurs absolu="{absolute // 100}.{absolute % 100:02d}" annee="{year // 100}.{year % 100:02d}"'
                f' jour="{day // 100}.{day % 100:02d}" mois="{month // 100}.{month % 100:02d}"'
                f' perpetuel="{real // 100}.{real % 100:02d}"{tail}'
            )
        return (
            f'<compteurs absolu="{euros(absolute)}" annee="{euros(year)}" jour="{euros(day)}"'
            f' mois="{euros(month)}" perpetuel="{euros(real)}"{tail}'
        )

    def _sort(self) -> None:
        self._order, self._mean_order = sorted(self._parts), sorted(self._means)


def euros(amount: int) -> str:
    """Cents as ``12.34``."""
    if amount < 0:
        return f"-{-amount // 100}.{-amount % 100:02d}"
    return f"{amount // 100}.{amount % 100:02d}"


def _part(key: tuple[str, int], values: list[int]) -> str:
    if min(values) >= 0:
        # Written out: it is most of what a check spends on counters.
        a, b, c, d, e, f = values
        return (
            f'<part annee="{c // 100}.{c % 100:02d}" jour="{a // 100}.{a % 100:02d}"'
            f' mois="{b // 100}.{b % 100:02d}" secteur="{key[0]}" taux="{euros(-key[1])}"'
            f' tva-annee="{f // 100}.{f % 100:02d}" tva-jour="{d // 100}.{d % 100:02d}"'
            f' tva-mois="{e // 100}.{e % 100:02d}"></part>'
        )
    day, month, year, tax_day, tax_month, tax_year = map(euros, values)
    return (
        f'<part annee="{year}" jour="{day}" mois="{month}" secteur="{key[0]}" taux="{euros(-key[1])}"'
        f' tva-annee="{tax_year}" tva-jour="{tax_day}" tva-mois="{tax_month}"></part>'
    )


def _mean(mode: str, values: list[int]) -> str:
    if min(values) >= 0:
        a, b, c = values
        return (
            f'<mode annee="{c // 100}.{c % 100:02d}" code="{mode}" jour="{a // 100}.{a % 100:02d}"'
            f' mois="{b // 100}.{b % 100:02d}"></mode>'
        )
    day, month, year = map(euros, values)
    return f'<mode annee="{year}" code="{mode}" jour="{day}" mois="{month}"></mode>'


_ZERO = (0, 0, 0)
_ZEROS = (0, 0, 0, 0, 0, 0)
