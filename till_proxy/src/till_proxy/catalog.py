"""The snapshot as the checks need it: settings, products, tariffs, households, cashiers, by key.

Built once per snapshot from the parts of ``docs/formats.md`` §7. A part that is malformed spoils the
whole snapshot (the one before stays in use): half a catalogue would sell at wrong prices.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from escarcelle_core import budget, funding, tariffs
from escarcelle_core.budget import Allocation, Policy
from escarcelle_core.documents import Company, Regime
from escarcelle_core.funding import Source
from escarcelle_core.periods import PeriodRules
from escarcelle_core.tariffs import Priced, Tariff

from . import customers, quotas, vouchers
from .cashiers import Cashier, Secret
from .customers import KnownCustomer
from .index import Spent
from .quotas import Quotas
from .vouchers import Kind as VoucherKind

Part = Callable[[str], "bytes | None"]


class CatalogError(Exception):
    """A part of the snapshot cannot be used; the message names it."""


@dataclass(frozen=True, slots=True)
class Covered:
    """Which entries the balances of a snapshot include: all up to ``last``, the last one when it was
    asked for, but those the server had not acknowledged then."""

    last: int = 0
    waiting: frozenset[int] = frozenset()

    def unknown(self, spent: Iterable[Spent]) -> list[Spent]:
        """Those the server did not know of."""
        return [one for one in spent if one.n > self.last or one.n in self.waiting]


@dataclass(frozen=True, slots=True)
class Product:
    """A good. ``price`` is the public reference price; ``tax_ids`` before any fiscal position."""

    id: int
    code: str
    name: str
    barcode: str
    unit: str
    tax_ids: tuple[int, ...]
    price: Decimal
    category_id: int
    category: str
    available: bool
    #: Who paid for it, with the rules that follow; None: nobody asks.
    source: Source | None = None
    #: A membership fee: no good, no part of its price, nothing off a budget.
    fee: bool = False

    @property
    def priced(self) -> Priced:
        """What tariffs look at."""
        bounds = self.source.bounds if self.source else None
        return Priced(self.id, self.price, self.category_id or None, bounds, self.fee)

    @property
    def consumes_budget(self) -> bool:
        """Whether it takes anything off a household's budget."""
        return not self.fee and (self.source is None or self.source.consumes_budget)

    @property
    def public_price(self) -> Decimal:
        """What somebody without a tariff pays: the reference price, unless its payer wants less."""
        return tariffs.bounded(self.price, self.priced, Decimal(tariffs.STEPS[0]))


@dataclass(frozen=True, slots=True)
class PaymentMethod:
    """A means of payment; ``code`` is that of the ticket format."""

    id: int
    name: str
    code: str
    cash: bool


