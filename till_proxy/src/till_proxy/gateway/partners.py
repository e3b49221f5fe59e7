"""Households as the page's customers: a code and « Amina B. », nothing else of anyone."""

from __future__ import annotations

from typing import Any


def rows(till: Any) -> list[dict]:
    """``res.partner`` rows: the till's own user, then one a household.

    The row of the till's user gives the shape: every field the page expects is there, empty.
    """
    own = list(till.snapshot.json("load_data/res.partner"))
    if not own or till.snapshot.sha256("households.json") is None:
        return own
    blank = {**dict.fromkeys(own[0], False), "write_date": own[0].get("write_date", False)}
    for household in till.snapshot.json("households.json"):
        own.append(
            {
                **blank,
                "id": household["partner_id"],
                "name": household["display"],
                # The code, not the card number: a customer field the page can search.
                "escarcelle_code": household["code"],
                "property_product_pricelist": household.get("pricelist_id") or False,
                "fiscal_position_id": household.get("fiscal_position_id") or False,
            }
        )
    return own
