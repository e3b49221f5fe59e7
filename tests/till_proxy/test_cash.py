"""Cash that is not a sale, counts, and the drawer."""

from uuid import uuid4

from till_shop import order, refund


def _move(program, amount: int, reason: str = "fond de caisse", uuid: str = ""):
    body = {"uuid": uuid or str(uuid4()), "amount": amount, "reason": reason}
    return program.post("/till/v1/cash-moves", body)


def _count(program, amount: int, moment: str = "closing", uuid: str = ""):
    body = {"uuid": uuid or str(uuid4()), "amount": amount, "moment": moment}
    return program.post("/till/v1/cash-counts", body).json()


def test_a_day_of_cash_adds_up(program, server):
    assert _count(program, 5000, "opening")["difference"] == 0
    sold = order()
    program.sell(sold)
    card = order()
    card["payments"][0]["payment_method_id"] = 2
    program.sell(card)
    _move(program, -2000, "dépôt en banque")
    _move(program, 300)
    program.sell(refund(sold))
    program.sell()
    assert program.get("/till/v1/closings").json()["x"]["cash_expected"] == 3550
    answer = _count(program, 3500)
    assert answer["expected"] == 3550 and answer["difference"] == -50
    assert _count(program, 3500, "opening")["difference"] == 0
    program.synced()
    types = [entry["event"]["type"] for _key, entry in sorted(server.entries.items())]
    assert types.count("cash_move") == 2 and types.count("cash_count") == 3
    till = program.status()["till"]["uid"]
    codes = [r.payload.split(",")[1] for r in server.records[till] if r.kind == "JET"]
    assert codes.count("170") == 3 and codes.count("910") == 2
    assert server.defects == []


def test_what_should_be_in_the_drawer_survives_a_restart(make_program, server):
    program = make_program(local=True).start()
    _count(program, 1000, "opening")
    program.sell()
    program.kill()
    program.start()
    assert program.get("/till/v1/closings").json()["x"]["cash_expected"] == 1250


def test_a_move_sent_twice_counts_once(program):
    uuid = str(uuid4())
    assert _move(program, 500, uuid=uuid).json()["replayed"] is False
    assert _move(program, 500, uuid=uuid).json()["replayed"] is True
    assert _move(program, 600, uuid=uuid).status_code == 409
    assert program.get("/till/v1/closings").json()["x"]["cash_expected"] == 500


def test_a_move_cannot_take_the_name_of_a_sale(program):
    body = order()
    program.sell(body)
    assert _move(program, 500, uuid=body["uuid"]).status_code == 409
    uuid = str(uuid4())
    _move(program, 500, uuid=uuid)
    assert program.refused({**order(), "uuid": uuid})["code"] == "conflict"


def test_a_move_says_how_much_and_why(program):
    assert _move(program, 0).status_code == 400
    assert _move(program, 100, "  ").status_code == 400
    body = {"uuid": str(uuid4()), "amount": -1, "moment": "closing"}
    assert program.post("/till/v1/cash-counts", body).status_code == 400


def test_the_drawer_opens_for_cash_only_and_after_the_disk(make_program, server, tmp_path):
    pulses = tmp_path / "pulses.bin"
    program = make_program(local=True).add(f'[devices.printer]\ntype = "file"\npath = "{pulses}"\n')
    program.start()

    def count():
        return pulses.read_bytes().count(b"\x1bp") if pulses.exists() else 0

    body = order()
    body["payments"][0]["payment_method_id"] = 2
    program.sell(body)
    program.school()
    program.sell(order(training=True))
    program.school(False)
    assert count() == 0
    cash = order()
    program.sell(cash)
    program.until(lambda: count() == 1)
    program.sell(cash)  # sent again: the drawer is open already
    assert program.refused(order(total=1))["code"] == "amount_mismatch"
    _move(program, 100)
    program.until(lambda: count() == 2)
