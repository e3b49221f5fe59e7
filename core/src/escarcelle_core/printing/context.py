"""What paper says that the signed document does not: print rank, signature excerpt, duplicate."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from lxml import etree

from ..record import Record
from ..xml import duplicate_xml, stamp


@dataclass(frozen=True, slots=True)
class Identification:
    """The shop, by levels of the ``<identification>`` command.

    Level 1 is ``name``; level 2 ``place`` (one line); level 3 the full ``details``: address with
    the country in full, telephone, SIRET, NAF and VAT number.
    """

    name: str = ""
    place: str = ""
    details: tuple[str, ...] = ()

    def lines(self, level: int) -> tuple[str, ...]:
        """The lines of a level, without empty ones."""
        wanted = {1: (self.name,), 2: (self.place,), 3: self.details}.get(level, ())
        return tuple(line for line in wanted if line)

    @classmethod
    def of(cls, document: etree._Element) -> "Identification":
        """Read ``entete/societe`` of a ticket or a closing: the identity that was signed."""
        node = document.find(".//societe")
        if node is None:
            return cls()
        text = {child.tag: (child.text or "").strip() for child in node}
        town = " ".join(t for t in (text.get("codepostal", ""), text.get("ville", "")) if t)
        phone = text.get("telephone", "")
        details = (
            text.get("rue", ""),
            text.get("complement", ""),
            town,
            text.get("pays", ""),
            f"Tél. {phone}" if phone else "",
            _labelled("SIRET", _siret(node.get("siret", ""))),
            _labelled("NAF", node.get("naf", ""), "TVA", node.get("tva", "")),
        )
        return cls(text.get("nom", ""), town, tuple(line for line in details if line))


def _labelled(*pairs: str) -> str:
    shown = [f"{pairs[i]} {pairs[i + 1]}" for i in range(0, len(pairs), 2) if pairs[i + 1]]
    return " - ".join(shown)


def _siret(number: str) -> str:
    """``123 456 789 00012``: SIREN by threes, then the establishment."""
    if len(number) != 14 or not number.isdigit():
        return number
    return f"{number[:3]} {number[3:6]} {number[6:9]} {number[9:]}"


@dataclass(frozen=True, slots=True)
class DuplicateMark:
    """A copy: its rank, when it was asked for (text, local time), its own number and excerpt."""

    rank: int
    date: str
    number: str
    excerpt: str

    @classmethod
    def of(cls, record: Record) -> "DuplicateMark":
        """Read a signed ``DUP`` record. Raises DocumentError when it is not one."""
        duplicate = duplicate_xml.read(stamp.parse(record.xml))
        asked = datetime.fromisoformat(record.local)
        return cls(duplicate.rank, f"{asked:%d/%m/%Y %H:%M:%S}", record.number, record.excerpt)


@dataclass(frozen=True, slots=True)
class PrintContext:
    """Everything a template may print besides the signed document and the shop's parameters.

    ``rank`` is the print rank: 0 on screen, 1 the original, 2… duplicates. ``excerpt`` holds
    characters 3, 7, 13 and 19 of the document's signature. ``identification`` None means: read
    it from the document. ``provisional`` marks a paper given before the signature exists;
    ``reading`` an X report, which closes nothing; ``anchor`` is the till anchor of a closing; ``fate``
    says on a copy what became of the sale since (« annulé par le ticket n° … »).
    ``contact``, ``loyalty`` and ``dynamic`` feed the commands of the same names; in their lines a
    tab character goes to the next tab stop.
    """

    rank: int = 1
    excerpt: str = ""
    identification: Identification | None = None
    duplicate: DuplicateMark | None = None
    provisional: bool = False
    anchor: str = ""
    reading: bool = False
    fate: tuple[str, ...] = ()
    contact: tuple[str, ...] = ()
    loyalty: tuple[str, ...] = ()
    dynamic: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def parameters(self) -> dict[str, str]:
        """The XSLT parameters that carry the context; absent facts are empty strings."""
        copy = self.duplicate
        return {
            "rang": str(self.rank),
            "extrait": self.excerpt,
            "provisoire": "oui" if self.provisional else "",
            "duplicata": "oui" if copy else "",
            "duplicata_rang": str(copy.rank) if copy else "",
            "duplicata_date": copy.date if copy else "",
            "duplicata_numero": copy.number if copy else "",
            "duplicata_extrait": copy.excerpt if copy else "",
            "sort": f"Ce ticket est {', '.join(self.fate)}" if self.fate else "",
            "ancre": self.anchor,
            "lecture": "oui" if self.reading else "",
        }
