"""The part of a till the gateway needs: a real vault, a real snapshot, and nothing signed."""

import hashlib
import json
from datetime import datetime, timezone
from pathlib import Path
from types import SimpleNamespace

from till_proxy.gateway.references import References
from till_proxy.snapshot import Snapshot
from till_proxy.vault import Vault, load_key

NOW = datetime(2026, 11, 21, 10, 0, 0, tzinfo=timezone.utc)
CONFIG = 7
PAGE = b"<html><head><script>var odoo = {escarcelle: {mode: 'till'}};</script></head></html>"
SCRIPT = b"console.log('pos')"
PICTURE = b"\x89PNG picture"


def asset(content: bytes, content_type: str) -> dict:
    """An entry of ``assets.json``."""
    return {"sha256": hashlib.sha256(content).hexdigest(), "content_type": content_type}


def parts() -> dict[str, bytes]:
    """A snapshot of a very small shop."""
    assets = {
        "/web/assets/1/pos.min.js": asset(SCRIPT, "text/javascript"),
        "/web/image/product.template/3/image_128": asset(PICTURE, "image/png"),
        "/web/webclient/translations": asset(b'{"modules":{}}', "application/json"),
        "/web/static/lib/font.woff2": asset(b"font", "font/woff2"),
        "/bus/websocket_worker_bundle": asset(b"// worker", "text/javascript"),
    }
    contents = [SCRIPT, PICTURE, b'{"modules":{}}', b"font", b"// worker"]
    rows = {
        "load_data_params": {"pos.session": {"fields": ["id"], "relations": {}}},
        "load_data/pos.session": [{"id": CONFIG, "state": "opened"}],
        "load_data/pos.order": [],
        "load_data/product.product": [{"id": 3, "display_name": "Riz", "lst_price": 2.5}],
        "load_data/product.pricelist": [{"id": 1, "name": "Tarif", "item_ids": [10, 11, 12]}],
        "load_data/product.pricelist.item": [
            {"id": 10, "pricelist_id": 1, "date_start": False, "date_end": False},
            {"id": 11, "pricelist_id": 1, "date_start": "2026-12-01 00:00:00", "date_end": False},
            {"id": 12, "pricelist_id": 1, "date_start": False, "date_end": "2026-11-20 23:59:59"},
        ],
        "load_data/res.partner": [
            {"id": 2, "name": "Caisse 1", "phone": False, "email": False, "write_date": "2000-01-01"}
        ],
        "households.json": [
            {
                "code": "F00012", "partner_id": 40, "display": "Amina B.", "cards": ["2001234567893"],
                "pricelist_id": 1, "fiscal_position_id": None,
            }
        ],
        "cashiers.json": [
            {"code": "C2", "name": "Zoé", "role": "cashier", "pin": {"hash": "x"}, "badge": None},
            {"code": "C1", "name": "Ali", "role": "manager", "pin": {"hash": "y"}, "badge": None},
            {"code": "C3", "name": "Sans PIN", "role": "cashier", "pin": None, "badge": None},
        ],
        "settings.json": {"till": {"number": 1, "config_id": CONFIG}},
        "rpc.json": {
            "barcode.nomenclature/read": {"1": {"id": 1, "name": "Défaut", "rule_ids": [5]}},
            "barcode.rule/search_read": {"1": [{"id": 5, "type": "client", "pattern": "200"}]},
        },
        "assets.json": assets,
    }  # fmt: skip
    out = {name: json.dumps(value).encode() for name, value in rows.items()}
    out["page"] = PAGE
    for content in contents:
        out[f"asset/{hashlib.sha256(content).hexdigest()}"] = content
    return out


def manifest(contents: dict[str, bytes]) -> bytes:
    """What the server answers for these parts."""
    shas = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    version = hashlib.sha256(json.dumps(shas, sort_keys=True).encode()).hexdigest()
    made = {name: {"sha256": sha, "size": len(contents[name])} for name, sha in shas.items()}
    answer = {"version": version, "made_at": "2026-11-21T09:59:00Z", "parts": made}
    return json.dumps(answer).encode()


class Server:
    """``fetch`` of a server that has ``contents``; counts what it sent."""

    def __init__(self, contents: dict[str, bytes] | None = None):
        self.contents = parts() if contents is None else contents
        self.sent: list[str] = []

    def __call__(self, params):
        if not params:
            return 200, manifest(self.contents)
        self.sent.append(params["part"])
        return 200, self.contents[params["part"]]


def gateway_till(folder: Path, server: Server | None = None) -> SimpleNamespace:
    """A till for ``build_app``; its snapshot is taken when ``server`` is given."""
    vault = Vault(folder / "vault", load_key(folder, use_keyring=False))
    snapshot = Snapshot(vault)
    if server is not None:
        snapshot.refresh(server, NOW)
    return SimpleNamespace(
        vault=vault,
        snapshot=snapshot,
        references=References(vault, "A"),
        clock=SimpleNamespace(now=lambda: NOW),
        config=SimpleNamespace(till=SimpleNamespace(port=0)),
    )
