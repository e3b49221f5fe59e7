"""A closing (GTJ, GTM, GTA): the grand totals of a period, frozen and signed."""

from dataclasses import dataclass

from lxml import etree

from ..documents import Company
from ..money import euros, rate_text
from ..totals import LEVELS, Totals
from .stamp import Stamp, append_company, append_totals, read_company, root, serialise


@dataclass(frozen=True, slots=True)
class Closing:
    """A period to freeze. ``totals`` are the running totals *before* its counters restart."""

    level: str
    period: str
    rank: int
    company: Company
    totals: Totals

    @property
    def name(self) -> str:
        """Period in the signed string: ``20261121``, or ``20261121-2`` for a second closing."""
        return self.period if self.rank == 1 else f"{self.period}-{self.rank}"

    @property
    def total(self) -> int:
        """Total of the period, cents VAT included."""
        return self.totals.amount[LEVELS[self.level]]

    @property
    def tickets(self) -> int:
        """Number of tickets of the period."""
        return self.totals.tickets[LEVELS[self.level]]


def build(closing: Closing, stamp: Stamp) -> str:
    """The signed document. ``compteurs`` are the running totals after it (counters restarted)."""
    level = LEVELS[closing.level]
    element = root("cloture", stamp)
    element.set("periode", closing.period)
    element.set("rang", str(closing.rank))
    header = etree.SubElement(element, "entete")
    append_company(header, closing.company)
    taxes = sum(share.tax[level] for share in closing.totals.shares)
    balance = etree.SubElement(
        element,
        "bilan",
        montantTTC=euros(closing.total),
        montantHT=euros(closing.total - taxes),
        tickets=str(closing.tickets),
        perpetuel=euros(closing.totals.perpetual_real),
        absolu=euros(closing.totals.perpetual_absolute),
    )
    shares = etree.SubElement(balance, "tvas", montantTaxes=euros(taxes))
    for share in closing.totals.shares:
        if share.amount[level] or share.tax[level]:
            etree.SubElement(
                shares,
                "tva",
                secteur=share.sector,
                taux=rate_text(share.rate),
                base=euros(share.amount[level]),
                ht=euros(share.amount[level] - share.tax[level]),
            ).text = euros(share.tax[level])
    paid = etree.SubElement(balance, "encaissements", montantEncaisse=euros(closing.total))
    for mean in closing.totals.means:
        if mean.amount[level]:
            etree.SubElement(paid, "encaissement", mode=mean.mode).text = euros(mean.amount[level])
    append_totals(element, closing.totals.restart(closing.level))
    return serialise(element)


def read(element: etree._Element, before: Totals) -> Closing:
    """The closing a document states, given the running totals before it in the chain.

    The caller builds it again and compares: a closing is entirely determined by what precedes it.
    """
    header = element.find("entete")
    return Closing(
        element.get("chaine", ""),
        element.get("periode", ""),
        int(element.get("rang", "1")),
        read_company(element if header is None else header),
        before,
    )
