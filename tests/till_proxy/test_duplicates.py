"""Copies: signed, ranked, marked DUPLICATA, and moving no total."""

from uuid import uuid4

from till_shop import order

PRINTER = '[devices.printer]\ntype = "file"\npath = "{path}"\n'


def test_ranks_follow_the_paper(make_program, server, tmp_path):
    paper = tmp_path / "paper.bin"
    program = make_program(local=True).add(PRINTER.format(path=paper)).start()
    printed, silent = order(paper="paper"), order()
    assert program.sell(printed)["shown"].endswith("3-1.1")
    assert program.sell(silent)["shown"].endswith("3-2.0")

    def copy(uuid, **more):
        body = {"uuid": uuid, "channel": "paper", **more}
        return program.post("/till/v1/duplicates", body).json()

    assert [copy(printed["uuid"])["rank"] for _ in range(2)] == [2, 3]
    assert [copy(silent["uuid"])["rank"] for _ in range(2)] == [1, 2]
    asked = str(uuid4())
    first, again = (copy(silent["uuid"], request=asked) for _ in range(2))
    assert first == again and first["rank"] == 3
    assert copy(silent["uuid"], channel="email", email="a@exemple.fr")["rank"] == 4
    program.until(lambda: program.status()["printer"]["waiting"] == 0)
    program.synced()
    assert server.defects == []
    duplicates = [r for r in server.records[program.status()["till"]["uid"]] if r.kind == "DUP"]
    assert [r.payload.split(",")[2] for r in duplicates] == ["2", "3", "1", "2", "3", "4"]
    assert program.status()["day"]["total"] == 500
    text = paper.read_bytes()
    assert text.count(b"DUPLICATA") >= 5


def test_only_known_sales_are_copied(program):
    body = {"uuid": str(uuid4()), "channel": "paper"}
    assert program.post("/till/v1/duplicates", body).status_code == 404
    training = order(training=True)
    program.school()
    program.sell(training)
    program.school(False)
    body["uuid"] = training["uuid"]
    assert program.post("/till/v1/duplicates", body).status_code == 404
    assert program.post("/till/v1/duplicates", {**body, "channel": "fax"}).status_code == 400
    assert program.post("/till/v1/duplicates", {**body, "channel": "email"}).status_code == 400


def test_a_sale_sent_again_is_printed_once(make_program, server, tmp_path):
    paper = tmp_path / "paper.bin"
    program = make_program(local=True).add(PRINTER.format(path=paper)).start()
    body = order(paper="paper")
    for _ in range(3):
        program.sell(body)
    program.stop()
    program.start()
    program.sell(body)
    program.until(lambda: program.status()["printer"]["waiting"] == 0)
    assert paper.read_bytes().count(b"3-1.1") == 1
