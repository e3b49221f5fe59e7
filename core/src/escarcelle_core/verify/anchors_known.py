"""Anchors somebody kept: typed from a Z, or in the message the accountant received."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from ..errors import DocumentError

#: ``Ancres fiscales de …, le 2026-11-21T20:15:00+01:00`` (the file), ``Ancre fiscale …du 21/11/2026``.
_DATED = re.compile(
    r"Ancres? fiscales?\b[^\n<]{0,160}\b(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d|\d\d/\d\d/\d{4})(?!\d)"
)
_KEPT = re.compile(r"(?<![\w-])(\d{1,3}-\d{1,15})=([0-9a-f]{64})(?![0-9a-f])")
#: A message with its text and one small file.
_MOST = 5_000_000


def expand(values: Iterable[str]) -> list[str]:
    """``number=hash`` as they are; a file (a message, a text) gives all it holds, with its date. DocumentError when it
    holds none or cannot be read."""
    found: list[str] = []
    for value in values:
        path = Path(value)
        if "=" in value and not path.is_file():
            found.append(value)
        else:
            found += _read(path)
    return list(dict.fromkeys(found))


def _read(path: Path) -> list[str]:
    try:
        with path.open("rb") as stream:
            data = stream.read(_MOST + 1)
    except OSError as error:
        raise DocumentError(
            f"« {path} » ne peut pas être lu ({error.strerror}) : donnez numéro=empreinte, ou le fichier du"
            " message d'ancre."
        ) from error
    if len(data) > _MOST:
        raise DocumentError(f"« {path} » est trop gros pour un message d'ancre.")
    texts = list(_texts(data))
    # The most precise date it gives: an instant says more than its day.
    dates = sorted((date for text in texts for date in _DATED.findall(text)), key=len)
    moment = f"@{dates[-1]}" if dates else ""
    found = [f"{number}={value}{moment}" for text in texts for number, value in _KEPT.findall(text)]
    if not found:
        raise DocumentError(f"« {path} » ne contient aucune ancre (numéro=empreinte).")
    return found


def _texts(data: bytes) -> Iterator[str]:
    """The file as it is, and decoded when it is a message: mail wraps and encodes lines."""
    # Looked for only here: an archive is read sooner without it.
    import email.policy
    from email.message import EmailMessage

    yield data.decode("utf-8", "replace")
    try:
        message = email.message_from_bytes(data, _class=EmailMessage, policy=email.policy.default)
        for part in message.walk():
            if part.get_content_maintype() == "text":
                content = part.get_content()
                yield content if isinstance(content, str) else content.decode("utf-8", "replace")
    except (LookupError, ValueError, AttributeError, TypeError, IndexError, RecursionError):
        return  # a damaged message: what could be read was
