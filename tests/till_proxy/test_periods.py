"""A running idle till closes by itself, wherever it is: overseas, on both DST nights, on a leap day."""

import pytest

import till_shop
from till_shop import order

#: Time zone, closing hour, an instant of the last sale, half a minute before and after the closing, the day
#: closed, the next one.
NIGHTS = {
    "noumea": ("Pacific/Noumea", 0, "2026-11-21T02:00:00Z", "2026-11-21T12:59:30Z",
               "2026-11-21T13:00:30Z", "20261121", "2026-11-22"),
    "wallis": ("Pacific/Wallis", 0, "2026-11-20T22:00:00Z", "2026-11-21T11:59:30Z",
               "2026-11-21T12:00:30Z", "20261121", "2026-11-22"),
    # The day of the shop goes on while the day of Greenwich has changed.
    "cayenne": ("America/Cayenne", 0, "2026-11-21T20:00:00Z", "2026-11-22T02:59:30Z",
                "2026-11-22T03:00:30Z", "20261121", "2026-11-22"),
    "martinique": ("America/Martinique", 2, "2026-11-21T20:00:00Z", "2026-11-22T05:59:30Z",
                   "2026-11-22T06:00:30Z", "20261121", "2026-11-22"),
    "reunion": ("Indian/Reunion", 0, "2026-11-21T10:00:00Z", "2026-11-21T19:59:30Z",
                "2026-11-21T20:00:30Z", "20261121", "2026-11-22"),
    "summer-begins": ("Europe/Paris", 2, "2026-03-28T20:00:00Z", "2026-03-29T00:59:30Z",
                      "2026-03-29T01:00:30Z", "20260328", "2026-03-29"),
    "winter-begins": ("Europe/Paris", 3, "2026-10-24T20:00:00Z", "2026-10-25T01:59:30Z",
                      "2026-10-25T02:00:30Z", "20261024", "2026-10-25"),
    "leap-day": ("Europe/Paris", 0, "2028-02-28T20:00:00Z", "2028-02-28T22:59:30Z",
                 "2028-02-28T23:00:30Z", "20280228", "2028-02-29"),
}  # fmt: skip


def _periods(server, program, *kinds):
    return server.periods(program.status()["till"]["uid"], *(kinds or ["GTJ"]))


@pytest.fixture
def clock(tmp_path):
    return tmp_path / "clock"


def _start(make_program, server, clock, at, **period):
    clock.write_text(at)
    server.period = {**server.period, **period}
    server.parts = till_shop.parts(settings=till_shop.settings(period=server.period))
    return make_program(local=True, clock=clock).start()


@pytest.mark.parametrize("night", list(NIGHTS))
def test_an_idle_till_closes_its_day_at_its_hour(make_program, server, clock, night):
    zone, hour, sold, before, after, closed, following = NIGHTS[night]
    program = _start(make_program, server, clock, sold, timezone=zone, closing_hour=hour)
    program.sell()
    clock.write_text(before)
    program.log_in()
    answer = program.sell()
    assert answer["business_day"].replace("-", "") == closed
    assert not program.status()["day"]["closed"]
    clock.write_text(after)
    program.until(lambda: _periods(server, program) == [closed])  # nobody touched it
    program.log_in()
    assert program.sell()["business_day"] == following
    program.synced()
    assert server.defects == []
    assert _periods(server, program) == [closed]
    assert [t.business_day.isoformat() for t in server.tickets()][2] == following


def test_the_fiscal_year_closes_on_its_own_last_day(make_program, server, clock):
    program = _start(
        make_program, server, clock, "2026-06-30T10:00:00Z", year_end_month=6, year_end_day=30
    )
    program.sell()
    clock.write_text("2026-07-01T07:00:00Z")
    program.log_in()
    program.sell()
    clock.write_text("2027-01-01T07:00:00Z")
    program.log_in()
    program.sell()
    program.synced()
    assert server.defects == []
    assert _periods(server, program, "GTA") == ["2026"]
    # 31 December is a month's end, not a year's.
    assert _periods(server, program, "GTM")[-1] == "202612"
    assert program.get("/till/v1/closings").json()["x"]["year"] == 500


def test_a_till_away_for_weeks_closes_each_day_once_and_in_order(make_program, server, clock):
    program = _start(make_program, server, clock, "2026-02-20T20:00:00Z", timezone="Pacific/Noumea")
    program.sell()
    program.synced()
    program.stop()
    clock.write_text("2026-03-09T20:00:00Z")
    program.start()
    program.synced()
    days = _periods(server, program)
    assert days == sorted(days) and len(set(days)) == len(days) == 17
    assert days[0] == "20260221" and days[-1] == "20260309"
    assert _periods(server, program, "GTM") == ["202602"]
    assert server.defects == []


def test_a_till_moved_overseas_never_goes_back_a_day(make_program, server, clock):
    """The zone of the shop is corrected: the open day stays open until it is over there too."""
    program = _start(make_program, server, clock, "2026-11-21T20:30:00Z", timezone="Indian/Reunion")
    assert program.sell()["business_day"] == "2026-11-22"
    version = program.status()["snapshot"]["version"]
    period = {**till_shop.settings()["period"], "timezone": "America/Cayenne"}
    server.parts = till_shop.parts(settings=till_shop.settings(period=period))
    program.until(lambda: program.status()["snapshot"]["version"] != version)
    assert program.sell()["business_day"] == "2026-11-22"
    clock.write_text("2026-11-23T03:30:00Z")
    program.until(lambda: _periods(server, program))
    program.synced()
    assert _periods(server, program) == ["20261122"] and server.defects == []


def test_reading_x_on_paper_signs_nothing(make_program, server, clock, tmp_path):
    paper = tmp_path / "paper.bin"
    clock.write_text("2026-11-21T10:00:00Z")
    program = make_program(local=True, clock=clock)
    program.add(f'[devices.printer]\ntype = "file"\npath = "{paper}"\n').start()
    program.sell(order())
    last = program.status()["queue"]["last"]
    body = {"uuid": "6a3f0f3e-5c0b-4f57-9d0e-2f6f0f2b8f11"}
    for _ in range(2):  # the same request prints once
        assert program.post("/till/v1/closings/reading", body).json() == {"printed": True}
    program.until(lambda: program.status()["printer"]["waiting"] == 0)
    text = paper.read_bytes().decode("cp858", "replace")
    assert text.count("LECTURE X") == 1 and "rien n'est clôturé" in text and "2,50" in text
    assert program.status()["queue"]["last"] == last and not program.status()["day"]["closed"]
    assert program.post("/till/v1/closings/reading", {"uuid": "x"}).status_code == 400
    assert program.post("/till/v1/closings/reading", {"level": "day"}).status_code == 400
    del program.page.headers["X-Escarcelle-Cashier"]
    assert program.post("/till/v1/closings/reading", body).status_code == 401
