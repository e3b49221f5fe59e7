"""A document of the server as XML and back. Reference: ``piece.xsd``."""

from datetime import date, datetime
from decimal import Decimal

from lxml import etree

from ..errors import DocumentError
from ..money import euros, parse_euros, quantity, unit_price
from ..piece import Origin, Party, Piece, PieceLine, check
from ..totals import Totals
from .stamp import (
    MAX_XML,
    Stamp,
    append_company,
    append_totals,
    child,
    clean,
    local_text,
    read_company,
    root,
    serialise,
)


def attribute(value: str) -> str:
    """XML normalises the white space of an attribute: it is written, and signed, as it will be read."""
    return " ".join(clean(value).split())


def build(piece: Piece, stamp: Stamp, totals: Totals) -> str:
    """The signed document of ``piece``; it moves no total."""
    element = root("piece", stamp)
    header = etree.SubElement(
        element,
        "entete",
        reference=attribute(piece.reference),
        date=local_text(piece.date),
        operateur=attribute(piece.operator),
    )
    append_company(header, piece.company)
    if piece.party:
        party = etree.SubElement(header, "tiers", code=attribute(piece.party.code))
        if piece.party.name:
            etree.SubElement(party, "nom").text = clean(piece.party.name)
    if piece.comment:
        etree.SubElement(header, "commentaire").text = clean(piece.comment)
    if piece.origins:
        origins = etree.SubElement(element, "origines")
        for origin in piece.origins:
            node = etree.SubElement(origins, "origine", reference=attribute(origin.reference))
            if origin.document:
                node.set("document", origin.document)
            if origin.uid:
                node.set("uid", "{" + origin.uid.upper() + "}")
    lines = etree.SubElement(element, "lignes", nombre=str(len(piece.lines)))
    for line in piece.lines:
        _append_line(lines, line)
    if piece.valued:
        etree.SubElement(
            element, "bilan", montantTTC=euros(piece.total), montantHT=euros(piece.untaxed)
        )
    append_totals(element, totals)
    xml = serialise(element)
    if len(xml.encode("utf-8")) > MAX_XML:
        raise DocumentError("Le document est trop long : aucun vérificateur ne le lirait. Coupez-le en deux.")
    return xml


def read(element: etree._Element) -> Piece:
    """Read it back and check it; DocumentError when it is not what ``build`` writes."""
    try:
        piece = _read(element)
        lines = int(child(element, "lignes").attrib["nombre"])
    except (KeyError, ValueError, ArithmeticError) as error:
        raise DocumentError("Document illisible : une valeur est absente ou incorrecte.") from error
    check(piece)
    if lines != len(piece.lines):
        raise DocumentError("Le nombre de lignes annoncé n'est pas celui du document.")
    return piece


def _append_line(parent: etree._Element, line: PieceLine) -> None:
    node = etree.SubElement(
        parent,
        "ligne",
        numero=str(line.number),
        code=attribute(line.code),
        quantite=f"{line.quantity:.3f}",
        unite=attribute(line.unit),
    )
    for name, value in (
        ("avant", "" if line.before is None else f"{line.before:.3f}"),
        ("lot", attribute(line.lot)),
        ("peremption", line.expiry.isoformat() if line.expiry else ""),
        ("de", attribute(line.source)),
        ("vers", attribute(line.target)),
        ("prix", "" if line.unit_price is None else f"{line.unit_price:.4f}"),
        ("montant", "" if line.amount is None else euros(line.amount)),
    ):
        if value:
            node.set(name, value)
    etree.SubElement(node, "libelle").text = clean(line.label)
    if line.reason:
        etree.SubElement(node, "motif").text = clean(line.reason)


def _read(element: etree._Element) -> Piece:
    header = child(element, "entete")
    party, origins, balance = header.find("tiers"), element.find("origines"), element.find("bilan")
    total, untaxed = 0, 0
    if balance is not None:
        total = parse_euros(balance.attrib["montantTTC"])
        untaxed = parse_euros(balance.attrib["montantHT"])
    return Piece(
        element.attrib["uid"].strip("{}").lower(),
        read_company(header),
        element.attrib["document"],
        header.attrib["reference"],
        datetime.fromisoformat(header.attrib["date"]),
        tuple(_read_line(node) for node in child(element, "lignes").iterfind("ligne")),
        header.attrib["operateur"],
        None if party is None else Party(party.attrib["code"], party.findtext("nom", "")),
        () if origins is None else tuple(
            Origin(
                node.attrib["reference"], node.get("document", ""),
                node.get("uid", "").strip("{}").lower(),
            )
            for node in origins.iterfind("origine")
        ),
        total,
        untaxed,
        header.findtext("commentaire", ""),
    )  # fmt: skip


def _read_line(node: etree._Element) -> PieceLine:
    a = node.attrib
    return PieceLine(
        int(a["numero"]),
        a["code"],
        node.findtext("libelle", ""),
        quantity(a["quantite"]),
        a["unite"],
        _optional(a.get("avant"), quantity),
        a.get("lot", ""),
        date.fromisoformat(a["peremption"]) if "peremption" in a else None,
        a.get("de", ""),
        a.get("vers", ""),
        _optional(a.get("prix"), unit_price),
        parse_euros(a["montant"]) if "montant" in a else None,
        node.findtext("motif", ""),
    )


def _optional(text: str | None, reading) -> Decimal | None:
    return None if text is None else reading(text)
