"""What the backups gave, told to the back office: rows of ``escarcelle_fiscal_backup``.

Written by the superuser beside Odoo. A database that has no such table (older addons) is told nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from ops.superuser import Superuser

BACKUP, TRIAL = "backup", "restore_test"
TABLE = "escarcelle_fiscal_backup"


@dataclass(frozen=True)
class Result:
    """How one backup or one restore test ended. ``file``: the backup; ``message``: French."""

    kind: str
    done: bool
    seconds: float
    place: str
    file: str = ""
    megabytes: float = 0.0
    message: str = ""


def _quoted(text: str) -> str:
    return "'" + text.replace("\x00", "").replace("'", "''") + "'"


def record(admin: Superuser, database: str, result: Result) -> None:
    """Add a row."""
    if not _ready(admin, database):
        return
    values = (
        "now() AT TIME ZONE 'UTC'", _quoted(result.kind), _quoted("done" if result.done else "failed"),
        f"{result.seconds:.1f}", f"{result.megabytes:.1f}", _quoted(result.place),
        _quoted(Path(result.file).name), _quoted(result.message[:2000]),
    )  # fmt: skip
    admin.sql(
        f"INSERT INTO {TABLE} (at, kind, state, seconds, megabytes, place, file, message) "
        f"VALUES ({', '.join(values)})",
        database,
    )


def last(admin: Superuser, database: str, kind: str) -> tuple[datetime | None, datetime | None]:
    """(last success, last attempt), local and naive like the clock on the wall."""
    if not _ready(admin, database):
        return None, None
    row = admin.sql(
        "SELECT coalesce(extract(epoch FROM max(at) FILTER (WHERE state = 'done') AT TIME ZONE 'UTC')::text, ''), "
        "coalesce(extract(epoch FROM max(at) AT TIME ZONE 'UTC')::text, '') "
        f"FROM {TABLE} WHERE kind = {_quoted(kind)}",
        database,
    )[0]
    return tuple(_local(value) for value in row)


def _local(epoch: str) -> datetime | None:
    if not epoch:
        return None
    return datetime.fromtimestamp(float(epoch), timezone.utc).astimezone().replace(tzinfo=None)


def _ready(admin: Superuser, database: str) -> bool:
    return admin.sql(f"SELECT to_regclass('public.{TABLE}') IS NOT NULL", database) == [["t"]]
