"""The till changes its signing key: by the command, by the server's wish, killed half-way."""

import pytest

from escarcelle_core import jet

#: Point of the change → whether the new key is the till's after the restart.
POINTS = {"key_waiting": False, "key_handed_over": True, "key_changed": True}


def _key(program) -> str:
    return program.status()["till"]["key"]


def _hand_overs(server) -> list[str]:
    records = [r for found in server.records.values() for r in found if r.kind == "JET"]
    return [r.payload for r in records if f",{jet.SETTING_CHANGED},Nouvelle_clé_" in r.payload]


def test_old_key_signs_the_new_one_and_sales_go_on(make_program, server):
    program = make_program().start()
    before = _key(program)
    program.sell()
    program.synced()
    program.stop()
    done = program.call("rotate-key")
    assert done.returncode == 0, done.stderr
    program.start()
    after = _key(program)
    assert after != before
    assert program.sell()["number"] == "3-2"
    program.synced()
    assert [record.key_id for record in server.tickets()] == [before, after]
    assert len(_hand_overs(server)) == 1
    assert server.defects == []


def test_refused_while_the_till_runs(make_program):
    program = make_program().start()
    done = program.call("rotate-key")
    assert done.returncode == 1
    assert "escarcelle-till :" in done.stderr


def test_the_server_asks_and_asks_again(make_program, server):
    program = make_program().start()
    before = _key(program)
    command = {"name": "rotate_key", "key": before}
    server.commands = [command]
    program.sell()
    program.until(lambda: _key(program) != before)
    after = _key(program)
    server.commands = [command]  # the answer was lost on the way: the same wish again
    program.sell()
    program.synced()
    assert _key(program) == after
    assert len(_hand_overs(server)) == 1
    assert server.defects == []


@pytest.mark.parametrize("command", [
    {"name": "rotate_key"}, {"name": "rotate_key", "key": 3}, {"name": "rotate_key", "key": "0" * 64}, "rotate_key",
])  # fmt: skip
def test_a_wish_that_names_another_key_changes_nothing(make_program, server, command):
    program = make_program().start()
    before = _key(program)
    server.commands = [command]
    program.sell()
    program.synced()
    program.sell()
    program.synced()
    assert _key(program) == before


@pytest.mark.parametrize("point", POINTS)
def test_killed_half_way(make_program, server, monkeypatch, point):
    program = make_program().start()
    before = _key(program)
    program.sell()
    program.stop()
    monkeypatch.setenv("ESCARCELLE_TILL_FAULT", point)
    assert program.call("rotate-key").returncode == -9
    monkeypatch.delenv("ESCARCELLE_TILL_FAULT")
    program.start()
    assert (_key(program) != before) is POINTS[point]
    assert program.sell()["number"] == "3-2"
    program.synced()
    assert len(_hand_overs(server)) == POINTS[point]
    assert server.defects == []
    assert program.status()["defects"] == []


def test_server_restored_from_before_the_change_learns_it_again(make_program, server):
    program = make_program().start()
    program.sell()
    program.synced()
    uid = program.status()["till"]["uid"]
    last = max(n for till, n in server.entries if till == uid)
    before = _key(program)
    server.commands = [{"name": "rotate_key", "key": before}]
    program.sell()
    program.until(lambda: _key(program) != before)
    program.sell()
    program.synced()
    program.stop()
    server.verifiers = {before: server.verifiers[before]}
    server.forget_after(uid, last)
    program.start()
    program.sell()
    program.until(lambda: len(server.tickets()) == 4)
    assert [record.key_id for record in server.tickets()].count(before) == 2
    assert server.defects == []
