"""Order references shown on the screen: drawn by the till, so that no two pages repeat one.

Core counts them in the browser's storage, which forgets with the profile. They have no fiscal
meaning: the ticket's number is given when it is signed.
"""

from __future__ import annotations

import json
import threading

from ..vault import Vault

BLOCK = 500
NAME = "references"


class References:
    """A counter in the vault, advanced by blocks."""

    def __init__(self, vault: Vault, letter: str = "0"):
        self._vault = vault
        self._letter = letter
        self._lock = threading.Lock()

    def block(self) -> dict:
        """Reserve a block; what a page does not use is lost, never given twice."""
        with self._lock:
            kept = self._vault.read(NAME)
            first = json.loads(kept)["next"] if kept else 1
            self._vault.write(NAME, json.dumps({"next": first + BLOCK}).encode())
        return {"device_identifier": self._letter, "next_number": first, "count": BLOCK}
