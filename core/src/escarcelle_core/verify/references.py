"""Documents that point at others: a duplicate at its original, a refund at the sale it cancels, an
invoice at its ticket, whose lines and payments it must repeat.

Of each document eight bytes of its uuid are kept, of a ticket eight of checksums of its lines and payments
too, so that a million of them take sixteen megabytes.
"""

from array import array
from collections.abc import Iterator
from zlib import crc32

from lxml import etree

from ..documents import DOCUMENT_LABELS
from ..record import Record
from ..state import OPENING_KINDS, TillState
from .outcome import Finding


class References:
    """The documents of one device that others may point at."""

    def __init__(self, number: int, before: TillState):
        self.number = number
        self._first = {kind: before.seq(kind) + 1 for kind in OPENING_KINDS}
        self._uids: dict[str, array] = {kind: array("Q") for kind in OPENING_KINDS}
        self._ranks: dict[tuple[str, int, int], int] = {}
        #: Checksums of what the tickets sold and how they were paid, and which of them have an invoice.
        self._sales = array("Q")
        self._invoiced: set[int] = set()
        #: Pointers at other tills, to be checked once those have been read.
        self.elsewhere: list[tuple[str, str, int, int, str]] = []

    def note(self, kind: str, seq: int, uid: str, sale: int = 0) -> None:
        """Remember a document that may be pointed at; ``sale`` is the checksum of what a ticket sold."""
        if kind in self._uids:
            self._note(kind, seq, short(uid), sale)

    def note_all(self, kind: str, first: int, uids: array, sales: array) -> None:
        """The same of documents that follow each other from number ``first``, their uuids made ``short``."""
        known = self._uids[kind]
        self._note(kind, first, uids[0], sales[0])
        if len(known) == first - self._first[kind] + 1:
            known.extend(uids[1:])
            if kind == "TCK":
                self._sales.extend(sales[1:])
            return
        for seq, (uid, sale) in enumerate(zip(uids[1:], sales[1:], strict=True), first + 1):
            self._note(kind, seq, uid, sale)

    def _note(self, kind: str, seq: int, uid: int, sale: int) -> None:
        uids = self._uids[kind]
        missing = seq - self._first[kind] - len(uids)
        if 0 < missing <= _LARGEST_GAP:
            uids.extend([_UNKNOWN] * missing)
        if 0 <= missing <= _LARGEST_GAP:
            uids.append(uid)
            if kind == "TCK":
                self._sales.extend([_UNKNOWN] * (len(uids) - 1 - len(self._sales)))
                self._sales.append(sale)

    def check(self, record: Record, document: etree._Element) -> Iterator[Finding]:
        """What is wrong with where ``record`` points."""
        if record.kind == "DUP":
            yield from self._check_duplicate(document)
            node = document.find("original")
        elif record.kind in OPENING_KINDS:
            node = document.find("entete/origine")
        else:
            return
        if node is None:
            return
        try:
            kind, number, seq, uid = _target(node)
        except (KeyError, ValueError):
            yield "document d'origine", "", "", "le document d'origine est illisible"
            return
        yield from self.follow(record.shown(), kind, number, seq, uid)
        if record.kind == "FCT":
            yield from self._check_invoice(record, document, seq)

    def _check_invoice(
        self, record: Record, document: etree._Element, seq: int
    ) -> Iterator[Finding]:
        """An invoice has the lines and payments of its ticket, and a ticket one invoice; a credit note names an
        invoice that is there."""
        shown = f"Ticket {self.number}-{seq}"
        if seq in self._invoiced:
            yield "facture", f"une seule du {shown}", record.shown(), "ce ticket a deux factures"
        self._invoiced.add(seq)
        place = seq - self._first["TCK"]
        sale = self._sales[place] if 0 <= place < len(self._sales) else _UNKNOWN
        other = sale ^ sale_of(record.xml) if sale != _UNKNOWN else 0
        if other & _LINES:
            yield "lignes de la facture", f"celles du {shown}", "d'autres", (
                "la facture ne dit pas ce que dit son ticket")  # fmt: skip
        if other & ~_LINES:
            yield "encaissements de la facture", f"ceux du {shown}", "d'autres", (
                "la facture ne dit pas comment son ticket a été payé")  # fmt: skip
        node = document.find("entete/facture/rectifie")
        if node is not None:
            try:
                yield from self.follow(record.shown(), *_target(node))
            except (KeyError, ValueError):
                yield "facture rectifiée", "", "", "la facture rectifiée est illisible"

    def follow(self, shown: str, kind: str, number: int, seq: int, uid: str) -> Iterator[Finding]:
        """What is wrong with a pointer of document ``shown`` at another."""
        if number == self.number:
            yield from self.lookup(kind, seq, uid)
        else:
            self.elsewhere.append((shown, kind, number, seq, uid))

    def lookup(self, kind: str, seq: int, uid: str) -> Iterator[Finding]:
        """Is document ``seq`` of ``kind`` there, and is it the one of that uuid?"""
        uids = self._uids.get(kind)
        shown = f"{DOCUMENT_LABELS.get(kind, kind)} {self.number}-{seq}"
        if uids is None:
            yield "document d'origine", "un ticket, une facture…", kind, "il ne se duplique pas"
            return
        place = seq - self._first[kind]
        if place < 0:
            return  # before what was given to verify
        if place >= len(uids):
            yield "document d'origine", shown, "", "le document cité n'existe pas"
        elif uids[place] not in (short(uid), _UNKNOWN):
            yield "document d'origine", shown, uid, "le document cité a un autre identifiant"

    def _check_duplicate(self, document: etree._Element) -> Iterator[Finding]:
        try:
            target = _target(document.find("original"))[:3]
            rank = int(document.find("copie").attrib["rang"])
        except (AttributeError, KeyError, ValueError):
            yield "duplicata", "", "", "le duplicata est illisible"
            return
        last = self._ranks.get(target)
        # The first copy is 2 when the original was printed, 1 when it was not (or earlier ones are
        # in an archive that is not here).
        if last is not None and rank != last + 1:
            yield "rang du duplicata", str(last + 1), str(rank), "les copies ne se suivent pas"
        elif last is None and rank < 1:
            yield "rang du duplicata", "1 ou 2", str(rank), "les copies ne se suivent pas"
        self._ranks[target] = rank


