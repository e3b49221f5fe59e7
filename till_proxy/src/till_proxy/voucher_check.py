"""Whether the vouchers of an order can be taken, and what comes back on them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from escarcelle_core import money
from escarcelle_core.documents import Line

from .catalog import Catalog
from .errors import Refusal
from .index import Index
from .orders import Order, OrderPayment
from .strict import bad
from .vouchers import Kind, Voucher


class Check:
    """The vouchers of one order; Refusal(voucher) when one of them cannot be taken."""

    def __init__(
        self, catalog: Catalog, index: Index, order: Order, lines: Sequence[Line], day: date
    ):
        self._catalog = catalog
        self._index = index
        self._order = order
        self._lines = lines
        self._day = day

    def run(self) -> dict[str, str]:
        """What each voucher is called on the ticket, by the uuid of its payment."""
        kinds, names, paid, seen = self._catalog.vouchers, {}, defaultdict(int), set()
        for payment in self._order.payments:
            kind, voucher = kinds.get(payment.method_id), self._order.vouchers.get(payment.uuid)
            if kind is None:
                if voucher is not None:
                    raise bad("Paiement : ce moyen de paiement n'est pas un bon.")
                continue
            voucher = voucher or Voucher("", None)
            self._number(kind, voucher)
            if payment.amount < 0:
                self._back(kind, voucher, payment)
            else:
                if voucher.number and (kind.id, voucher.number) in seen:
                    raise Refusal("voucher", f"Le bon n° {voucher.number} est compté deux fois sur ce ticket.")
                seen.add((kind.id, voucher.number))
                self._take(kind, voucher, payment)
                paid[payment.method_id] += payment.amount
            names[payment.uuid] = f"{kind.name} n° {voucher.number}" if voucher.number else kind.name
        for method_id, amount in paid.items():
            self._eligible(kinds[method_id], amount)
        self._no_money_back()
        return names

    def _number(self, kind: Kind, voucher: Voucher) -> None:
        if kind.numbered and not voucher.number:
            raise Refusal("voucher", f"« {kind.name} » : passez ou tapez le numéro du bon.")

    def _take(self, kind: Kind, voucher: Voucher, payment: OrderPayment) -> None:
        if (kind.start and self._day < kind.start) or (kind.end and kind.end < self._day):
            raise Refusal(
                "voucher", f"« {kind.name} » n'est pas valable aujourd'hui : choisissez un autre paiement."
            )
        value = kind.value if kind.value is not None else voucher.value
        if kind.share is None and value is None:
            raise Refusal("voucher", f"« {kind.name} » : indiquez la valeur écrite sur le bon.")
        if value is not None and payment.amount > value:
            raise Refusal(
                "voucher", f"Ce bon vaut {_euros(value)} : il ne peut pas payer davantage.", max=value
            )
        used = self._index.vouchers.get((payment.method_id, voucher.number))
        if voucher.number and used is not None and used.amount > 0 and not self._order.training:
            raise Refusal(
                "voucher",
                f"Le bon n° {voucher.number} a déjà servi sur cette caisse (ticket {used.ticket}) : "
                "demandez un autre paiement.",
                ticket=used.ticket,
            )

    def _eligible(self, kind: Kind, amount: int) -> None:
        """A voucher pays for no excluded good; a part is a part."""
        products = self._catalog.products
        total = 0
        for asked, line in zip(self._order.lines, self._lines, strict=True):
            product = products.get(asked.product_id)
            if product is None or product.category_id not in kind.excluded:
                total += line.amount
        room = max(0, total)
        if kind.share is not None:
            room = money.half_up(room * kind.share / 100)
        if amount > room:
            what = "ces articles" if kind.excluded else "ce ticket"
            raise Refusal(
                "voucher",
                f"« {kind.name} » ne peut payer que {_euros(room)} de {what} : corrigez le montant.",
                max=room,
            )

    def _origins(self) -> set[str]:
        lines = (self._index.lines.get(line.refunded) for line in self._order.lines if line.refunded)
        return {line.ticket for line in lines if line is not None and line.training == self._order.training}

    def _back(self, kind: Kind, voucher: Voucher, payment: OrderPayment) -> None:
        """A voucher comes back with the ticket it paid: it may then serve again."""
        origins = self._origins()
        known = [paid for origin in origins for paid in self._index.paid_by.get(origin, ())]
        left = sum(
            one.amount for one in known
            if one.method_id == payment.method_id and one.number == voucher.number
        )  # fmt: skip
        if -payment.amount > left:
            raise Refusal(
                "voucher",
                f"« {kind.name} » n'a payé que {_euros(max(0, left))} de ce qui revient : corrigez le montant.",
                max=max(0, left),
            )

    def _no_money_back(self) -> None:
        """What a voucher paid never comes back as money."""
        kinds = self._catalog.vouchers
        back = -sum(p.amount for p in self._order.payments if p.method_id not in kinds)
        origins = self._origins()
        by_voucher = {o: sum(p.amount for p in self._index.paid_by.get(o, ()) if p.amount > 0) for o in origins}
        if back <= 0 or not any(by_voucher.values()):
            return
        if len(origins) > 1:
            raise Refusal(
                "voucher", "Un de ces tickets a été payé par bon : faites un retour par ticket d'origine."
            )
        (origin,) = origins
        room = self._index.tickets[origin].total - by_voucher[origin] - self._index.money_back[origin]
        if back > max(0, room):
            raise Refusal(
                "voucher",
                f"Ce ticket a été payé par bon ({_euros(by_voucher[origin])}) : un bon ne se rembourse pas en "
                f"argent. Rendez au plus {_euros(max(0, room))} en argent et le reste sur le bon, qui "
                "redevient utilisable, ou échangez.",
                max=max(0, room),
            )


def _euros(cents: int) -> str:
    return f"{money.euros(cents).replace('.', ',')} €"
