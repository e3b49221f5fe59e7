"""Anchors known from outside: printed on a Z, mailed to the accountant. What holds them cannot be
altered by whoever holds the journal."""

import re
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from ..errors import DocumentError
from .ending import Read
from .outcome import Defect, Outcome

_ASKED = re.compile(r"(\d{1,3}-\d{1,15})=([0-9a-f]{8,64})(?:@(\S.{0,40}))?")
_FORMATS = ("%d/%m/%Y %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z")
_DAYS = ("%d/%m/%Y", "%Y-%m-%d")


class Papers:
    """``asked``: ``"1-12=<hash>"``, number of the anchor and at least its first eight digits; followed by
    ``@21/11/2026`` or ``@21/11/2026 20:15`` when the moment is known at which it existed."""

    def __init__(self, asked: list[str]):
        self._waiting: dict[str, tuple[str, datetime | None]] = {}
        for text in asked:
            match = _ASKED.fullmatch(text.strip().lower())
            if match is None:
                raise DocumentError(
                    f"« {text} » n'est pas une ancre : écrivez numéro=empreinte, par exemple 0-12=3fa9…"
                    " (au moins huit caractères de l'empreinte imprimée)."
                )
            self._waiting[match[1]] = match[2], _moment(match[3]) if match[3] else None
        self._asked = dict(self._waiting)
        self._reads: list[Read] = []

    def see(
        self, number: str, payload: str, where: str, shown: str, outcome: Outcome, till: str
    ) -> None:
        """An ANC record was read."""
        self._waiting.pop(number, None)
        wanted, found = self._asked.get(number, ("", None))[0], payload.partition(",")[0]
        if wanted and not found.startswith(wanted):
            outcome.add(Defect(where, shown, "empreinte de l'ancre", wanted, found,
                               "ce n'est pas l'ancre imprimée ou envoyée : l'historique a été réécrit",
                               till))  # fmt: skip

    def covers(self, read: Read) -> None:
        """This archive was read to its end."""
        self._reads.append(read)

    def finish(self, outcome: Outcome, *, live: bool) -> None:
        """Everything was read; ``live``: also a database, which holds all there is. What is missing where
        it must be is a defect; what these archives cannot tell is said, and proves nothing."""
        for name, (value, at) in self._waiting.items():
            number, seq = (int(part) for part in name.split("-"))
            if live or any(_holds(read, number, seq, at) for read in self._reads):
                outcome.add(Defect("", f"Ancre {name}", "empreinte de l'ancre", value, "",
                                   "cette ancre n'existe pas ici : la fin du journal manque, ou une ancienne"
                                   " sauvegarde a été remise"))  # fmt: skip
            else:
                ends = " ; ".join(dict.fromkeys(_end(read, number) for read in self._reads))
                date = "" if at else f" Si elle est plus ancienne, dites sa date : {name}={value[:16]}@JJ/MM/AAAA."
                outcome.leave(
                    f"Ancre {name} : non vérifiable avec ces archives ({ends}). Donnez aussi celles qui vont"
                    f" jusqu'à la date de cette ancre.{date}"
                )


def _holds(read: Read, number: int, seq: int, at: datetime | None) -> bool:
    """Whether the archive must hold anchor ``seq`` of device ``number``, which existed ``at``: it holds a
    later one and begins before it, or it is of that day and was made after."""
    for uid, till in read.tills.items():
        if till.number == number and read.before[uid].seq("ANC") < seq <= till.state.seq("ANC"):
            return True
    header = read.header
    if at is None or not header.period.first <= at.date() <= header.period.last:
        return False
    # What a Z or a message says without a time zone is the time of the shop.
    try:
        zone = ZoneInfo(header.rules.timezone)
    except (LookupError, ValueError, OSError):
        zone = header.made_at.tzinfo  # a computer without time zones, or a hostile name
    return (at if at.tzinfo else at.replace(tzinfo=zone)) <= header.made_at


def _end(read: Read, number: int) -> str:
    where = f"{read.name} va jusqu'au {read.header.period.last:%d/%m/%Y}"
    seqs: Iterator[int] = (till.state.seq("ANC") for till in read.tills.values() if till.number == number)
    last = next(seqs, 0)
    return f"{where}, ancre {number}-{last}" if last else f"{where}, sans ancre de la caisse {number}"


def _moment(text: str) -> datetime:
    """A moment, or the end of a day."""
    for form in (*_FORMATS, *_DAYS):
        try:
            found = datetime.strptime(text.upper(), form)
        except ValueError:
            continue
        return found.replace(hour=23, minute=59) if form in _DAYS else found
    raise DocumentError(f"« {text} » n'est pas une date : écrivez 21/11/2026 ou 21/11/2026 20:15.")