def _target(node: etree._Element) -> tuple[str, int, int, str]:
    a = node.attrib
    uid = a["uid"].strip("{}").lower()
    short(uid)
    return a["document"], int(a["caisse"]), int(a["numero"]), uid


def sale_of(xml: str) -> int:
    """Checksums of a ticket or an invoice, never 0: of its lines and VAT (low half), of its payments but
    for their moment, which is that of the document (high half)."""
    start = xml.find("<lignes ")
    middle = xml.find("<encaissements ", start)
    paid = xml[middle : xml.find("</encaissements>", middle)]
    moment = paid.find(_MOMENT)
    if moment >= 0:
        paid = paid.replace(paid[moment : paid.find('"', moment + len(_MOMENT)) + 1], "")
    return checksums(xml[start:middle].encode("utf-8", "replace"), paid.encode("utf-8", "replace"))


def checksums(lines: bytes, paid: bytes) -> int:
    """``sale_of`` a document cut already: from its lines to its payments, and those without their moment."""
    return crc32(paid) << 32 | (crc32(lines) or 1)


def short(uid: str) -> int:
    """The first eight bytes of a uuid."""
    return int(uid[:18].replace("-", ""), 16) & _MOST or 1


_MOMENT = ' horodatage="'
#: The half of a checksum of a sale that is of its lines.
_LINES = 2**32 - 1
#: A record that is missing; no uuid is shortened to it.
_UNKNOWN = 0
_MOST = 2**64 - 1
#: A gap that large is no gap, it is a wrong number.
_LARGEST_GAP = 100_000
