"""The price of a good for a household: pricelist rules, then the tariff's own rounding.

One calculation, written three times and tested against each other: Odoo's pricelists on the server,
``static/src/app/utils/tariff.js`` in the page, and this module in the till. Prices are Decimal
euros, VAT included. Rules come as the ``prices.json`` of the snapshot (``docs/formats.md`` §7),
already in the order Odoo applies them; the first that applies decides.

The last step is the *tariff rounding*: the price found is read to eight decimals (a list price
has at most four and a rate two, so nothing is lost), rounded to a multiple of the tariff's step,
halves away from zero, and never below the tariff's minimum, except that what is free stays free.
What the payer of the good allows (``funding``) has the last word, without a tariff too.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType

from .errors import EscarcelleError
from .funding import Bounds

#: The only steps a tariff may round to, in euros.
STEPS = ("0.01", "0.05", "0.10")
_SNAP = Decimal("1E-8")
_UNIT_PRICE = Decimal("0.0001")
_COMPUTES = ("fixed", "percentage", "formula")
_NO_OTHERS: Mapping[int, "Tariff"] = MappingProxyType({})


class TariffError(EscarcelleError):
    """A tariff cannot be read or cannot be applied."""

    code = "bad_request"


@dataclass(frozen=True)
class Priced:
    """What a tariff must know of a product. ``price`` is the public reference price, ``bounds`` what its
    payer allows to be asked (None: anything). A membership ``fee`` is no good: a participation, which is a
    part of the price of every good, leaves it alone; a rule of its own does not."""

    id: int
    price: Decimal
    category_id: int | None = None
    bounds: Bounds | None = None
    fee: bool = False

    @classmethod
    def read(cls, product: Mapping) -> "Priced":
        """From one element of ``products.json``."""
        category = product.get("category") or {}
        return cls(product["id"], Decimal(product["price"]), category.get("id"))


@dataclass(frozen=True)
class Rule:
    """One pricelist item. No product and no category: every product.

    ``percent`` is what is taken off (30 = thirty percent less); ``step``, ``surcharge`` and the
    margins serve the formula only; ``base_pricelist_id`` starts from another pricelist's price.
    """

    compute: str
    product_id: int | None = None
    category_ids: frozenset[int] | None = None
    start: datetime | None = None
    end: datetime | None = None
    min_quantity: Decimal = Decimal(0)
    fixed: Decimal = Decimal(0)
    percent: Decimal = Decimal(0)
    step: Decimal = Decimal(0)
    surcharge: Decimal = Decimal(0)
    min_margin: Decimal = Decimal(0)
    max_margin: Decimal = Decimal(0)
    base_pricelist_id: int | None = None

    def applies(self, product: Priced, quantity: Decimal, at: datetime) -> bool:
        """Product or category, quantity and dates (both ends included) match."""
        return (
            not (product.fee and self.product_id is None and self.category_ids is None)
            and (self.product_id is None or self.product_id == product.id)
            and (self.category_ids is None or product.category_id in self.category_ids)
            and quantity >= self.min_quantity
            and (self.start is None or self.start <= at)
            and (self.end is None or at <= self.end)
        )


@dataclass(frozen=True)
class Tariff:
    """A pricelist with its rounding. ``fiscal_position_id`` is the VAT regime it goes with."""

    id: int
    name: str
    rules: tuple[Rule, ...]
    rounding: Decimal = Decimal("0.01")
    minimum: Decimal = Decimal(0)
    fiscal_position_id: int | None = None


def round_to_step(value: Decimal, step: Decimal) -> Decimal:
    """The multiple of ``step`` nearest to ``value``, halves away from zero."""
    snapped = value.quantize(_SNAP, rounding=ROUND_HALF_UP)
    # Less than half a step below zero is zero, not minus zero: signed strings have one of them.
    return (snapped / step).quantize(Decimal(1), rounding=ROUND_HALF_UP) * step + 0


def rounded(value: Decimal, step: Decimal, minimum: Decimal, *, ruled: bool = True) -> Decimal:
    """The tariff rounding: to the step, at least ``minimum``; a free good stays free.

    A price that no rule made (not ``ruled``) is the reference price: it keeps its four decimals, unless
    the tariff rounds to more than the cent.
    """
    if not ruled and step == Decimal(STEPS[0]):
        step = _UNIT_PRICE
    if not value.quantize(_SNAP, rounding=ROUND_HALF_UP):
        return Decimal(0)
    return max(round_to_step(value, step), minimum)


def _by_formula(rule: Rule, base: Decimal) -> Decimal:
    value = base - base * rule.percent / 100
    if rule.step:
        value = round_to_step(value, rule.step)
    value += rule.surcharge
    if rule.min_margin:
        value = max(value, base + rule.min_margin)
    if rule.max_margin:
        value = min(value, base + rule.max_margin)
    return value


def price(
    tariff: Tariff | None,
    product: Priced,
    quantity: Decimal,
    at: datetime,
    others: Mapping[int, Tariff] = _NO_OTHERS,
) -> Decimal:
    """Unit price of ``product`` bought in ``quantity`` at the aware instant ``at``.

    ``others`` gives the pricelists that rules may start from. Without a tariff the reference price
    is returned. Raises TariffError when a rule names a pricelist that is not in ``others``, or
    when pricelists refer to each other in a circle.
    """
    return _price(tariff, product, quantity, at, others, 0).quantize(_UNIT_PRICE)


def _price(tariff, product, quantity, at, others, depth) -> Decimal:
    if tariff is None:
        return bounded(product.price, product, Decimal(STEPS[0]))
    if depth > len(others) + 1:
        raise TariffError(f"Le tarif « {tariff.name} » tourne en rond : corrigez ses règles.")
    value = product.price
    rule = next((r for r in tariff.rules if r.applies(product, quantity, at)), None)
    if rule is not None:
        if rule.base_pricelist_id is not None:
            base = others.get(rule.base_pricelist_id)
            if base is None:
                raise TariffError(
                    f"Le tarif « {tariff.name} » part d'un tarif absent de la caisse : "
                    "rendez-le disponible dans la caisse."
                )
            value = _price(base, product, quantity, at, others, depth + 1)
        if rule.compute == "fixed":
            value = rule.fixed
        elif rule.compute == "percentage":
            value = value - value * rule.percent / 100
        else:
            value = _by_formula(rule, value)
    found = rounded(value, tariff.rounding, tariff.minimum, ruled=rule is not None)
    return bounded(found, product, tariff.rounding)


def bounded(value: Decimal, product: Priced, step: Decimal) -> Decimal:
    """``value`` within what the payer of ``product`` allows, on a multiple of ``step`` when it is not."""
    if product.bounds is None:
        return value
    return product.bounds.price(value, product.price, step)


def _number(item: Mapping, key: str) -> Decimal:
    value = item.get(key)
    return Decimal(0) if value in (None, False) else Decimal(str(value))


def _instant(text: str | None) -> datetime | None:
    """``2026-11-21T20:30:05Z``; ``fromisoformat`` reads ``Z`` from Python 3.11 on only."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None