@dataclass(frozen=True, slots=True)
class FiscalPosition:
    """A VAT regime: its mention, and which taxes replace which."""

    id: int
    regime: Regime
    tax_map: Mapping[int, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Household:
    """A household as the till knows it. Budget in cents; None when it has none."""

    code: str
    display: str
    partner_id: int | None
    cards: tuple[str, ...]
    pricelist_id: int | None
    fiscal_position_id: int | None
    entitlements: tuple[tuple[date, date | None], ...]
    suspended: bool
    balance: int | None
    allocations: tuple[Allocation, ...]
    #: What the account owed at the snapshot, in cents.
    due: int = 0
    #: How many people it is made of.
    size: int = 1
    #: What it receives for a whole period, in cents.
    allowance: int = 0
    #: What a visit opens, where budgets are given so; ``visited`` is the last day the server has opened.
    visit: Allocation | None = None
    visited: date | None = None

    def entitled_on(self, day: date) -> bool:
        """Whether an entitlement covers ``day`` and the household is not suspended."""
        if self.suspended:
            return False
        return any(start <= day and (end is None or day <= end) for start, end in self.entitlements)


@dataclass(frozen=True, slots=True)
class Catalog:
    """Everything the till checks a sale against."""

    version: str
    covered: Covered
    company: Company
    till_number: int
    rules: PeriodRules
    methods: Mapping[int, PaymentMethod]
    rates: Mapping[int, int]
    positions: Mapping[int, FiscalPosition]
    policy: Policy
    basis: str
    #: How often budgets are given: month, quarter or visit.
    period: str
    override_required: frozenset[str]
    products: Mapping[int, Product]
    tariffs: Mapping[int, Tariff]
    households: Mapping[str, Household]
    cashiers: tuple[Cashier, ...]
    cards: Mapping[str, str] = field(default_factory=dict)
    #: Cards that are refused, and why: ``lost``, ``replaced`` or ``returned``.
    ended_cards: Mapping[str, str] = field(default_factory=dict)
    customers: Mapping[str, KnownCustomer] = field(default_factory=dict)
    #: Barcode → the good, and how many units one scan counts.
    barcodes: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    quotas: Quotas = Quotas()
    #: Kinds of vouchers, by the means of payment that takes them.
    vouchers: Mapping[int, VoucherKind] = field(default_factory=dict)
    #: Good → the last day its last lot in stock may be given; a good that is not here has none.
    last_days: Mapping[int, date] = field(default_factory=dict)
    #: The shop's own print stylesheets, by name.
    templates: Mapping[str, bytes] = field(default_factory=dict)
    #: VAT regime of a sale that neither the household nor its tariff gives another one; None: taxed.
    default_position: int | None = None

    def household(self, card: str) -> Household | None:
        """By card number, or by code."""
        return self.households.get(self.cards.get(card, card))


def load(part: Part, version: str, covered: Covered) -> Catalog:
    """Build the catalogue from the parts; CatalogError names the one that is missing or wrong."""
    settings = _json(part, "settings.json")
    try:
        sources = funding.read(settings.get("funding_sources", ()))
        households = {
            row["code"]: _household(row) for row in _json(part, "households.json", [])
        }
        goods = _json(part, "products.json")
        return Catalog(
            version=version,
            covered=covered,
            company=company(settings["company"]),
            till_number=int(settings["till"]["number"]),
            rules=rules(settings["period"]),
            methods={row["id"]: _method(row) for row in settings["payment_methods"]},
            rates={row["id"]: int(row["rate"]) for row in settings["taxes"]},
            positions={row["id"]: _position(row) for row in settings["fiscal_positions"]},
            policy=Policy(
                settings["social"]["over_budget"], int(settings["social"].get("tolerance", 0))
            ),
            basis=_one_of(settings["social"].get("basis", "paid"), budget.BASES),
            period=_one_of(settings["social"].get("period", "month"), budget.PERIODS),
            override_required=frozenset(settings.get("override_required", ())),
            products={row["id"]: _product(row, sources) for row in goods},
            tariffs=tariffs.read(_json(part, "prices.json")),
            households=households,
            cashiers=tuple(_cashier(row) for row in _json(part, "cashiers.json", [])),
            cards={c: h.code for h in households.values() for c in h.cards},
            ended_cards={
                str(card): str(why)
                for told in (
                    _json(part, "cards.json", {}),
                    *(row.get("ended_cards") or {} for row in _json(part, "households.json", [])),
                )
                for card, why in told.items()
            },
            customers=customers.read(_json(part, "customers.json", [])),
            templates={
                str(name): str(text).encode()
                for name, text in _json(part, "templates.json", {}).items()
            },
            default_position=settings["till"].get("fiscal_position_id") or None,
            barcodes=_barcodes(goods),
            quotas=quotas.read(_json(part, "quotas.json", {})),
            vouchers=vouchers.read(settings.get("vouchers", ())),
            last_days={
                int(good): date.fromisoformat(day)
                for good, day in _json(part, "dates.json", {}).items()
            },
        )
    except CatalogError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever is wrong in it, it cannot be used
        raise CatalogError(f"Données du serveur inutilisables : {error!r:.120}") from error


def company(data: Mapping) -> Company:
    """The taxable person, from ``settings.json`` or from the enrolment."""
    return Company(
        **{
            name: str(data.get(name) or "")
            for name in ("name", "street", "zip", "city", "siret", "naf", "vat", "street2", "phone")
        },
        country=str(data.get("country") or "France"),
    )


def rules(data: Mapping) -> PeriodRules:
    """The period rules, from ``settings.json`` or from the enrolment."""
    return PeriodRules(
        str(data.get("timezone") or "Europe/Paris"),
        int(data.get("closing_hour") or 0),
        int(data.get("year_end_month") or 12),
        int(data.get("year_end_day") or 31),
    )


def _json(part: Part, name: str, default: object = None):
    data = part(name)
    if data is None:
        if default is None:
            raise CatalogError(f"« {name} » manque.")
        return default
    try:
        return json.loads(data)
    except ValueError as error:
        raise CatalogError(f"« {name} » est illisible.") from error


def _one_of(value: object, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise CatalogError(f"« settings.json » : valeur inconnue « {value!s:.40} ».")
    return str(value)


def _product(row: Mapping, sources: Mapping[int, Source]) -> Product:
    category = row.get("category") or {}
    source = row.get("funding_source_id")
    return Product(
        int(row["id"]), str(row["code"] or ""), str(row["name"]), next(iter(row["barcodes"]), ""),
        str(row["unit"]), tuple(row["tax_ids"]), Decimal(row["price"]),
        int(category.get("id") or 0), str(category.get("name") or ""), bool(row["available"]),
        # A source that is not there would be a rule that is not kept.
        sources[source] if source else None,
        bool(row.get("fee")),
    )  # fmt: skip


def _barcodes(rows: Iterable[Mapping]) -> dict[str, tuple[int, int]]:
    return {
        str(code): (int(row["id"]), int((row.get("packs") or {}).get(code, 1)))
        for row in rows
        for code in row["barcodes"]
    }


def _method(row: Mapping) -> PaymentMethod:
    return PaymentMethod(int(row["id"]), str(row["name"]), str(row["code"]), bool(row["cash"]))


def _position(row: Mapping) -> FiscalPosition:
    return FiscalPosition(
        int(row["id"]),
        Regime(str(row["sector"]), str(row["mention"] or "")),
        {int(tax): tuple(mapped) for tax, mapped in row["tax_map"].items()},
    )


def _household(row: Mapping) -> Household:
    money = row.get("budget")
    visit = money.get("visit") if money else None
    return Household(
        code=str(row["code"]),
        display=str(row["display"]),
        partner_id=row.get("partner_id") or None,
        cards=tuple(map(str, row["cards"])),
        pricelist_id=row["pricelist_id"] or None,
        fiscal_position_id=row["fiscal_position_id"] or None,
        entitlements=tuple(
            (
                date.fromisoformat(period["from"]),
                date.fromisoformat(period["to"]) if period["to"] else None,
            )
            for period in row["entitlements"]
        ),
        suspended=bool(row["suspended"]),
        balance=int(money["balance"]) if money else None,
        allocations=tuple(Allocation.read(a) for a in money["allocations"]) if money else (),
        due=int(row.get("due") or 0),
        size=int(row.get("size") or 1),
        allowance=int(money.get("allowance") or 0) if money else 0,
        visit=_visit(visit) if visit else None,
        visited=date.fromisoformat(visit["opened"]) if visit and visit["opened"] else None,
    )



def _visit(row: Mapping) -> Allocation:
    """What each visit opens; its day is put in on that day."""
    return Allocation("", date.min, int(row["amount"]), str(row["rollover"]), int(row["cap"]))


def _cashier(row: Mapping) -> Cashier:
    return Cashier(
        str(row["code"]), str(row["name"]), str(row["role"]),
        Secret.from_json(row["pin"]), Secret.from_json(row["badge"]),
    )  # fmt: skip
