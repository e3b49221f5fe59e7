"""A barcode nobody knew, attached to a good at the till: kept in the journal, sent to the server with it.

No document is signed: a barcode moves no money. The till that attached it knows it at once and after a
restart; the others with their next snapshot. Once the server has the entry, its word wins: two tills may
have attached one code to two goods, and a manager decides.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from escarcelle_core import barcodes
from escarcelle_core.barcodes import AttachError
from escarcelle_core.chain import Desk, Issue
from escarcelle_core.state import TillState

from . import training
from .cashiers import Cashier
from .errors import Refusal
from .strict import Reader

if TYPE_CHECKING:
    from .catalog import Catalog
    from .index import Index
    from .writer import Writer

_TYPE = "barcode"


@dataclass(frozen=True, slots=True)
class Wanted:
    """``count`` units of a good for one scan of ``barcode``."""

    uuid: str
    barcode: str
    product_id: int
    count: int

    @classmethod
    def parse(cls, data: object) -> "Wanted":
        """Read the body of ``POST /till/v1/barcodes``."""
        body = Reader(data, "Code-barres")
        uuid, text = body.uuid("uuid"), body.text("barcode", barcodes.LONGEST)
        product, count = (
            body.identifier("product_id"),
            body.integer("count", 1, barcodes.MOST_UNITS, 1),
        )
        body.done()
        try:
            return cls(uuid, barcodes.attachable(text), product, count)
        except AttachError as error:
            raise Refusal("bad_barcode", str(error)) from error


def find(catalog: "Catalog", index: "Index", barcode: str) -> tuple[int, int] | None:
    """The good of a barcode and how many units it counts; None when nobody knows."""
    own = index.attached.get(barcode)
    if own is not None and catalog.covered.unknown([own]):
        return own.product_id, own.count
    return catalog.barcodes.get(barcode)


def attach(writer: "Writer", catalog: "Catalog", wanted: Wanted, cashier: Cashier) -> dict:
    """Keep an attachment; the same again gives the same answer. Refusal(bad_barcode, conflict)."""
    known = writer.index.entries.get(wanted.uuid)
    if known is not None:
        event = writer.journal.read(known.n)["event"] if known.type == _TYPE else {}
        if (event.get("barcode"), event.get("product_id"), event.get("count")) != (
            wanted.barcode, wanted.product_id, wanted.count,
        ):  # fmt: skip
            raise Refusal("conflict", "Une autre opération porte déjà ce numéro.")
        return _answer(catalog, wanted.barcode, wanted.product_id, wanted.count, replayed=True)
    training.forbid(writer.index, "Rattacher un code-barres")
    product = catalog.products.get(wanted.product_id)
    if product is None:
        raise Refusal(
            "unknown_product",
            "Cet article n'est pas connu de cette caisse : choisissez-en un autre.",
            product_id=wanted.product_id,
        )
    if wanted.barcode in catalog.cards:
        raise Refusal(
            "bad_barcode", "Ce numéro est celui d'une carte : il ne désigne pas un article."
        )
    found = find(catalog, writer.index, wanted.barcode)
    if found is not None and found != (wanted.product_id, wanted.count):
        other = catalog.products.get(found[0])
        raise Refusal(
            "conflict",
            f"Ce code est déjà celui de « {other.name if other else 'un autre article'} » : c'est à un "
            "responsable de le changer, dans la gestion.",
            product_id=found[0],
        )
    if found is None:
        event = {
            "type": _TYPE, "barcode": wanted.barcode, "product_id": wanted.product_id,
            "count": wanted.count, "cashier": cashier.code, "code": product.code,
        }  # fmt: skip
        writer.write(wanted.uuid, event, _nothing)
    return _answer(catalog, wanted.barcode, *(found or (wanted.product_id, wanted.count)))


def _nothing(state: TillState, desk: Desk, at: datetime) -> Issue:
    """No document."""
    return Issue(state)


def _answer(
    catalog: "Catalog", barcode: str, product_id: int, count: int, *, replayed: bool = False
) -> dict:
    product = catalog.products.get(product_id)
    return {
        "barcode": barcode, "product_id": product_id, "count": count,
        "name": product.name if product else "", "replayed": replayed,
    }  # fmt: skip


def describe(catalog: "Catalog", index: "Index", barcode: str) -> dict:
    """The answer of ``GET /till/v1/barcodes/<code>``; Refusal(not_found)."""
    found = find(catalog, index, barcode)
    if found is None or found[0] not in catalog.products:
        raise Refusal("not_found", "Ce code-barres n'est celui d'aucun article.")
    return _answer(catalog, barcode, *found)
