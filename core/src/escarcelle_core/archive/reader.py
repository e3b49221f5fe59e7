"""Cuts ``archive.xml`` into its parts, in one pass, holding one part at a time.

A part that is not recognised is handed out as ``DAMAGED`` up to the next line that starts a part: one
wrong byte does not hide the rest.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import BinaryIO

from ..xml import header_xml, quarantine_xml, record_xml, xmldsig
from ..xml.stamp import MAX_XML
from .file import DECLARATION, ROOT_END, TILL_END

HEADER, TILL, RECORD, RECORDS, TILL_STOP, QUARANTINE, DECISION, SIGNATURE, DAMAGED = (
    "header", "till", "record", "records", "till_stop", "quarantine", "decision", "signature", "damaged",
)  # fmt: skip
_BLOCK = 1 << 17
#: How each part starts and ends; every part is followed by a newline.
_PARTS = (
    (RECORD, record_xml.START, record_xml.END + b"\n"),
    (TILL, b"<caisse ", b"</avant>\n"),
    (TILL_STOP, b"<apres ", b"</apres>" + TILL_END + b"\n"),
    (QUARANTINE, quarantine_xml.START, quarantine_xml.END + b"\n"),
    (DECISION, quarantine_xml.DECISION_START, quarantine_xml.DECISION_END + b"\n"),
    (HEADER, f"<{header_xml.ROOT} ".encode(), b"</entete>\n"),
    (SIGNATURE, xmldsig.START, xmldsig.END + ROOT_END + b"\n"),
)
PART_START = re.compile(b"\n(?=" + b"|".join(re.escape(start) for _, start, _ in _PARTS) + b")")
_STOP = b"\n<apres "
_RECORD_END = record_xml.END + b"\n"


@dataclass(frozen=True, slots=True)
class Part:
    """One part: which, its bytes without the newline that ends it, where it starts in the file."""

    kind: str
    data: bytes
    offset: int


class ArchiveReader:
    """Iterate over it once; then ``content_digest`` is that of all but the signature. ``bulk``: bytes
    read at once; records that follow each other are then handed out together (``RECORDS``, each
    ended by its newline) when that is more than one."""

    def __init__(self, stream: BinaryIO, bulk: int = 0):
        self._stream = stream
        self._bulk = bulk
        self._buffer = b""
        self._at = 0
        self._before = 0  # bytes of the file before the buffer
        self._content = sha256()

    @property
    def content_digest(self) -> bytes:
        """SHA-256 of what was read, without declaration and signature: its canonical form."""
        return self._content.digest()

    def __iter__(self) -> Iterator[Part]:
        self._fill()
        if self._buffer.startswith(DECLARATION):
            self._take(len(DECLARATION), content=False)
        while self._at < len(self._buffer) or self._fill():
            yield self._next()

    def _next(self) -> Part:
        if len(self._buffer) - self._at < len(xmldsig.START):
            self._fill()
        for kind, start, end in _PARTS:
            if self._buffer.startswith(start, self._at):
                size = self._find(end)
                if size and not PART_START.search(self._buffer, self._at, self._at + size - 1):
                    if kind == RECORD and self._bulk:
                        return self._records(size)
                    return self._part(kind, size)
                break
        return self._damaged()

    def _records(self, first: int) -> Part:
        """Records from here up to the end of the device, as many as are in the buffer. Whoever cuts them
        apart looks for what does not belong between them."""
        stop = self._buffer.find(_STOP, self._at)
        last = stop + 1 if stop >= 0 else len(self._buffer)
        size = self._buffer.rfind(_RECORD_END, self._at, last) + len(_RECORD_END) - self._at
        if size <= first:
            return self._part(RECORD, first)
        return Part(RECORDS, self._take(size), self._before + self._at - size)

    def _part(self, kind: str, size: int) -> Part:
        offset = self._before + self._at
        if kind != SIGNATURE:
            return Part(kind, self._take(size)[:-1], offset)
        data = self._take(size, content=False)
        self._content.update(ROOT_END)
        return Part(kind, data.removesuffix(ROOT_END + b"\n"), offset)

    def _damaged(self) -> Part:
        """Everything up to the next place where a part seems to start."""
        offset = self._before + self._at
        while True:
            match = PART_START.search(self._buffer, self._at + 1)
            if match:
                return Part(DAMAGED, self._take(match.start() + 1 - self._at), offset)
            if len(self._buffer) - self._at > MAX_XML or not self._fill():
                return Part(DAMAGED, self._take(len(self._buffer) - self._at), offset)

    def _find(self, end: bytes) -> int:
        """Bytes from here up to and with ``end``; 0 when it does not come."""
        searched = 0
        while True:
            at = self._buffer.find(end, self._at + searched)
            if at >= 0:
                return at + len(end) - self._at
            searched = max(0, len(self._buffer) - self._at - len(end))
            if searched > MAX_XML or not self._fill():
                return 0

    def _fill(self) -> bool:
        """Read one more block; false when the file is at its end."""
        block = self._stream.read(self._bulk or _BLOCK)
        if block:
            self._before += self._at
            self._buffer = self._buffer[self._at :] + block
            self._at = 0
        return bool(block)

    def _take(self, size: int, *, content: bool = True) -> bytes:
        data = self._buffer[self._at : self._at + size]
        self._at += size
        if content:
            self._content.update(data)
        return data
