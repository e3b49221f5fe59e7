"""Clocks that can be turned."""

from datetime import datetime, timedelta, timezone

import pytest

from till_proxy.clock import FileClock, SystemClock
from till_proxy.errors import StartError


def test_the_file_is_read_again(tmp_path):
    path = tmp_path / "clock"
    path.write_text("+86400\n")
    clock = FileClock(path)
    ahead = clock.now() - SystemClock().now()
    assert timedelta(days=1) - timedelta(seconds=2) <= ahead <= timedelta(days=1, seconds=2)
    path.write_text("2026-11-21T22:59:30Z")
    assert clock.now() == datetime(2026, 11, 21, 22, 59, 30, tzinfo=timezone.utc)
    path.write_text("-3600")
    assert clock.now() < SystemClock().now()


def test_a_file_that_becomes_unreadable_leaves_the_last_setting(tmp_path):
    path = tmp_path / "clock"
    path.write_text("2026-11-21T22:59:30Z")
    clock = FileClock(path)
    for text in ("", "demain", "2026-11-21T22:59:30"):
        path.write_text(text)
        assert clock.now().year == 2026
    path.unlink()
    assert clock.now() == datetime(2026, 11, 21, 22, 59, 30, tzinfo=timezone.utc)


@pytest.mark.parametrize("text", ["", "soon", "2026-11-21", "1e5"])
def test_an_unusable_file_is_refused_at_start(tmp_path, text):
    path = tmp_path / "clock"
    path.write_text(text)
    with pytest.raises(StartError, match="Horloge"):
        FileClock(path)
    with pytest.raises(StartError):
        FileClock(tmp_path / "absent")
