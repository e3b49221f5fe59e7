"""Finding whom an invoice is for: customers and households are searched, never listed."""

import unicodedata

from .catalog import Catalog

_LETTERS = 2


def search(catalog: Catalog, query: str, limit: int, *, households: bool) -> list[dict]:
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
