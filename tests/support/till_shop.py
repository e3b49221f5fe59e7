"""What a till sells in tests: the snapshot parts of a very small grocery, and orders for it."""

import hashlib
import json
from uuid import uuid4

PIN, MANAGER_PIN, BADGE = "1234", "9876", "badge-lucie"
CASHIER, MANAGER = "C07", "M01"
CARD, POOR_CARD, LATE_CARD = "2000000000015", "2000000000022", "2000000000039"
LOST_CARD = "2000000000046"
CASH, CARTE = 1, 2
PASTA, APPLES, SOAP = 11, 12, 13


def scrypt(text: str, salt: bytes = b"0123456789abcdef") -> dict:
    """A hash cheap enough for tests, of the snapshot's form."""
    digest = hashlib.scrypt(text.encode(), salt=salt, n=1024, r=8, p=1, dklen=32)
    return {"algorithm": "scrypt", "n": 1024, "r": 8, "p": 1, "salt": salt.hex(), "hash": digest.hex()}


def settings(**changes) -> dict:
    """``settings.json``."""
    return {
        "company": {
            "name": "Épicerie solidaire du Moulin", "street": "12 rue des Lilas", "street2": "",
            "zip": "67000", "city": "Strasbourg", "country": "France",
            "siret": "73282932000074", "naf": "4711B", "vat": "FR44732829320", "phone": "",
        },
        "till": {"number": 3, "name": "Caisse 3", "config_id": 1, "session_id": 1},
        "period": {
            "timezone": "Europe/Paris", "closing_hour": 0, "year_end_month": 12, "year_end_day": 31,
        },
        "payment_methods": [
            {"id": CASH, "name": "Espèces", "code": "ESPECES", "cash": True},
            {"id": CARTE, "name": "Carte bancaire", "code": "CARTE", "cash": False},
            {"id": 3, "name": "Compte", "code": "COMPTE", "cash": False},
        ],
        "taxes": [{"id": 5, "rate": 550}, {"id": 6, "rate": 2000}, {"id": 9, "rate": 0}],
        "fiscal_positions": [
            {"id": 4, "sector": "EXO_B", "mention": "TVA non applicable, art. 261-7-1° b du CGI",
             "tax_map": {"5": [9], "6": [9]}},
        ],
        "social": {"over_budget": "block", "tolerance": 0, "basis": "paid"},
        "override_required": [],
        **changes,
    }  # fmt: skip


#: What a household is given on the first of a month; a test that turns the clock to it asks for it.
DECEMBER = {"period": "2026-12", "on": "2026-12-01", "amount": 6000, "rollover": "none", "cap": 0}


def households(*allocations: dict) -> list[dict]:
    """One household with money left, one without, one whose entitlement has ended; ``allocations`` to come."""
    base = {
        "pricelist_id": 2, "fiscal_position_id": None, "suspended": False, "size": 3,
        "entitlements": [{"from": "2020-01-01", "to": "2099-12-31"}],
    }  # fmt: skip
    rows = [("F00001", CARD, 101, 5000), ("F00002", POOR_CARD, 102, 200), ("F00003", LATE_CARD, 103, 900)]
    out = [
        {**base, "code": code, "partner_id": partner, "cards": [card], "display": f"{code} B.",
         "budget": {"balance": balance, "ledger_seq": 1, "allocations": list(allocations)}}
        for code, card, partner, balance in rows
    ]  # fmt: skip
    out[0]["ended_cards"] = {LOST_CARD: "lost"}
    out[2]["entitlements"] = [{"from": "2020-01-01", "to": "2020-12-31"}]
    return out


