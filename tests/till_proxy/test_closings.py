"""Days, months and years close by themselves, by the button, and after an absence."""

from uuid import uuid4

import pytest

import till_shop
from escarcelle_core import canonical
from till_shop import order

EVENING = "2026-11-30T20:00:00Z"
PRINTER = '[devices.printer]\ntype = "file"\npath = "{path}"\n'


@pytest.fixture
def clock(tmp_path):
    """A clock that stands still on the last evening of November."""
    path = tmp_path / "clock"
    path.write_text(EVENING)
    return path


def _kinds(server, till):
    return [record.kind for record in server.records[till]]


def test_midnight_closes_the_day_and_the_month_without_anybody(make_program, server, clock, tmp_path):
    paper = tmp_path / "paper.bin"
    program = make_program(local=True, clock=clock).add(PRINTER.format(path=paper)).start()
    server.mode = "down"
    program.sell()
    program.sell()
    clock.write_text("2026-11-30T23:00:30Z")  # half a minute past midnight in Paris
    program.until(lambda: program.status()["day"]["closed"])
    program.until(lambda: paper.exists() and paper.stat().st_size > 0)
    program.log_in()
    answer = program.sell()
    assert answer["business_day"] == "2026-12-01" and answer["number"] == "3-3"
    server.mode = "ok"
    program.synced()
    till = program.status()["till"]["uid"]
    assert server.defects == []
    assert server.periods(till) == ["20261130", "202611"]
    kinds = _kinds(server, till)
    assert kinds.index("GTJ") < kinds.index("GTM") < kinds.index("ANC")
    closing = next(r for r in server.records[till] if r.kind == "GTJ")
    assert closing.payload.split(",")[:3] == [canonical.split({550: 500}), "500", "500"]


def test_a_till_that_was_off_closes_the_missing_days_at_start(make_program, server, clock):
    program = make_program(local=True, clock=clock).start()
    program.sell()
    program.synced()
    program.stop()
    clock.write_text("2027-01-02T09:00:00Z")
    program.start()
    program.synced()
    till = program.status()["till"]["uid"]
    periods = server.periods(till)
    assert periods[:2] == ["20261130", "202611"]
    assert periods[-4:] == ["20261231", "202612", "2026", "20270101"]
    assert len(periods) == 33 + 3
    assert server.defects == []
    assert program.status()["day"]["business_day"] == "2027-01-02"


def test_the_first_ticket_after_midnight_closes_first(make_program, server, clock):
    program = make_program(local=True, clock=clock).start()
    program.sell()
    clock.write_text("2026-12-01T07:00:00Z")
    token = program.log_in()
    assert token and program.sell()["business_day"] == "2026-12-01"
    program.synced()
    kinds = _kinds(server, program.status()["till"]["uid"])
    assert kinds.index("GTJ") < len(kinds) - kinds[::-1].index("TCK") - 1
    assert server.defects == []


def test_the_z_button_closes_now_and_a_later_sale_opens_a_second_closing(
    make_program, server, clock, tmp_path
):
    paper = tmp_path / "paper.bin"
    program = make_program(local=True, clock=clock).add(PRINTER.format(path=paper)).start()
    program.sell()
    uuid = str(uuid4())
    first = program.post("/till/v1/closings", {"level": "day", "uuid": uuid}).json()
    assert [c["period"] for c in first["closings"]] == ["20261130"]
    assert first["closings"][0]["total"] == 250 and len(first["anchor"]) == 64
    again = program.post("/till/v1/closings", {"level": "day", "uuid": uuid}).json()
    assert again == first
    nothing = program.post("/till/v1/closings", {"level": "day"})
    assert nothing.status_code == 409 and "déjà close" in nothing.json()["error"]["message"]
    program.sell()
    second = program.post("/till/v1/closings", {"level": "day"}).json()
    assert [c["period"] for c in second["closings"]] == ["20261130-2"]
    assert second["closings"][0]["total"] == 250
    clock.write_text("2026-12-01T06:00:00Z")
    till = program.status()["till"]["uid"]
    program.until(lambda: "202611" in server.periods(till))
    assert server.defects == []
    assert server.periods(till) == ["20261130", "20261130-2", "202611"]
    program.until(lambda: program.status()["printer"]["waiting"] == 0)
    assert first["anchor"][:16].encode() in paper.read_bytes().replace(b" ", b"")


def test_the_x_report_closes_nothing(make_program, server, clock):
    program = make_program(local=True, clock=clock).start()
    program.sell()
    body = order()
    body["payments"][0]["payment_method_id"] = 2
    program.sell(body)
    found = program.get("/till/v1/closings").json()
    assert found["x"]["day"] == 500 and found["x"]["tickets"] == 2
    assert found["x"]["payments"] == [
        {"code": "CARTE", "total": 250}, {"code": "ESPECES", "total": 250},
    ]  # fmt: skip
    assert found["x"]["vat"] == [{"sector": "TAXABLE", "rate": 550, "total": 500, "tax": 26}]
    assert found["x"]["cash_expected"] == 250 and found["closings"] == []
    program.post("/till/v1/closings", {"level": "day"})
    found = program.get("/till/v1/closings").json()
    assert [c["level"] for c in found["closings"]] == ["GTJ"]
    assert found["x"]["day"] == 0 and found["x"]["perpetual_real"] == 500


def test_the_clock_going_back_reopens_nothing(make_program, server, clock):
    program = make_program(local=True, clock=clock).start()
    program.sell()
    clock.write_text("2026-12-02T10:00:00Z")
    program.log_in()
    program.sell()
    clock.write_text("2026-11-28T10:00:00Z")
    answer = program.sell()
    assert answer["business_day"] == "2026-12-02" and answer["at"] == "2026-12-02T10:00:00Z"
    assert program.status()["clock"]["behind"] is True
    program.synced()
    assert server.defects == []
    till = program.status()["till"]["uid"]
    codes = [r.payload.split(",")[1] for r in server.records[till] if r.kind == "JET"]
    assert codes.count("950") == 1


def test_start_and_stop_are_signed_and_260_comes_first(make_program, server):
    program = make_program(local=True).start()
    program.stop()
    program.start()
    program.synced()
    till = program.status()["till"]["uid"]
    codes = [r.payload.split(",")[1] for r in server.records[till] if r.kind == "JET"]
    assert codes[0] == "260"
    assert codes.count("260") == 1 and "250" in codes
    assert codes.count("80") == 4 and codes.count("40") == 1  # two starts, two log-ins; one stop


def test_changed_settings_are_signed(make_program, server):
    program = make_program(local=True).start()
    program.sell()
    settings = till_shop.settings()
    settings["company"]["street"] = "1 place du Marché"
    settings["period"]["closing_hour"] = 3
    server.parts = till_shop.parts(settings=settings)
    till = program.status()["till"]["uid"]

    def codes():
        return [r.payload.split(",")[1] for r in server.records[till] if r.kind == "JET"]

    program.until(lambda: {"410", "270"} <= set(codes()))
    program.sell()
    program.synced()
    assert "1 place du Marché" in server.tickets()[1].xml
    assert server.defects == []
