"""The seal: the record of the server's ARC chain that names the files and the heads of an archive."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from ..anchor import Head
from ..archive.builder import period_closed
from ..archive.file import DECLARATION
from ..archive.parts import ArchivedTill, ArchiveHeader, ArchiveSeal
from ..errors import DocumentError
from ..money import euros
from ..record import Record
from ..signing import Verifier
from ..state import TillState
from ..verification import verify_next
from ..xml import archive_xml, record_xml
from .outcome import Finding
from .till import TillCheck


def read(data: bytes, verifiers: Mapping[str, Verifier]) -> tuple[Record, ArchiveSeal]:
    """Read and verify ``scellement.xml`` by itself: signature, document, signed string."""
    if not data.startswith(DECLARATION) or not data.endswith(b"\n"):
        raise DocumentError("Sceau illisible.")
    record, document = record_xml.read(data[len(DECLARATION) : -1])
    if record.kind != "ARC":
        raise DocumentError("Ce n'est pas un sceau d'archive.")
    heads = {"ARC": Head(record.seq - 1, record.previous)} if record.previous else {}
    # What precedes it in the other chains of the server says nothing here.
    before = TillState(MappingProxyType(heads), record.totals, record.business_day)
    verify_next(before, record, verifiers, document)
    return record, archive_xml.read(document)


def compare(
    seal: ArchiveSeal, record: Record, header: ArchiveHeader, tills: Mapping[str, TillCheck]
) -> Iterator[Finding]:
    """What the seal and the archive say of each other."""
    message = "le sceau n'est pas celui de cette archive"
    for field, expected, found in (
        ("numéro d'archive", header.seq, seal.seq),
        ("serveur", header.server.uid, record.till),
        ("période", header.period, seal.period),
        ("société", header.company, seal.company),
    ):
        if expected != found:
            yield field, str(expected), str(found), message
    read = tuple(_stands(till, header) for till in tills.values())
    for expected, found in zip(read, seal.tills, strict=False):
        if expected != found:
            yield f"caisse {expected.number}", str(expected)[:300], str(found)[:300], message
    if len(read) != len(seal.tills):
        yield "nombre de caisses", str(len(read)), str(len(seal.tills)), message
    sales: dict[int, tuple[int, int]] = {}
    for till in tills.values():
        for rate, (total, tax) in till.sales.items():
            before = sales.get(rate, (0, 0))
            sales[rate] = (before[0] + total, before[1] + tax)
    stated = {share.rate: (share.total, share.tax) for share in seal.shares}
    if sales != stated:
        yield ("totaux par taux", _split(sales), _split(stated),
               "le sceau n'annonce pas la somme des tickets archivés")  # fmt: skip
    server = tills.get(header.server.uid)
    head = server.state.heads.get("ARC") if server else None
    if head and head.seq == record.seq - 1 and head.signature != record.previous:
        yield "signature précédente", head.signature, record.previous, "il ne suit pas le sceau précédent"


def _stands(till: TillCheck, header: ArchiveHeader) -> ArchivedTill:
    period = header.period
    closed = till.number == 0 or period_closed(till.state, period.level, period.last)
    retired = not closed and header.retired(till.uid)
    return ArchivedTill.at(till.uid, till.number, till.records, closed, till.state.heads, retired)


def _split(shares: dict[int, tuple[int, int]]) -> str:
    return " ; ".join(
        f"{euros(rate)} % : {euros(shares[rate][0])} dont TVA {euros(shares[rate][1])}"
        for rate in sorted(shares, reverse=True)
    )
