"""The seal of an archive as a signed document (chain ARC), and back."""

from datetime import date, datetime

from lxml import etree

from ..anchor import append_heads, read_heads
from ..archive.parts import (
    ARCHIVE_LEVELS,
    ArchivedFile,
    ArchivedQuarantine,
    ArchivedShare,
    ArchivedTill,
    ArchivePeriod,
    ArchiveSeal,
)
from ..errors import DocumentError
from ..money import euros, parse_euros, rate_text
from ..totals import Totals
from .stamp import (
    Stamp,
    append_company,
    append_totals,
    child,
    local_text,
    read_company,
    root,
    serialise,
    yes_no,
)


def build(seal: ArchiveSeal, stamp: Stamp, totals: Totals) -> str:
    """The signed document of ``seal``."""
    if (seal.seq, seal.server) != (stamp.seq, stamp.device.uid):
        raise DocumentError("Cette archive porte le numéro ou le serveur d'une autre.")
    element = root("archive", stamp)
    for name, value in period_attributes(seal.period).items():
        element.set(name, value)
    element.set("nom", seal.name)
    append_company(etree.SubElement(element, "entete"), seal.company)
    content = etree.SubElement(element, "contenu")
    for file in seal.files:
        etree.SubElement(
            content, "fichier", nom=file.name, sha256=file.sha256, taille=str(file.size)
        )
    tills = etree.SubElement(element, "caisses")
    for till in seal.tills:
        node = etree.SubElement(
            tills,
            "caisse",
            uid=till.uid,
            numero=str(till.number),
            enregistrements=str(till.records),
            close=yes_no(till.closed),
        )
        if till.retired:
            node.set("retiree", yes_no(True))
        append_heads(node, till.heads)
    kept = seal.quarantine
    if kept != ArchivedQuarantine():
        etree.SubElement(
            element, "quarantaines", documents=str(kept.documents), dernier=str(kept.last),
            decisions=str(kept.decisions), derniere=str(kept.last_decision),
        )  # fmt: skip
    tax = sum(share.tax for share in seal.shares)
    balance = etree.SubElement(
        element, "bilan", montantTTC=euros(seal.total), montantHT=euros(seal.total - tax)
    )
    taxes = etree.SubElement(balance, "tvas", montantTaxes=euros(tax))
    for share in seal.shares:
        etree.SubElement(
            taxes, "tva", taux=rate_text(share.rate), base=euros(share.total),
            ht=euros(share.total - share.tax),
        ).text = euros(share.tax)  # fmt: skip
    append_totals(element, totals)
    return serialise(element)


def read(element: etree._Element) -> ArchiveSeal:
    """Read it back."""
    try:
        return ArchiveSeal(
            int(element.attrib["numero"]),
            read_period(element),
            element.attrib["caisse-uid"],
            read_company(child(element, "entete")),
            tuple(
                ArchivedFile(n.attrib["nom"], n.attrib["sha256"], int(n.attrib["taille"]))
                for n in child(element, "contenu").iterfind("fichier")
            ),
            tuple(
                ArchivedTill(
                    n.attrib["uid"],
                    int(n.attrib["numero"]),
                    int(n.attrib["enregistrements"]),
                    n.attrib["close"] == "O",
                    read_heads(n),
                    n.get("retiree") == "O",
                )
                for n in child(element, "caisses").iterfind("caisse")
            ),
            tuple(
                ArchivedShare(
                    parse_euros(n.attrib["taux"]),
                    parse_euros(n.attrib["base"]),
                    parse_euros(n.text or ""),
                )
                for n in child(child(element, "bilan"), "tvas").iterfind("tva")
            ),
            _read_quarantine(element),
        )
    except (KeyError, ValueError) as error:
        raise DocumentError("Scellement d'archive illisible.") from error


def _read_quarantine(element: etree._Element) -> ArchivedQuarantine:
    node = element.find("quarantaines")
    if node is None:
        return ArchivedQuarantine()
    names = ("documents", "dernier", "decisions", "derniere")
    return ArchivedQuarantine(*(int(node.attrib[name]) for name in names))


def period_attributes(period: ArchivePeriod) -> dict[str, str]:
    """The attributes that say which period an element is about."""
    return {
        "niveau": period.level,
        "premier-jour": period.first.isoformat(),
        "dernier-jour": period.last.isoformat(),
        "debut": local_text(period.start),
        "fin": local_text(period.end),
    }


def read_period(element: etree._Element) -> ArchivePeriod:
    """Read them back; KeyError or ValueError when one is missing or malformed."""
    a = element.attrib
    start, end = datetime.fromisoformat(a["debut"]), datetime.fromisoformat(a["fin"])
    if start.tzinfo is None or end.tzinfo is None or a["niveau"] not in ARCHIVE_LEVELS:
        raise ValueError(a["niveau"])
    return ArchivePeriod(
        a["niveau"],
        date.fromisoformat(a["premier-jour"]),
        date.fromisoformat(a["dernier-jour"]),
        start,
        end,
    )
