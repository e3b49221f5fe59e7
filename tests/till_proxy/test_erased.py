"""Who was erased on the server is nowhere on the till's computer once it has the next snapshot."""

import json
from pathlib import Path
from uuid import uuid4

import till_shop
from gateway_till import NOW, Server
from till_proxy.snapshot import Snapshot
from till_proxy.vault import Vault, VaultError, load_key

NAME = "Zephyrine Quatrepierre"  # no accent: JSON would escape it
DRAFT = "/till/v1/drafts"


def in_clear(state: Path) -> bytes:
    """Every file below ``state``, opened with the till's own key: what its thief would read."""
    key = load_key(state, use_keyring=False)
    cipher = Vault(state / "vault", key).cipher
    seen = []
    for path in (p for p in state.rglob("*") if p.is_file() and p.name != "key"):
        raw = path.read_bytes()
        seen.append(raw)
        number = path.stem.lstrip("0")
        purposes = [f"{kind}:{path.name}" for kind in ("blob", "name", "draft")]
        purposes += [f"entry:{number}", f"print:{number}"]
        for purpose in purposes:
            try:
                seen.append(cipher.open(raw, purpose))
            except VaultError:
                continue
    return b"\n".join(seen)


def parked(partner: int) -> dict:
    line = {"qty": 1, "price_unit": 2.5, "discount": 0}
    order = {"partner_id": partner, "floating_order_name": NAME, "lines": [1]}
    content = {"pos.order": [order], "pos.order.line": [line], "pos.payment": []}
    return {"format": 1, "content": json.dumps(content, ensure_ascii=False)}


def named(*names: str) -> list[dict]:
    rows = till_shop.households()
    return [{**row, "display": name} for row, name in zip(rows, names, strict=False)]


def test_an_erased_household_leaves_the_computer_with_the_next_snapshot(make_program, server):
    server.parts = till_shop.parts(households=named(NAME, "Amina B."))
    program = make_program(local=True).start()
    uuids = {partner: str(uuid4()) for partner in (101, 102, 202)}
    for partner, uuid in uuids.items():
        answer = program.page.put(program.url(f"{DRAFT}/{uuid}"), json=parked(partner), timeout=5)
        assert answer.status_code == 200
    assert in_clear(program.state).count(NAME.encode()) >= 4, "planted in the snapshot and in drafts"
    version = program.status()["snapshot"]["version"]
    server.parts = till_shop.parts(households=named(NAME, "Amina B.")[1:])
    program.until(lambda: program.status()["snapshot"]["version"] != version)
    program.until(lambda: uuids[101] not in {d["uuid"] for d in program.get(DRAFT).json()["drafts"]})
    # The others' orders still wait: a household that is there, and a customer.
    assert {d["uuid"] for d in program.get(DRAFT).json()["drafts"]} == {uuids[102], uuids[202]}
    for partner in (102, 202):
        program.page.delete(program.url(f"{DRAFT}/{uuids[partner]}"), timeout=5)
    program.synced()
    assert NAME.encode() not in in_clear(program.state)
    # Given up, and signed so: without a name.
    till = program.status()["till"]["uid"]
    given_up = [r for r in server.records[till] if r.kind == "JET" and r.payload.split(",")[1] == "320"]
    assert any(uuids[101] in record.xml and "client parti" in record.xml for record in given_up)
    assert all(NAME not in record.xml for record in given_up)


def test_a_stop_in_the_middle_leaves_nothing_of_before(tmp_path):
    vault, server = Vault(tmp_path, bytes(32)), Server()
    server.contents["households.json"] = json.dumps([{"display": NAME}]).encode()
    snapshot = Snapshot(vault)
    snapshot.refresh(server, NOW)
    old = snapshot.sha256("households.json")
    server.contents["households.json"] = b"[]"
    snapshot._forget = lambda *_manifests: None  # the computer stops here
    snapshot.refresh(server, NOW)
    assert vault.has(old)
    again = Snapshot(Vault(tmp_path, bytes(32)))
    assert not vault.has(old)
    assert again.json("households.json") == []
