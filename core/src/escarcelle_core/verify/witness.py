"""Signatures known from elsewhere: seals and ends of other archives. A history rewritten between two
of them, or cut at its end, no longer meets them.
"""

from collections.abc import Iterable, Iterator
from datetime import date

from ..anchor import Head
from .outcome import Finding

Place = tuple[str, str, int]  # device, chain, number


class Witnesses:
    """``say`` what an archive or a seal states of a device's heads; ``check`` records against it."""

    def __init__(self) -> None:
        self._said: dict[Place, tuple[str, str]] = {}
        self._numbers: dict[tuple[str, str], set[int]] = {}
        self._ends: dict[tuple[str, str], list[tuple[int, date, int, str]]] = {}

    def say(
        self, who: str, number: int, till: str, heads: Iterable[tuple[str, Head]], last: date
    ) -> Iterator[Finding]:
        """``who``, archive ``number``, states these heads of ``till`` for a time that ends on
        ``last``. What contradicts an earlier statement is returned."""
        for kind, head in heads:
            place = (till, kind, head.seq)
            signature, other = self._said.setdefault(place, (head.signature, who))
            if signature != head.signature:
                yield _differs(kind, head.seq, signature, head.signature, other)
            self._ends.setdefault((till, kind), []).append((number, last, head.seq, who))
            self._numbers.setdefault((till, kind), set()).add(head.seq)

    def check(self, till: str, kind: str, seq: int, signature: str) -> Finding | None:
        """Is this record the one that was stated?"""
        said = self._said.get((till, kind, seq))
        if said is None or said[0] == signature:
            return None
        return _differs(kind, seq, said[0], signature, said[1])

    def among(self, till: str, kind: str, numbers: range) -> list[int]:
        """Those of ``numbers`` of which something was stated."""
        return sorted(self._numbers.get((till, kind), _NONE).intersection(numbers))

    def chains(self) -> list[tuple[str, str]]:
        """(device, chain) of everything that was stated."""
        return sorted(self._ends)

    def check_end(
        self, number: int, till: str, kind: str, seq: int, last: date
    ) -> Finding | None:
        """Does a chain that stops at ``seq``, in archive ``number`` up to ``last``, hold all that an
        earlier archive stated for that time?"""
        for said_in, day, stated, who in self._ends.get((till, kind), ()):
            if said_in < number and day <= last and stated > seq:
                return (f"fin de la chaîne {kind}", str(stated), str(seq),
                        f"des enregistrements manquent à la fin : {who} en atteste")  # fmt: skip
        return None


_NONE: frozenset[int] = frozenset()


def _differs(kind: str, seq: int, expected: str, found: str, who: str) -> Finding:
    return (f"signature de {kind} {seq}", expected, found,
            f"cet enregistrement n'est pas celui dont atteste {who}")  # fmt: skip
