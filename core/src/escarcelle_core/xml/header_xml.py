"""The first part of ``archive.xml``: root attributes and ``<entete>``, and back."""

from lxml import etree

from .. import FISCAL_VERSION
from ..archive.parts import ArchivedKey, ArchiveHeader, ArchivePeriod
from ..documents import Device
from ..errors import DocumentError, PeriodError
from ..periods import PeriodRules
from ..record import parse_utc, utc_text
from .archive_xml import period_attributes, read_period
from .stamp import append_company, child, read_company

ROOT = "archive-fiscale"
#: Version of the layout of ``archive.xml``; ``archive.xsd`` describes it.
ARCHIVE_VERSION = "1"


def build(header: ArchiveHeader) -> etree._Element:
    """The root with its ``<entete>`` and nothing else."""
    rules = header.rules
    element = etree.Element(
        ROOT,
        {
            "version": ARCHIVE_VERSION,
            "numero": str(header.seq),
            **period_attributes(header.period),
            "etabli": utc_text(header.made_at),
            "serveur": header.server.uid,
            "caisse": str(header.server.number),
            "logiciel": f"{header.server.software} {header.server.software_version}",
            "version-fiscale": FISCAL_VERSION,
            "fuseau": rules.timezone,
            "heure-cloture": str(rules.closing_hour),
            "fin-exercice": f"{rules.year_end_month:02d}-{rules.year_end_day:02d}",
        },
    )
    entete = etree.SubElement(element, "entete")
    append_company(entete, header.company)
    for key in header.keys:
        node = etree.SubElement(
            entete, "cle", id=key.key_id, caisse=key.till, depuis=utc_text(key.since)
        )
        if key.revoked:
            node.set("revoquee", utc_text(key.revoked))
    return element


def read(element: etree._Element) -> ArchiveHeader:
    """Read it back; DocumentError when it is not what ``build`` writes."""
    a = element.attrib
    if element.tag != ROOT:
        raise DocumentError("Ce n'est pas une archive d'Escarcelle.")
    if a.get("version") != ARCHIVE_VERSION:
        raise DocumentError("Cette archive est d'un format que ce vérificateur ne connaît pas.")
    try:
        software, _, software_version = a["logiciel"].rpartition(" ")
        month, _, day = a["fin-exercice"].partition("-")
        entete = child(element, "entete")
        rules = PeriodRules(a["fuseau"], int(a["heure-cloture"]), int(month), int(day))
        period = read_period(element)
        if period != ArchivePeriod.of(period.level, period.first, rules):
            raise DocumentError("Les dates de l'archive ne sont pas celles d'une période.")
        return ArchiveHeader(
            int(a["numero"]),
            period,
            read_company(entete),
            Device(a["serveur"], int(a["caisse"]), software, software_version),
            rules,
            parse_utc(a["etabli"]),
            tuple(
                ArchivedKey(
                    n.attrib["caisse"],
                    n.attrib["id"],
                    parse_utc(n.attrib["depuis"]),
                    parse_utc(n.attrib["revoquee"]) if "revoquee" in n.attrib else None,
                )
                for n in entete.iterfind("cle")
            ),
        )
    except (KeyError, ValueError, ArithmeticError, OSError, PeriodError) as error:
        raise DocumentError("En-tête d'archive illisible.") from error
