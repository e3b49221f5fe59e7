"""The clock of the played days: the tills live in the past and jump ahead when told.

The first day is the day before yesterday, so that the third is today: the server's own clock is
never touched, and nothing it books lies in the future.
"""

import os
from datetime import datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

SHOP = ZoneInfo("Europe/Paris")


class DayClock:
    """One offset file that every till of the shop reads (``till_proxy.clock``)."""

    def __init__(self, path: Path):
        self.path = path
        self.first_day = datetime.now(SHOP).date() - timedelta(days=2)

    def set(self, day: int, hour: int, minute: int = 0) -> None:
        """Make it ``hour:minute`` in the shop on played day 1, 2 or 3, and let time flow."""
        date = self.first_day + timedelta(days=day - 1)
        wanted = datetime(date.year, date.month, date.day, hour, minute, tzinfo=SHOP)
        offset = round((wanted - datetime.now(timezone.utc)).total_seconds())
        temporary = self.path.with_suffix(".tmp")
        temporary.write_text(f"{offset:+d}\n")
        os.replace(temporary, self.path)
