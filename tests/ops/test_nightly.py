"""When a backup is due, and which ones are kept."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.errors import OpsError
from ops.saving import plan
from ops.saving.plan import Plan, backup_due, trial_due
from ops.saving.retention import Keep, made_at, of_database, superfluous

PLAN = Plan("/backups", "escarcelle", hour=3)
NIGHT = datetime(2026, 12, 31, 3, 0)


def named(at: datetime) -> Path:
    return Path(f"escarcelle-{at:%Y%m%d-%H%M%S}.escarcelle")


def test_due_once_the_hour_has_passed_and_only_once():
    before, after = NIGHT - timedelta(minutes=1), NIGHT + timedelta(minutes=1)
    yesterday = NIGHT - timedelta(hours=23)
    assert not backup_due(PLAN, before, yesterday, yesterday)
    assert backup_due(PLAN, after, yesterday, yesterday)
    assert not backup_due(PLAN, NIGHT + timedelta(hours=5), after, after)


def test_due_at_the_next_start_of_a_server_that_was_off():
    week = NIGHT - timedelta(days=7)
    assert backup_due(PLAN, NIGHT + timedelta(hours=9), week, week)
    assert backup_due(PLAN, NIGHT, None, None)


def test_a_failure_is_tried_again_an_hour_later():
    failed = NIGHT + timedelta(minutes=1)
    yesterday = NIGHT - timedelta(days=1)
    assert not backup_due(PLAN, failed + timedelta(minutes=30), yesterday, failed)
    assert backup_due(PLAN, failed + timedelta(hours=1), yesterday, failed)


def test_a_clock_that_was_wrong_stops_nothing():
    next_year = NIGHT + timedelta(days=365)
    assert backup_due(PLAN, NIGHT + timedelta(hours=1), next_year, next_year)
    assert trial_due(NIGHT, next_year, next_year)


def test_a_restore_is_tried_every_month_and_after_a_failure_every_day():
    assert trial_due(NIGHT, None, None)
    assert not trial_due(NIGHT, NIGHT - timedelta(days=29), NIGHT - timedelta(days=29))
    assert trial_due(NIGHT, NIGHT - timedelta(days=30), NIGHT - timedelta(days=30))
    success, failure = NIGHT - timedelta(days=20), NIGHT - timedelta(hours=23)
    assert not trial_due(NIGHT, success, failure)
    assert trial_due(NIGHT + timedelta(hours=1), success, failure)


def test_days_weeks_and_months_are_kept():
    every_night = [named(datetime(2024, 2, 29, 3) + timedelta(days=n)) for n in range(900)]
    gone = set(superfluous(every_night, Keep(days=14, weeks=8, months=24)))
    kept = [path for path in every_night if path not in gone]
    last = made_at(every_night[-1])
    assert kept[-14:] == every_night[-14:]
    assert 14 + 6 + 20 <= len(kept) <= 14 + 8 + 24
    months = {made_at(path).strftime("%Y%m") for path in kept}
    assert len(months) == 24 and f"{last:%Y%m}" in months


@given(
    st.lists(st.datetimes(datetime(2020, 1, 1), datetime(2035, 12, 31)), max_size=60),
    st.builds(Keep, *[st.integers(1, 5)] * 3),
)
def test_the_newest_is_never_forgotten_and_forgetting_twice_is_forgetting_once(instants, keep):
    paths = list({named(at) for at in instants})
    gone = superfluous(paths, keep)
    kept = [path for path in paths if path not in gone]
    assert superfluous(kept, keep) == []
    if paths:
        assert max(paths, key=made_at) in kept
    assert len(kept) <= keep.days + keep.weeks + keep.months + 1


def test_only_the_backups_of_that_database_are_seen(tmp_path):
    names = (
        "escarcelle-20261231-030000.escarcelle", "escarcelle_demo-20261231-030000.escarcelle",
        ".escarcelle-20261231-030000.escarcelle.part", "escarcelle-20261399-030000.escarcelle",
        "photo.jpg", "escarcelle-20261231-030000.escarcelle.bak",
    )  # fmt: skip
    for name in names:
        (tmp_path / name).touch()
    assert [path.name for path in of_database(tmp_path, "escarcelle")] == [names[0]]


def test_the_plan_is_written_and_read(tmp_path):
    file = tmp_path / "var" / "backup.json"
    made = Plan(str(tmp_path / "disque"), "escarcelle", 4, Keep(7, 4, 12))
    assert plan.read(file) is None
    plan.write(made, file)
    assert plan.read(file) == made
    assert made.checked_directory() == tmp_path / "disque"


def test_an_absent_disk_is_not_a_place(tmp_path):
    made = Plan(str(tmp_path / "disque"), "escarcelle")
    plan.write(made, tmp_path / "backup.json")
    (tmp_path / "disque").rename(tmp_path / "ailleurs")
    (tmp_path / "disque").mkdir()  # the mount point of a disk that is not there
    with pytest.raises(OpsError, match="n'est pas là"):
        made.checked_directory()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"directory": 3}', "\x00", '{"keep": {"days": 1}}'])
def test_a_damaged_plan_is_said(tmp_path, text):
    file = tmp_path / "backup.json"
    file.write_text(text)
    with pytest.raises(OpsError, match="illisible"):
        plan.read(file)


@pytest.mark.parametrize("hour, keep", [(24, Keep()), (-1, Keep()), (3, Keep(days=0)), (3, Keep(months=-1))])
def test_an_impossible_plan_is_refused(tmp_path, hour, keep):
    with pytest.raises(OpsError, match="refusées"):
        plan.write(Plan(str(tmp_path), "escarcelle", hour, keep), tmp_path / "backup.json")
