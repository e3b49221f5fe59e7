"""From an order to a ticket: every check of a sale, against the snapshot and what the till sold.

The till does not believe the screen: it takes labels, VAT and public prices from its own snapshot and
recomputes every amount. What the law or the shop forbids is refused with a phrase that says what to do;
what merely differs (a price that changed since the page was loaded) is kept and shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from escarcelle_core import budget, money
from escarcelle_core.documents import (
    CANCELLATION,
    SALE,
    Company,
    Line,
    Override,
    Payment,
    Regime,
    Ticket,
)

from . import budgets, quota_check, refunds
from .cashiers import MANAGER, Cashier, Cashiers
from .catalog import Catalog, FiscalPosition, Household
from .errors import Refusal
from .goods import Goods
from .index import Index
from .orders import Order
from .strict import bad
from .voucher_check import Check as Vouchers


@dataclass(frozen=True, slots=True)
class Checked:
    """A sale that may be signed.

    ``spent`` cents come off the household's budget (None: no budget), ``left`` remain; ``flags``
    says what differs from the snapshot; ``tokens`` are the manager's proofs to use up.
    """

    ticket: Ticket
    spent: int | None
    left: int | None
    #: Cents each line takes off the budget.
    counted: Mapping[str, int]
    cash: int
    drawer: bool
    flags: dict
    proofs: tuple[dict, ...]
    tokens: tuple[str, ...]


class Rules:
    """The checks of one sale; one instance a sale."""

    def __init__(
        self, catalog: Catalog, index: Index, cashiers: Cashiers, company: Company,
        day: date, at: datetime, signed: refunds.Signed,
    ):  # fmt: skip
        self._catalog = catalog
        self._index = index
        self._cashiers = cashiers
        self._company = company
        self._day = day
        self._at = at
        self._signed = signed
        self._flags: dict[str, object] = {}
        self._proofs: dict[str, tuple[str, Override]] = {}

    def check(self, order: Order, cashier: Cashier) -> Checked:
        """Everything, in the order a person would want to hear about it; Refusal or a ticket."""
        for item in order.overrides:
            proof = self._cashiers.proof(item.token, item.kind)
            reason = proof.reason or item.reason
            self._proofs[item.kind] = (item.token, Override(item.kind, proof.manager, reason))
        household = self._household(order)
        position = self._position(order, household)
        sold = refunds.sold_lines(order, self._index, self._signed)
        regime = refunds.regime(order, sold, position.regime if position else Regime())
        goods = Goods(
            self._catalog, order.pricelist_id, position, self._at, sold,
            household=household is not None,
            excess=bool(household) and self._catalog.policy.over_budget == "public",
        )  # fmt: skip
        lines = tuple(goods.line(number, line) for number, line in enumerate(order.lines, 1))
        self._flags.update(goods.flags)
        self._dates(order)
        total = sum(line.amount for line in lines)
        if total != order.total:
            raise _mismatch("Le total de l'écran", order.total, total)
        unknown = refunds.check(
            order, self._index, may_trust=cashier.role == MANAGER or self._allowed("refund")
        )
        if unknown:
            self._flags["origin_unknown"] = unknown
        self._approvals(order, cashier)
        self._quotas(order, household)
        names = Vouchers(self._catalog, self._index, order, lines, self._day).run()
        payments = self._payments(order, household, names)
        counted = self._counted(order, household, lines)
        spent, left = self._budget(order, household, counted)
        # Proofs are signed and used up even when the sale would have passed without them.
        used = list(self._proofs.values())
        ticket = Ticket(
            uid=order.uuid,
            company=self._company,
            lines=lines,
            payments=payments,
            cashier=cashier.code,
            regime=regime,
            operation=_operation(order),
            customer=household.code if household else "",
            tariff=str(order.pricelist_id or ""),
            origin=refunds.origin(order, self._index),
            overrides=tuple(override for _token, override in used),
            comment=order.comment,
        )
        methods = self._catalog.methods
        in_cash = [p for p in order.payments if methods[p.method_id].cash]
        return Checked(
            ticket=ticket,
            spent=spent,
            left=left,
            counted=counted,
            cash=sum(p.amount for p in in_cash),
            drawer=any(p.amount or p.change for p in in_cash),
            flags=self._flags,
            proofs=tuple(
                {"kind": o.kind, "manager": o.manager, "reason": o.reason} for _t, o in used
            ),
            tokens=tuple(token for token, _o in used),
        )

    def _allowed(self, kind: str) -> bool:
        return kind in self._proofs

    def _household(self, order: Order) -> Household | None:
        if not order.household:
            return None
        household = self._catalog.household(order.household)
        if household is None:
            raise Refusal(
                "not_entitled",
                f"Le foyer {order.household} n'est pas connu de cette caisse. Vérifiez la carte ; "
                "si elle est neuve, attendez que la caisse ait reçu les données du serveur.",
                household=order.household,
            )
        if not household.entitled_on(self._day) and not self._allowed("entitlement"):
            giving_back = all(line.quantity < 0 for line in order.lines)
            if not giving_back:
                raise Refusal(
                    "not_entitled",
                    "Les courses de ce foyer sont suspendues. Demandez l'accord d'un responsable."
                    if household.suspended
                    else "Ce foyer n'a plus de droits ouverts aujourd'hui. Faites renouveler ses droits, "
                    "ou demandez l'accord d'un responsable.",
                    household=household.code,
                    override="entitlement",
                )
        if order.pricelist_id != household.pricelist_id:
            self._flags["pricelist_differs"] = household.pricelist_id
        return household

    def _position(self, order: Order, household: Household | None) -> FiscalPosition | None:
        """The VAT regime. A household's own regime wins over the screen's."""
        wanted = order.fiscal_position_id
        tariff = self._catalog.tariffs.get(order.pricelist_id or 0)
        if household is not None and household.fiscal_position_id:
            wanted = household.fiscal_position_id
        elif tariff is not None and tariff.fiscal_position_id:
            wanted = tariff.fiscal_position_id
        if wanted != order.fiscal_position_id:
            self._flags["fiscal_position_differs"] = wanted
        if wanted is None:
            wanted = self._catalog.default_position
        if wanted is None:
            return None
        position = self._catalog.positions.get(wanted)
        if position is None:
            raise bad("Vente : régime de TVA inconnu de la caisse.", fiscal_position_id=wanted)
        return position

    def _approvals(self, order: Order, cashier: Cashier) -> None:
        """Operations for which the shop wants a manager."""
        if cashier.role == MANAGER:
            return
        done = {
            "refund": any(line.quantity < 0 for line in order.lines),
            "discount": any(line.discount for line in order.lines),
            "price": "price_differs" in self._flags,
        }
        for kind, present in done.items():
            if present and kind in self._catalog.override_required and not self._allowed(kind):
                raise Refusal(
                    "override_invalid",
                    f"{_APPROVALS[kind]} : demandez l'accord d'un responsable.",
                    override=kind,
                )

    def _dates(self, order: Order) -> None:
        """Nothing is sold whose every lot in stock is past its date; Refusal(past_date), which no manager lifts.

        A till sells goods, not lots: as long as one lot is good, it is taken to be the one that is sold.
        """
        for line in order.lines:
            last = self._catalog.last_days.get(line.product_id)
            product = self._catalog.products.get(line.product_id)
            if line.quantity > 0 and product and last is not None and last < self._day:
                raise Refusal(
                    "past_date",
                    f"« {product.name} » ne se donne plus : tout ce qui en reste en stock est à retirer depuis le "
                    f"{last:%d/%m/%Y}. Retirez-le de la vente et du rayon. Il vient d'en arriver ? Faites "
                    "valider la livraison : la caisse le saura dans la minute.",
                    line=line.uuid,
                    product_id=line.product_id,
                )

    def _quotas(self, order: Order, household: Household | None) -> None:
        """What the household may take in the day, the week or the month; what a manager lets pass is kept."""
        if household is None or order.training:
            return
        basket = quota_check.basket(order, self._index, self._day)
        found = quota_check.standing(self._catalog, self._index, household, self._day, basket)
        beyond = quota_check.check(found, allowed=self._allowed("quota"))
        if beyond:
            self._flags["quota"] = beyond

    def _payments(
        self, order: Order, household: Household | None, names: Mapping[str, str]
    ) -> tuple[Payment, ...]:
        """``names``: what a voucher is called on the ticket, by the uuid of its payment."""
        out = []
        for number, payment in enumerate(order.payments, 1):
            method = self._catalog.methods.get(payment.method_id)
            if method is None:
                raise bad(f"Paiement {number} : moyen de paiement inconnu de la caisse.")
            if payment.change and not method.cash:
                raise bad(f"Paiement {number} : on ne rend la monnaie que sur des espèces.")
            if method.code == "COMPTE" and household is None:
                raise bad(f"Paiement {number} : un paiement sur compte demande un foyer.")
            label = names.get(payment.uuid, method.name)
            out.append(Payment(payment.uuid, method.code, label, payment.amount, payment.change))
        paid = sum(payment.amount for payment in out)
        if paid != order.total:
            raise _mismatch("La somme des paiements", paid, order.total)
        return tuple(out)

    def _counted(
        self, order: Order, household: Household | None, lines: tuple[Line, ...]
    ) -> dict[str, int]:
        """Cents each line takes off the budget; what is brought back gives back what it had taken."""
        if household is None or household.balance is None or order.training:
            return {}
        return {
            line.uid: self._counted_line(asked.product_id, line)
            for asked, line in zip(order.lines, lines, strict=True)
        }

    def _counted_line(self, product_id: int, line: Line) -> int:
        if line.origin:
            back = self._index.counted_back(line.origin, -line.quantity)
            if back is not None:
                return -back
        product = self._catalog.products.get(product_id)
        shelf = money.line_amount(line.quantity, line.reference_price or line.unit_price)
        return budget.counted(
            self._catalog.policy,
            self._catalog.basis,
            line.amount,
            shelf,
            consumes=product is None or product.consumes_budget,
            public=product is not None and line.unit_price == product.public_price,
        )

    def _budget(
        self, order: Order, household: Household | None, counted: Mapping[str, int]
    ) -> tuple[int | None, int | None]:
        """Cents taken off the budget, and what is left of it after."""
        if household is None or household.balance is None or order.training:
            return None, None
        amount = sum(counted.values())
        spent = self._catalog.covered.unknown(self._index.spent.get(household.code, ()))
        before = budgets.left(household, spent, self._day) or 0
        policy = self._catalog.policy
        decision = budget.decide(policy, before, amount, household.allowance)
        if not decision.allowed and not self._allowed("budget"):
            details: dict[str, object] = {}
            if policy.over_budget == "public":
                details["public"] = self._at_public_price(order, before, counted)
            raise Refusal(
                "over_budget",
                budget.refusal(before, decision.missing, public=bool(details.get("public"))),
                left=before,
                missing=decision.missing,
                override="budget",
                **details,
            )
        return amount, decision.left

    def _at_public_price(self, order: Order, left: int, counted: Mapping[str, int]) -> list[dict]:
        """The lines that the budget no longer pays for, with the price the page must charge."""
        ranks = budget.beyond(left, [counted[line.uuid] for line in order.lines])
        products = self._catalog.products
        return [
            {"uuid": line.uuid, "price": f"{products[line.product_id].public_price:.4f}"}
            for line in (order.lines[rank] for rank in ranks)
            if line.product_id in products
        ]


_APPROVALS = {
    "refund": "Un retour",
    "discount": "Une remise",
    "price": "Un prix différent du tarif",
}


def _operation(order: Order) -> str:
    """A negative total gives money back; a zero total does so when every line does."""
    if order.total < 0 or (order.total == 0 and all(x.quantity < 0 for x in order.lines)):
        return CANCELLATION
    return SALE


def _euros(cents: int) -> str:
    return f"{money.euros(cents).replace('.', ',')} €"


def _mismatch(what: str, found: int, expected: int) -> Refusal:
    return Refusal(
        "amount_mismatch",
        f"{what} ({_euros(found)}) ne correspond pas au calcul de la caisse "
        f"({_euros(expected)}). Rechargez l'écran de la caisse, puis recommencez la vente.",
        expected=expected,
        found=found,
    )
