"""What the server has signed of the whole journal: its shop anchors and the seals of its archives."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from .. import anchor as anchors
from ..documents import DOCUMENT_LABELS
from ..errors import EscarcelleError
from ..xml import archive_xml
from ..xml.stamp import parse
from .outcome import Finding
from .stored import Stored
from .witness import Witnesses


@dataclass(slots=True)
class Statements:
    """``hear`` the server's ANC and ARC records before any other; what they state is then in
    ``witnesses``, ``facts`` (number → digest, who) and ``receptions`` (device → count → digest, who).
    ``last``: the last shop anchor, ``last_at`` its instant (UTC text, local text), ``last_fact`` how
    much of the register it states.
    """

    witnesses: Witnesses
    facts: dict[int, tuple[str, str]] = field(default_factory=dict)
    receptions: dict[str, dict[int, tuple[str, str]]] = field(default_factory=dict)
    last: str = ""
    last_at: tuple[str, str] = ("", "")
    last_fact: int = 0

    def hear(self, row: Stored) -> Iterator[Finding]:
        """What contradicts an earlier statement. A document that does not verify is reported where its
        chain is read."""
        who = f"{DOCUMENT_LABELS.get(row.doc_type, row.doc_type)} {row.till_number}-{row.seq}"
        try:
            document, day = parse(row.xml), date.fromisoformat(row.business_day)
            if row.kind == "ARC":
                seal = archive_xml.read(document)
                stated = [(till.uid, till.heads, seal.period.last) for till in seal.tills]
            else:
                anchor = anchors.read(document)
                stated = [(till.uid, till.heads, day + timedelta(days=1)) for till in anchor.shop]
                if anchor.register:
                    self.last, self.last_at = who, (row.at, row.local)
                    self.last_fact = anchor.register.facts
                    self.facts[anchor.register.facts] = (anchor.register.digest, who)
                    for each in anchor.register.receptions:
                        self.receptions.setdefault(each.till, {})[each.records] = (each.digest, who)
        except (EscarcelleError, ValueError, TypeError, AttributeError):
            return
        for uid, heads, last in stated:
            yield from self.witnesses.say(who, 0, uid, heads, last)
