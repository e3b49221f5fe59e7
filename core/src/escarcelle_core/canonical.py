"""The signed strings (``docs/formats.md`` §3), the only serialisation that is ever signed."""

import re
import unicodedata
from datetime import datetime

from .errors import AmountMismatch
from .money import MAX_CENTS

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def text(value: str) -> str:
    """Free text inside a signed string: NFC, no comma, no space, no control character."""
    cleaned = _CONTROL.sub("", unicodedata.normalize("NFC", value))
    return cleaned.replace(",", ";").replace(" ", "_").replace("\u00a0", "_")


def stamp(local: datetime) -> str:
    """Local date and time, ``AAAAMMJJHHMMSS``."""
    return f"{local:%Y%m%d%H%M%S}"


def split(amounts: dict[int, int]) -> str:
    """VAT split: ``RRRR:cents`` joined by ``|``, rates descending; ``0000:0`` when empty."""
    for rate, amount in amounts.items():
        if not 0 <= rate <= 9999 or abs(amount) > 1000 * MAX_CENTS:
            raise AmountMismatch("Taux ou montant hors limites", "0 ≤ taux ≤ 9999", rate)
    parts = [f"{rate:04d}:{amounts[rate]}" for rate in sorted(amounts, reverse=True)]
    return "|".join(parts) or "0000:0"


def _sealed(fields: list[object], digest: str, previous: str) -> str:
    flag = "O" if previous else "N"
    return ",".join([*map(str, fields), f"sha256={digest}", flag, previous])


def ticket(
    amounts: dict[int, int],
    total: int,
    local: datetime,
    number: str,
    operation: str,
    digest: str,
    previous: str,
    customer: tuple[str, ...] = (),
) -> str:
    """TCK, FCT, NTE, JSP, REG and ECO; ``customer`` is an invoice's: name, zip, VAT number."""
    fields = [split(amounts), total, stamp(local), number, operation, *map(text, customer)]
    return _sealed(fields, digest, previous)


def duplicate(
    number: str,
    original_type: str,
    rank: int,
    operator: str,
    local: datetime,
    original: str,
    digest: str,
    previous: str,
) -> str:
    """DUP."""
    fields = [number, original_type, rank, text(operator), stamp(local), original]
    return _sealed(fields, digest, previous)


def closing(
    amounts: dict[int, int],
    total: int,
    real: int,
    absolute: int,
    local: datetime,
    period: str,
    number: str,
    digest: str,
    previous: str,
) -> str:
    """GTJ, GTM and GTA; both perpetual totals are signed."""
    fields = [split(amounts), total, real, absolute, stamp(local), period, number]
    return _sealed(fields, digest, previous)


def event(
    number: str,
    code: int,
    description: str,
    local: datetime,
    operator: str,
    till_number: int,
    digest: str,
    previous: str,
) -> str:
    """JET."""
    fields = [number, code, text(description), stamp(local), text(operator), till_number]
    return _sealed(fields, digest, previous)


def anchor(value: str, local: datetime, number: str, digest: str, previous: str) -> str:
    """ANC; ``value`` is the anchor hash."""
    return _sealed([value, stamp(local), number], digest, previous)


def piece(
    number: str,
    document: str,
    operation: str,
    local: datetime,
    reference: str,
    lines: int,
    total: int,
    digest: str,
    previous: str,
) -> str:
    """The documents of the server (``documents.PIECES``); ``total`` is 0 when they have no value."""
    fields = [number, document, operation, stamp(local), text(reference), lines, total]
    return _sealed(fields, digest, previous)


def archive(
    amounts: dict[int, int],
    total: int,
    local: datetime,
    till_number: int,
    digest: str,
    previous: str,
) -> str:
    """ARC."""
    return _sealed([split(amounts), total, stamp(local), till_number, "Archive"], digest, previous)
