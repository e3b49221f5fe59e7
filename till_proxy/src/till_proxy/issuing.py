"""Which request makes which paper, in the fiscal thread."""

from typing import TYPE_CHECKING

from . import invoices, notes, papers, proofs, settlements
from .faults import fault

if TYPE_CHECKING:
    from .till import Till

Wanted = invoices.Wanted | notes.Wanted | proofs.Wanted | settlements.Wanted
_TYPES = {
    invoices.Wanted: "invoice", notes.Wanted: "note", proofs.Wanted: "proof",
    settlements.Wanted: "settlement",
}  # fmt: skip


def issue(till: "Till", wanted: Wanted, token: str) -> tuple[dict, bool]:
    """The entry of what is wanted, and whether it was signed before; Refusal."""
    writer = till.writer
    known = papers.replay(writer, _TYPES[type(wanted)], wanted.wish.uuid, wanted.content)
    if known is not None:
        return known, True
    fault("before_checks")
    cashier = till.cashiers.require(token)
    if isinstance(wanted, proofs.Wanted):
        return proofs.issue(writer, wanted, cashier), False
    catalog = till.shelf.require()
    if isinstance(wanted, invoices.Wanted):
        return invoices.issue(writer, catalog, wanted, cashier), False
    if isinstance(wanted, notes.Wanted):
        return notes.issue(writer, catalog, wanted, cashier), False
    return settlements.issue(writer, catalog, wanted, cashier), False
