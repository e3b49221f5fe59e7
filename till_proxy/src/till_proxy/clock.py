"""Time is passed in, never read elsewhere: the computer's clock, or a clock driven by a file.

The file clock exists for rehearsals: a scripted day passes midnight without waiting for it. Its
file holds one line, read again at each use: a signed number of seconds to add to the computer's
clock (``+86400``), or a frozen instant (``2026-11-21T22:59:30Z``).
"""

import re
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Protocol

from .errors import StartError

_OFFSET = re.compile(r"[+-]?\d{1,10}")


class Clock(Protocol):
    """Whoever knows the time."""

    def now(self) -> datetime:
        """The instant, aware, UTC, whole seconds."""


class SystemClock:
    """The computer's clock."""

    def now(self) -> datetime:
        """See ``Clock``."""
        return datetime.now(timezone.utc).replace(microsecond=0)


class FileClock:
    """The computer's clock shifted, or frozen, by a file."""

    def __init__(self, path: Path):
        self._path = path
        self._offset: timedelta | None = timedelta(0)
        self._frozen: datetime | None = None
        if not self._read():
            raise StartError(
                f"Horloge de répétition illisible : {path} doit contenir un nombre de secondes "
                "(+3600) ou un instant (2026-11-21T22:59:30Z)."
            )

    def now(self) -> datetime:
        """See ``Clock``; a file that became unreadable leaves the last setting in force."""
        self._read()
        if self._frozen is not None:
            return self._frozen
        return (datetime.now(timezone.utc) + self._offset).replace(microsecond=0)

    def _read(self) -> bool:
        try:
            text = self._path.read_text(encoding="ascii").strip()
            if _OFFSET.fullmatch(text):
                self._offset, self._frozen = timedelta(seconds=int(text)), None
            else:
                frozen = datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")
                self._frozen = frozen.replace(tzinfo=timezone.utc)
        except (OSError, ValueError, OverflowError):
            return False
        return True
