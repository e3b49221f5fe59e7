"""What a paper made by Odoo must say of the signed ticket, read from the signed document itself.

Legal mentions are French constants, not translatable strings: they belong to the document.
"""

from escarcelle_core.documents import CANCELLATION, DOCUMENT_LABELS
from escarcelle_core.xml import stamp, ticket_xml


def lines(xml, shown, excerpt):
    """Lines to print under a receipt. ``shown`` is « Ticket (VTE) 901-1 »."""
    element = stamp.parse(xml)
    seal = stamp.read_stamp(element)
    ticket = ticket_xml.read(element)
    company = ticket.company
    said = [shown]
    if ticket.degraded:
        said.append("MODE DÉGRADÉ : vendu hors liaison, signé au retour")
    if ticket.origin:
        verb = "annule" if ticket.operation == CANCELLATION else "modifie"
        label = DOCUMENT_LABELS[ticket.origin.document].lower()
        said.append(f"Ce ticket {verb} le {label} n° {ticket.origin.till_number}-{ticket.origin.seq}")
    said.append(f"{len(ticket.lines)} ligne{'s' if len(ticket.lines) > 1 else ''}")
    if ticket.regime.mention:
        said.append(ticket.regime.mention)
    address = ", ".join(filter(None, (company.street, company.street2, f"{company.zip} {company.city}")))
    said += [company.name, f"{address}, {company.country}"]
    said.append(
        " · ".join(
            filter(
                None,
                (f"SIRET {company.siret}", f"NAF {company.naf}", company.vat and f"TVA {company.vat}"),
            )
        )
    )
    said.append(f"{seal.local:%d/%m/%Y %H:%M:%S} · caisse {seal.device.number}")
    said.append(f"{seal.device.software} {seal.device.software_version} · version fiscale {seal.fiscal_version}")
    said.append(f"Signature {excerpt}")
    return said
