"""Writes ``archive.xml`` from beginning to end, in canonical form, holding one record at a time.

Layout, one part a line: the root with its ``entete``; for each device ``<caisse>`` with ``avant``,
its records, ``apres``; the quarantine and its decisions; the XML-DSig signature. As what is written
is canonical already, its digest is that of the bytes: nothing is kept in memory to be signed.
"""

from hashlib import sha256
from typing import BinaryIO

from ..record import Record
from ..signing import Signer
from ..state import TillState
from ..xml import header_xml, quarantine_xml, record_xml, state_xml, xmldsig
from ..xml.quarantine_xml import Decision, Quarantined
from ..xml.stamp import serialise
from .parts import ArchiveHeader

DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'
ROOT_END = f"</{header_xml.ROOT}>".encode()
TILL_END = b"</caisse>"


class ArchiveWriter:
    """Call ``start``, then for each device ``till``, ``record`` …, ``end_till``, ``quarantine`` and
    ``decision`` as often as needed, then ``close``."""

    def __init__(self, stream: BinaryIO):
        self._stream = stream
        self._content = sha256()
        self.size = 0

    def start(self, header: ArchiveHeader) -> None:
        """The declaration, the root and its ``entete``."""
        self._write(DECLARATION, content=False)
        element = serialise(header_xml.build(header)).encode()
        self._write(element.removesuffix(ROOT_END) + b"\n")

    def till(self, uid: str, number: int, before: TillState) -> None:
        """Begin the records of a device, which stood at ``before``."""
        state = serialise(state_xml.build("avant", before))
        self._write(f'<caisse numero="{number}" uid="{uid}">{state}\n'.encode())

    def record(self, record: Record) -> None:
        """The next record of that device, in the order they were chained."""
        self._write(record_xml.write(record) + b"\n")

    def end_till(self, after: TillState) -> None:
        """End them."""
        state = serialise(state_xml.build("apres", after)).encode()
        self._write(state + TILL_END + b"\n")

    def quarantine(self, kept: Quarantined) -> None:
        """A document outside the chains."""
        self._write(quarantine_xml.write(kept) + b"\n")

    def decision(self, decision: Decision) -> None:
        """What was decided about one."""
        self._write(quarantine_xml.write_decision(decision) + b"\n")

    def close(self, signer: Signer, certificate_pem: str) -> None:
        """Sign and end the document."""
        self._content.update(ROOT_END)
        signature = xmldsig.sign(self._content.digest(), signer, certificate_pem)
        self._write(signature + ROOT_END + b"\n", content=False)

    def _write(self, data: bytes, *, content: bool = True) -> None:
        self._stream.write(data)
        self.size += len(data)
        if content:
            self._content.update(data)
