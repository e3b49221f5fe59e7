"""The whole way: a sale through the till program, bytes at a TCP printer, paper against record."""

import os
import time

import pytest
import requests

from escarcelle_core.printing import paper, preview
from till_shop import order


@pytest.fixture
def settings(bench) -> str:
    """The settings file's part about the printer."""
    return f'[devices.printer]\ntype = "network"\nhost = "127.0.0.1"\nport = {bench.port}\n'


@pytest.fixture
def till(make_program, settings):
    """A running till whose printer is the bench."""
    return make_program().add(settings).start()


def tickets(bench) -> list[str]:
    return [text for text in bench.papers() if "Ticket (" in text]


def test_paper_is_the_signed_document_rendered(till, server, bench):
    """DESIGN §7, invariant 7, from the order to the paper."""
    till.sell(order(paper="paper"))
    till.until(lambda: tickets(bench))
    till.synced()
    (record,) = server.tickets()
    assert tickets(bench) == [preview.text(paper.commands(record, rank=1))]
    assert f"Signature {record.excerpt}" in tickets(bench)[0]
    assert "Ticket (VTE) 3-1.1" in tickets(bench)[0]


def test_no_paper_unless_asked_and_the_drawer_in_both_cases(till, bench):
    till.sell(order(paper="none"))
    till.until(lambda: len(bench.events("drawer")) == 1)
    till.sell(order(paper="paper"))
    till.until(lambda: len(bench.events("drawer")) == 2 and tickets(bench))
    assert len(tickets(bench)) == 1


def test_a_copy_is_marked_and_carries_its_own_signature(till, server, bench):
    body = order(paper="paper")
    till.sell(body)
    done = till.post("/till/v1/duplicates", {"uuid": body["uuid"], "channel": "paper"})
    assert done.status_code == 200, done.text
    till.until(lambda: len(tickets(bench)) == 2)
    till.synced()
    (copy,) = [r for records in server.records.values() for r in records if r.kind == "DUP"]
    (record,) = server.tickets()
    original, duplicate = tickets(bench)
    assert duplicate == preview.text(paper.commands(record, duplicate=copy))
    assert "*** DUPLICATA ***" in duplicate
    assert "DUPLICATA" not in original


@pytest.mark.parametrize("trouble", ["paper_out", "offline"])
def test_a_printer_in_trouble_slows_no_sale_and_prints_later(till, bench, trouble):
    bench.play(trouble)
    if trouble == "offline":
        till.until(lambda: bench.events("offline"))
    start = time.monotonic()
    for _ in range(5):
        till.sell(order(paper="paper"))
    assert time.monotonic() - start < 3
    till.until(lambda: till.status()["printer"]["state"] == trouble)
    assert till.status()["printer"]["waiting"] == 5
    bench.play("ready")
    till.until(lambda: len(tickets(bench)) == 5, seconds=40)
    assert [f"3-{n}.1" in text for n, text in enumerate(tickets(bench), 1)] == [True] * 5


@pytest.mark.parametrize("fault", ["before_print", "after_print"])
def test_killed_around_the_paper_it_comes_out_at_most_once(make_program, settings, bench, fault):
    program = make_program().add(settings).start(fault=fault)
    body = order(paper="paper")
    with_answer = True
    try:
        program.sell(body)
    except requests.exceptions.ConnectionError:
        with_answer = False  # killed before it could answer
    assert program.died() == -9
    program.start()
    assert program.sell(body)["replayed"] or not with_answer
    program.until(lambda: program.status()["printer"]["uncertain"])
    (doubt,) = program.status()["printer"]["uncertain"]
    assert doubt["label"] == "Ticket 3-1"
    assert "demandez un duplicata" in doubt["message"]
    program.sell(order(paper="paper"))
    program.until(lambda: any("3-2.1" in text for text in tickets(bench)))
    assert sum("3-1.1" in text for text in tickets(bench)) == (fault == "after_print")


def test_nothing_on_disk_can_be_read_without_the_key(till, bench):
    bench.play("paper_out")
    till.sell(order(paper="paper"))
    till.until(lambda: till.status()["printer"]["state"] == "paper_out")
    kept = list((till.state / "impressions").iterdir())
    assert kept
    for path in kept:
        assert b"Moulin" not in path.read_bytes()
        assert os.stat(path).st_mode & 0o077 == 0
    bench.play("ready")
    till.until(lambda: tickets(bench), seconds=30)
