"""Anchors known from outside: printed on a Z, mailed to the accountant. What holds them cannot be
altered by whoever holds the journal."""

import re

from ..errors import DocumentError
from .outcome import Defect, Outcome

_ASKED = re.compile(r"(\d{1,3}-\d{1,15})=([0-9a-f]{8,64})")


class Papers:
    """``asked``: ``"1-12=<hash>"``, number of the anchor and at least its first eight digits."""

    def __init__(self, asked: list[str]):
        self._waiting: dict[str, str] = {}
        for text in asked:
            match = _ASKED.fullmatch(text.strip().lower())
            if match is None:
                raise DocumentError(
                    f"« {text} » n'est pas une ancre : écrivez numéro=empreinte, par exemple 0-12=3fa9…"
                    " (au moins huit caractères de l'empreinte imprimée)."
                )
            self._waiting[match[1]] = match[2]
        self._asked = dict(self._waiting)

    def see(
        self, number: str, payload: str, where: str, shown: str, outcome: Outcome, till: str
    ) -> None:
        """An ANC record was read."""
        self._waiting.pop(number, None)
        wanted, found = self._asked.get(number), payload.partition(",")[0]
        if wanted and not found.startswith(wanted):
            outcome.add(Defect(where, shown, "empreinte de l'ancre", wanted, found,
                               "ce n'est pas l'ancre imprimée ou envoyée : l'historique a été réécrit",
                               till))  # fmt: skip

    def finish(self, outcome: Outcome) -> None:
        """Everything was read."""
        for number, value in self._waiting.items():
            outcome.add(Defect("", f"Ancre {number}", "empreinte de l'ancre", value, "",
                               "cette ancre n'existe pas ici : la fin du journal manque, ou une ancienne"
                               " sauvegarde a été remise"))  # fmt: skip
