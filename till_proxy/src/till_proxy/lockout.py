"""Counting wrong PINs so that guessing takes years; the count survives a restart.

Five failures close a code for five minutes, each further failure twice as long, an hour at most.
The failure is written *before* the PIN is checked: stopping the program does not give a free try.
"""

import json
from datetime import datetime, timedelta, timezone

from .errors import Refusal
from .vault import Vault, VaultError

FREE_TRIES = 5
#: A badge is too long to guess, and a packet of pasta is easily scanned in its place.
FREE_BADGES = 20
BADGE = "badge"
FIRST_PAUSE = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(hours=1)
_NAME = "lockouts"


class Lockouts:
    """Failures by subject (a cashier's code, or ``"badge"``), kept sealed."""

    def __init__(self, vault: Vault):
        self._vault = vault
        self._failures: dict[str, tuple[int, int]] = {}
        try:
            stored = json.loads(vault.read(_NAME) or b"{}")
            self._failures = {str(k): (int(v[0]), int(v[1])) for k, v in stored.items()}
        except (VaultError, ValueError, TypeError, AttributeError, IndexError, KeyError):
            # A forged or damaged count opens nothing: everybody waits the first pause once.
            self._failures = {}

    def before_try(self, subject: str, now: datetime) -> None:
        """Refuse while closed; else count a failure that ``succeeded`` will erase."""
        count, last = self._failures.get(subject, (0, 0))
        until = datetime.fromtimestamp(last, timezone.utc) + _pause(subject, count)
        if now < until and now >= datetime.fromtimestamp(last, timezone.utc):
            minutes = max(1, -int((now - until).total_seconds() // 60))
            raise Refusal(
                "locked_out",
                f"Trop d'essais manqués : attendez {minutes} minute(s), ou demandez à un "
                "responsable de vérifier le code dans la gestion.",
                seconds=int((until - now).total_seconds()),
            )
        self._failures[subject] = (count + 1, int(now.timestamp()))
        self._save()

    def succeeded(self, subject: str) -> None:
        """Forget the failures of ``subject``."""
        if self._failures.pop(subject, None) is not None:
            self._save()

    def failures(self, subject: str) -> int:
        """Failures counted so far."""
        return self._failures.get(subject, (0, 0))[0]

    def _save(self) -> None:
        # Unknown codes share one subject, so this stays as small as the list of cashiers.
        self._vault.write(_NAME, json.dumps(self._failures).encode())


def _pause(subject: str, count: int) -> timedelta:
    over = count - (FREE_BADGES if subject == BADGE else FREE_TRIES)
    if over < 0:
        return timedelta(0)
    return min(FIRST_PAUSE * 2 ** min(over, 10), LONGEST_PAUSE)
