"""The quotas of a snapshot, and what the server had counted. The rules themselves are ``escarcelle_core.quota``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from escarcelle_core.quota import Quota

#: Quantity by the first day (ISO) of a period, by quota.
Known = Mapping[int, Mapping[str, Decimal]]


@dataclass(frozen=True, slots=True)
class Quotas:
    """The quotas of a snapshot, and what its households had taken: ``known`` by household code."""

    rules: tuple[Quota, ...] = ()
    known: Mapping[str, Known] = field(default_factory=dict)

    def of(self, household: str) -> Known:
        """What the server counted for a household."""
        return self.known.get(household, {})


def read(data: Mapping) -> Quotas:
    """From ``quotas.json``; raises when it cannot be read."""
    return Quotas(
        tuple(Quota.read(row) for row in data.get("quotas", ())),
        {
            str(code): {
                int(rule): {str(first): Decimal(used) for first, used in periods.items()}
                for rule, periods in rules.items()
            }
            for code, rules in data.get("used", {}).items()
        },
    )
