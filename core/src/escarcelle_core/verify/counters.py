"""Running totals kept as numbers and as the canonical text of ``<compteurs>``, for the quick check.

Same rules as ``totals.Totals``; a test replays both side by side. What is written out here, and not left
to a function, is most of what a check spends on counters.
"""

from functools import lru_cache

from ..totals import Mean, Share, Totals

_Key = tuple[str, int]


class Counters:
    """``text`` is what a document must end with after the tickets added so far."""

    __slots__ = ("_amount", "_tickets", "_perpetual", "_parts", "_means")

    def __init__(self, totals: Totals):
        self._amount = totals.amount
        self._tickets = totals.tickets
        self._perpetual = totals.perpetual_real, totals.perpetual_absolute
        #: (sector, −rate) → day, month, year, VAT day, month, year, and the element; mode → the same.
        self._parts: dict[_Key, tuple] = {}
        self._means: dict[str, tuple] = {}
        for share in totals.shares:
            key = share.sector, -share.rate
            self._parts[key] = _part(key, *share.amount, *share.tax)
        for mean in totals.means:
            self._means[mean.mode] = _mean(mean.mode, *mean.amount)
        self._sort()

    def totals(self) -> Totals:
        """The same as a value."""
        return Totals(
            self._amount,
            self._tickets,
            *self._perpetual,
            tuple(
                Share(sector, -rate, values[:3], values[3:6])
                for (sector, rate), values in self._parts.items()
            ),
            tuple(Mean(mode, values[:3]) for mode, values in self._means.items()),
        )

    def after(
        self, sector: str, shares: list[tuple[int, int, int, int]], means: list[tuple[str, int]]
    ) -> "Counters":
        """What they are once a ticket is added: its (rate, total, VAT, …) and (mode, amount)."""
        new = object.__new__(Counters)
        parts = new._parts = self._parts.copy()
        modes = new._means = self._means.copy()
        total = 0
        for rate, amount, tax, _lines in shares:
            total += amount
            key = (sector, -rate)
            a, b, c, d, e, f, _text = parts.get(key, _ZEROS)
            parts[key] = _part(key, a + amount, b + amount, c + amount, d + tax, e + tax, f + tax)
        for mode, amount in means:
            a, b, c, _text = modes.get(mode, _ZERO)
            modes[mode] = _mean(mode, a + amount, b + amount, c + amount)
        a, b, c = self._amount
        new._amount = (a + total, b + total, c + total)
        a, b, c = self._tickets
        new._tickets = (a + 1, b + 1, c + 1)
        real, absolute = self._perpetual
        new._perpetual = (real + total, absolute + abs(total))
        if len(parts) != len(self._parts) or len(modes) != len(self._means):
            new._sort()
        return new

    def text(self) -> str:
        """``<compteurs …>…</compteurs>``, canonical."""
        day, month, year = self._amount
        tickets_day, tickets_month, tickets_year = self._tickets
        real, absolute = self._perpetual
        tail = (
            f' tickets-annee="{tickets_year}" tickets-jour="{tickets_day}" tickets-mois="{tickets_month}">'
            f"{''.join([part[6] for part in self._parts.values()])}"
            f"{''.join([mean[3] for mean in self._means.values()])}</compteurs>"
        )
        if day >= 0 and month >= 0 and year >= 0 and real >= 0:
            return (
                f'<compteurs absolu="{absolute // 100}{_CENTS[absolute % 100]}"'
                f' annee="{year // 100}{_CENTS[year % 100]}" jour="{day // 100}{_CENTS[day % 100]}"'
                f' mois="{month // 100}{_CENTS[month % 100]}" perpetuel="{real // 100}{_CENTS[real % 100]}"{tail}'
            )
        return (
            f'<compteurs absolu="{euros(absolute)}" annee="{euros(year)}" jour="{euros(day)}"'
            f' mois="{euros(month)}" perpetuel="{euros(real)}"{tail}'
        )

    def _sort(self) -> None:
        self._parts = dict(sorted(self._parts.items()))
        self._means = dict(sorted(self._means.items()))


@lru_cache(maxsize=4096)
def euros(amount: int) -> str:
    """Cents as ``12.34``."""
    if amount < 0:
        return f"-{-amount // 100}.{-amount % 100:02d}"
    return f"{amount // 100}.{amount % 100:02d}"


def _part(key: _Key, a: int, b: int, c: int, d: int, e: int, f: int) -> tuple:
    if a >= 0 and b >= 0 and c >= 0 and d >= 0 and e >= 0 and f >= 0:
        text = (
            f'<part annee="{c // 100}{_CENTS[c % 100]}" jour="{a // 100}{_CENTS[a % 100]}"'
            f' mois="{b // 100}{_CENTS[b % 100]}" secteur="{key[0]}" taux="{euros(-key[1])}"'
            f' tva-annee="{f // 100}{_CENTS[f % 100]}" tva-jour="{d // 100}{_CENTS[d % 100]}"'
            f' tva-mois="{e // 100}{_CENTS[e % 100]}"></part>'
        )
    else:
        text = (
            f'<part annee="{euros(c)}" jour="{euros(a)}" mois="{euros(b)}" secteur="{key[0]}"'
            f' taux="{euros(-key[1])}" tva-annee="{euros(f)}" tva-jour="{euros(d)}" tva-mois="{euros(e)}"></part>'
        )
    return a, b, c, d, e, f, text


def _mean(mode: str, a: int, b: int, c: int) -> tuple:
    if a >= 0 and b >= 0 and c >= 0:
        text = (
            f'<mode annee="{c // 100}{_CENTS[c % 100]}" code="{mode}" jour="{a // 100}{_CENTS[a % 100]}"'
            f' mois="{b // 100}{_CENTS[b % 100]}"></mode>'
        )
    else:
        text = f'<mode annee="{euros(c)}" code="{mode}" jour="{euros(a)}" mois="{euros(b)}"></mode>'
    return a, b, c, text


#: ``.00`` to ``.99``.
_CENTS = tuple(f".{cents:02d}" for cents in range(100))
_ZERO = (0, 0, 0, "")
_ZEROS = (0, 0, 0, 0, 0, 0, "")
