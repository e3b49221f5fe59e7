"""What every signed document says of itself on its root, and the running totals at its end."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timezone
from hashlib import sha256

from lxml import etree

from .. import FISCAL_VERSION
from ..documents import MANAGEMENT, Company, Device
from ..errors import DocumentError
from ..money import euros
from ..record import parse_utc, utc_text
from ..totals import Totals

XML_VERSION = "3"
#: No document of a shop comes near this; beyond it a parser is being attacked.
MAX_XML = 2_000_000


@dataclass(frozen=True, slots=True)
class Stamp:
    """Place and moment of a document: which chain, which link, when, which business day."""

    device: Device
    kind: str
    seq: int
    at: datetime
    local: datetime
    business_day: date
    key_id: str
    origin: str
    doc_type: str
    operation: str = MANAGEMENT
    fiscal_version: str = FISCAL_VERSION

    @property
    def training(self) -> bool:
        """Training documents live in a chain of their own."""
        return self.kind == "ECO"

    @property
    def number(self) -> str:
        """``"3-1"``."""
        return f"{self.device.number}-{self.seq}"


def root(tag: str, stamp: Stamp) -> etree._Element:
    """A root element carrying the stamp; attribute names are those of the seed's ticket."""
    return etree.Element(
        tag,
        {
            "version": XML_VERSION,
            "document": stamp.doc_type,
            "chaine": stamp.kind,
            "type": stamp.operation,
            "uid": "{" + stamp.origin.upper() + "}",
            "caisse": str(stamp.device.number),
            "caisse-uid": stamp.device.uid,
            "numero": str(stamp.seq),
            "jour": stamp.business_day.isoformat(),
            "iso": local_text(stamp.local),
            "utc": utc_text(stamp.at),
            "cle": stamp.key_id,
            "logiciel": f"{stamp.device.software} {stamp.device.software_version}",
            "version-fiscale": stamp.fiscal_version,
            "ecole": yes_no(stamp.training),
        },
    )


def read_stamp(element: etree._Element) -> Stamp:
    """Read a root back; DocumentError when an attribute is missing or malformed."""
    a = element.attrib
    try:
        software, _, software_version = a["logiciel"].rpartition(" ")
        stamp = Stamp(
            Device(a["caisse-uid"], int(a["caisse"]), software, software_version),
            a["chaine"],
            int(a["numero"]),
            parse_utc(a["utc"]),
            datetime.fromisoformat(a["iso"]),
            date.fromisoformat(a["jour"]),
            a["cle"],
            a["uid"].strip("{}").lower(),
            a["document"],
            a["type"],
            a["version-fiscale"],
        )
    except (KeyError, ValueError) as error:
        raise DocumentError("Document illisible : l'en-tête est incomplet.") from error
    if stamp.local.tzinfo is None or stamp.local.astimezone(timezone.utc) != stamp.at:
        raise DocumentError("Document illisible : l'heure locale et l'heure UTC diffèrent.")
    return stamp


def append_company(parent: etree._Element, company: Company) -> None:
    """``<societe>``: the identification every paper must show."""
    node = etree.SubElement(
        parent, "societe", siret=company.siret, naf=company.naf, tva=company.vat
    )
    for tag, value in (
        ("nom", company.name),
        ("rue", company.street),
        ("complement", company.street2),
        ("codepostal", company.zip),
        ("ville", company.city),
        ("pays", company.country),
        ("telephone", company.phone),
    ):
        if value:
            etree.SubElement(node, tag).text = clean(value)


def read_company(parent: etree._Element) -> Company:
    """Read ``<societe>`` back."""
    node = child(parent, "societe")
    return Company(
        node.findtext("nom", ""),
        node.findtext("rue", ""),
        node.findtext("codepostal", ""),
        node.findtext("ville", ""),
        node.get("siret", ""),
        node.get("naf", ""),
        node.get("tva", ""),
        node.findtext("complement", ""),
        node.findtext("pays", ""),
        node.findtext("telephone", ""),
    )


def append_totals(parent: etree._Element, totals: Totals) -> None:
    """``<compteurs>``: the running totals after this document, euros."""
    node = etree.SubElement(
        parent,
        "compteurs",
        {
            **_counters("", totals.amount),
            **{f"tickets-{n}": str(v) for n, v in zip(_NAMES, totals.tickets, strict=True)},
            "perpetuel": euros(totals.perpetual_real),
            "absolu": euros(totals.perpetual_absolute),
        },
    )
    for share in totals.shares:
        etree.SubElement(
            node,
            "part",
            {
                "secteur": share.sector,
                "taux": euros(share.rate),
                **_counters("", share.amount),
                **_counters("tva-", share.tax),
            },
        )
    for mean in totals.means:
        etree.SubElement(node, "mode", {"code": mean.mode, **_counters("", mean.amount)})


def child(parent: etree._Element, tag: str) -> etree._Element:
    """The one child ``tag``; DocumentError when it is missing."""
    node = parent.find(tag)
    if node is None:
        raise DocumentError(f"Document illisible : « {tag} » manque.")
    return node


def serialise(element: etree._Element) -> str:
    """Exclusive canonical XML (C14N 1.0), the form that is stored and digested."""
    return etree.tostring(element, method="c14n", exclusive=True).decode("utf-8")


def parse(xml: str | bytes) -> etree._Element:
    """Parse a stored document: no entities, no DTD, no network, bounded size."""
    data = xml.encode("utf-8") if isinstance(xml, str) else xml
    if len(data) > MAX_XML:
        raise DocumentError("Document illisible : il est trop gros.")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        element = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise DocumentError("Document illisible : ce n'est pas du XML correct.") from error
    if element.getroottree().docinfo.doctype:
        raise DocumentError("Document illisible : une DTD n'y a pas sa place.")
    return element


def digest(xml: str) -> str:
    """SHA-256 of a serialised document, hexadecimal."""
    return sha256(xml.encode("utf-8")).hexdigest()


def local_text(local: datetime) -> str:
    """``2026-11-21T21:30:05+01:00``."""
    return local.replace(microsecond=0).isoformat()


def yes_no(value: bool) -> str:
    """``O`` or ``N``, as the seed writes booleans."""
    return "O" if value else "N"


def clean(value: str) -> str:
    """Text as XML 1.0 allows it: control characters vanish."""
    return "".join(c for c in value if c in "\t\n" or (c >= " " and not "\x7f" <= c <= "\x9f"
                   and c not in "\ufffe\uffff" and not "\ud800" <= c <= "\udfff"))  # fmt: skip


_NAMES = ("jour", "mois", "annee")


def _counters(prefix: str, values: tuple[int, int, int]) -> Mapping[str, str]:
    return {prefix + name: euros(value) for name, value in zip(_NAMES, values, strict=True)}
