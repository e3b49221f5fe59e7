"""Which backups are kept: the last days, then one a week, then one a month."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

SUFFIX = ".escarcelle"
NAME = re.compile(r"(?P<database>[a-z][a-z0-9_]*)-(?P<at>\d{8}-\d{6})" + re.escape(SUFFIX))


@dataclass(frozen=True)
class Keep:
    """How many days, weeks and months have their backup."""

    days: int = 14
    weeks: int = 8
    months: int = 24


def made_at(path: Path) -> datetime | None:
    """When a backup was made, by its name; ``None`` for any other file."""
    match = NAME.fullmatch(path.name)
    if not match:
        return None
    try:
        return datetime.strptime(match["at"], "%Y%m%d-%H%M%S")
    except ValueError:
        return None


def of_database(directory: Path, database: str) -> list[Path]:
    """The backups of a database in a directory, the newest first."""
    found = []
    for path in directory.iterdir():
        match = NAME.fullmatch(path.name)
        if match and match["database"] == database and made_at(path):
            found.append(path)
    return sorted(found, key=made_at, reverse=True)


def superfluous(backups: Iterable[Path], keep: Keep) -> list[Path]:
    """The backups that neither a day, a week nor a month needs; never the newest one.

    The newest of each day, ISO week and month stands for it. Days without a backup do not count: a house
    that was closed for a month loses nothing.
    """
    newest_first = sorted(backups, key=made_at, reverse=True)
    kept = set(newest_first[:1])
    for form, number in (("%Y%m%d", keep.days), ("%G%V", keep.weeks), ("%Y%m", keep.months)):
        first: dict[str, Path] = {}
        for path in newest_first:
            first.setdefault(made_at(path).strftime(form), path)
        kept.update(list(first.values())[:number])
    return [path for path in newest_first if path not in kept]
