"""``<facture>``: whom an invoice is made out to, when it is due, what a unit costs without VAT."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from lxml import etree

from ..documents import Customer, Invoice, Line, Reference
from .stamp import child, clean


def append(parent: etree._Element, invoice: Invoice, lines: tuple[Line, ...]) -> None:
    """Write the node under ``entete`` (CGI ann. II art. 242 nonies A, C. com. art. L441-9)."""
    node = etree.SubElement(
        parent, "facture", vente=invoice.sold.isoformat(), echeance=invoice.due.isoformat()
    )
    customer = invoice.customer
    to = etree.SubElement(
        node, "destinataire", code=clean(customer.code), tva=clean(customer.vat)
    )
    for tag, value in (
        ("nom", customer.name),
        ("rue", customer.street),
        ("codepostal", customer.zip),
        ("ville", customer.city),
        ("pays", customer.country),
    ):
        if value:
            etree.SubElement(to, tag).text = clean(value)
    if invoice.corrects:
        append_reference(node, "rectifie", invoice.corrects)
    for line in lines:
        etree.SubElement(
            node, "prix", ligne=str(line.number), ht=f"{untaxed_price(line):.4f}"
        )
    for term in invoice.terms:
        etree.SubElement(node, "condition").text = clean(term)


def read(node: etree._Element) -> Invoice:
    """Read it back; KeyError or ValueError when a value is missing or wrong."""
    to, corrected = child(node, "destinataire"), node.find("rectifie")
    return Invoice(
        Customer(
            to.findtext("nom", ""),
            to.findtext("rue", ""),
            to.findtext("codepostal", ""),
            to.findtext("ville", ""),
            to.attrib["code"],
            to.attrib["tva"],
            to.findtext("pays", ""),
        ),
        date.fromisoformat(node.attrib["vente"]),
        date.fromisoformat(node.attrib["echeance"]),
        tuple(term.text or "" for term in node.iterfind("condition")),
        None if corrected is None else read_reference(corrected),
    )


def untaxed_price(line: Line) -> Decimal:
    """Unit price without VAT, four decimals; stated for the reader, no amount is computed from it."""
    exact = line.unit_price * 10000 / (10000 + line.rate)
    return exact.quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP)


def append_reference(parent: etree._Element, tag: str, target: Reference) -> None:
    """Name another document: type, till, number, uuid."""
    etree.SubElement(
        parent,
        tag,
        document=target.document,
        caisse=str(target.till_number),
        numero=str(target.seq),
        uid="{" + target.uid.upper() + "}",
        **({"etendue": "totale"} if target.whole else {}),
    )


def read_reference(node: etree._Element) -> Reference:
    """Read it back; KeyError or ValueError when a value is missing or wrong."""
    a = node.attrib
    uid, whole = a["uid"].strip("{}").lower(), node.get("etendue") == "totale"
    return Reference(a["document"], int(a["caisse"]), int(a["numero"]), uid, whole)
