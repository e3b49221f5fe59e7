"""Whom invoices are made out to and who has an account: the shop's customers, as the snapshot knows them.

Households are known by code and « Amina B. » only: who wants an invoice says name and address.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from escarcelle_core.documents import Customer

if TYPE_CHECKING:
    from .catalog import Catalog

_LETTERS = 2


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


def search(catalog: "Catalog", query: str, limit: int, *, households: bool) -> list[dict]:
    """Customers whose name, code, city or VAT number has ``query``; nobody is listed without one."""
    wanted = _plain(query)
    if len(wanted) < _LETTERS:
        return []
    found = [
        known.shown()
        for known in catalog.customers.values()
        if any(wanted in _plain(text) for text in (
            known.identity.name, known.identity.code, known.identity.city, known.identity.vat))
    ]  # fmt: skip
    if households:
        found += [
            {"code": one.code, "name": one.display, "partner_id": one.partner_id, "household": True,
             "due": one.due}
            for one in catalog.households.values()
            if _plain(one.display).startswith(wanted) or one.code.lower().endswith(wanted)
        ]  # fmt: skip
    found.sort(key=lambda row: (_plain(row["name"]), row["code"]))
    return found[:limit]


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.strip().casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))
