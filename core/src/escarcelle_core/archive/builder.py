"""Makes all the files of an archive from the records handed to it. Opening files is the caller's.

What is archived is what is signed: document, signed string, signature. A value stored beside them
that says otherwise is reported in ``deviations``, never copied.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from hashlib import sha256
from typing import BinaryIO

from ..errors import DocumentError
from ..money import parse_euros
from ..record import Record
from ..signing import Signer
from ..state import TillState
from ..xml import record_xml, schemas
from ..xml.quarantine_xml import Decision, Quarantined
from . import notice
from .csv_copies import CsvCopies
from .file import DECLARATION, ArchiveWriter
from .parts import (
    ARCHIVE_LEVELS,
    ArchivedFile,
    ArchivedQuarantine,
    ArchivedShare,
    ArchivedTill,
    ArchiveHeader,
    ArchiveSeal,
)

ARCHIVE, SEAL, MANIFEST, NOTICE, VERIFIER = (
    "archive.xml", "scellement.xml", "MANIFEST.sha256", "Doc_archive.txt", "verifier.pyz",
)  # fmt: skip
CERTIFICATES, TOKENS = "certificats/", "horodatages/"


class ArchiveBuilder:
    """``till``, ``record`` …, ``end_till`` for each device; ``quarantine`` and ``decision``; ``finish``
    gives the seal to sign as a record of the server (``chain.issue_archive``); ``write_seal`` adds
    it and the manifest."""

    def __init__(
        self,
        store: Callable[[str], BinaryIO],
        header: ArchiveHeader,
        certificates: Mapping[str, str],
    ):
        self.header = header
        self.deviations: list[tuple[str, str]] = []
        self.records = 0
        self._store = store
        self._files: list[ArchivedFile] = []
        self._tills: list[ArchivedTill] = []
        self._shares: dict[int, tuple[int, int]] = {}
        self._kept = ArchivedQuarantine()
        self._stream = self._open(ARCHIVE)
        self._writer = ArchiveWriter(self._stream)
        self._csv = CsvCopies(self._open)
        self._writer.start(header)
        for key_id, pem in sorted(certificates.items()):
            self._put(f"{CERTIFICATES}{key_id}.pem", pem.encode("ascii"))
        for name in schemas.NAMES:
            self._put(name, schemas.content(name))
        self._put(NOTICE, notice.content())

    def add_verifier(self, program: bytes) -> None:
        """The stand-alone verifier (``pyz.build``)."""
        self._put(VERIFIER, program)

    def till(self, uid: str, number: int, before: TillState) -> None:
        """Begin the records of a device, which stood at ``before``."""
        self._uid, self._number, self.state, self._count = uid, number, before, 0
        self._writer.till(uid, number, before)

    def record(self, record: Record) -> None:
        """The next record of that device. DocumentError when what is stored cannot be archived."""
        try:
            signed, document = record_xml.read(record_xml.write(record))
            self._csv.add(signed, document)
            if record.kind == "TCK":
                self._sell(document)
        except (DocumentError, AttributeError, TypeError) as error:
            raise DocumentError(f"{record.shown()} ne peut pas être archivé : {error}") from error
        if signed != record:
            names = [f.name for f in fields(Record) if getattr(signed, f.name) != getattr(record, f.name)]
            self.deviations.append((signed.shown(), ", ".join(names)))
        self._writer.record(signed)
        anchor = signed.payload.partition(",")[0] if signed.kind == "ANC" else ""
        self.state = self.state.after(signed, anchor)
        self._count += 1
        self.records += 1

    def end_till(self) -> None:
        """End the records of the device; ``state`` is then where it stands."""
        state, period = self.state, self.header.period
        closed = self._number == 0 or period_closed(state, period.level, period.last)
        self._writer.end_till(state)
        self._tills.append(
            ArchivedTill.at(
                self._uid, self._number, self._count, closed, state.heads,
                not closed and self.header.retired(self._uid),
            )
        )  # fmt: skip

    def quarantine(self, kept: Quarantined) -> None:
        """A document outside the chains, in the order of their numbers."""
        self._writer.quarantine(kept)
        self._kept = replace(self._kept, documents=self._kept.documents + 1, last=kept.number)

    def decision(self, decision: Decision) -> None:
        """What was decided about one, in the order of their numbers."""
        self._writer.decision(decision)
        self._kept = replace(
            self._kept, decisions=self._kept.decisions + 1, last_decision=decision.number
        )

    def add_token(self, kind: str, number: int, seq: int, token: bytes) -> None:
        """The RFC 3161 token over an archived record."""
        self._put(f"{TOKENS}{kind}-{number}-{seq}.tsr", token)

    def finish(self, signer: Signer, certificate_pem: str) -> ArchiveSeal:
        """Sign ``archive.xml``, close the files, and say what the seal has to name."""
        self._writer.close(signer, certificate_pem)
        self._stream.close()
        self._csv.close()
        header = self.header
        return ArchiveSeal(
            header.seq,
            header.period,
            header.server.uid,
            header.company,
            tuple(sorted(self._files, key=lambda file: file.name)),
            tuple(self._tills),
            tuple(
                ArchivedShare(rate, *self._shares[rate])
                for rate in sorted(self._shares, reverse=True)
            ),
            self._kept,
        )

    def write_seal(self, record: Record) -> None:
        """Add the signed seal and the manifest: the archive is complete."""
        self._put(SEAL, DECLARATION + record_xml.write(record) + b"\n")
        lines = (f"{file.sha256}  {file.name}\n" for file in sorted(self._files, key=_name))
        self._put(MANIFEST, "".join(lines).encode())

    def _sell(self, document) -> None:
        for node in document.iterfind("bilan/tvas/tva"):
            rate = parse_euros(node.get("taux"))
            total, tax = self._shares.get(rate, (0, 0))
            self._shares[rate] = (
                total + parse_euros(node.get("base")), tax + parse_euros(node.text)
            )  # fmt: skip

    def _put(self, name: str, data: bytes) -> None:
        with self._open(name) as stream:
            stream.write(data)

    def _open(self, name: str) -> "_Hashed":
        return _Hashed(self._store(name), name, self._files)


def period_closed(state: TillState, level: str, last) -> bool:
    """Whether a device at ``state`` has closed the period of ``level`` (J, M, A) ending on ``last``;
    one that never recorded anything has nothing to close."""
    if state.day is None:
        return True
    return state.day > last or (state.day == last and ARCHIVE_LEVELS[level] in state.closed)


class _Hashed:
    """A file being written; once closed, its digest and size are in the list."""

    def __init__(self, stream: BinaryIO, name: str, files: list[ArchivedFile]):
        self._stream, self._name, self._files = stream, name, files
        self._sha, self._size = sha256(), 0
        self.closed = False

    def write(self, data: bytes) -> int:
        """Write and digest."""
        self._sha.update(data)
        self._size += len(data)
        return self._stream.write(data)

    def close(self) -> None:
        """Close the file and note its digest, once."""
        if not self.closed:
            self.closed = True
            self._stream.close()
            self._files.append(ArchivedFile(self._name, self._sha.hexdigest(), self._size))

    def __enter__(self):
        return self

    def __exit__(self, *_error) -> None:
        self.close()

    def flush(self) -> None:
        """Asked for by the text layer."""

    def readable(self) -> bool:
        """Never read."""
        return False

    def writable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Written from beginning to end."""
        return False


def _name(file: ArchivedFile) -> str:
    return file.name
