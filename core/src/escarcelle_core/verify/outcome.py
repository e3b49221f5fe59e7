"""What a verification found: defects name the record, the field, what was expected and found."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from operator import itemgetter

from ..errors import AmountMismatch, ChainError, EscarcelleError, SignatureError
from ..money import euros, rate_text

#: What is wrong: field, expected, found, sentence.
Finding = tuple[str, str, str, str]
#: Where a defect is told: how many records and how many defects come before it.
Place = tuple[int, int]

SOUND, DEFECTS, UNUSABLE = "sound", "defects", "unusable"
#: Beyond it defects are counted, not kept: a wrong key makes one of every record.
KEPT = 500
_LONG = 200
#: How often whoever waits is told.
_STEP = 1_000
_COUNTS = frozenset({"Nombre de lignes", "Numéro de ligne"})


@dataclass(frozen=True, slots=True)
class Defect:
    """One thing that is wrong. ``record`` is the number as printed (``Ticket (VTE) 3-1.0``), or the
    file concerned."""

    archive: str
    record: str
    field: str
    expected: str
    found: str
    message: str
    till: str = ""

    def as_text(self) -> str:
        """One French line."""
        facts = ""
        if self.expected or self.found:
            facts = f" — {self.field} : attendu {self.expected or 'rien'}, trouvé {self.found or 'rien'}"
        return f"{self.record}{facts} — {self.message}"


@dataclass(slots=True)
class Outcome:
    """Filled while verifying; ``tills`` are uid8, ``refused``: nothing could be verified, ``unanswered``:
    something that was asked could not be told."""

    records: int = 0
    archives: list[dict] = field(default_factory=list)
    databases: list[dict] = field(default_factory=list)
    tills: set[str] = field(default_factory=set)
    defects_total: int = 0
    warnings: list[str] = field(default_factory=list)
    refused: bool = False
    unanswered: bool = False
    progress: Callable[[int], None] | None = None
    _kept: list[tuple[Place, Defect]] = field(default_factory=list)

    @property
    def defects(self) -> list[Defect]:
        """Those kept, in the order of what was read."""
        return [defect for _place, defect in sorted(self._kept, key=itemgetter(0))]

    def count(self, records: int = 1) -> None:
        """So many records were read."""
        before, self.records = self.records, self.records + records
        if self.progress and before // _STEP != self.records // _STEP:
            self.progress(self.records)

    @property
    def here(self) -> Place:
        """Where what is found from now on comes."""
        return self.records, self.defects_total

    def add(self, defect: Defect, place: Place | int | None = None) -> None:
        """Keep a defect, or count it when there are too many. ``place``, when it is found later: how many
        records had been read where it is, or ``here`` as it was."""
        self.defects_total += 1
        if len(self._kept) < KEPT:
            if not isinstance(place, tuple):
                place = (self.records if place is None else place, self.defects_total)
            self._kept.append((place, defect))

    def warn(self, message: str) -> None:
        """Something a reader should know that is not a defect."""
        if message not in self.warnings and len(self.warnings) < KEPT:
            self.warnings.append(message)

    def leave(self, message: str) -> None:
        """Something that was asked cannot be told from what was given: it does not pass for sound."""
        self.unanswered = True
        self.warn(message)

    @property
    def verdict(self) -> str:
        """``sound``, ``defects`` or ``unusable``."""
        if self.defects_total:
            return UNUSABLE if self.refused and not self.records else DEFECTS
        return UNUSABLE if self.refused or self.unanswered or not (self.archives or self.databases) else SOUND

    def as_json(self) -> dict:
        """The answer of ``--json``."""
        return {
            "verdict": self.verdict,
            "records": self.records,
            "tills": len(self.tills),
            "archives": self.archives,
            "databases": self.databases,
            "defects": [asdict(defect) for defect in self.defects],
            "defects_total": self.defects_total,
            "warnings": self.warnings,
        }


def apart(expected: str, found: str) -> tuple[str, str]:
    """Two values that differ, short enough to read: from a little before where they do."""
    if len(expected) <= _LONG and len(found) <= _LONG:
        return expected, found
    pairs = enumerate(zip(expected, found, strict=False))
    place = next((i for i, (one, other) in pairs if one != other), min(len(expected), len(found)))
    start = max(0, place - 40)
    return tuple(("…" if start else "") + text[start : start + _LONG] for text in (expected, found))


def explain(error: EscarcelleError) -> Finding:
    """An error of the core as a finding."""
    if isinstance(error, ChainError):
        if isinstance(error.expected, dict) and isinstance(error.found, dict):
            return _counters(error.expected, error.found)
        return error.field, _short(error.expected), _short(error.found), "la chaîne est rompue"
    if isinstance(error, AmountMismatch):
        expected, found = error.expected, error.found
        if error.what not in _COUNTS and isinstance(expected, int) and isinstance(found, int):
            expected, found = f"{euros(expected)} €", f"{euros(found)} €"
        return error.what, _short(expected), _short(found), "deux montants qui doivent être égaux diffèrent"
    return ("signature" if isinstance(error, SignatureError) else "document"), "", "", str(error)


def _counters(expected: dict, found: dict) -> Finding:
    """The first running total that differs, named."""
    one, other = _flat(expected), _flat(found)
    name = next((key for key in {**one, **other} if one.get(key) != other.get(key)), "totaux")
    return name, one.get(name, ""), other.get(name, ""), "un compteur ne suit pas les précédents"


def _flat(totals: dict) -> dict[str, str]:
    """Name of a counter → its value, in euros but for numbers of tickets."""
    flat = {
        "total perpétuel réel": f"{euros(totals['perpetual_real'])} €",
        "total perpétuel absolu": f"{euros(totals['perpetual_absolute'])} €",
    }
    for name, values in (
        ("total", totals["amount"]),
        *((f"total {s['sector']} à {rate_text(s['rate'])} %", s["amount"]) for s in totals["shares"]),
        *((f"TVA {s['sector']} à {rate_text(s['rate'])} %", s["tax"]) for s in totals["shares"]),
        *((f"encaissements {m['mode']}", m["amount"]) for m in totals["means"]),
    ):
        flat |= {f"{name} {of}": f"{euros(value)} €" for of, value in zip(_OPEN, values, strict=True)}
    tickets = zip(_OPEN, totals["tickets"], strict=True)
    return flat | {f"nombre de tickets {of}": str(value) for of, value in tickets}


_OPEN = ("du jour", "du mois", "de l'exercice")


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 200 else f"{text[:200]}…"
