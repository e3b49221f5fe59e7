"""A barcode nobody knew, attached at the till: kept, sent, found again, and never another good's."""

import json
from uuid import uuid4

import pytest

import till_shop
from escarcelle_core import ean13
from till_shop import CARD, PASTA, SOAP

NEW = "3017620422003"


def body(**changes) -> dict:
    return {"uuid": str(uuid4()), "barcode": NEW, "product_id": PASTA, "count": 1, **changes}


def attach(program, **changes) -> dict:
    answer = program.post("/till/v1/barcodes", body(**changes))
    assert answer.status_code == 200, answer.text
    return answer.json()


def refused(program, **changes) -> str:
    answer = program.post("/till/v1/barcodes", body(**changes))
    assert 400 <= answer.status_code < 500, answer.text
    return answer.json()["error"]["code"]


def found(program, code: str = NEW) -> tuple | None:
    answer = program.get(f"/till/v1/barcodes/{code}")
    if answer.status_code == 404:
        return None
    assert answer.status_code == 200, answer.text
    return answer.json()["product_id"], answer.json()["count"]


def with_codes(codes: dict, packs: dict | None = None) -> dict:
    """Snapshot parts where pasta and soap have these barcodes."""
    rows = json.loads(till_shop.parts()["products.json"])
    for row in rows:
        row["barcodes"] += codes.get(row["id"], [])
        row["packs"] = packs or {}
    return till_shop.parts(products=rows)


def renewed(program, server, parts) -> None:
    server.parts = parts
    version = program.status()["snapshot"]["version"]
    program.until(lambda: program.status()["snapshot"]["version"] != version)


def entries(server) -> list[dict]:
    return [e for e in server.entries.values() if e["event"]["type"] == "barcode"]


def test_attached_offline_kept_over_a_restart_and_sent(make_program, server):
    program = make_program().start()
    server.mode = "down"
    assert found(program) is None
    wanted = body(count=6)
    first = program.post("/till/v1/barcodes", wanted).json()
    assert first == {
        "barcode": NEW, "product_id": PASTA, "count": 6, "name": "Pâtes complètes 500 g", "replayed": False,
    }  # fmt: skip
    program.kill()
    program.start()
    assert found(program) == (PASTA, 6)
    assert program.post("/till/v1/barcodes", wanted).json()["replayed"] is True
    server.mode = "ok"
    program.synced()
    (entry,) = entries(server)
    assert entry["records"] == [] and entry["uuid"] == wanted["uuid"]
    assert entry["event"] == {
        "type": "barcode", "barcode": NEW, "product_id": PASTA, "count": 6, "cashier": "C07", "code": "P11",
    }  # fmt: skip
    assert server.defects == []


def test_the_same_twice_is_one_entry_and_nothing_else(program, server):
    attach(program)
    attach(program)  # another cashier had the same idea: another uuid, the same content
    program.sell()
    program.synced()
    assert len(entries(server)) == 1


def test_a_code_has_one_good(program):
    attach(program)
    assert refused(program, product_id=SOAP) == "conflict"
    assert refused(program, count=2) == "conflict"
    known = f"376000000{SOAP:04d}"  # no label of a good: thirteen digits, a wrong key
    assert found(program, known) == (SOAP, 1)


def test_a_uuid_names_one_attachment(program):
    wanted = body()
    assert program.post("/till/v1/barcodes", wanted).status_code == 200
    for other in ({"product_id": SOAP}, {"barcode": "96385074"}, {"count": 3}):
        answer = program.post("/till/v1/barcodes", {**wanted, **other})
        assert answer.status_code == 409
    sold = till_shop.order()
    program.sell(sold)
    assert program.post("/till/v1/barcodes", {**wanted, "uuid": sold["uuid"]}).status_code == 409
    taken = till_shop.order(uuid=wanted["uuid"])
    assert program.refused(taken)["code"] == "conflict"


@pytest.mark.parametrize(
    "code",
    ["3017620422004", "12", "x" * 48 + "é", ean13.card(99), CARD, "3017\x1d620422003", "<b>12</b>", "２００００", None],
)  # fmt: skip
def test_what_is_no_barcode_of_a_good(program, code):
    assert refused(program, barcode=code) in ("bad_barcode", "bad_request")


@pytest.mark.parametrize(
    "changes",
    [
        {"count": 0}, {"count": -1}, {"count": 10**9}, {"count": "6"}, {"count": True}, {"product_id": "11"},
        {"product_id": 2**40}, {"uuid": "x"}, {"barcode": 3017620422003}, {"barcode": "1" * 5000}, {"extra": 1},
    ],
)  # fmt: skip
def test_malformed_bodies(program, changes):
    assert refused(program, **changes) == "bad_request"


def test_a_good_the_till_does_not_know(program):
    assert refused(program, product_id=999) == "unknown_product"


def test_nobody_attaches_without_identification_nor_at_school(program):
    program.school()
    assert refused(program) == "training"
    program.school(False)
    del program.page.headers["X-Escarcelle-Cashier"]
    assert program.post("/till/v1/barcodes", body()).status_code == 401
    assert program.get(f"/till/v1/barcodes/{NEW}").status_code == 401


def test_what_other_tills_attached_comes_with_the_snapshot(program, server):
    renewed(program, server, with_codes({SOAP: [NEW]}, {NEW: 4}))
    assert found(program) == (SOAP, 4)
    assert refused(program) == "conflict"


def test_the_servers_word_wins_once_it_has_the_entry(program, server):
    """Another till was first: a manager kept its good."""
    attach(program)
    program.synced()
    server.parts = with_codes({SOAP: [NEW]})
    program.until(lambda: found(program) == (SOAP, 1))


def test_until_then_the_tills_own_word_counts(program, server):
    # The answers of the server are lost: for the till, nothing is acknowledged.
    server.mode = "lost"
    attach(program)
    assert found(program) == (PASTA, 1)
    program.kill()
    assert found(program.start()) == (PASTA, 1)


def test_a_code_with_a_slash_is_found_again(program):
    attach(program, barcode="LOT 7/2")
    assert found(program, "LOT%207%2F2") == (PASTA, 1)
