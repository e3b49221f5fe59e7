"""Whom invoices are made out to and who has an account: the shop's customers, as the snapshot knows them.

Households are known by code and « Amina B. » only: who wants an invoice says name and address.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from escarcelle_core.documents import Customer


@dataclass(frozen=True, slots=True)
class KnownCustomer:
    """A customer of the back office; ``due`` is what the account owed, in cents, at the snapshot."""

    identity: Customer
    partner_id: int
    due: int
    terms_days: int = 0

    def shown(self) -> dict:
        """For the page."""
        who = self.identity
        return {
            "code": who.code, "partner_id": self.partner_id, "name": who.name, "street": who.street,
            "zip": who.zip, "city": who.city, "country": who.country, "vat": who.vat, "due": self.due,
            "household": False,
        }  # fmt: skip


def read(rows: Iterable[Mapping]) -> dict[str, KnownCustomer]:
    """``customers.json`` by code."""
    found = {}
    for row in rows:
        text = {key: str(row.get(key) or "") for key in ("name", "street", "zip", "city", "vat")}
        identity = Customer(
            **text, code=str(row["code"]), country=str(row.get("country") or "France")
        )
        found[identity.code] = KnownCustomer(
            identity, int(row["partner_id"]), int(row.get("due") or 0), int(row.get("terms_days") or 0)
        )
    return found
