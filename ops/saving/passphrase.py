"""The recovery phrase backups are sealed with."""

import getpass
import os
import secrets as random
from pathlib import Path

from ops import secrets
from ops.console import CONSOLE
from ops.errors import OpsError
from ops.paths import HOUSE

VARIABLE = "ESCARCELLE_BACKUP_PASSPHRASE"
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # nothing that reads like something else
FILE = "backup"


def for_backup() -> str:
    """The phrase to seal with: given, kept, or drawn now and shown once."""
    given = _given()
    path = HOUSE.secrets / FILE
    if given or path.exists():
        return given or path.read_text().strip()
    phrase = "-".join("".join(random.choice(ALPHABET) for _ in range(5)) for _ in range(6))
    secrets.write_private(path, phrase + "\n")
    CONSOLE.say("Phrase de secours des sauvegardes, à recopier sur papier et à garder ailleurs :")
    CONSOLE.say(f"\n    {phrase}\n")
    CONSOLE.say("Sans elle, une sauvegarde ne s'ouvre sur aucune autre machine.")
    return phrase


def remember() -> None:
    """Keep the phrase of the environment for the backups nobody starts: they must not draw another."""
    given = _given()
    if given:
        secrets.write_private(HOUSE.secrets / FILE, given + "\n")


def _given() -> str:
    """The phrase of the environment, or of the file it names (a container's secret)."""
    path = os.environ.get(f"{VARIABLE}_FILE", "")
    return (Path(path).read_text() if path else os.environ.get(VARIABLE, "")).strip()


def for_restore() -> str:
    """The phrase to open with: given, asked for, or the one of this machine."""
    given = _given()
    if given:
        return given
    path = HOUSE.secrets / FILE
    if CONSOLE.interactive():
        hint = " (Entrée : celle de cette machine)" if path.exists() else ""
        typed = getpass.getpass(f"Phrase de secours{hint} : ").strip().upper()
        if typed:
            return typed
    if path.exists():
        return path.read_text().strip()
    raise OpsError("il faut la phrase de secours", f"{VARIABLE}=… ./escarcelle restore …")
