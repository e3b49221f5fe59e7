"""Several archives together: each begins where the one before it ended, and their seals are chained."""

from collections import defaultdict
from datetime import timedelta

from .archive_check import Read
from .outcome import Defect, Outcome


def check_series(reads: list[Read], outcome: Outcome) -> None:
    """Continuity of the archives of each company and level, and of the chain of seals."""
    levels: dict[tuple, list[Read]] = defaultdict(list)
    servers: dict[str, list[Read]] = defaultdict(list)
    for read in reads:
        header = read.header
        levels[header.server.uid, header.company.siret, header.period.level].append(read)
        servers[header.server.uid].append(read)
    for series in levels.values():
        series.sort(key=lambda read: read.header.seq)
        for earlier, later in zip(series, series[1:], strict=False):
            _check_pair(earlier, later, outcome)
    for series in servers.values():
        _check_seals(sorted(series, key=lambda read: read.header.seq), outcome)


def _check_pair(earlier: Read, later: Read, outcome: Outcome) -> None:
    before, after = earlier.header.period, later.header.period
    if earlier.header.seq == later.header.seq:
        return  # reported with the seals
    if after.first != before.last + timedelta(days=1) and after.first != before.first:
        outcome.warn(f"Entre {earlier.name} et {later.name}, des périodes n'ont pas été données à vérifier.")
        return
    for uid, till in earlier.tills.items():
        if uid not in later.before:
            _defect(outcome, later, f"caisse {till.number}", "caisse", "présente", "absente",
                    f"cette caisse était dans {earlier.name}", uid)  # fmt: skip
        elif later.before[uid] != till.state:
            heads, others = till.state.heads, later.before[uid].heads
            kind = next((k for k in {*heads, *others} if heads.get(k) != others.get(k)), "")
            _defect(outcome, later, f"caisse {till.number}", f"reprise de la chaîne {kind}".rstrip(),
                    str(heads.get(kind, "")), str(others.get(kind, "")),
                    f"l'archive ne reprend pas où {earlier.name} s'arrête", uid)  # fmt: skip
    for uid, state in later.before.items():
        if uid not in earlier.tills and state.heads:
            _defect(outcome, later, f"caisse {later.tills[uid].number}", "début de la caisse", "aucun",
                    "des enregistrements antérieurs", f"cette caisse n'était pas dans {earlier.name}", uid)  # fmt: skip


def _check_seals(series: list[Read], outcome: Outcome) -> None:
    for earlier, later in zip(series, series[1:], strict=False):
        first, second = earlier.seal, later.seal
        if first is None or second is None:
            continue
        if first.seq == second.seq and first != second:
            _defect(outcome, later, second.shown(), "numéro d'archive", "un seul sceau", "deux",
                    f"{earlier.name} porte le même numéro")  # fmt: skip
        elif second.seq == first.seq + 1 and second.previous != first.signature:
            _defect(outcome, later, second.shown(), "signature précédente", first.signature,
                    second.previous, f"le sceau ne suit pas celui de {earlier.name}")  # fmt: skip


def _defect(outcome: Outcome, read: Read, record: str, field: str, expected: str, found: str,
            message: str, till: str = "") -> None:  # fmt: skip
    outcome.add(Defect(read.name, record, field, expected, found, message, till))
