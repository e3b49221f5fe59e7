"""Time stamps beside the records: each token must be over the record its name announces."""

import re
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256

from ..archive.builder import TOKENS
from ..documents import DOCUMENT_LABELS
from ..errors import DocumentError
from ..record import Record
from ..time_stamp import NoLibrary, TimeStampError, read_token
from .folder import Folder
from .outcome import Outcome

_NAME = re.compile(r"(ANC|ARC)-0-(\d{1,15})\.tsr")
#: A server whose clock is late by more than that signs what was attested before.
_CLOCKS = timedelta(minutes=10)
_SHOWN = 5


class Stamps:
    """``see`` the server's anchors and seals, then ``check`` the tokens of the archive. ``tell`` takes
    what a finding is about and the finding."""

    def __init__(self, folder: Folder, tell: Callable[..., None]):
        self._folder = folder
        self._tell = tell
        self._names = [name for name in folder.names() if name.startswith(TOKENS)]
        self._seen: dict[tuple[str, int], tuple[bytes, Record]] = {}

    def see(self, record: Record, chunk: bytes) -> None:
        """A record of the server, as the archive writes it."""
        if self._names and record.till_number == 0 and record.kind in ("ANC", "ARC"):
            self._seen[record.kind, record.seq] = (sha256(chunk).digest(), record)

    def check(self, outcome: Outcome) -> None:
        """Every token; what they attest is said."""
        attested: dict[str, list[str]] = {}
        for name in self._names:
            match = _NAME.fullmatch(name.removeprefix(TOKENS))
            known = self._seen.get((match[1], int(match[2]))) if match else None
            if known is None:
                self._tell(name, ("horodatage", "", "", "il ne porte sur aucun enregistrement de l'archive"))
                continue
            digest, record = known
            try:
                stamp = read_token(self._folder.read(name), digest)
            except NoLibrary as error:
                outcome.warn(f"{self._folder.name} : {error}")
                return
            except (TimeStampError, DocumentError) as error:
                self._tell(name, ("horodatage", "", "", str(error)))
                continue
            if stamp.at < record.at - _CLOCKS:
                self._tell(name, ("horodatage", f"après {record.local}", stamp.at.isoformat(),
                                  "l'enregistrement se dit établi après son horodatage"))  # fmt: skip
            said = f"{DOCUMENT_LABELS[record.kind]} {record.number} le {stamp.at:%d/%m/%Y à %H:%M:%S} UTC"
            attested.setdefault(f"{stamp.authority} (certificat {stamp.certificate})", []).append(said)
        for authority, said in attested.items():
            more = f" … et {len(said) - _SHOWN} autres" if len(said) > _SHOWN else ""
            outcome.warn(
                f"{self._folder.name} : horodatage par {authority} : {', '.join(said[:_SHOWN])}{more}. La"
                " signature est vérifiée ; la confiance en cette autorité vous appartient."
            )
