"""The three played days, as a newcomer runs them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def report() -> dict:
    done = subprocess.run(
        [sys.executable, ROOT / "escarcelle", "demo", "--day", "--json", "--yes"],
        capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout)


def test_nothing_is_lost_doubled_or_altered(report):
    assert (report["lost"], report["doubled"], report["wrong_amounts"]) == (0, 0, 0)


def test_the_days_were_played_in_full(report):
    assert report["sales_in_browser"] >= 9
    assert report["sales"] >= 48 + 5
    assert report["offline_sales"] >= 5 + 2
    assert report["refunds"] >= 4
    assert report["printed"] >= 1


def test_each_till_closed_each_day_and_each_has_its_session(report):
    assert report["closings"] >= 6
    assert report["sessions"] == 6
    assert {(row["number"], row["business_day"]) for row in report["days"]} == {
        (till, day) for till in (1, 2) for day in {row["business_day"] for row in report["days"]}
    }
    assert len({row["business_day"] for row in report["days"]}) == 3


def test_the_accounts_match_to_the_cent_and_are_dated_that_day(report):
    assert report["accounting_matches"] is True
    for row in report["days"]:
        assert row["closing"] == row["signed"] == row["orders"] == row["accounting"]
        assert row["entry_date"] == row["business_day"]


def test_everything_is_there_soon_after_the_server_is_back(report):
    assert report["sync_seconds"] <= 15


def test_the_archives_are_sound_and_a_falsified_one_is_found_out(report):
    assert report["verify"] == "sound"
    assert report["verified_records"] >= report["sales"]
    assert report["tamper_found"] is True
