"""A ticket as XML and back, and what follows from it: invoice, note, proof of payment, settlement.

The structure is the seed's (``entete``, ``lignes``, ``bilan``); what a record needs besides stands on the
root and in ``compteurs``. Only sales state VAT. Reference: ``ticket.xsd``.
"""

from decimal import Decimal

from lxml import etree

from ..documents import (
    PAYMENT_DOCUMENTS,
    SALE_DOCUMENTS,
    Company,
    Line,
    Override,
    Payment,
    Regime,
    Ticket,
)
from ..errors import DocumentError
from ..money import euros, parse_euros, rate_text
from ..ticket_check import check, equal
from ..totals import Totals
from . import invoice_xml
from .stamp import (
    Stamp,
    append_company,
    append_totals,
    child,
    clean,
    local_text,
    read_company,
    root,
    serialise,
    yes_no,
)


def build(ticket: Ticket, stamp: Stamp, totals: Totals) -> str:
    """The signed document of ``ticket`` at ``stamp``; ``totals`` are those after it."""
    element = root("ticket", stamp)
    for name, value in (("devise", "EURO"), ("annule", "N"), ("memo", "N"), ("imprime", "N"),
                        ("attente", "N"), ("encaisse", yes_no(ticket.document != "NTE"))):  # fmt: skip
        element.set(name, value)
    element.set("degrade", yes_no(ticket.degraded))
    _append_header(element, ticket, stamp)
    if ticket.document not in PAYMENT_DOCUMENTS:
        lines = etree.SubElement(element, "lignes", nombre=str(len(ticket.lines)))
        for line in ticket.lines:
            _append_line(lines, line, ticket.document)
    _append_balance(element, ticket, stamp)
    append_totals(element, totals)
    return serialise(element)


def read(element: etree._Element) -> Ticket:
    """Read a ticket back and check that it does not contradict itself.

    Raises DocumentError when a part is missing, AmountMismatch when an amount written in it differs
    from what its lines give.
    """
    try:
        ticket = _read(element)
    except (KeyError, ValueError, ArithmeticError) as error:
        raise DocumentError("Ticket illisible : une valeur est absente ou incorrecte.") from error
    check(ticket)
    balance = child(element, "bilan")
    equal("Total TTC", ticket.total, _cents(balance, "montantTTC"))
    if ticket.document not in PAYMENT_DOCUMENTS:
        lines = child(element, "lignes")
        equal("Nombre de lignes", len(ticket.lines), int(lines.get("nombre", "-1")))
    if ticket.document in SALE_DOCUMENTS:
        _read_vat(ticket, element, balance)
    if ticket.document != "NTE":
        paid = child(balance, "encaissements")
        equal("Encaissements", ticket.total, _cents(paid, "montantEncaisse"))
    return ticket


def amounts(ticket: Ticket) -> dict[int, int]:
    """The VAT split of the signed string; empty for what is no sale."""
    return {share.rate: share.total for share in ticket.shares}


def signed_customer(ticket: Ticket) -> tuple[str, ...]:
    """What the signed string says of an invoice's customer: name, zip, VAT number."""
    if ticket.invoice is None:
        return ()
    customer = ticket.invoice.customer
    return (clean(customer.name), clean(customer.zip), clean(customer.vat))


def _read_vat(ticket: Ticket, element: etree._Element, balance: etree._Element) -> None:
    for line, node in zip(ticket.lines, child(element, "lignes").iterfind("article"), strict=True):
        equal(f"HT de la ligne {line.number}", line.amount - line.tax, _cents(node, "net_ht"))
    equal("Total HT", ticket.total - ticket.tax, _cents(balance, "montantHT"))
    taxes = child(balance, "tvas")
    equal("Total TVA", ticket.tax, _cents(taxes, "montantTaxes"))
    written = [
        (_rate(n), _cents(n, "base"), _cents(n, "ht"), parse_euros(n.text or ""))
        for n in taxes.iterfind("tva")
    ]
    equal("Parts de TVA", [(s.rate, s.total, s.base, s.tax) for s in ticket.shares], written)


def _append_header(parent: etree._Element, ticket: Ticket, stamp: Stamp) -> None:
    header = etree.SubElement(parent, "entete")
    append_company(header, ticket.company)
    created = etree.SubElement(header, "creation", iso=local_text(stamp.local))
    etree.SubElement(created, "date").text = f"{stamp.local:%d/%m/%Y}"
    etree.SubElement(created, "heure").text = f"{stamp.local:%H:%M:%S}"
    etree.SubElement(header, "caissier", numero=clean(ticket.cashier))
    if ticket.customer:
        etree.SubElement(header, "client", code=clean(ticket.customer))
    tariff = etree.SubElement(
        header, "tarif", code=clean(ticket.tariff), secteur=ticket.regime.sector
    )
    if ticket.regime.mention:
        etree.SubElement(tariff, "mention").text = clean(ticket.regime.mention)
    if ticket.origin:
        invoice_xml.append_reference(header, "origine", ticket.origin)
    if ticket.invoice:
        invoice_xml.append(header, ticket.invoice, ticket.lines)
    for override in ticket.overrides:
        etree.SubElement(
            header, "derogation", objet=override.kind, responsable=clean(override.manager)
        ).text = clean(override.reason)
    if ticket.comment:
        etree.SubElement(header, "commentaire").text = clean(ticket.comment)
    local = f"{stamp.local:%d%m%y%H%M%S}"
    etree.SubElement(header, "cab").text = (
        f"{stamp.operation}{stamp.seq}D{local}" if stamp.operation else ""
    )


