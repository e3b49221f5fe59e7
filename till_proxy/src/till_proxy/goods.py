"""Order lines as ticket lines: labels, VAT and public prices are the snapshot's, never the screen's."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from escarcelle_core import funding, money, tariffs
from escarcelle_core.documents import Line
from escarcelle_core.errors import EscarcelleError

from .catalog import Catalog, FiscalPosition, Product
from .errors import Refusal
from .orders import OrderLine
from .refunds import Sold


class Goods:
    """The lines of one order under one tariff and one VAT regime.

    ``flags`` collects what differs from the snapshot, by kind and line: it is kept and shown, never
    corrected, since the page may be older than the snapshot.
    """

    def __init__(
        self,
        catalog: Catalog,
        pricelist_id: int | None,
        position: FiscalPosition | None,
        at: datetime,
        sold: Mapping[str, Sold] | None = None,
        *,
        household: bool = False,
        excess: bool = False,
    ):
        self._catalog = catalog
        self._pricelist_id = pricelist_id
        self._household = household
        #: What is beyond a budget may be sold at the public price.
        self._excess = excess
        self._tariff = catalog.tariffs.get(pricelist_id or 0)
        self._position = position
        self._at = at
        self._sold = sold or {}
        self.flags: dict[str, dict[str, str]] = {}

    def line(self, number: int, line: OrderLine) -> Line:
        """The ticket line of an order line; Refusal(unknown_product).

        What comes back is what was sold: its label and its VAT rate are those that were signed.
        """
        origin = self._sold.get(line.refunded)
        if origin is not None:
            return _returned(number, line, origin)
        product = self._catalog.products.get(line.product_id)
        if product is None:
            raise Refusal(
                "unknown_product",
                f"Le produit de la ligne {number} n'est pas connu de cette caisse. Retirez la ligne, "
                "ou attendez que la caisse ait reçu les données du serveur.",
                line=line.uuid,
                product_id=line.product_id,
            )
        if product.unit == "U" and line.quantity != line.quantity.to_integral_value():
            self._flag("fractional_quantity", line, str(line.quantity))
        if not line.refunded:
            expected = self._expected(line, product)
            self._check_source(line, product, expected)
            if expected is not None and not self._is_excess(line, product):
                self._compare_price(line, expected)
        amount, rate = line.amount, self._rate(product)
        return Line(
            uid=line.uuid,
            number=number,
            code=product.code,
            label=product.name,
            quantity=line.quantity,
            unit_price=line.unit_price,
            rate=rate,
            amount=amount,
            tax=money.line_tax(amount, rate),
            unit=product.unit,
            discount=line.discount,
            barcode=product.barcode,
            category_code=str(product.category_id or ""),
            category=product.category,
            reference_price=product.price if product.price != line.unit_price else None,
            origin=line.refunded,
            comment=line.note,
        )

    def _rate(self, product: Product) -> int:
        """VAT rate of a product under the regime; outside VAT there is none."""
        position = self._position
        if position is not None and position.regime.sector != "TAXABLE":
            return 0
        taxes = [
            mapped
            for tax in product.tax_ids
            for mapped in (position.tax_map.get(tax, (tax,)) if position else (tax,))
        ]
        rates = [self._catalog.rates[tax] for tax in taxes if tax in self._catalog.rates]
        if len(rates) > 1 or len(rates) != len(taxes):
            raise Refusal(
                "unknown_product",
                f"La TVA de « {product.name} » n'est pas utilisable : retirez ce produit de la vente "
                "et faites corriger sa fiche.",
                product_id=product.id,
            )
        return rates[0] if rates else 0

    def _expected(self, line: OrderLine, product: Product) -> Decimal | None:
        try:
            return tariffs.price(
                self._tariff, product.priced, abs(line.quantity), self._at, self._catalog.tariffs
            )
        except EscarcelleError:
            self._flag("price_unknown", line, "")
            return None

    def _is_excess(self, line: OrderLine, product: Product) -> bool:
        return self._excess and line.unit_price == product.public_price

    def _compare_price(self, line: OrderLine, expected: Decimal) -> None:
        if expected != line.unit_price:
            self._flag("price_differs", line, f"{expected:.4f}")

    def _check_source(self, line: OrderLine, product: Product, expected: Decimal | None) -> None:
        """What the payer of the good allows; Refusal(funding_source), which no manager lifts."""
        if product.source is None:
            return
        problem = funding.problem(
            product.source,
            product.name,
            reference=product.price,
            expected=expected,
            unit_price=line.unit_price,
            discount=line.discount,
            tariff_id=self._pricelist_id,
            household=self._household,
            category_id=product.category_id,
        )
        if problem:
            raise Refusal("funding_source", problem, line=line.uuid, product_id=product.id)

    def _flag(self, name: str, line: OrderLine, value: str) -> None:
        self.flags.setdefault(name, {})[line.uuid] = value


def _returned(number: int, line: OrderLine, sold: Sold) -> Line:
    origin, amount = sold.line, line.amount
    return replace(
        origin,
        uid=line.uuid,
        number=number,
        quantity=line.quantity,
        unit_price=line.unit_price,
        discount=line.discount,
        amount=amount,
        tax=money.line_tax(amount, origin.rate),
        origin=line.refunded,
        origin_ticket=sold.number,
        comment=line.note,
    )
