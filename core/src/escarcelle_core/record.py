"""The signed record: one fact in one chain, the twenty keys of ``docs/formats.md`` §2."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timezone

from . import FISCAL_VERSION, FORMAT_VERSION
from .documents import CANCELLATION, DOCUMENT_LABELS, KINDS, MANAGEMENT, SALE
from .errors import DocumentError
from .totals import Totals

_HEX8 = re.compile(r"[0-9a-f]{8}")
_HEX64 = re.compile(r"[0-9a-f]{64}")
_SIGNATURE = re.compile(r"[A-Za-z0-9_-]{86}")
_UTC = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}Z")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_KEYS = (
    "till", "till_number", "kind", "seq", "doc_type", "operation", "at", "local", "business_day",
    "payload", "xml", "digest", "signature", "previous", "key_id", "origin", "totals", "training",
    "fiscal_version", "format_version",
)  # fmt: skip


def utc_text(at: datetime) -> str:
    """``2026-11-21T20:30:05Z``; the instant must be aware, fractions of seconds are cut."""
    if at.tzinfo is None:
        raise DocumentError("Un instant sans fuseau horaire ne peut pas être enregistré.")
    return at.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_utc(text: str) -> datetime:
    """Read what ``utc_text`` wrote."""
    if _UTC.fullmatch(text):
        return datetime.fromisoformat(f"{text[:-1]}+00:00")
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)


@dataclass(frozen=True, slots=True)
class Record:
    """A signed fact. ``payload`` is the exact signed string, ``xml`` the exact document."""

    till: str
    till_number: int
    kind: str
    seq: int
    doc_type: str
    operation: str
    at: datetime
    local: str
    business_day: date
    payload: str
    xml: str
    digest: str
    signature: str
    previous: str
    key_id: str
    origin: str
    totals: Totals
    training: bool = False
    fiscal_version: str = FISCAL_VERSION
    format_version: int = FORMAT_VERSION

    @property
    def number(self) -> str:
        """``"3-1"``: till number and sequence number."""
        return f"{self.till_number}-{self.seq}"

    @property
    def excerpt(self) -> str:
        """Characters 3, 7, 13 and 19 of the signature, printed on the paper."""
        return "".join(self.signature[i] for i in (2, 6, 12, 18))

    def shown(self, rank: int = 0) -> str:
        """``"Ticket (VTE) 3-1.0"``; ``rank`` is the print rank."""
        return f"{DOCUMENT_LABELS[self.doc_type]} ({self.operation}) {self.number}.{rank}"

    def as_json(self) -> dict:
        """The wire form."""
        data = {key: getattr(self, key) for key in _KEYS}
        data["at"] = utc_text(self.at)
        data["business_day"] = self.business_day.isoformat()
        data["totals"] = self.totals.as_json()
        return data

    @classmethod
    def from_json(cls, data: object) -> "Record":
        """Read the wire form, whose totals may have been read already; DocumentError names the key that is
        missing or malformed."""
        if not isinstance(data, dict) or set(data) != set(_KEYS):
            raise DocumentError("Enregistrement illisible : clés manquantes ou inconnues.")
        for key, check in _CHECKS.items():
            if not check(data[key]):
                raise DocumentError(f"Enregistrement illisible : « {key} » est incorrect.")
        try:
            at = parse_utc(data["at"])
            day = date.fromisoformat(data["business_day"])
        except ValueError as error:
            raise DocumentError("Enregistrement illisible : date incorrecte.") from error
        totals = data["totals"] if isinstance(data["totals"], Totals) else Totals.from_json(data["totals"])
        return cls(**{**data, "at": at, "business_day": day, "totals": totals})


def _text(pattern: re.Pattern):
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _number(low: int, high: int):
    return lambda value: type(value) is int and low <= value <= high


def _any_text(value: object) -> bool:
    return isinstance(value, str) and "\x00" not in value and len(value) < 4_000_000


_CHECKS = {
    "till": _text(_HEX8),
    "till_number": _number(0, 999),
    "kind": lambda value: value in KINDS,
    "seq": _number(1, 2**53),
    "doc_type": lambda value: isinstance(value, str) and value in DOCUMENT_LABELS,
    "operation": lambda value: value in (SALE, CANCELLATION, MANAGEMENT),
    "at": lambda value: isinstance(value, str) and len(value) == 20,
    "local": lambda value: isinstance(value, str) and len(value) == 25,
    "business_day": lambda value: isinstance(value, str) and len(value) == 10,
    "payload": _any_text,
    "xml": _any_text,
    "digest": _text(_HEX64),
    "signature": _text(_SIGNATURE),
    "previous": lambda value: value == "" or _text(_SIGNATURE)(value),
    "key_id": _text(_HEX64),
    "origin": _text(_UUID),
    "totals": lambda value: isinstance(value, (dict, Totals)),
    "training": lambda value: isinstance(value, bool),
    "fiscal_version": lambda value: isinstance(value, str) and re.fullmatch(r"F\d+\.\d+", value),
    "format_version": _number(1, 99),
}
