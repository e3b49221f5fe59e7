"""Tickets checked straight from their text: what the full check would find sound, found so sooner.

``accept`` either is sure, or answers None and ``verification.verify_next`` decides. It never says that
something is wrong. Everything of a ticket is checked here but its signature: structure, canonical form,
sums, VAT, running totals, times, place in the chain, signed string. That what is accepted here is
accepted there is tested on documents altered in every way.
"""

from dataclasses import dataclass
from datetime import datetime, timezone
from functools import lru_cache
from hashlib import sha256
from types import MappingProxyType

from ..anchor import Head
from ..state import TillState
from ..totals import Totals
from ..xml.record_xml import END, SIGNED_END
from ..xml.stamp import MAX_XML
from . import grammar
from .counters import Counters, euros
from .references import checksums

_COMPANY_END = "</societe>"
_END = "</ticket>" + END.decode()
_LINES_END, _PAYMENTS_END = "</lignes>", "</encaissements></bilan>"
_SIGNS = {"VTE": 1, "ANN": -1, "GES": 0}
#: Lines worked out once: a shop sells the same goods at the same price all day long.
_REMEMBERED = 8_192


@dataclass(slots=True)
class Accepted:
    """A ticket beyond doubt, its signature excepted."""

    kind: str
    seq: int
    operation: str
    key_id: str
    signature: str
    payload: str
    uid: str
    utc: str
    #: Rate, total, VAT, lines.
    shares: list[tuple[int, int, int, int]]
    origin: tuple[str, int, int, str] | None
    #: Checksums of its lines and payments: what its invoice must repeat.
    sale: int


class QuickTickets:
    """The tickets of one device that stands at ``state``; ``state`` follows what is accepted."""

    def __init__(self, uid: str, number: int, state: TillState):
        self._uid = uid
        self._number = number
        self._heads = {kind: (head.seq, head.signature) for kind, head in state.heads.items()}
        self._counters = Counters(state.totals)
        self._day, self._rank, self._closed = state.day, state.rank, state.closed
        #: Only the open day: the first record of the next one is checked the slow way.
        self._open = state.day.isoformat() if state.day else ""
        self._anchor = state.anchor
        self._companies: set[str] = set()
        self._company = ""

    @property
    def state(self) -> TillState:
        """Where the device stands."""
        return TillState(
            MappingProxyType({kind: Head(*head) for kind, head in self._heads.items()}),
            self._counters.totals(),
            self._day,
            self._rank,
            self._closed,
            self._anchor,
        )

    @property
    def totals(self) -> Totals:
        """Its running totals."""
        return self._counters.totals()

    def accept(self, chunk: bytes) -> Accepted | None:
        """The ticket in ``chunk`` (an ``<enregistrement>``) when it is the next one without a doubt."""
        if len(chunk) > MAX_XML:
            return None
        try:
            text = chunk.decode("utf-8")
        except UnicodeDecodeError:
            return None
        match = grammar.RECORD.match(text)
        if match is None:
            return None
        (kind, key, seq_text, signature, payload, till, uid, training, local, day, operation,
         origin_uid, utc) = match.groups()  # fmt: skip
        seq, previous = self._heads.get(kind, (0, ""))
        seq += 1
        if (
            uid != self._uid
            or int(till) != self._number
            or int(seq_text) != seq
            or (training == "O") != (kind == "ECO")
            or day != self._open
            or not _same_instant(local, utc)
        ):
            return None
        header = self._header(text, match.end(), local, operation, seq)
        if header is None:
            return None
        place, sector, origin = header
        lines = _lines(text, place, sector)
        if lines is None:
            return None
        place, total, shares = lines
        if total * _SIGNS[operation] < 0:
            return None
        payments = _payments(text, place, local, total)
        if payments is None:
            return None
        place, means = payments
        counters = self._counters
        if kind == "TCK":
            counters = counters.after(sector, shares, means)
        if text[place:] != f"{_PAYMENTS_END}{counters.text()}{_END}":
            return None
        start = chunk.index(SIGNED_END) + len(SIGNED_END)
        document = chunk[start : -len(END)]
        split = "|".join([f"{rate:04d}:{amount}" for rate, amount, _tax, _lines in shares])
        moment = local[:19].replace("-", "").replace("T", "").replace(":", "")
        if payload != (
            f"{split},{total},{moment},{self._number}-{seq},{operation},"
            f"sha256={sha256(document).hexdigest()},{'O' if previous else 'N'},{previous}"
        ):
            return None
        self._counters = counters
        self._move(kind, seq, signature)
        # Counters hold nothing but ASCII: as many bytes as characters.
        sale = _sale(chunk, start, len(chunk) - len(text) + place, local)
        return Accepted(
            kind, seq, operation, key, signature, payload, origin_uid[1:-1].lower(), utc, shares, origin,
            sale,
        )  # fmt: skip

    def _move(self, kind: str, seq: int, signature: str) -> None:
        self._heads[kind] = (seq, signature)
        if self._closed:
            # A sale after the Z: the same day is open again.
            self._rank, self._closed = self._rank + 1, frozenset()

    def _header(
        self, text: str, place: int, local: str, operation: str, seq: int
    ) -> tuple[int, str, tuple[str, int, int, str] | None] | None:
        """End of the header, sector, origin; None when it is not the header of such a ticket."""
        if self._company and text.startswith(self._company, place):
            end = place + len(self._company)
        else:
            end = text.find(_COMPANY_END, place) + len(_COMPANY_END)
            company = text[place:end]
            if company not in self._companies:
                if not grammar.COMPANY.fullmatch(company) or len(self._companies) > 50:
                    return None
                self._companies.add(company)
            self._company = company
        year, month, day, time = local[:4], local[5:7], local[8:10], local[11:19]
        created = (
            f'<creation iso="{local}"><date>{day}/{month}/{year}</date><heure>{time}</heure></creation>'
        )
        if not text.startswith(created, end):
            return None
        match = grammar.HEADER.match(text, end + len(created))
        if match is None:
            return None
        code = (
            f"<cab>{operation}{seq}D{day}{month}{year[2:]}{time[:2]}{time[3:5]}{time[6:]}</cab></entete>"
        )
        if not text.startswith(code, match.end()):
            return None
        sector, till, document, number, uid = match.groups()
        origin = (document, int(till), int(number), uid[1:-1].lower()) if uid else None
        return match.end() + len(code), sector, origin


