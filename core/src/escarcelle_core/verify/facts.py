"""The register: one chain over what every table beside the records said when it was written.

``docs/decisions/0013``: a row that is not its fact was altered, one without a fact was added, a fact
without its row was removed.
"""

import json
from collections.abc import Callable
from hashlib import sha256

from ..errors import DocumentError, SignatureError
from ..record import Record
from ..signing import Verifier, key_id
from ..verification import verify_signature
from .database_reader import DatabaseReader
from .outcome import apart

#: Tables without which a register would say nothing.
_WATCHED = ("certificate", "certificate_revocation", "instance", "quarantine", "schema_migration", "till")


class Facts:
    """``run`` once; then ``tills``, ``certificates`` and ``count`` are known. ``tell`` takes what a
    finding is about and the finding."""

    def __init__(self, reader: DatabaseReader, tell: Callable[..., None]):
        self._reader = reader
        self._tell = tell
        self._last: dict[tuple[str, str], dict] = {}
        self.rows: dict[str, list[dict]] = {}
        self.count = 0

    def run(self, stated: dict[int, tuple[str, str]]) -> None:
        """``stated``: number of a fact → its digest and who signed it."""
        self._chain(stated)
        for table in sorted({*self._reader.watched(), *_WATCHED}):
            if table not in self._reader.columns:
                self._tell(f"fiscal.{table}", ("table", "présente", "absente", "une table a été retirée"))
            else:
                self._table(table)
        for (table, key), value in sorted(self._last.items()):
            self._tell(f"fiscal.{table} {key}", ("ligne", _text(value)[:300], "", "cette ligne a été supprimée"))

    def _chain(self, stated: dict[int, tuple[str, str]]) -> None:
        previous = [""]
        for number, relation, key, value, digest in self._reader.stream("fact", "number"):
            self.count += 1
            where = f"registre, inscription {number} ({relation} {key})"
            if number != self.count:
                self._tell(where, ("numéro", str(self.count), str(number), "la suite du registre est rompue"))
                self.count = number
            links = [_link(before, number, relation, key, value) for before in previous]
            if digest not in links:
                self._tell(where, ("empreinte", links[0], digest,
                                   "cette inscription, ou celle d'avant, a été modifiée"))  # fmt: skip
            # Whether it is the digest or the row that was altered, the next one tells: each is said once.
            previous = list(dict.fromkeys([digest, links[0]]))
            signed = stated.pop(number, None)
            if signed and signed[0] != digest:
                self._tell(where, ("empreinte", signed[0], digest,
                                   f"ce n'est pas l'inscription dont atteste {signed[1]}"))  # fmt: skip
            try:
                self._last[relation, key] = _object(value)
            except ValueError:
                self._tell(where, ("valeur", "", value[:100], "cette inscription est illisible"))
        for number, (digest, who) in sorted(stated.items()):
            self._tell(f"registre, inscription {number}", ("empreinte", digest, "", f"{who} en atteste, elle manque"))

    def _table(self, table: str) -> None:
        names, kept = self._reader.keys[table], self.rows.setdefault(table, [])
        for text, document in self._reader.rows(table):
            row = json.loads(text)
            if document is not None:
                row["record"] = sha256(document.encode("utf-8")).hexdigest()
            key = "/".join(str(row.get(name)) for name in names)
            where = f"fiscal.{table} {key}"
            fact = self._last.pop((table, key), None)
            if fact is None:
                self._tell(where, ("ligne", "", _text(row)[:300], "le registre n'atteste pas cette ligne"))
            else:
                self._compare(where, fact, row)
            if table == "quarantine":
                self._quarantined(where, row, document)
            elif table == "certificate":
                self._certificate(where, row)
            kept.append(row)

    def _compare(self, where: str, fact: dict, row: dict) -> None:
        for name in {**fact, **row}:
            expected, found = (_text(side[name]) if name in side else "absente" for side in (fact, row))
            if expected != found:
                self._tell(where, (name, *apart(expected, found), "cette valeur n'est pas celle qui a été inscrite"))

    def _certificate(self, where: str, row: dict) -> None:
        try:
            found = key_id(row["pem"])
        except SignatureError as error:
            self._tell(where, ("pem", "un certificat", "", str(error)))
            return
        if found != row["key_id"]:
            self._tell(where, ("key_id", found, row["key_id"], "la clé n'est pas celle du certificat"))

    def _quarantined(self, where: str, row: dict, document: str | None) -> None:
        try:
            record = Record.from_json(json.loads(document or "null"))
            verify_signature(record, self.verifiers(row["till"]))
        except (DocumentError, SignatureError, ValueError) as error:
            self._tell(where, ("record", "un document signé", "", f"document en quarantaine : {error}"))
            return
        for name in ("till", "kind", "seq", "signature"):
            if getattr(record, name) != row[name]:
                self._tell(where, (name, str(getattr(record, name)), str(row[name]),
                                   "ce n'est pas ce que dit le document signé"))  # fmt: skip

    def verifiers(self, till: str) -> dict[str, Verifier]:
        """What verifies the records of a device; unreadable certificates were reported."""
        found = {}
        for row in self.rows.get("certificate", ()):
            if row["till"] == till:
                try:
                    found[row["key_id"]] = Verifier(row["pem"])
                except SignatureError:
                    continue
        return found


def _link(previous: str, number: int, relation: str, key: str, value: str) -> str:
    return sha256("\n".join([previous, str(number), relation, key, value]).encode("utf-8")).hexdigest()


def _object(value: str) -> dict:
    found = json.loads(value)
    if not isinstance(found, dict):
        raise ValueError(value)
    return found


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
