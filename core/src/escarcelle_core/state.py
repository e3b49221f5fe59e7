"""Where a device stands: its chain heads, running totals and open day. A value, never mutated."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from .anchor import Head
from .errors import DocumentError
from .record import Record
from .totals import LEVELS, Totals


@dataclass(frozen=True, slots=True)
class TillState:
    """``day`` is the current business day, ``rank`` how often it was opened, ``closed`` the levels
    (GTJ, GTM, GTA) already closed at its end; ``anchor`` is the last anchor hash."""

    heads: Mapping[str, Head] = field(default_factory=lambda: MappingProxyType({}))
    totals: Totals = Totals()
    day: date | None = None
    rank: int = 1
    closed: frozenset[str] = frozenset()
    anchor: str = ""

    def seq(self, kind: str) -> int:
        """Number of the last record of a chain, 0 before the first."""
        head = self.heads.get(kind)
        return head.seq if head else 0

    def signature(self, kind: str) -> str:
        """Signature of the last record of a chain, ``""`` before the first."""
        head = self.heads.get(kind)
        return head.signature if head else ""

    def after(self, record: Record, anchor: str = "") -> "TillState":
        """The state once ``record`` stands; nothing is verified here (see ``verification``)."""
        heads = {**self.heads, record.kind: Head(record.seq, record.signature)}
        day, rank, closed = self.day, self.rank, self.closed
        if record.kind in LEVELS:
            if day is None or record.business_day > day:
                day, rank, closed = record.business_day, 1, frozenset()
            closed |= {record.kind}
        elif day is None or record.business_day > day:
            day, rank, closed = record.business_day, 1, frozenset()
        elif closed and record.kind in OPENING_KINDS:
            rank, closed = rank + 1, frozenset()
        return TillState(
            MappingProxyType(heads), record.totals, day, rank, closed, anchor or self.anchor
        )

    def as_json(self) -> dict:
        """For checkpoints."""
        return {
            "heads": {k: {"seq": h.seq, "signature": h.signature} for k, h in self.heads.items()},
            "totals": self.totals.as_json(),
            "day": self.day.isoformat() if self.day else None,
            "rank": self.rank,
            "closed": sorted(self.closed),
            "anchor": self.anchor,
        }

    @classmethod
    def from_json(cls, data: dict) -> "TillState":
        """Read a checkpoint back; DocumentError when it is not one."""
        try:
            return cls(
                MappingProxyType(
                    {k: Head(int(h["seq"]), str(h["signature"])) for k, h in data["heads"].items()}
                ),
                Totals.from_json(data["totals"]),
                date.fromisoformat(data["day"]) if data["day"] else None,
                int(data["rank"]),
                frozenset(data["closed"]),
                str(data["anchor"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise DocumentError("État de caisse illisible.") from error


#: Chains whose records open a business day again after its closing (a sale after the Z).
OPENING_KINDS = frozenset({"TCK", "FCT", "NTE", "JSP", "REG", "ECO"})
