"""Documents of the server that cite others of its chains: what they cite must be there.

A delivery and the movement it makes cite each other, so that what is cited may also come after. What
was cited on the last day may still be waiting for its number, and a chain whose beginning was not given
may hold anything: neither is judged.
"""

from collections.abc import Iterator
from datetime import date

from lxml import etree

from ..documents import DOCUMENT_LABELS, PIECES
from ..record import Record
from ..state import TillState
from .outcome import Finding

#: Documents remembered: about seventy bytes each. Beyond it, absent ones are no longer judged.
MOST = 1_000_000
#: Cited and not seen yet; an honest journal has a handful.
MOST_WAITING = 10_000
_FIELD = "document cité"


class Citations:
    """The documents of one server, ``before`` what is given of it."""

    def __init__(self, before: TillState):
        self._whole = frozenset(kind for kind in PIECES if not before.seq(kind))
        self._seen: set[tuple[int, int]] = set()
        self._full = False
        #: What is cited → who cites it first, on what day.
        self._waiting: dict[tuple[int, int], tuple[str, str, date]] = {}

    def check(self, record: Record, document: etree._Element) -> Iterator[Finding]:
        """What is wrong at once with what ``record`` cites."""
        if record.kind not in _PLACES or document.tag != "piece":
            return
        own = (_PLACES[record.kind], int(record.origin.replace("-", ""), 16))
        self._waiting.pop(own, None)
        if len(self._seen) < MOST:
            self._seen.add(own)
        else:
            self._full = True
        for node in document.iterfind("origines/origine"):
            kind, uid = node.get("document", ""), node.get("uid", "")
            if kind not in self._whole or not uid:
                continue  # an order, a ticket, or of a chain that was not given from its beginning
            try:
                cited = (_PLACES[kind], int(uid.strip("{}").replace("-", ""), 16))
            except ValueError:
                yield _FIELD, "un identifiant", uid[:50], "le document cité est illisible"
                continue
            if cited == own:
                yield _FIELD, "un autre document", record.shown(), "ce document se cite lui-même"
            elif cited not in self._seen and not self._full and cited not in self._waiting:
                if len(self._waiting) >= MOST_WAITING:
                    yield _absent(kind, uid)
                else:
                    self._waiting[cited] = record.shown(), uid, record.business_day

    def end(self, last: date | None) -> Iterator[tuple[str, Finding]]:
        """What was cited before day ``last``, the last of the server, and never came: who cites it, and
        the finding."""
        if self._full:
            return
        for (place, _uid), (shown, uid, day) in self._waiting.items():
            if last is not None and day < last:
                yield shown, _absent(PIECES[place], uid)


def _absent(kind: str, uid: str) -> Finding:
    return _FIELD, f"{DOCUMENT_LABELS[kind]} {uid}", "", "le document cité n'existe pas"


_PLACES = {kind: place for place, kind in enumerate(PIECES)}
