"""The state directory: who may use it, and where each thing is.

::

    lock          held while a program runs on this directory
    key           the vault's key, when the computer has no keyring
    vault/        snapshot and small sealed values (enrolment, signing key, checkpoint…)
    Ventes/       entries the server has not acknowledged, one sealed file each
    Envoyes/      acknowledged entries, kept at least 30 days
    Ecartes/      files that could not be read or did not belong: kept, never used
    Attente/      parked orders, one sealed file each
    impressions/  print queue
"""

import os
from dataclasses import dataclass
from pathlib import Path

from .errors import StartError

if os.name == "posix":
    import fcntl
else:
    import msvcrt


@dataclass(frozen=True, slots=True)
class StateDir:
    """Paths under one till's state directory."""

    root: Path

    @property
    def pending(self) -> Path:
        """``Ventes/``."""
        return self.root / "Ventes"

    @property
    def sent(self) -> Path:
        """``Envoyes/``."""
        return self.root / "Envoyes"

    @property
    def aside(self) -> Path:
        """``Ecartes/``."""
        return self.root / "Ecartes"

    @property
    def vault(self) -> Path:
        """Root of the vault."""
        return self.root / "vault"

    @property
    def drafts(self) -> Path:
        """``Attente/``."""
        return self.root / "Attente"

    @property
    def prints(self) -> Path:
        """Root of the print queue."""
        return self.root / "impressions"

    def create(self) -> None:
        """Make the directories, readable by their owner only."""
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            for path in (
                self.pending, self.sent, self.aside, self.drafts, self.vault, self.prints,
            ):  # fmt: skip
                path.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise StartError(
                f"Impossible d'écrire dans {self.root} ({error.strerror}) : donnez ce dossier à "
                "l'utilisateur de la caisse, ou changez [till] state_dir."
            ) from error


class Lock:
    """An exclusive lock on the directory, released by the system when the program dies."""

    def __init__(self, directory: StateDir):
        self._path = directory.root / "lock"
        fd = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        self._file = os.fdopen(fd, "r+b")  # held as long as the program lives
        try:
            if os.name == "posix":
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            else:
                self._file.seek(0)
                msvcrt.locking(self._file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            self._file.close()
            raise StartError(
                f"Une autre caisse utilise déjà {directory.root} : fermez-la d'abord, ou donnez un "
                "autre dossier à celle-ci (--state-dir)."
            ) from None

    def release(self) -> None:
        """Let another program use the directory."""
        self._file.close()