def customers() -> list[dict]:
    """An association with an account and a VAT number, a person, one whose address is incomplete."""
    return [
        {"code": "C201", "partner_id": 201, "name": "Traiteur Dupont & Fils", "street": "3 rue du Four",
         "zip": "67100", "city": "Strasbourg", "country": "France", "vat": "FR44732829320",
         "due": 4500, "terms_days": 30},
        {"code": "C202", "partner_id": 202, "name": "Émilie Müller", "street": "8 quai Kléber",
         "zip": "67000", "city": "Strasbourg", "country": "France", "vat": "", "due": 0},
        {"code": "C203", "partner_id": 203, "name": "Sans Adresse", "street": "", "zip": "", "city": ""},
    ]  # fmt: skip


def parts(**replaced: object) -> dict[str, bytes]:
    """Every part the program needs; ``replaced`` gives other contents, by name without ``.json``."""
    def product(id_, code, name, price, tax, unit="U"):
        return {
            "id": id_, "code": code, "name": name, "barcodes": [f"376000000{id_:04d}"], "unit": unit,
            "tax_ids": [tax], "price": price, "category": {"id": 1, "name": "Épicerie"},
            "available": True,
        }  # fmt: skip

    tariff = {"fiscal_position_id": None, "rounding": "0.01", "minimum": "0.0000"}
    half = {
        "sequence": 1, "product_id": None, "category_ids": None, "from": None, "to": None,
        "min_quantity": "0.000", "compute": "percentage", "fixed": "0.0000", "percent": "50.0000",
        "round": "0.0000", "surcharge": "0.0000", "base": "list_price", "base_pricelist_id": None,
    }  # fmt: skip
    content: dict[str, object] = {
        "settings": settings(),
        "products": [
            product(PASTA, "P11", "Pâtes complètes 500 g", "2.5000", 5),
            product(APPLES, "P12", "Pommes, vrac", "1.9900", 5, "KG"),
            product(SOAP, "P13", "Lessive 3 L", "8.9000", 6),
        ],
        "prices": [
            {"pricelist_id": 1, "name": "Public", "items": [], **tariff},
            {"pricelist_id": 2, "name": "Solidaire", "items": [half], **tariff},
        ],
        "households": households(),
        "cashiers": [
            {"code": CASHIER, "name": "Lucie", "role": "cashier", "pin": scrypt(PIN),
             "badge": scrypt(BADGE)},
            {"code": MANAGER, "name": "Paul", "role": "manager", "pin": scrypt(MANAGER_PIN),
             "badge": None},
        ],
        "customers": customers(),
        "templates": {},
        "assets": {},
        "rpc": {},
    }  # fmt: skip
    content.update(replaced)
    out = {f"{name}.json": json.dumps(value).encode() for name, value in content.items()}
    out["page"] = b"<!DOCTYPE html><title>Caisse</title>"
    out["load_data_params"] = b"{}"
    for model in ("product.pricelist", "product.pricelist.item", "res.partner"):
        out[f"load_data/{model}"] = b"[]"
    return out


def line(product: int = PASTA, quantity: str = "1.000", price: str = "2.5000", **more) -> dict:
    """One order line."""
    return {
        "uuid": str(uuid4()), "product_id": product, "quantity": quantity, "unit_price": price,
        "discount": "0.00", "refunded_line_uuid": None, "note": "", **more,
    }  # fmt: skip


def order(lines: list[dict] | None = None, total: int = 250, **more) -> dict:
    """An order paid in cash, one packet of pasta unless told."""
    lines = [line()] if lines is None else lines
    payments = [{"uuid": str(uuid4()), "payment_method_id": CASH, "amount": total, "change": 0}]
    return {
        "uuid": str(uuid4()), "training": False, "paper": "none", "email": None, "household": None,
        "pricelist_id": 1, "fiscal_position_id": None, "lines": lines, "payments": payments,
        "total": total, "overrides": [], "started_at": "2026-11-21T10:00:00Z", **more,
    }  # fmt: skip


def refund(sold: dict, quantity: str = "-1.000", total: int = -250) -> dict:
    """An order giving back ``quantity`` of the first line of ``sold``."""
    first = sold["lines"][0]
    back = line(first["product_id"], quantity, first["unit_price"], refunded_line_uuid=first["uuid"])
    return order([back], total)
