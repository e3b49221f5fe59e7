"""The order and moment in which the records of a device arrived: a chain of SHA-256 (decision 0013)."""

from collections.abc import Iterable, Iterator
from hashlib import sha256

from .outcome import Finding
from .stored import Stored


class ReceptionCheck:
    """``add`` every record of a device, in order of reception."""

    def __init__(self, companies: Iterable[int | None], stated: dict[int, tuple[str, str]]):
        self._companies = tuple(companies)
        self._stated = stated
        self._previous = [""]
        self.count = 0
        self.digest = ""
        self.last_stated = 0

    def add(self, row: Stored) -> Iterator[Finding]:
        """What is wrong with how ``row`` was received."""
        links = [link(row, previous) for previous in self._previous]
        if row.reception not in links:
            yield self._diagnose(row, links[0])
        # Altered was either this link or what it covers: the next record tells, and each is said once.
        self._previous = list(dict.fromkeys([row.reception, links[0]]))
        self.count += 1
        self.digest = row.reception
        said = self._stated.pop(self.count, None)
        if said:
            self.last_stated = self.count
            if said[0] != row.reception:
                yield ("réception", said[0], row.reception,
                       f"ce n'est pas la réception dont atteste {said[1]}")  # fmt: skip

    def resume(self, count: int, digest: str) -> Iterator[Finding]:
        """Go on after ``count`` records, of which some were purged; what was stated of fewer can no
        longer be compared."""
        self._previous, self.count, self.digest = [digest], count, digest
        said = {number: self._stated.pop(number) for number in list(self._stated) if number <= count}
        self.last_stated = max(said, default=0)
        if count in said and said[count][0] != digest:
            yield ("réception", said[count][0], digest,
                   f"ce n'est pas la réception dont atteste {said[count][1]}")  # fmt: skip

    def end(self) -> Iterator[Finding]:
        """Receptions that were signed and are not there."""
        for count, (digest, who) in sorted(self._stated.items()):
            yield ("réception", f"{count} documents, {digest}", str(self.count),
                   f"des documents manquent : {who} en atteste")  # fmt: skip

    def _diagnose(self, row: Stored, expected: str) -> Finding:
        """The one column that explains it, when one does."""
        for previous in self._previous:
            if link(row._replace(late=not row.late), previous) == row.reception:
                return ("reçu en retard", _yes_no(not row.late), _yes_no(row.late),
                        "cette valeur a changé depuis la réception")  # fmt: skip
            for company in self._companies:
                if link(row._replace(company_id=company), previous) == row.reception:
                    return ("société", str(company or ""), str(row.company_id or ""),
                            "cette valeur a changé depuis la réception")  # fmt: skip
        return ("réception", expected, row.reception,
                f"l'ordre (id {row.id}), l'instant ({row.received_at}) ou le maillon a changé")  # fmt: skip


def link(row: Stored, previous: str) -> str:
    """As ``fiscal.reception`` makes it."""
    return sha256("\n".join([
        previous, str(row.id), row.kind, str(row.seq), row.signature, row.received_at,
        _yes_no(row.late), str(row.company_id if row.company_id is not None else ""),
    ]).encode("utf-8")).hexdigest()  # fmt: skip


def _yes_no(value: bool) -> str:
    return "O" if value else "N"
