"""A record inside ``archive.xml``, and back.

Only what the document does not say itself is added to it: the signed string and the signature. All
other keys of ``docs/formats.md`` §2 are read in the document, so they cannot contradict it. Bytes are
canonical XML: an element that is written differently is refused.
"""

from lxml import etree

from ..errors import DocumentError
from ..money import parse_euros
from ..record import Record
from ..totals import Counter, Mean, Share, Totals
from .stamp import MAX_XML, child, parse, serialise

START, SIGNED_END, END = b"<enregistrement ", b"</signe>", b"</enregistrement>"
_ATTRIBUTES = {"chaine", "cle", "format", "numero", "signature"}


def write(record: Record) -> bytes:
    """The element ``<enregistrement>``."""
    return (
        f'<enregistrement chaine="{record.kind}" cle="{record.key_id}"'
        f' format="{record.format_version}" numero="{record.seq}" signature="{record.signature}">'
        f"<signe>{escape(record.payload)}</signe>{record.xml}</enregistrement>"
    ).encode()


def read(chunk: bytes) -> tuple[Record, etree._Element]:
    """The record, and its document as an element; DocumentError when it is not one."""
    element = parse_exact(chunk)
    a = element.attrib
    if element.tag != "enregistrement" or set(a) != _ATTRIBUTES or len(element) != 2:
        raise DocumentError("Enregistrement illisible : ce n'est pas sa structure.")
    signed, document = element
    if signed.tag != "signe" or signed.attrib or element.text or signed.tail or document.tail:
        raise DocumentError("Enregistrement illisible : ce n'est pas sa structure.")
    xml = chunk[chunk.index(SIGNED_END) + len(SIGNED_END) : -len(END)].decode("utf-8")
    payload = signed.text or ""
    d = document.attrib
    try:
        data = {
            "till": d["caisse-uid"],
            "till_number": int(d["caisse"]),
            "kind": a["chaine"],
            "seq": int(a["numero"]),
            "doc_type": d["document"],
            "operation": d["type"],
            "at": d["utc"],
            "local": d["iso"],
            "business_day": d["jour"],
            "payload": payload,
            "xml": xml,
            "digest": _digest_named(payload),
            "signature": a["signature"],
            "previous": payload.rpartition(",")[2],
            "key_id": a["cle"],
            "origin": d["uid"].strip("{}").lower(),
            "totals": read_totals(document),
            "training": d["ecole"] == "O",
            "fiscal_version": d["version-fiscale"],
            "format_version": int(a["format"]),
        }
    except (KeyError, ValueError) as error:
        raise DocumentError("Enregistrement illisible : une valeur manque.") from error
    return Record.from_json(data), document


def parse_exact(chunk: bytes) -> etree._Element:
    """Parse a part of ``archive.xml``; DocumentError unless it is written in its canonical form."""
    if len(chunk) > MAX_XML:
        raise DocumentError("Partie d'archive trop grosse.")
    element = parse(chunk)
    if serialise(element).encode("utf-8") != chunk:
        raise DocumentError("Ce n'est plus la forme canonique sous laquelle l'archive a été écrite.")
    return element


def read_totals(document: etree._Element) -> Totals:
    """The running totals a document states in ``<compteurs>``; DocumentError when it does not."""
    node = child(document, "compteurs")
    try:
        return Totals(
            _counter(node),
            tuple([int(node.attrib[f"tickets-{name}"]) for name in _NAMES]),
            parse_euros(node.attrib["perpetuel"]),
            parse_euros(node.attrib["absolu"]),
            tuple([
                Share(n.attrib["secteur"], parse_euros(n.attrib["taux"]), _counter(n), _counter(n, "tva-"))
                for n in node.iterfind("part")
            ]),
            tuple([Mean(n.attrib["code"], _counter(n)) for n in node.iterfind("mode")]),
        )  # fmt: skip
    except (KeyError, ValueError) as error:
        raise DocumentError("Document illisible : ses compteurs sont incomplets.") from error


def escape(text: str) -> str:
    """Text content in canonical XML."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace("\r", "&#xD;")


_NAMES = ("jour", "mois", "annee")


def _counter(node: etree._Element, prefix: str = "") -> Counter:
    day, month, year = (parse_euros(node.attrib[prefix + name]) for name in _NAMES)
    return day, month, year


def _digest_named(payload: str) -> str:
    """The SHA-256 a signed string names; what follows it has no comma but two."""
    return payload.rsplit(",", 3)[1].removeprefix("sha256=")
