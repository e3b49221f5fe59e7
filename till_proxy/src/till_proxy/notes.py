"""A note (NTE): what an order comes to, before it is paid. No VAT, no payment, no sale."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from escarcelle_core import jet, money
from escarcelle_core.documents import MANAGEMENT, JetEvent, Ticket

from . import orders, papers, training
from .cashiers import Cashier
from .errors import Refusal
from .goods import Goods
from .orders import Order
from .papers import Wish
from .strict import Reader, bad

if TYPE_CHECKING:
    from .catalog import Catalog
    from .writer import Writer


@dataclass(frozen=True, slots=True)
class Wanted:
    """A note of ``order``, which may still change and be noted again."""

    wish: Wish
    order: Order

    @classmethod
    def parse(cls, data: object) -> "Wanted":
        """Read the body of ``POST /till/v1/notes``: an order under ``order``, not paid."""
        body = Reader(data, "Note")
        wish, order = Wish.read(body, ("none", "paper")), body.mapping("order")
        body.done()
        if order.get("payments"):
            raise bad("Note : une note se donne avant le paiement.", field="payments")
        parsed = orders.parse({**order, "payments": []})
        if any(line.quantity < 0 for line in parsed.lines):
            raise bad("Note : un retour ne se note pas, il se rembourse.", field="lines")
        return cls(wish, parsed)

    @property
    def content(self) -> str:
        """What is asked for."""
        return papers.fingerprint(self.order.uuid, self.order.content)


def issue(writer: "Writer", catalog: "Catalog", wanted: Wanted, cashier: Cashier) -> dict:
    """Sign a note; Refusal leaves everything as it was."""
    training.forbid(writer.index, "Une note")
    order = wanted.order
    if order.uuid in writer.index.entries:
        raise Refusal("conflict", "Cette vente est déjà enregistrée : demandez un duplicata du ticket.")
    at = writer.at()
    goods = Goods(catalog, order.pricelist_id, None, at)
    lines = tuple(
        # A note says no VAT: nobody may take it for a ticket.
        replace(goods.line(number, line), rate=0, tax=0)
        for number, line in enumerate(order.lines, 1)
    )
    total = sum(line.amount for line in lines)
    if total != order.total:
        raise Refusal(
            "amount_mismatch",
            "Le total de l'écran ne correspond pas au calcul de la caisse. Rechargez l'écran de la caisse, "
            "puis recommencez.",
            expected=total,
            found=order.total,
        )
    household = catalog.household(order.household) if order.household else None
    document = Ticket(
        uid=wanted.wish.uuid,
        company=writer.desk.company,
        lines=lines,
        payments=(),
        cashier=cashier.code,
        operation=MANAGEMENT,
        document="NTE",
        customer=household.code if household else "",
        tariff=str(order.pricelist_id or ""),
        comment=order.comment,
    )
    said = JetEvent(
        jet.NOTE_ISSUED, f"Note {{n}} commande {order.uuid} {money.euros(total)}", cashier.code
    )
    facts = {"order": order.uuid}
    return papers.keep(writer, "note", wanted.wish, wanted.content, document, facts, [said])
