"""Reading what a browser sends: every field is named, typed and bounded, or refused by name.

JSON numbers that are not integers, NaN, duplicated keys and unknown keys never get in: a till that
guesses what a malformed order meant is a till that loses money.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from escarcelle_core import money
from escarcelle_core.errors import AmountError

from .errors import Refusal

T = TypeVar("T")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
#: ASCII digits only: Decimal also reads Arabic or full-width ones, which no label shows alike.
_NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def bad(message: str, **details: object) -> Refusal:
    """A refusal for a malformed body: a program's fault, worded for whoever reads the screen."""
    return Refusal(
        "bad_request", f"{message} Rechargez l'écran de la caisse, puis recommencez.", **details
    )


def loads(body: bytes, *, floats: bool = False) -> object:
    """Parse JSON strictly: UTF-8, no duplicate key, no NaN, no Infinity, no float unless asked."""
    try:
        return json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_unique,
            parse_constant=_no_constant,
            parse_float=float if floats else _no_float,
            parse_int=_short_int,
        )
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise bad("Message illisible.") from error


def _unique(pairs: list[tuple[str, object]]) -> dict:
    out = dict(pairs)
    if len(out) != len(pairs):
        raise bad("Champ présent deux fois.")
    return out


def _no_constant(name: str) -> object:
    raise bad(f"Nombre impossible ({name}).")


def _no_float(text: str) -> object:
    raise bad("Nombre à virgule : les montants sont en centimes entiers.")


def _short_int(text: str) -> int:
    if len(text) > 16:
        raise bad("Nombre trop grand.")
    return int(text)


class Reader:
    """One JSON object being read; ``done()`` refuses whatever was not asked for."""

    def __init__(self, data: object, where: str):
        if not isinstance(data, dict):
            raise bad(f"{where} : un objet est attendu.")
        self._data: Mapping[str, object] = data
        self._where = where
        self._seen: set[str] = set()

    def _get(self, key: str, default: object = ...) -> object:
        self._seen.add(key)
        value = self._data.get(key, default)
        if value is ...:
            raise self.error(key, "manque")
        return value

    def error(self, key: str, what: str) -> Refusal:
        """The refusal for one field."""
        return bad(f"{self._where} : « {key} » {what}.", field=key)

    def text(self, key: str, limit: int, default: object = ...) -> str:
        """Text of at most ``limit`` characters without control characters; null is ``""``."""
        value = self._get(key, default)
        if value is None:
            value = ""
        if not isinstance(value, str) or len(value) > limit or _CONTROL.search(value):
            raise self.error(key, f"doit être un texte d'au plus {limit} caractères")
        return value

    def choice(self, key: str, values: tuple[str, ...], default: object = ...) -> str:
        """One of ``values``."""
        value = self._get(key, default)
        if not isinstance(value, str) or value not in values:
            raise self.error(key, f"doit valoir {' ou '.join(values)}")
        return value

    def uuid(self, key: str) -> str:
        """A lower-case RFC 4122 identifier."""
        value = self._get(key)
        if not isinstance(value, str) or not UUID.fullmatch(value):
            raise self.error(key, "doit être un identifiant (uuid)")
        return value

    def optional_uuid(self, key: str) -> str:
        """Same, null or absent is ``""``."""
        return self.uuid(key) if self._get(key, None) is not None else ""

    def flag(self, key: str, default: bool) -> bool:
        """True or false."""
        value = self._get(key, default)
        if not isinstance(value, bool):
            raise self.error(key, "doit être vrai ou faux")
        return value

    def integer(self, key: str, low: int, high: int, default: object = ...) -> int:
        """A whole number between ``low`` and ``high``."""
        value = self._get(key, default)
        if type(value) is not int or not low <= value <= high:
            raise self.error(key, f"doit être un entier entre {low} et {high}")
        return value

    def identifier(self, key: str) -> int:
        """A record number of the server."""
        return self.integer(key, 1, 2**31 - 1)

    def optional_identifier(self, key: str) -> int | None:
        """Same, null or absent is None."""
        return None if self._get(key, None) is None else self.identifier(key)

    def optional_integer(self, key: str, low: int, high: int) -> int | None:
        """A whole number, null or absent is None."""
        return None if self._get(key, None) is None else self.integer(key, low, high)

    def cents(self, key: str, default: object = ...) -> int:
        """An amount in cents."""
        return self.integer(key, -money.MAX_CENTS, money.MAX_CENTS, default)

    def number(self, key: str, parse: Callable[[object], T], default: object = ...) -> T:
        """A decimal written as a string, read by one of ``core.money``'s functions."""
        value = self._get(key, default)
        if not isinstance(value, str) or not _NUMBER.fullmatch(value):
            raise self.error(key, "doit être un nombre écrit entre guillemets, avec un point")
        try:
            return parse(value)
        except AmountError as error:
            raise self.error(key, f"n'est pas un nombre utilisable ({value[:24]})") from error

    def mapping(self, key: str) -> dict:
        """An object, to be read by who knows it."""
        value = self._get(key)
        if not isinstance(value, dict):
            raise self.error(key, "doit être un objet")
        return value

    def part(self, key: str) -> "Reader":
        """An object, to be read field by field."""
        return Reader(self.mapping(key), f"{self._where}, « {key} »")

    def list(self, key: str, low: int, high: int, default: object = ...) -> list:
        """An array of ``low`` to ``high`` items."""
        value = self._get(key, default)
        if not isinstance(value, list) or not low <= len(value) <= high:
            raise self.error(key, f"doit être une liste de {low} à {high} éléments")
        return value

    def done(self) -> None:
        """Refuse fields nobody reads."""
        unknown = sorted(set(self._data) - self._seen)
        if unknown:
            raise bad(f"{self._where} : « {unknown[0][:40]} » est inconnu.", field=unknown[0][:40])
