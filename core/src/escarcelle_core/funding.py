"""What the payer of a good allows to be asked of a household (``escarcelle.funding.source``).

The European Union's food aid is given: 0 € and nothing off the budget (Regulation (EU) 2021/1057,
article 21 (2)); other payers fix a part of the market value, which is here the public reference price, or
who may receive their goods. The same rules when a price is made (``tariffs``) and when it is charged.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from .errors import EscarcelleError
from .money import euros, half_up

KINDS = ("purchase", "donation", "eu", "state", "local", "other")


class FundingError(EscarcelleError):
    """A funding source cannot be read."""

    code = "bad_request"


@dataclass(frozen=True)
class Bounds:
    """Lowest and highest part of the reference price that may be asked, in percent (0 and 0: free)."""

    low: Decimal = Decimal(0)
    high: Decimal = Decimal(100)

    def __post_init__(self):
        if not 0 <= self.low <= self.high <= 100:
            raise FundingError("La part demandée d'un financement va de 0 à 100 %.")

    def lowest(self, reference: Decimal) -> Decimal:
        """The lowest price in euros, exact."""
        return reference * self.low / 100

    def highest(self, reference: Decimal) -> Decimal:
        """The highest price in euros, exact."""
        return reference * self.high / 100

    def price(self, value: Decimal, reference: Decimal, step: Decimal) -> Decimal:
        """``value`` brought to the nearest multiple of ``step`` that is allowed.

        When no multiple lies between the two, the highest price wins: what is asked is never too much.
        """
        low, high = self.lowest(reference), self.highest(reference)
        if value < low:
            value = (low / step).to_integral_value(ROUND_CEILING) * step
        if value > high:
            value = (high / step).to_integral_value(ROUND_FLOOR) * step
        return value


@dataclass(frozen=True)
class Source:
    """Who paid for a good. ``tariff_ids`` None: every tariff; ``excluded``: categories it never pays for."""

    id: int
    name: str
    free: bool = False
    consumes_budget: bool = True
    bounds: Bounds = Bounds()
    households_only: bool = False
    tariff_ids: frozenset[int] | None = None
    excluded: frozenset[int] = frozenset()

    @classmethod
    def read(cls, row: Mapping) -> "Source":
        """From one element of ``funding_sources`` in ``settings.json``."""
        free = bool(row["free"])
        tariffs = row.get("pricelist_ids")
        return cls(
            id=int(row["id"]),
            name=str(row["name"]),
            free=free,
            consumes_budget=bool(row["consumes_budget"]),
            bounds=bounds("0;0" if free else f"{row['rate_min']};{row['rate_max']}"),
            households_only=bool(row["households_only"]),
            tariff_ids=frozenset(tariffs) if tariffs else None,
            excluded=frozenset(row.get("excluded_category_ids") or ()),
        )


def bounds(text: str) -> Bounds:
    """Read ``"10;30"``, the form a product carries in the page."""
    low, high = (Decimal(part) for part in text.split(";"))
    return Bounds(low, high)


def read(rows: Iterable[Mapping]) -> dict[int, Source]:
    """The sources of a ``settings.json``, by id. Raises FundingError, KeyError, ValueError."""
    return {source.id: source for source in map(Source.read, rows)}


def problem(
    source: Source, label: str, *, reference: Decimal, expected: Decimal | None, unit_price: Decimal,
    discount: Decimal, tariff_id: int | None, household: bool, category_id: int | None,
) -> str | None:  # fmt: skip
    """Why a good of ``source`` is not sold so, and what to do; None when it may be.

    ``expected`` is the tariff's price (None: unknown): what it says is always allowed. A good that is
    brought back is not asked about.
    """
    who = f"« {label} » ({source.name})"
    if source.households_only and not household:
        return (
            f"{who} est réservé aux foyers accueillis. Passez d'abord la carte du foyer, ou retirez "
            "l'article."
        )
    if source.tariff_ids is not None and tariff_id not in source.tariff_ids:
        return f"{who} n'est pas prévu pour ce tarif. Retirez l'article et proposez-en un autre."
    if category_id in source.excluded:
        return (
            f"{who} : ce financement ne peut pas payer cette catégorie. Retirez l'article et prévenez le "
            "responsable : la fiche du produit est à corriger."
        )
    if source.free:
        if unit_price:
            return (
                f"{who} se donne : il ne peut pas être vendu. Son prix est 0,00 € ; rechargez l'écran de "
                "la caisse s'il s'affiche autrement."
            )
        return None
    net = unit_price * (100 - discount) / 100
    low, high = source.bounds.lowest(reference), source.bounds.highest(reference)
    if (expected is not None and net == expected) or low <= net <= high:
        return None
    return (
        f"{who} se vend entre {_french(low, ROUND_CEILING)} et {_french(high, ROUND_FLOOR)}. Remettez son "
        "prix, sans remise, ou retirez l'article."
    )


def _french(value: Decimal, rounding: str) -> str:
    cents = half_up((value * 100).quantize(Decimal(1), rounding=rounding))
    return f"{euros(cents)} €".replace(".", ",")
