"""Verifies what it is given and tells what it found."""

import tempfile
from collections.abc import Iterable
from pathlib import Path

from ..errors import DocumentError
from . import sources
from .archive_check import ArchiveCheck, Read
from .outcome import Defect, Outcome
from .series import check_series
from .witness import Witnesses


def verify(
    paths: Iterable[Path],
    *,
    records_only: bool = False,
    keys: frozenset[str] = frozenset(),
    processes: int = 1,
) -> Outcome:
    """All archives under ``paths``. ``keys``: when given, the fingerprints of the server certificates
    that are trusted, known by another way (a printed attestation, a mail). ``processes``: how many
    may work; one, in a program that has threads."""
    outcome = Outcome()
    reads: list[Read] = []
    witnesses = Witnesses()
    found: list[Path] = []
    for path in paths:
        try:
            found += sources.find(path)
        except DocumentError as error:
            _refuse(outcome, str(path), error)
    # Days before months before years: the shorter ones bear witness of what the longer ones hold.
    for path in sorted(dict.fromkeys(found), key=_order):
        with tempfile.TemporaryDirectory(prefix="escarcelle-verify-") as work:
            try:
                folder = sources.open_folder(path, Path(work))
            except DocumentError as error:
                _refuse(outcome, path.name, error)
                continue
            check = ArchiveCheck(
                folder, outcome, witnesses, records_only=records_only, processes=processes
            )
            read = check.run()
            if read is not None:
                reads.append(read)
                if keys and not records_only and read.signed_by not in keys:
                    outcome.add(Defect(read.name, "archive.xml", "clé du serveur", ", ".join(sorted(keys)),
                                       read.signed_by, "ce n'est pas la clé attendue"))  # fmt: skip
    check_series(reads, outcome)
    return outcome


def _order(path: Path) -> tuple[int, str]:
    return "JMA".find(path.name[11:12]) if path.name.startswith("ARC") else 0, path.name


def _refuse(outcome: Outcome, name: str, error: DocumentError) -> None:
    outcome.refused = True
    outcome.add(Defect(name, name, "", "", "", str(error)))
