"""The settings of the nightly backup: ``var/backup.json``, written by ``./escarcelle backup DIR --nightly``."""

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from ops.errors import OpsError
from ops.paths import HOUSE
from ops.saving.retention import Keep

FILE = HOUSE.var / "backup.json"
#: Says that the folder is the one that was chosen: the mount point of an absent disk does not have it.
MARK = ".sauvegardes-escarcelle"
RETRY = timedelta(hours=1)
#: An instant further ahead was written while the clock was wrong: it counts for nothing.
AHEAD = timedelta(days=1)
TRIAL_EVERY = timedelta(days=30)
TRIAL_RETRY = timedelta(days=1)


@dataclass(frozen=True)
class Plan:
    """Where, when (local hour) and how long."""

    directory: str
    database: str
    hour: int = 3
    keep: Keep = field(default_factory=Keep)

    def checked_directory(self) -> Path:
        """The folder, if it is really there.

        Raises:
            OpsError: it is gone, or an unmounted disk left an empty one.
        """
        directory = Path(self.directory)
        if not (directory / MARK).is_file():
            raise OpsError(
                f"le dossier des sauvegardes n'est pas là : {directory}",
                "rebrancher ou remonter le disque ; s'il a changé de place : "
                "./escarcelle backup DOSSIER --nightly",
            )
        return directory


def read(path: Path = FILE) -> Plan | None:
    """The plan in force, ``None`` when nobody made one."""
    if not path.exists():
        return None
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        return Plan(**{**values, "keep": Keep(**values["keep"])})
    except (ValueError, TypeError, KeyError):
        raise OpsError(
            f"{path} est illisible", "./escarcelle backup DOSSIER --nightly, qui le refait"
        ) from None


def write(plan: Plan, path: Path = FILE) -> None:
    """Put a plan in force and mark its folder."""
    if not 0 <= plan.hour <= 23 or min(asdict(plan.keep).values()) < 1:
        raise OpsError("heure ou durées refusées", "--hour 0 à 23, --keep JOURS SEMAINES MOIS, 1 ou plus")
    directory = Path(plan.directory)
    directory.mkdir(parents=True, exist_ok=True)
    (directory / MARK).write_text("Sauvegardes d'Escarcelle. Ne pas effacer ce fichier.\n")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(asdict(plan), indent=2) + "\n", encoding="utf-8")


def same_disk(directory: Path, house: Path = HOUSE.var) -> bool:
    """Whether the folder stands on the disk of the house itself: lost with it."""
    return directory.stat().st_dev == house.stat().st_dev


def backup_due(plan: Plan, now: datetime, success: datetime | None, attempt: datetime | None) -> bool:
    """Whether a backup is to be made now (all instants local).

    Due once the night's hour has passed without a success since, tonight or, for a server that was off,
    any later time; after a failure, again every hour.
    """
    night = now.replace(hour=plan.hour, minute=0, second=0, microsecond=0)
    if night > now:
        night -= timedelta(days=1)
    if success is not None and night <= success <= now + AHEAD:
        return False
    return attempt is None or now - attempt >= RETRY or attempt > now


def trial_due(now: datetime, success: datetime | None, attempt: datetime | None) -> bool:
    """Whether the newest backup is to be restored on the side; after a failure, again the next day."""
    if success is not None and timedelta() <= now - success < TRIAL_EVERY and success == attempt:
        return False
    return attempt is None or now - attempt >= TRIAL_RETRY or attempt > now
