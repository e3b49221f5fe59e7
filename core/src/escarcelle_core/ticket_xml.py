"""A ticket as XML and back. The structure is the seed's (``entete``, ``lignes``, ``bilan``);
what a record needs besides stands on the root and in ``compteurs``. Reference: ``ticket.xsd``.
"""

from decimal import Decimal

from lxml import etree

from .documents import Company, Line, Override, Payment, Reference, Regime, Ticket
from .errors import AmountMismatch, DocumentError
from .money import euros, line_amount, line_tax, parse_euros, rate_text
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
from .totals import Totals


def build(ticket: Ticket, stamp: Stamp, totals: Totals) -> str:
    """The signed document of ``ticket`` at ``stamp``; ``totals`` are those after it."""
    element = root("ticket", stamp)
    for name, value in (("devise", "EURO"), ("annule", "N"), ("memo", "N"), ("imprime", "N"),
                        ("attente", "N"), ("encaisse", "O")):  # fmt: skip
        element.set(name, value)
    element.set("degrade", yes_no(ticket.degraded))
    _append_header(element, ticket, stamp)
    lines = etree.SubElement(element, "lignes", nombre=str(len(ticket.lines)))
    for line in ticket.lines:
        _append_line(lines, line)
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
    for line, node in zip(ticket.lines, child(element, "lignes").iterfind("article"), strict=True):
        _equal(f"HT de la ligne {line.number}", line.amount - line.tax, _cents(node, "net_ht"))
    balance = child(element, "bilan")
    _equal("Total TTC", ticket.total, _cents(balance, "montantTTC"))
    _equal("Total HT", ticket.total - ticket.tax, _cents(balance, "montantHT"))
    taxes = child(balance, "tvas")
    _equal("Total TVA", ticket.tax, _cents(taxes, "montantTaxes"))
    written = [
        (_rate(n), _cents(n, "base"), _cents(n, "ht"), parse_euros(n.text or ""))
        for n in taxes.iterfind("tva")
    ]
    _equal("Parts de TVA", [(s.rate, s.total, s.base, s.tax) for s in ticket.shares], written)
    paid = child(balance, "encaissements")
    _equal("Encaissements", ticket.total, _cents(paid, "montantEncaisse"))
    _equal("Nombre de lignes", len(ticket.lines), int(child(element, "lignes").get("nombre", "-1")))
    return ticket


def check(ticket: Ticket) -> None:
    """Recompute every amount of ``ticket``; AmountMismatch names the first that is wrong."""
    if not ticket.lines:
        raise DocumentError("Un ticket doit avoir au moins une ligne.")
    for number, line in enumerate(ticket.lines, 1):
        _equal("Numéro de ligne", number, line.number)
        amount = line_amount(line.quantity, line.unit_price, line.discount)
        _equal(f"Montant de la ligne {number}", amount, line.amount)
        _equal(f"TVA de la ligne {number}", line_tax(amount, line.rate), line.tax)
    uids = [line.uid for line in ticket.lines]
    if len(set(uids)) != len(uids):
        raise DocumentError("Deux lignes du ticket portent le même identifiant.")
    _equal("Somme des encaissements", ticket.total, sum(p.amount for p in ticket.payments))
    if ticket.regime.sector != "TAXABLE" and any(line.rate for line in ticket.lines):
        raise DocumentError("Un ticket hors TVA ne peut pas porter de taux de TVA.")


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
        etree.SubElement(
            header,
            "origine",
            document=ticket.origin.document,
            caisse=str(ticket.origin.till_number),
            numero=str(ticket.origin.seq),
            uid="{" + ticket.origin.uid.upper() + "}",
        )
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


def _append_line(parent: etree._Element, line: Line) -> None:
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
        "net_ht": euros(line.amount - line.tax),
        "taxe": euros(line.tax),
        "tva": rate_text(line.rate),
    }
    if line.reference_price is not None:
        attributes["reference"] = f"{line.reference_price:.4f}"
    if line.origin:
        attributes["origine"] = "{" + line.origin.upper() + "}"
    node = etree.SubElement(parent, "article", attributes)
    etree.SubElement(node, "libelle").text = clean(line.label)
    if line.category:
        etree.SubElement(node, "groupe", code=clean(line.category_code)).text = clean(
            line.category
        )
    if line.comment:
        etree.SubElement(node, "commentaire").text = clean(line.comment)


def _append_balance(parent: etree._Element, ticket: Ticket, stamp: Stamp) -> None:
    balance = etree.SubElement(
        parent, "bilan", montantTTC=euros(ticket.total), montantHT=euros(ticket.total - ticket.tax)
    )
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
    origin = header.find("origine")
    company: Company = read_company(header)
    return Ticket(
        uid=_uid(element, "uid"),
        company=company,
        lines=tuple(_read_line(node) for node in child(element, "lignes").iterfind("article")),
        payments=tuple(
            Payment(
                _uid(node, "uid"),
                node.attrib["mode"],
                node.attrib["libelle"],
                _cents(node, "montant"),
                _cents(node, "rendu"),
            )
            for node in child(child(element, "bilan"), "encaissements").iterfind("encaissement")
        ),
        cashier=child(header, "caissier").attrib["numero"],
        regime=Regime(tariff.attrib["secteur"], tariff.findtext("mention", "")),
        operation=element.attrib["type"],
        document=element.attrib["document"],
        customer="" if customer is None else customer.attrib["code"],
        tariff=tariff.attrib["code"],
        origin=None
        if origin is None
        else Reference(
            origin.attrib["document"],
            int(origin.attrib["caisse"]),
            int(origin.attrib["numero"]),
            _uid(origin, "uid"),
        ),
        overrides=tuple(
            Override(n.attrib["objet"], n.attrib["responsable"], n.text or "")
            for n in header.iterfind("derogation")
        ),
        comment=header.findtext("commentaire", ""),
        degraded=element.get("degrade") == "O",
    )


def _read_line(node: etree._Element) -> Line:
    group = node.find("groupe")
    reference = node.get("reference")
    return Line(
        uid=_uid(node, "uid"),
        number=int(node.attrib["numero"]),
        code=node.attrib["plu"],
        label=node.findtext("libelle", ""),
        quantity=Decimal(node.attrib["quantite"]),
        unit_price=Decimal(node.attrib["base"]),
        rate=_rate(node, "tva"),
        amount=_cents(node, "net"),
        tax=_cents(node, "taxe"),
        unit=node.attrib["unite"],
        discount=Decimal(node.attrib["remise"]),
        barcode=node.attrib["cab"],
        category_code="" if group is None else group.get("code", ""),
        category="" if group is None else group.text or "",
        reference_price=None if reference is None else Decimal(reference),
        origin=_uid(node, "origine") if "origine" in node.attrib else "",
        comment=node.findtext("commentaire", ""),
    )


def _uid(node: etree._Element, name: str) -> str:
    return node.attrib[name].strip("{}").lower()


def _cents(node: etree._Element, name: str) -> int:
    return parse_euros(node.attrib[name])


def _rate(node: etree._Element, name: str = "taux") -> int:
    return parse_euros(node.attrib[name])


def _equal(what: str, expected: object, found: object) -> None:
    if expected != found:
        raise AmountMismatch(what, expected, found)
