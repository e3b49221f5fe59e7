"""Who is at the till: PIN, badge, lock-out, sessions."""

from datetime import timedelta

import pytest

import till_shop
from shop import NOON
from till_proxy.cashiers import Cashier, Cashiers, Secret
from till_proxy.errors import Refusal
from till_proxy.lockout import Lockouts
from till_proxy.vault import Vault


class Now:
    """A clock to turn."""

    def __init__(self):
        self.at = NOON

    def now(self):
        return self.at


LUCIE = Cashier("C07", "Lucie", "cashier", Secret.from_json(till_shop.scrypt("1234")), None)
PAUL = Cashier(
    "M01", "Paul", "manager", Secret.from_json(till_shop.scrypt("9876")),
    Secret.from_json(till_shop.scrypt("badge-paul")),
)  # fmt: skip
ALL = (LUCIE, PAUL)


@pytest.fixture
def clock():
    """Noon."""
    return Now()


@pytest.fixture
def vault(tmp_path):
    """An empty vault."""
    return Vault(tmp_path / "vault", b"k" * 32)


@pytest.fixture
def desk(clock, vault):
    """Nobody at the till."""
    return Cashiers(clock, Lockouts(vault))


def _code(function, *arguments, **options) -> str:
    with pytest.raises(Refusal) as caught:
        function(*arguments, **options)
    return caught.value.code


def test_pin_and_badge(desk):
    assert desk.check(ALL, code="C07", pin="1234") is LUCIE
    assert desk.check(ALL, badge="badge-paul") is PAUL
    assert _code(desk.check, ALL, code="C07", pin="4321") == "cashier_required"
    assert _code(desk.check, ALL, code="XXX", pin="1234") == "cashier_required"
    assert _code(desk.check, ALL, badge="other") == "cashier_required"


def test_an_unknown_code_and_a_wrong_pin_read_the_same(desk):
    told = set()
    for code in ("C07", "XXX"):
        with pytest.raises(Refusal) as caught:
            desk.check(ALL, code=code, pin="0000")
        told.add(caught.value.message)
    assert len(told) == 1


def test_five_failures_close_the_code_and_time_opens_it(desk, clock):
    for _ in range(5):
        assert _code(desk.check, ALL, code="C07", pin="0000") == "cashier_required"
    assert _code(desk.check, ALL, code="C07", pin="1234") == "locked_out"
    desk.check(ALL, code="M01", pin="9876")  # the others go on
    clock.at += timedelta(minutes=5, seconds=1)
    assert desk.check(ALL, code="C07", pin="1234") is LUCIE
    assert _code(desk.check, ALL, code="C07", pin="0000") == "cashier_required"


def test_a_packet_of_pasta_scanned_as_a_badge_closes_nothing_soon(desk):
    for _ in range(20):
        assert _code(desk.check, ALL, badge="3760000000011") == "cashier_required"
    assert _code(desk.check, ALL, badge="badge-paul") == "locked_out"
    desk.check(ALL, code="M01", pin="9876")


def test_each_further_failure_waits_twice_as_long(desk, clock):
    for _ in range(5):
        _code(desk.check, ALL, code="C07", pin="0000")
    clock.at += timedelta(minutes=6)
    _code(desk.check, ALL, code="C07", pin="0000")
    clock.at += timedelta(minutes=6)
    assert _code(desk.check, ALL, code="C07", pin="1234") == "locked_out"
    clock.at += timedelta(minutes=5)
    desk.check(ALL, code="C07", pin="1234")


def test_a_restart_gives_no_free_try(desk, clock, vault):
    for _ in range(5):
        _code(desk.check, ALL, code="C07", pin="0000")
    again = Cashiers(clock, Lockouts(vault))
    assert _code(again.check, ALL, code="C07", pin="1234") == "locked_out"


def test_killed_between_guess_and_answer_the_guess_still_counts(clock, vault, monkeypatch):
    desk = Cashiers(clock, Lockouts(vault))
    monkeypatch.setattr(Secret, "derive", lambda *_: (_ for _ in ()).throw(SystemExit))
    with pytest.raises(SystemExit):
        desk.check(ALL, code="C07", pin="0000")
    assert Lockouts(vault).failures("C07") == 1


def test_sessions_end(desk, clock):
    token = desk.open(LUCIE)
    assert desk.require(token) is LUCIE
    clock.at += timedelta(hours=11)
    desk.require(token)
    clock.at += timedelta(hours=13)
    assert _code(desk.require, token) == "cashier_required"
    token = desk.open(LUCIE)
    assert desk.close(token) is LUCIE and desk.close(token) is None
    assert _code(desk.require, token) == "cashier_required"
    assert _code(desk.require, "") == "cashier_required"


def test_overrides_last_five_minutes(desk, clock):
    token = desk.grant(PAUL, "budget", "fin de mois")
    assert desk.proof(token, "budget").manager == "M01"
    assert desk.proof(token, "budget").reason == "fin de mois"
    assert _code(desk.proof, token, "refund") == "override_invalid"
    clock.at += timedelta(minutes=5, seconds=1)
    assert _code(desk.proof, token, "budget") == "override_invalid"
    assert _code(desk.grant, LUCIE, "budget", "x") == "manager_required"


@pytest.mark.parametrize(
    "change",
    [{"algorithm": "md5"}, {"n": 2}, {"n": 2**30}, {"salt": "zz"}, {"hash": ""}, {"r": "x"}],
)
def test_a_weak_or_absurd_hash_opens_nothing(change):
    assert Secret.from_json({**till_shop.scrypt("1234"), **change}) is None


def test_through_the_program(program, server):
    body = {"badge": till_shop.BADGE}
    answer = program.post("/till/v1/cashier", body).json()
    assert answer["cashier"] == {"code": "C07", "name": "Lucie", "role": "cashier"}
    assert program.page.delete(program.url("/till/v1/cashier"), timeout=5).status_code == 200
    assert program.post("/till/v1/tickets", till_shop.order()).status_code == 401
    for _ in range(5):
        wrong = program.post("/till/v1/cashier", {"code": "C07", "pin": "0000"})
        assert wrong.status_code == 401
    closed = program.post("/till/v1/cashier", {"code": "C07", "pin": "1234"})
    assert closed.status_code == 429 and "attendez" in closed.json()["error"]["message"]
    program.log_in(till_shop.MANAGER, till_shop.MANAGER_PIN)
    program.synced()
    till = program.status()["till"]["uid"]
    jets = [r.payload.split(",") for r in server.records[till] if r.kind == "JET"]
    assert any(j[1] == "940" and "C07" in j[2] for j in jets)
    assert any(j[1] == "40" and j[4] == "C07" for j in jets)
    assert not any("Lucie" in ",".join(j) for j in jets), "codes only, never names"
