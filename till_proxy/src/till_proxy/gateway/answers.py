"""Answers of the closed table that are more than a constant: ``answer(till, params) -> result``.

``till`` has ``.snapshot``, ``.clock``, ``.devices_numbers``; ``params`` is the JSON-RPC ``params``
(``args``, ``kwargs``). A ``Raw`` result is JSON already, sent as it is.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from . import partners

LOADED = "load_data/"
PRICE_ITEMS = "product.pricelist.item"


class Raw(bytes):
    """A result that is JSON text already: the vault's parts are not parsed to be served."""


def load_data_params(till: Any, params: dict) -> Raw:
    """Fields and relations of every model, as the server made them."""
    return Raw(till.snapshot.part("load_data_params"))


def load_data(till: Any, params: dict) -> Raw:
    """Every model whole, whatever date the page asks changes since; the session is always open."""
    parts = []
    for name in sorted(till.snapshot.manifest.parts):
        if not name.startswith(LOADED):
            continue
        model = name.removeprefix(LOADED)
        if model == PRICE_ITEMS:
            content = _dump(price_items(till))
        elif model == "product.pricelist":
            content = _dump(pricelists(till))
        elif model == "res.partner":
            content = _dump(partners.rows(till))
        else:
            content = till.snapshot.part(name)
        parts.append(_dump(model) + b":" + content)
    return Raw(b"{" + b",".join(parts) + b"}")


def price_items(till: Any) -> list[dict]:
    """Price rules in force now; the snapshot holds those of the days ahead too."""
    now = till.clock.now().strftime("%Y-%m-%d %H:%M:%S")
    return [
        item
        for item in till.snapshot.json(LOADED + PRICE_ITEMS)
        if _starts(item) <= now and now <= _ends(item)
    ]


def pricelists(till: Any) -> list[dict]:
    """Tariffs, naming only the rules in force now."""
    live = {item["id"] for item in price_items(till)}
    return [
        {**row, "item_ids": [item for item in row.get("item_ids", []) if item in live]}
        for row in till.snapshot.json(LOADED + "product.pricelist")
    ]


def price_rules(till: Any, params: dict) -> dict:
    """Rules of some products; all rules, since the page holds all products."""
    return {PRICE_ITEMS: price_items(till), "product.pricelist": pricelists(till)}


def nomenclature(till: Any, params: dict) -> list[dict]:
    """``read`` of one nomenclature."""
    known = till.snapshot.json("rpc.json")["barcode.nomenclature/read"]
    ids = (params.get("args") or [[]])[0]
    return [known[str(one)] for one in ids if str(one) in known]


def nomenclature_rules(till: Any, params: dict) -> list[dict]:
    """``search_read`` of the rules of one nomenclature."""
    known = till.snapshot.json("rpc.json")["barcode.rule/search_read"]
    domain = (params.get("kwargs") or {}).get("domain") or (params.get("args") or [[]])[0]
    for leaf in domain or ():
        if isinstance(leaf, list) and leaf[0] == "barcode_nomenclature_id":
            return known.get(str(leaf[2]), [])
    return []


def no_more_products(till: Any, params: dict) -> dict:
    """All goods are loaded: what was not found does not exist."""
    return {
        model: []
        for model in (
            "product.template", "product.product", "product.uom", "product.pricelist",
            PRICE_ITEMS, "account.tax", "product.combo", "product.combo.item",
            "product.template.attribute.value", "product.template.attribute.line",
            "product.template.attribute.exclusion",
        )
    }  # fmt: skip


def no_more_partners(till: Any, params: dict) -> dict:
    """All households are loaded."""
    return {"res.partner": [], "account.fiscal.position": []}


def device(till: Any, params: dict) -> dict:
    """The till's device letter and a block of order references no page was given before."""
    return till.references.block()


def _starts(item: dict) -> str:
    return item.get("date_start") or datetime.min.strftime("%Y-%m-%d %H:%M:%S")


def _ends(item: dict) -> str:
    return item.get("date_end") or "9999-12-31 23:59:59"


def _dump(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
