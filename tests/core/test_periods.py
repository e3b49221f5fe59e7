from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escarcelle_core.errors import PeriodError
from escarcelle_core.periods import DAY, MONTH, YEAR, PeriodRules

UTC = timezone.utc


@pytest.mark.parametrize(
    ("instant", "hour", "zone", "day"),
    [
        ("2026-11-21T22:59:59", 0, "Europe/Paris", "2026-11-21"),
        ("2026-11-21T23:00:00", 0, "Europe/Paris", "2026-11-22"),
        ("2026-11-22T01:59:59", 3, "Europe/Paris", "2026-11-21"),
        ("2026-11-22T02:00:00", 3, "Europe/Paris", "2026-11-22"),
        # Winter time begins: 02:30 exists twice, both before a closing hour of 3.
        ("2026-10-25T00:30:00", 3, "Europe/Paris", "2026-10-24"),
        ("2026-10-25T01:30:00", 3, "Europe/Paris", "2026-10-24"),
        ("2026-10-25T02:00:00", 3, "Europe/Paris", "2026-10-25"),
        # Summer time begins: 02:30 does not exist, 03:00 comes right after 01:59.
        ("2026-03-29T00:59:59", 2, "Europe/Paris", "2026-03-28"),
        ("2026-03-29T01:00:00", 2, "Europe/Paris", "2026-03-29"),
        ("2026-11-22T02:00:00", 0, "America/Guadeloupe", "2026-11-21"),
        ("2026-11-21T20:00:00", 0, "Indian/Reunion", "2026-11-22"),
    ],
)
def test_business_day_follows_the_wall_clock(instant, hour, zone, day):
    at = datetime.fromisoformat(instant).replace(tzinfo=UTC)
    assert PeriodRules(zone, hour).business_day(at) == date.fromisoformat(day)


@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2032, 1, 1), timezones=st.just(UTC)),
    st.integers(0, 23),
    st.sampled_from(["Europe/Paris", "America/Cayenne", "Pacific/Noumea", "UTC"]),
)
def test_an_instant_is_before_the_end_of_its_day_and_after_the_end_of_the_day_before(at, hour, zone):
    rules = PeriodRules(zone, hour)
    day = rules.business_day(at)
    # On the two nights a year when the clock jumps the wall-clock hour may come an hour early or late.
    assert at < rules.day_end(day) + timedelta(hours=1)
    assert at >= rules.day_end(day - timedelta(days=1)) - timedelta(hours=1)


def test_a_month_and_a_year_close_with_their_last_day():
    rules = PeriodRules(year_end_month=12, year_end_day=31)
    due = rules.closings(date(2026, 12, 30), date(2027, 1, 2))
    assert due == [
        (DAY, date(2026, 12, 30)),
        (DAY, date(2026, 12, 31)),
        (MONTH, date(2026, 12, 31)),
        (YEAR, date(2026, 12, 31)),
        (DAY, date(2027, 1, 1)),
    ]


def test_a_fiscal_year_may_end_in_the_middle_of_a_month():
    rules = PeriodRules(year_end_month=6, year_end_day=15)
    assert [level for level, _day in rules.closings(date(2026, 6, 15), date(2026, 6, 16))] == [DAY, YEAR]
    assert rules.fiscal_year(date(2026, 6, 15)) == 2026
    assert rules.fiscal_year(date(2026, 6, 16)) == 2027


@pytest.mark.parametrize(("year", "last"), [(2027, 28), (2028, 29)])
def test_a_year_ending_on_the_last_of_february_knows_leap_years(year, last):
    rules = PeriodRules(year_end_month=2, year_end_day=29)
    assert rules.fiscal_year(date(year, 2, last)) == year
    assert rules.fiscal_year(date(year, 3, 1)) == year + 1


def test_nothing_is_due_when_the_clock_goes_backwards():
    assert PeriodRules().closings(date(2026, 5, 2), date(2026, 5, 1)) == []


@given(st.dates(date(2024, 1, 1), date(2030, 1, 1)), st.integers(0, 800))
def test_every_day_is_closed_once_and_each_month_once(start, length):
    end = start + timedelta(days=length)
    due = PeriodRules().closings(start, end)
    days = [day for level, day in due if level == DAY]
    assert days == [start + timedelta(days=i) for i in range(length)]
    months = [day for level, day in due if level == MONTH]
    assert all((day + timedelta(days=1)).day == 1 for day in months)
    assert len(months) == (end.year - start.year) * 12 + end.month - start.month


@pytest.mark.parametrize("bad", [{"closing_hour": 24}, {"year_end_month": 0}, {"year_end_day": 32}])
def test_rules_that_mean_nothing_are_refused(bad):
    with pytest.raises(PeriodError):
        PeriodRules(**bad)