def _lines(
    text: str, place: int, sector: str
) -> tuple[int, int, list[tuple[int, int, int, int]]] | None:
    """Check the lines and the balance up to the payments. Returns where those begin, the total, and
    the shares (rate, total, VAT, lines) by descending rate."""
    start, end = text.find(">", place) + 1, text.find(_LINES_END, place)
    rows = grammar.LINES.findall(text, start, end)
    count = len(rows)
    if not count or end < 0 or text[place:start] != f'<lignes nombre="{count}">':
        return None
    (prices, nets, untaxed, numbers, quantities, discounts, taxes, rates, uids, rests) = zip(
        *rows, strict=True
    )
    if rests[-1] or len(set(uids)) != count or numbers != _numbers(count):
        return None
    by_rate: dict[int, list[int]] = {}
    # No function of Python calls the other: this is where most of the time goes.
    for worked in map(_worked, prices, nets, untaxed, quantities, discounts, taxes, rates):
        if worked is None:
            return None
        rate, amount, tax = worked
        share = by_rate.get(rate)
        if share is None:
            by_rate[rate] = [amount, tax, 1]
        else:
            share[0] += amount
            share[1] += tax
            share[2] += 1
    if sector != "TAXABLE" and by_rate.keys() != {0}:
        return None
    shares = [(rate, *by_rate[rate]) for rate in sorted(by_rate, reverse=True)]
    total = sum([share[1] for share in shares])
    tax = sum([share[2] for share in shares])
    balance = (
        f'{_LINES_END}<bilan montantHT="{euros(total - tax)}" montantTTC="{euros(total)}">'
        f'<tvas montantTaxes="{euros(tax)}">'
        + "".join([
            f'<tva base="{euros(amount)}" ht="{euros(amount - tax)}" nombre="{lines}"'
            f' taux="{euros(rate)}">{euros(tax)}</tva>'
            for rate, amount, tax, lines in shares
        ])
        + f'</tvas><encaissements montantEncaisse="{euros(total)}">'
    )  # fmt: skip
    if not text.startswith(balance, end):
        return None
    return end + len(balance), total, shares


