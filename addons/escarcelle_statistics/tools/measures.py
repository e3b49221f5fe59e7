"""What a statistic can count. A component is a sum that SQL makes; a measure is made of components.

``heads`` components count a household once, whatever the number of its rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal


@dataclass(frozen=True)
class Component:
    """``sql`` adds up ``fact``; ``columns`` are those it reads. ``kinds``: rows it reads, empty for all."""

    subject: str
    column: str
    kinds: tuple[str, ...] = ()
    #: "": a sum; "households" or "persons": once a household.
    head: str = ""
    #: Whose tickets only; empty for everybody's.
    public: str = ""


def _of_households(column: str) -> Component:
    return Component("visit", column, ("purchase",), public="household")


def _goods(column: str, kind: str) -> Component:
    return Component("goods", column, (kind,))


COMPONENTS = {
    **{
        f"{kind}_{column}": _goods(column, kind)
        for kind in ("sold", "received", "donated", "lost")
        for column in ("weight", "quantity", "paid", "reference", "savings", "cost")
    },
    "money_cost": _goods("cost", "money"),
    "households": Component("visit", "visits", ("purchase",), "households"),
    "persons": Component("visit", "visits", ("purchase",), "persons"),
    "visits": Component("visit", "visits", ("purchase",)),
    "tickets": Component("visit", "tickets", ("purchase",)),
    "visit_paid": Component("visit", "paid", ("purchase",)),
    "visit_reference": Component("visit", "reference", ("purchase",)),
    "visit_weight": Component("visit", "weight", ("purchase",)),
    # A shop may sell to other customers too: what they pay and save is not the households'.
    "home_paid": _of_households("paid"),
    "home_savings": _of_households("savings"),
    "home_weight": _of_households("weight"),
    "meetings": Component("visit", "visits", ("interview", "workshop", "other")),
    "entries": Component("registration", "count", ("entry",)),
    "returns": Component("registration", "count", ("return",)),
    "renewals": Component("registration", "count", ("renewal",)),
    "exits": Component("registration", "count", ("exit",)),
    "entry_persons": Component("registration", "persons", ("entry",)),
}


@dataclass(frozen=True)
class Measure:
    """``divided`` by another component, it is a ratio; ``factor`` brings it to its unit (cents, grams, %)."""

    code: str
    kind: str
    component: str
    factor: int = 1
    divided: str = ""
    unit: str = ""

    @property
    def components(self) -> tuple[str, ...]:
        return (self.component, self.divided) if self.divided else (self.component,)

    @property
    def subject(self) -> str:
        return COMPONENTS[self.component].subject

    @property
    def head(self) -> bool:
        return any(COMPONENTS[one].head for one in self.components)

    def value(self, sums: Mapping[str, Decimal | int | None]) -> int | Decimal | None:
        """The figure, from the sums of one cell; ``None`` when it is divided by nothing."""
        top = Decimal(sums.get(self.component) or 0) * self.factor
        if self.divided:
            bottom = Decimal(sums.get(self.divided) or 0)
            if not bottom:
                return None
            top /= bottom
        if self.kind in ("households", "persons", "count", "money", "weight"):
            return int(top.quantize(Decimal(1), ROUND_HALF_UP))
        return top.quantize(Decimal("0.01") if self.divided else Decimal("0.001"), ROUND_HALF_UP)


CENTS, GRAMS, PERCENT = 100, 1000, 100
MEASURES = {
    one.code: one
    for one in (
        Measure("households", "households", "households"),
        Measure("persons", "persons", "persons"),
        Measure("persons_per_household", "ratio", "persons", divided="households"),
        Measure("visits", "count", "visits"),
        Measure("visits_per_household", "ratio", "visits", divided="households"),
        Measure("tickets", "count", "tickets"),
        Measure("meetings", "count", "meetings"),
        Measure("basket", "money", "visit_paid", CENTS, "tickets"),
        Measure("basket_reference", "money", "visit_reference", CENTS, "tickets"),
        Measure("visit_paid", "money", "home_paid", CENTS),
        Measure("visit_reference", "money", "visit_reference", CENTS),
        Measure("visit_savings", "money", "home_savings", CENTS),
        Measure("visit_weight", "weight", "visit_weight", GRAMS),
        Measure("savings_per_household", "money", "home_savings", CENTS, "households"),
        Measure("weight_per_household", "weight", "home_weight", GRAMS, "households"),
        Measure("weight", "weight", "sold_weight", GRAMS),
        Measure("quantity", "quantity", "sold_quantity"),
        Measure("paid", "money", "sold_paid", CENTS),
        Measure("reference", "money", "sold_reference", CENTS),
        Measure("savings", "money", "sold_savings", CENTS),
        Measure("participation", "percent", "sold_paid", PERCENT, "sold_reference"),
        Measure("received_weight", "weight", "received_weight", GRAMS),
        Measure("received_quantity", "quantity", "received_quantity"),
        Measure("received_reference", "money", "received_reference", CENTS),
        Measure("received_cost", "money", "received_cost", CENTS),
        Measure("donated_weight", "weight", "donated_weight", GRAMS),
        Measure("donated_quantity", "quantity", "donated_quantity"),
        Measure("donated_reference", "money", "donated_reference", CENTS),
        Measure("donated_cost", "money", "donated_cost", CENTS),
        Measure("donated_money", "money", "money_cost", CENTS),
        Measure("lost_weight", "weight", "lost_weight", GRAMS),
        Measure("lost_quantity", "quantity", "lost_quantity"),
        Measure("lost_reference", "money", "lost_reference", CENTS),
        Measure("lost_cost", "money", "lost_cost", CENTS),
        Measure("entries", "households", "entries"),
        Measure("entry_persons", "persons", "entry_persons"),
        Measure("returns", "households", "returns"),
        Measure("renewals", "households", "renewals"),
        Measure("exits", "households", "exits"),
    )
}  # fmt: skip
