"""What an archive holds outside the chains: the quarantine, and what was decided about it."""

from collections.abc import Callable

from lxml import etree

from ..archive.parts import ArchivedQuarantine
from ..errors import EscarcelleError
from ..verification import verify_signature
from ..xml.quarantine_xml import STATES, read, read_decision
from .keys import Keys
from .outcome import Finding, Outcome, explain

_SHOWN = 20


class Aside:
    """``document`` and ``decision`` for each part; ``tell`` takes what a finding is about, the
    finding, and the device."""

    def __init__(self, keys: Keys, schema: etree.XMLSchema, tell: Callable[..., None]):
        self._keys = keys
        self._schema = schema
        self._tell = tell
        self._documents = self._last = self._decisions = self._last_decision = 0
        self._decided: dict[int, str] = {}
        self._seen: dict[int, str] = {}

    def document(self, chunk: bytes) -> None:
        """A document kept aside: it must be validly signed by a key of its device, revoked or not."""
        kept, element = read(chunk)
        shown = f"quarantaine {kept.number}, {kept.record.shown()}"
        try:
            verify_signature(kept.record, self._keys.of(kept.record.till))
        except EscarcelleError as error:
            self._tell(shown, explain(error), kept.record.till)
        self._order(shown, self._last, kept.number)
        self._validate(element, shown)
        self._documents, self._last = self._documents + 1, kept.number
        self._seen[kept.number] = f"{kept.record.kind} {kept.record.number}"

    def decision(self, chunk: bytes) -> None:
        """What somebody decided; it names a document of this archive or of an earlier one."""
        decision, element = read_decision(chunk)
        shown = f"décision {decision.number}"
        self._order(shown, self._last_decision, decision.number)
        if decision.document > self._last and self._documents:
            self._tell(shown, ("document", f"au plus {self._last}", str(decision.document),
                               "la décision porte sur un document qui n'est pas archivé"))  # fmt: skip
        self._validate(element, shown)
        self._decisions, self._last_decision = self._decisions + 1, decision.number
        self._decided[decision.document] = decision.state

    def compare(self, stated: ArchivedQuarantine) -> Finding | None:
        """What the seal says of all this; None when it is right."""
        found = ArchivedQuarantine(
            self._documents, self._last, self._decisions, self._last_decision
        )
        if found == stated:
            return None
        return ("quarantaine", str(stated), str(found),
                "le sceau n'annonce pas les documents mis à part qui sont dans l'archive")  # fmt: skip

    def summarise(self, name: str, outcome: Outcome) -> None:
        """Say that there are some: they are sound, and in no total."""
        if not self._documents:
            return
        listed = ", ".join(
            f"{place} ({STATES[self._decided[number]] if number in self._decided else 'en attente'})"
            for number, place in list(self._seen.items())[:_SHOWN]
        )
        more = f" … et {self._documents - _SHOWN} autres" if self._documents > _SHOWN else ""
        outcome.warn(
            f"{name} : {self._documents} document(s) en quarantaine, validement signés et hors des"
            f" chaînes, comptés dans aucun total : {listed}{more}."
        )

    def _order(self, shown: str, before: int, number: int) -> None:
        if number <= before:
            self._tell(shown, ("ordre", f"plus que {before}", str(number), "il n'est pas à sa place"))

    def _validate(self, element: etree._Element, shown: str) -> None:
        if not self._schema.validate(element):
            error = self._schema.error_log.last_error
            self._tell(shown, ("schéma", "", "", f"non conforme au schéma : {error.message[:300]}"))