@lru_cache(maxsize=_REMEMBERED)
def _worked(
    price: str, net: str, untaxed: str, quantity: str, discount: str, vat: str, rate_text: str
) -> tuple[int, int, int] | None:
    """Rate, amount and VAT of a line, None when its figures do not agree."""
    # Decimals are fixed: without their point numbers are integers (``_cents``, written out).
    rate = int(rate_text.replace(".", ""))
    amount, tax = int(net.replace(".", "")), int(vat.replace(".", ""))
    # Thousandths × ten-thousandths of a euro × hundredths of a percent, in cents.
    product = int(quantity.replace(".", "")) * int(price.replace(".", ""))
    product *= 10_000 - int(discount.replace(".", "")) if discount != "0.00" else 10_000
    twice, by = 2 * amount * rate, 10_000 + rate
    if (
        amount != _half_up(product, 1_000_000_000)
        or tax != ((twice + by) // (2 * by) if twice >= 0 else -((by - twice) // (2 * by)))
        or amount - tax != int(untaxed.replace(".", ""))
    ):
        return None
    return rate, amount, tax


@lru_cache(maxsize=32)
def _numbers(count: int) -> tuple[str, ...]:
    """``1`` to ``count``, as they are written."""
    return tuple(map(str, range(1, count + 1)))


def _payments(text: str, place: int, local: str, total: int) -> tuple[int, list[tuple[str, int]]] | None:
    """Check the payments. Returns where they end, and (mode, amount) of each."""
    means = []
    while match := grammar.PAYMENT.match(text, place):
        time, mode, kept, change, given = match.groups()
        amount = _cents(kept)
        if time != local or amount + _cents(change) != _cents(given):
            return None
        means.append((mode, amount))
        total -= amount
        place = match.end()
    return None if total else (place, means)


def _sale(chunk: bytes, start: int, end: int, local: str) -> int:
    """``references.sale_of`` an accepted ticket, whose payments stop at ``end``."""
    lines = chunk.index(b"<lignes ", start)
    paid_at = chunk.index(b"<encaissements ", lines)
    paid = chunk[paid_at:end].replace(b' horodatage="%b"' % local.encode(), b"")
    return checksums(chunk[lines:paid_at], paid)


def _same_instant(local: str, utc: str) -> bool:
    """Whether the local time, with its offset, is that of UTC and exists."""
    hour = _utc_hour(local[:13], local[19:])
    if hour is None:
        return _same(local, utc)
    # Whole hours apart: minutes and seconds are the same.
    within = local[14] <= "5" and local[17] <= "5"
    return within and utc.startswith(hour) and utc[13:-1] == local[13:19]


@lru_cache(maxsize=64)
def _utc_hour(hour: str, offset: str) -> str | None:
    """The hour in UTC of a local hour (``2026-11-21T20``); None unless it exists and the clocks are
    whole hours apart."""
    local = f"{hour}:00:00{offset}"
    try:
        at = datetime.fromisoformat(local)
    except ValueError:
        return None
    if at.isoformat() != local or not offset.endswith(":00"):
        return None
    return at.astimezone(timezone.utc).replace(tzinfo=None).isoformat()[:13]


def _same(local: str, utc: str) -> bool:
    try:
        at = datetime.fromisoformat(local)
    except ValueError:
        return False
    return (
        at.isoformat() == local
        and at.astimezone(timezone.utc).replace(tzinfo=None).isoformat() + "Z" == utc
    )


def _cents(text: str) -> int:
    """``12.34`` → 1234; as many decimals as are written."""
    return int(text.replace(".", ""))


def _half_up(value: int, by: int) -> int:
    """The quotient rounded, halves away from zero."""
    if value < 0:
        return -((-2 * value + by) // (2 * by))
    return (2 * value + by) // (2 * by)
