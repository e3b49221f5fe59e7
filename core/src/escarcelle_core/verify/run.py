"""Verifies what it is given and tells what it found."""

import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from ..errors import DocumentError
from . import anchors_known, sources
from .archive_check import ArchiveCheck, Read
from .outcome import Defect, Outcome
from .papers import Papers
from .series import check_series
from .witness import Witnesses


def verify(
    paths: Iterable[Path] = (),
    *,
    database: str = "",
    records_only: bool = False,
    keys: frozenset[str] = frozenset(),
    anchors: Iterable[str] = (),
    processes: int = 1,
    progress: Callable[[int], None] | None = None,
) -> Outcome:
    """All archives under ``paths``, then the ``database`` (a libpq connection string): what archives
    state is expected there. ``keys``: when given, the fingerprints of the server certificates that
    are trusted, known by another way (a printed attestation, a mail). ``anchors``: ``"1-12=<hash>"``,
    printed or mailed. ``processes``: how many may work; one, in a program that has threads.
    ``progress`` is told how many records were read."""
    outcome = Outcome(progress=progress)
    witnesses = Witnesses()
    try:
        papers = Papers(anchors_known.expand(anchors))
    except DocumentError as error:
        _refuse(outcome, "--anchor", error)
        return outcome
    reads = _archives(paths, outcome, witnesses, papers, records_only, keys, processes)
    if reads:
        check_series(reads, outcome)
    if database:
        _database(database, outcome, witnesses, papers, processes)
    if outcome.records:
        papers.finish(outcome, live=bool(outcome.databases))
    return outcome


def verify_connection(name: str, connection: Any) -> Outcome:
    """The same of a database already connected to (psycopg2), as its current transaction sees it; the
    transaction goes on as it was."""
    from .database_check import DatabaseCheck

    outcome = Outcome()
    with connection.cursor() as cursor:
        # What the reader sets for itself goes away with the savepoint.
        cursor.execute("SAVEPOINT escarcelle_verify")
        try:
            DatabaseCheck(name, connection, outcome, Witnesses()).run()
        finally:
            cursor.execute("ROLLBACK TO SAVEPOINT escarcelle_verify")
            cursor.execute("RELEASE SAVEPOINT escarcelle_verify")
    return outcome


def _archives(
    paths: Iterable[Path],
    outcome: Outcome,
    witnesses: Witnesses,
    papers: Papers,
    records_only: bool,
    keys: frozenset[str],
    processes: int,
) -> list[Read]:
    reads: list[Read] = []
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
                folder, outcome, witnesses,
                records_only=records_only, processes=processes, papers=papers,
            )  # fmt: skip
            read = check.run()
            if read is not None:
                reads.append(read)
                papers.covers(read)
                if keys and not records_only and read.signed_by not in keys:
                    outcome.add(Defect(read.name, "archive.xml", "clé du serveur", ", ".join(sorted(keys)),
                                       read.signed_by, "ce n'est pas la clé attendue"))  # fmt: skip
    return reads


def _database(
    dsn: str, outcome: Outcome, witnesses: Witnesses, papers: Papers, processes: int
) -> None:
    # Not needed for archives, which are read sooner without.
    from . import database_reader
    from .database_check import DatabaseCheck

    try:
        connection = database_reader.connect(dsn)
    except DocumentError as error:
        _refuse(outcome, "base de données", error)
        return
    try:
        name = f"base {connection.info.dbname}"
        DatabaseCheck(
            name, connection, outcome, witnesses, processes=processes, papers=papers
        ).run()
    finally:
        connection.close()


def _order(path: Path) -> tuple[int, str]:
    return "JMA".find(path.name[11:12]) if path.name.startswith("ARC") else 0, path.name


def _refuse(outcome: Outcome, name: str, error: DocumentError) -> None:
    outcome.refused = True
    outcome.add(Defect(name, name, "", "", "", str(error)))
