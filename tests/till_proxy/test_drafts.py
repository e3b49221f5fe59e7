"""Parked orders: kept sealed, gone once sold, traced when abandoned."""

from uuid import uuid4

from till_shop import order

PATH = "/till/v1/drafts"


def _put(program, uuid, content):
    return program.page.put(program.url(f"{PATH}/{uuid}"), json=content, timeout=5)


def test_a_parked_order_is_there_after_a_restart_and_sealed(make_program, server):
    program = make_program(local=True).start()
    uuid = str(uuid4())
    content = {"lines": [{"qty": 1.5, "name": "Pâtes"}], "partner": "Amina"}
    assert _put(program, uuid, content).status_code == 200
    files = list((program.state / "Attente").iterdir())
    assert [f.name for f in files] == [uuid]
    assert b"Amina" not in files[0].read_bytes()
    program.kill()
    program.start()
    assert program.get(f"{PATH}/{uuid}").json() == {"uuid": uuid, "draft": content}
    assert program.get(PATH).json() == {"drafts": [{"uuid": uuid, "draft": content}]}


def test_a_sold_order_waits_no_more(program):
    body = order()
    _put(program, body["uuid"], {"a": 1})
    program.sell(body)
    assert program.get(PATH).json() == {"drafts": []}
    assert _put(program, body["uuid"], {"a": 1}).status_code == 409


def test_an_abandoned_order_is_signed(program, server):
    uuid = str(uuid4())
    _put(program, uuid, {"a": 1})
    for _ in range(2):
        assert program.page.delete(program.url(f"{PATH}/{uuid}"), timeout=5).status_code == 200
    program.synced()
    till = program.status()["till"]["uid"]
    codes = [r.payload.split(",")[1] for r in server.records[till] if r.kind == "JET"]
    assert codes.count("320") == 1
    assert program.get(f"{PATH}/{uuid}").status_code == 404


def test_what_is_not_a_draft_is_refused(program):
    assert _put(program, str(uuid4()), "x" * 300_000).status_code == 413
    assert _put(program, "..%2F..%2Fkey", {}).status_code in (400, 404)
    assert program.get(f"{PATH}/key").status_code == 400
    for _ in range(200):
        assert _put(program, str(uuid4()), {}).status_code == 200
    assert _put(program, str(uuid4()), {}).status_code == 409
