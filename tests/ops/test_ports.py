"""Ports are kept from one start to the next, and give way when somebody else took them."""

import json
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from ops.errors import OpsError
from ops.ports import DEFAULTS, FIRST, LAST, TRIES, Ports, first_other, is_free


def test_the_default_when_it_is_free(tmp_path):
    ports = Ports(tmp_path / "ports.json", free=lambda port: True)
    assert ports.choose("odoo") == DEFAULTS["odoo"]


def test_the_next_one_when_it_is_taken_and_then_always_that_one(tmp_path):
    path = tmp_path / "ports.json"
    taken = {DEFAULTS["odoo"], DEFAULTS["odoo"] + 1}
    assert Ports(path, free=lambda port: port not in taken).choose("odoo") == 8071
    assert Ports(path, free=lambda port: True).choose("odoo") == 8071


def test_two_names_never_share_a_port(tmp_path):
    ports = Ports(tmp_path / "ports.json", free=lambda port: True)
    names = ["till-1", "till-2", "till-1@other", "till-2@other", "printer-1"]
    assert len({ports.choose(name) for name in names}) == len(names)


def test_two_that_choose_at_once_never_share_a_port(tmp_path):
    ports = Ports(tmp_path / "ports.json", free=lambda port: True)
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda number: ports.choose(f"till-{number}@x"), range(40)))) == 40


def test_those_of_a_world_that_is_gone_are_given_back(tmp_path):
    ports = Ports(tmp_path / "ports.json", free=lambda port: True)
    for number in range(TRIES):
        assert ports.choose(f"till-1@test_{number}")
    ports.forget("test_1")
    assert "till-1@test_1" not in ports.known() and "till-1@test_11" in ports.known()
    assert ports.choose("till-1@next")


def test_an_unreadable_file_counts_as_none(tmp_path):
    path = tmp_path / "ports.json"
    path.write_text("{broken")
    assert Ports(path, free=lambda port: True).choose("postgres") == DEFAULTS["postgres"]
    assert json.loads(path.read_text()) == {"postgres": DEFAULTS["postgres"]}


def test_no_free_port_is_said_in_french(tmp_path):
    with pytest.raises(OpsError, match="aucun port libre") as caught:
        Ports(tmp_path / "ports.json", free=lambda port: False).choose("odoo")
    assert caught.value.remedy
    assert TRIES > 10


def test_a_port_somebody_listens_on_is_not_free():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        listener.listen()
        assert not is_free(port)
    assert is_free(port)


def test_two_checkouts_do_not_look_at_the_same_place(tmp_path):
    places = {first_other(tmp_path / str(number) / "ports.json") for number in range(30)}
    assert len(places) > 15
    assert all(FIRST <= place < LAST for place in places)
