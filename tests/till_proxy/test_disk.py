"""A disk that fills up while we sell: refused before anything stands, and it goes on after."""

from till_shop import line, order


def test_a_full_disk_refuses_the_sale_and_takes_no_number(make_program, server):
    """The kernel itself refuses to write more than a few kilobytes a file."""
    program = make_program().start()
    program.sell()
    program.synced()
    program.kill()
    program.start(limit_bytes=20_000)
    many = order([line(note="n" * 400) for _ in range(60)], 250 * 60)
    error = program.refused(many)
    assert error["code"] == "disk_full" and "Libérez de la place" in error["message"]
    assert list((program.state / "Ventes").glob("*.tmp")) == []
    small = program.sell()
    assert small["number"] == "3-2"
    assert program.refused(many)["code"] == "disk_full"
    program.kill()
    program.start()
    answer = program.sell(many)
    assert answer["number"] == "3-3" and answer["replayed"] is False
    program.synced()
    assert [record.seq for record in server.tickets()] == [1, 2, 3]
    assert server.defects == [] and program.status()["defects"] == []


def test_below_the_reserve_sales_stop_and_closings_go_on(make_program, server):
    program = make_program(local=True).start()
    program.sell()
    journal = program.service.till.writer.journal
    journal._reserve = journal.free_bytes() * 2
    assert program.refused(order())["code"] == "disk_full"
    closed = program.post("/till/v1/closings", {"level": "day"})
    assert closed.status_code == 200
    journal._reserve = 1
    assert program.sell()["number"] == "3-2"
    program.synced()
    assert server.defects == []
