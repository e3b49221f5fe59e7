"""Quarantine inside an archive: documents a device signed validly and that no chain could take, and what
was decided about them. They stand outside the chains, after all devices, and count in no total.
"""

import base64
import binascii
import json
import zlib
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from ..errors import DocumentError
from ..record import Record, parse_utc, utc_text
from . import record_xml
from .stamp import clean, serialise

START, END = b"<quarantaine ", b"</quarantaine>"
DECISION_START, DECISION_END = b"<decision ", b"</decision>"
#: A record is refused beyond that (``record``), and its text may double when it is escaped.
_MOST = 20_000_000
_ATTRIBUTES = {"id", "caisse", "recu", "motif", "message"}
_DECISION = {"id", "document", "etat", "par", "utc"}

#: State of a decision → how a report says it.
STATES = {
    "reviewing": "à l'examen",
    "entered": "ressaisi par un nouvel enregistrement",
    "duplicate": "déjà enregistré",
    "explained": "expliqué, sans suite",
    "reopened": "rouvert",
}


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A document kept aside: ``number`` is its place in the quarantine, ``reason`` a stable code,
    ``detail`` a French sentence, ``message`` the uuid of what it came with."""

    number: int
    received: datetime
    reason: str
    detail: str
    message: str
    record: Record


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided about the document ``document`` of the quarantine."""

    number: int
    document: int
    state: str
    by: str
    at: datetime
    reason: str


def write(kept: Quarantined) -> bytes:
    """The element ``<quarantaine>``. What cannot stand as an ``<enregistrement>`` (its document is
    not one) stands in ``<brut>``, base64 of its wire form, deflated."""
    element = etree.Element(
        "quarantaine", id=str(kept.number), caisse=kept.record.till, recu=utc_text(kept.received),
        motif=kept.reason, message=clean(kept.message),
    )  # fmt: skip
    etree.SubElement(element, "detail").text = clean(kept.detail)
    start = serialise(element).encode().removesuffix(END)
    return start + _content(kept.record) + END


def read(chunk: bytes) -> tuple[Quarantined, etree._Element]:
    """Read it back, with the element; DocumentError when it is not what ``write`` writes."""
    element = record_xml.parse_exact(chunk)
    a = element.attrib
    if set(a) != _ATTRIBUTES or len(element) != 2 or element[0].tag != "detail":
        raise DocumentError("Document en quarantaine illisible : ce n'est pas sa structure.")
    inner = serialise(element[1]).encode()
    try:
        if element[1].tag == "brut":
            record = Record.from_json(json.loads(_unpack(element[1].text or "")))
        else:
            record, _document = record_xml.read(inner)
        kept = Quarantined(
            int(a["id"]), parse_utc(a["recu"]), a["motif"], element[0].text or "", a["message"], record
        )
    except (ValueError, RecursionError, binascii.Error, zlib.error) as error:
        raise DocumentError("Document en quarantaine illisible.") from error
    if write(kept) != chunk or a["caisse"] != record.till:
        raise DocumentError("Le document en quarantaine ne dit pas ce que ses propres valeurs donnent.")
    return kept, element


def write_decision(decision: Decision) -> bytes:
    """The element ``<decision>``."""
    element = etree.Element(
        "decision", id=str(decision.number), document=str(decision.document), etat=decision.state,
        par=decision.by, utc=utc_text(decision.at),
    )  # fmt: skip
    element.text = clean(decision.reason)
    return serialise(element).encode()


def read_decision(chunk: bytes) -> tuple[Decision, etree._Element]:
    """Read it back, with the element; DocumentError when it is not what ``write_decision`` writes."""
    element = record_xml.parse_exact(chunk)
    a = element.attrib
    if set(a) != _DECISION or len(element) or a["etat"] not in STATES:
        raise DocumentError("Décision illisible : ce n'est pas sa structure.")
    try:
        decision = Decision(
            int(a["id"]), int(a["document"]), a["etat"], a["par"], parse_utc(a["utc"]), element.text or ""
        )
    except ValueError as error:
        raise DocumentError("Décision illisible.") from error
    if write_decision(decision) != chunk:
        raise DocumentError("La décision ne dit pas ce que ses propres valeurs donnent.")
    return decision, element


def _unpack(text: str) -> bytes:
    """Never more than a record can be, whatever the compression promises."""
    deflated = zlib.decompressobj()
    data = deflated.decompress(base64.b64decode(text, validate=True), _MOST)
    if deflated.unconsumed_tail:
        raise ValueError("too long")
    return data


def _content(record: Record) -> bytes:
    try:
        chunk = record_xml.write(record)
        # A line that starts like a part of the archive would cut it there.
        if b"\n<" not in chunk and record_xml.read(chunk)[0] == record:
            return chunk
    except DocumentError:
        pass
    wire = json.dumps(record.as_json(), ensure_ascii=False, sort_keys=True).encode()
    return b"<brut>" + base64.b64encode(zlib.compress(wire, 9)) + b"</brut>"