def _read_rule(item: Mapping) -> Rule:
    if item["compute"] not in _COMPUTES:
        raise TariffError(f"Règle de tarif inconnue : « {item['compute']} ».")
    categories = item.get("category_ids")
    return Rule(
        compute=item["compute"],
        product_id=item.get("product_id"),
        category_ids=frozenset(categories) if categories is not None else None,
        start=_instant(item.get("from")),
        end=_instant(item.get("to")),
        min_quantity=_number(item, "min_quantity"),
        fixed=_number(item, "fixed"),
        percent=_number(item, "percent"),
        step=_number(item, "round"),
        surcharge=_number(item, "surcharge"),
        min_margin=_number(item, "min_margin"),
        max_margin=_number(item, "max_margin"),
        base_pricelist_id=item.get("base_pricelist_id"),
    )


def read(part: Iterable[Mapping]) -> dict[int, Tariff]:
    """The tariffs of a ``prices.json``, by pricelist id. Raises TariffError."""
    return {
        entry["pricelist_id"]: Tariff(
            id=entry["pricelist_id"],
            name=entry["name"],
            rules=tuple(_read_rule(item) for item in entry["items"]),
            rounding=Decimal(entry["rounding"]),
            minimum=Decimal(entry["minimum"]),
            fiscal_position_id=entry["fiscal_position_id"],
        )
        for entry in part
    }
