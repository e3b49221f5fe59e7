"""kill −9 before, between and after each step of a sale: nothing lost, nothing doubled."""

import pytest
import requests

from till_shop import order

#: Point → whether the sale stands after the restart (its bytes had all reached the file).
SALE_POINTS = {
    "before_checks": False,
    "after_checks": False,
    "before_write": False,
    "partial_write": False,
    "before_fsync": True,
    "after_fsync": True,
    "after_rename": True,
    "after_commit": True,
    "before_drawer": True,
    "before_queue": True,
    "after_queue": True,
    "before_answer": True,
}
PRINTER = '[devices.printer]\ntype = "file"\npath = "{path}"\n'
SEND_POINTS = ("before_send", "after_send", "before_acknowledge", "after_acknowledge")


def _sell_and_die(program, body: dict) -> None:
    with pytest.raises(requests.exceptions.ConnectionError):
        program.post("/till/v1/tickets", body)
    assert program.died() == -9


@pytest.mark.parametrize("point", SALE_POINTS)
def test_killed_during_a_sale(make_program, server, tmp_path, point):
    program = make_program().add(PRINTER.format(path=tmp_path / "paper.bin"))
    # Counted from the sale: logging in wrote entries that pass the same points before it.
    program.start(fault=f"sale:{point}")
    body = order(paper="paper")
    _sell_and_die(program, body)
    program.start()
    answer = program.sell(body)
    assert answer["replayed"] is SALE_POINTS[point]
    assert answer["number"] == "3-1"
    assert program.sell(body)["number"] == "3-1"
    assert program.sell()["number"] == "3-2"
    program.synced()
    assert server.sold().count(body["uuid"]) == 1
    assert [record.seq for record in server.tickets()] == [1, 2]
    assert server.defects == []
    assert program.status()["defects"] == []
    program.until(lambda: program.status()["printer"]["waiting"] == 0)
    assert (tmp_path / "paper.bin").read_bytes().count(b"3-1.1") == 1


@pytest.mark.parametrize("point", SEND_POINTS)
def test_killed_while_sending(make_program, server, point):
    program = make_program().start()
    server.mode = "down"
    program.until(lambda: not program.status()["server"]["online"])
    sold = [program.sell()["number"] for _ in range(3)]
    program.kill()
    server.mode = "ok"
    program.start(fault=point, log_in=False)
    assert program.died() == -9
    program.start()
    program.synced()
    assert [record.number for record in server.tickets()] == sold
    assert server.defects == []


def test_killed_again_and_again_while_starting_and_selling(make_program, server):
    """A machine that loses power all day long."""
    program = make_program()
    uuids = []
    for point in ("after_rename", "partial_write", "after_fsync", "before_answer", "after_commit"):
        program.start(fault=f"sale:{point}")
        body = order()
        uuids.append(body["uuid"])
        _sell_and_die(program, body)
        # Dies while signing its own start.
        program.start(fault="after_commit", log_in=False, listens=False)
        assert program.died() == -9
        program.start()
        program.sell(body)
        program.kill()
    program.start()
    program.synced()
    assert server.sold() == uuids
    assert server.defects == []