def _append_line(parent: etree._Element, line: Line, document: str) -> None:
    attributes = {
        "numero": str(line.number),
        "uid": "{" + line.uid.upper() + "}",
        "plu": clean(line.code),
        "cab": clean(line.barcode),
        "quantite": f"{line.quantity:.3f}",
        "unite": line.unit,
        "base": f"{line.unit_price:.4f}",
        "remise": f"{line.discount:.2f}",
        "net": euros(line.amount),
    }
    if document in SALE_DOCUMENTS:
        attributes["net_ht"] = euros(line.amount - line.tax)
        attributes["taxe"] = euros(line.tax)
        attributes["tva"] = rate_text(line.rate)
    if line.reference_price is not None:
        attributes["reference"] = f"{line.reference_price:.4f}"
    if line.origin:
        attributes["origine"] = "{" + line.origin.upper() + "}"
        if line.origin_ticket:
            attributes["origine_ticket"] = clean(line.origin_ticket)
    node = etree.SubElement(parent, "article", attributes)
    etree.SubElement(node, "libelle").text = clean(line.label)
    if line.category:
        etree.SubElement(node, "groupe", code=clean(line.category_code)).text = clean(
            line.category
        )
    if line.comment:
        etree.SubElement(node, "commentaire").text = clean(line.comment)


def _append_balance(parent: etree._Element, ticket: Ticket, stamp: Stamp) -> None:
    balance = etree.SubElement(parent, "bilan", montantTTC=euros(ticket.total))
    if ticket.document in SALE_DOCUMENTS:
        balance.set("montantHT", euros(ticket.total - ticket.tax))
        _append_vat(balance, ticket)
    if ticket.document != "NTE":
        _append_payments(balance, ticket, stamp)


def _append_vat(balance: etree._Element, ticket: Ticket) -> None:
    taxes = etree.SubElement(balance, "tvas", montantTaxes=euros(ticket.tax))
    for share in ticket.shares:
        etree.SubElement(
            taxes,
            "tva",
            taux=rate_text(share.rate),
            base=euros(share.total),
            ht=euros(share.base),
            nombre=str(share.lines),
        ).text = euros(share.tax)


def _append_payments(balance: etree._Element, ticket: Ticket, stamp: Stamp) -> None:
    paid = etree.SubElement(balance, "encaissements", montantEncaisse=euros(ticket.total))
    for payment in ticket.payments:
        etree.SubElement(
            paid,
            "encaissement",
            uid="{" + payment.uid.upper() + "}",
            horodatage=local_text(stamp.local),
            mode=payment.mode,
            libelle=clean(payment.label),
            devise="EURO",
            montant=euros(payment.amount),
            rendu=euros(payment.change),
        ).text = euros(payment.amount + payment.change)


def _read(element: etree._Element) -> Ticket:
    header = child(element, "entete")
    tariff = child(header, "tarif")
    customer = header.find("client")
    origin, invoice = header.find("origine"), header.find("facture")
    company: Company = read_company(header)
    document = element.attrib["document"]
    return Ticket(
        uid=_uid(element, "uid"),
        company=company,
        lines=tuple(_read_line(node, document) for node in element.iterfind("lignes/article")),
        payments=tuple(
            Payment(
                _uid(node, "uid"),
                node.attrib["mode"],
                node.attrib["libelle"],
                _cents(node, "montant"),
                _cents(node, "rendu"),
            )
            for node in child(element, "bilan").iterfind("encaissements/encaissement")
        ),
        cashier=child(header, "caissier").attrib["numero"],
        regime=Regime(tariff.attrib["secteur"], tariff.findtext("mention", "")),
        operation=element.attrib["type"],
        document=document,
        customer="" if customer is None else customer.attrib["code"],
        tariff=tariff.attrib["code"],
        origin=None if origin is None else invoice_xml.read_reference(origin),
        overrides=tuple(
            Override(n.attrib["objet"], n.attrib["responsable"], n.text or "")
            for n in header.iterfind("derogation")
        ),
        comment=header.findtext("commentaire", ""),
        degraded=element.get("degrade") == "O",
        invoice=None if invoice is None else invoice_xml.read(invoice),
    )


def _read_line(node: etree._Element, document: str) -> Line:
    group = node.find("groupe")
    reference = node.get("reference")
    return Line(
        uid=_uid(node, "uid"),
        number=int(node.attrib["numero"]),
        code=node.attrib["plu"],
        label=node.findtext("libelle", ""),
        quantity=Decimal(node.attrib["quantite"]),
        unit_price=Decimal(node.attrib["base"]),
        rate=_rate(node, "tva") if document in SALE_DOCUMENTS else 0,
        amount=_cents(node, "net"),
        tax=_cents(node, "taxe") if document in SALE_DOCUMENTS else 0,
        unit=node.attrib["unite"],
        discount=Decimal(node.attrib["remise"]),
        barcode=node.attrib["cab"],
        category_code="" if group is None else group.get("code", ""),
        category="" if group is None else group.text or "",
        reference_price=None if reference is None else Decimal(reference),
        origin=_uid(node, "origine") if "origine" in node.attrib else "",
        comment=node.findtext("commentaire", ""),
        origin_ticket=node.get("origine_ticket", ""),
    )


def _uid(node: etree._Element, name: str) -> str:
    return node.attrib[name].strip("{}").lower()


def _cents(node: etree._Element, name: str) -> int:
    return parse_euros(node.attrib[name])


def _rate(node: etree._Element, name: str = "taux") -> int:
    return parse_euros(node.attrib[name])


__all__ = ["amounts", "build", "check", "read", "signed_customer"]
