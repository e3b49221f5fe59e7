"""What an archive covers and what its seal says. An archive freezes the records of all the devices
of a company for a day, a month or a fiscal year (BOI-TVA-DECLA-30-10-30 §220-260).

Its records stand in ``archive.xml`` (``archive_file``, ``archive_reader``). Its *seal* is a record of
the server's ARC chain: it names every file of the archive with its SHA-256 and the chain heads the
archive stops at, so that archives follow each other without a gap.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from ..anchor import Head
from ..documents import Company, Device
from ..errors import DocumentError
from ..periods import DAY, MONTH, YEAR, PeriodRules

#: Letter in the file name → chain of the closing that ends such a period.
ARCHIVE_LEVELS = {"J": DAY, "M": MONTH, "A": YEAR}
_NAME = re.compile(r"ARC(\d{8})([JMA])(\d{14})(\d{14})([0-9a-f]{8})\.7z")


@dataclass(frozen=True, slots=True)
class ArchivePeriod:
    """Business days ``first`` to ``last``; ``start`` and ``end`` are local instants, the end being
    the last second."""

    level: str
    first: date
    last: date
    start: datetime
    end: datetime

    @classmethod
    def of(cls, level: str, day: date, rules: PeriodRules) -> "ArchivePeriod":
        """The period of ``level`` (J, M or A) that contains ``day``."""
        if level not in ARCHIVE_LEVELS:
            raise DocumentError(f"Niveau d'archive inconnu : {level}.")
        closing, one = ARCHIVE_LEVELS[level], timedelta(days=1)
        name = rules.period(closing, day)
        first = last = day
        while rules.period(closing, first - one) == name:
            first -= one
        while rules.period(closing, last + one) == name:
            last += one
        zone = ZoneInfo(rules.timezone)
        start = rules.day_end(first - one).astimezone(zone)
        # On the clock of UTC: a second less, whatever the night's change of hour.
        end = (rules.day_end(last) - timedelta(seconds=1)).astimezone(zone)
        return cls(level, first, last, start, end)

    def name(self, seq: int, uid: str) -> str:
        """``ARC[number 8][J|M|A][start 14][end 14][uid8 of the server].7z``."""
        return f"ARC{seq:08d}{self.level}{self.start:%Y%m%d%H%M%S}{self.end:%Y%m%d%H%M%S}{uid}.7z"


def read_name(name: str) -> tuple[int, str, str, str, str]:
    """Number, level, start, end, uid8 of an archive's file name; DocumentError otherwise."""
    match = _NAME.fullmatch(name)
    if match is None:
        raise DocumentError(f"« {name} » n'est pas un nom d'archive.")
    return int(match[1]), match[2], match[3], match[4], match[5]


@dataclass(frozen=True, slots=True)
class ArchivedKey:
    """A certificate that signed for ``till``; ``since`` and ``revoked`` are UTC instants."""

    till: str
    key_id: str
    since: datetime
    revoked: datetime | None = None


@dataclass(frozen=True, slots=True)
class ArchiveHeader:
    """First words of ``archive.xml``: whose records, of when, made by what, signed by which keys."""

    seq: int
    period: ArchivePeriod
    company: Company
    server: Device
    rules: PeriodRules
    made_at: datetime
    keys: tuple[ArchivedKey, ...]

    def retired(self, till: str) -> bool:
        """Whether every key of ``till`` was revoked when the archive was made."""
        own = [key for key in self.keys if key.till == till]
        return bool(own) and all(key.revoked and key.revoked <= self.made_at for key in own)

    @property
    def name(self) -> str:
        """File name of the archive."""
        return self.period.name(self.seq, self.server.uid)


@dataclass(frozen=True, slots=True)
class ArchivedTill:
    """Where a device stands at the end of an archive. ``closed`` is false when the period's closing
    of this device had not been received: a supplement will follow, unless it is ``retired`` (all its
    keys are revoked: it can sign nothing more)."""

    uid: str
    number: int
    records: int
    closed: bool
    heads: tuple[tuple[str, Head], ...]
    retired: bool = False

    @classmethod
    def at(
        cls,
        uid: str,
        number: int,
        records: int,
        closed: bool,
        heads: Mapping[str, Head],
        retired: bool = False,
    ) -> "ArchivedTill":
        """With the heads in the order the document lists them."""
        return cls(uid, number, records, closed, tuple(sorted(heads.items())), retired)


@dataclass(frozen=True, slots=True)
class ArchivedFile:
    """A file of the archive: path with ``/``, SHA-256 in hexadecimal, size in bytes."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class ArchivedShare:
    """Tickets of the archive at one VAT rate: cents VAT included, and the VAT in them."""

    rate: int
    total: int
    tax: int


@dataclass(frozen=True, slots=True)
class ArchivedQuarantine:
    """Documents outside the chains, and decisions about them, held by an archive, and the number of
    the last of each (0 = none)."""

    documents: int = 0
    last: int = 0
    decisions: int = 0
    last_decision: int = 0


@dataclass(frozen=True, slots=True)
class ArchiveSeal:
    """What the ARC record says. ``shares`` are by descending rate, over all tickets archived."""

    seq: int
    period: ArchivePeriod
    server: str
    company: Company
    files: tuple[ArchivedFile, ...]
    tills: tuple[ArchivedTill, ...]
    shares: tuple[ArchivedShare, ...]
    quarantine: ArchivedQuarantine = ArchivedQuarantine()

    @property
    def name(self) -> str:
        """File name of the archive."""
        return self.period.name(self.seq, self.server)

    @property
    def total(self) -> int:
        """Tickets of the archive, cents VAT included."""
        return sum(share.total for share in self.shares)
