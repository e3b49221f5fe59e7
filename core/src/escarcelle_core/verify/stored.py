"""A row of ``fiscal.record`` against the document it holds: what is stored beside it says the same."""

import json
from collections.abc import Iterator
from typing import NamedTuple

from ..documents import DOCUMENT_LABELS
from ..record import Record, utc_text
from ..totals import Totals
from ..xml import record_xml
from .database_reader import RECORD_COLUMNS
from .outcome import Finding
from .quick import Accepted


class Stored(NamedTuple):
    """Columns in the order of ``RECORD_COLUMNS``, instants and JSON as text."""

    id: int
    till: str
    till_number: int
    kind: str
    seq: int
    doc_type: str
    operation: str
    at: str
    local: str
    business_day: str
    payload: str
    xml: str
    digest: str
    signature: str
    previous: str
    key_id: str
    fiscal_version: str
    format_version: int
    origin: str
    totals: str
    training: bool
    received_at: str
    late: bool
    company_id: int | None
    reception: str

    def named(self) -> str:
        """As it is shown, by what the row says."""
        label = DOCUMENT_LABELS.get(self.doc_type, self.kind)
        return f"{label} ({self.operation}) {self.till_number}-{self.seq}.0"

    def element(self) -> bytes:
        """The record as an archive writes it."""
        return (
            f'<enregistrement chaine="{self.kind}" cle="{self.key_id}" format="{self.format_version}"'
            f' numero="{self.seq}" signature="{self.signature}"><signe>{record_xml.escape(self.payload)}</signe>'
            f"{self.xml}</enregistrement>"
        ).encode()


if Stored._fields != tuple(RECORD_COLUMNS):
    raise AssertionError("columns")

LABELS = {
    "till": "caisse", "till_number": "numéro de caisse", "kind": "chaîne", "seq": "numéro",
    "doc_type": "type de document", "operation": "opération", "at": "instant", "local": "heure locale",
    "business_day": "journée", "payload": "chaîne signée", "digest": "empreinte du document",
    "signature": "signature", "previous": "signature précédente", "key_id": "clé",
    "fiscal_version": "version fiscale", "format_version": "version du format", "origin": "origine",
    "totals": "totaux", "training": "école",
}  # fmt: skip
_MESSAGE = "la base ne dit pas ce que dit le document signé"


def same(row: Stored, ticket: Accepted, totals: Totals) -> bool:
    """Whether the columns say what an accepted ticket says; its text is known to be canonical."""
    root = row.xml[: row.xml.index(">")]
    school = "O" if row.training else "N"
    return (
        root.startswith(
            f'<ticket annule="N" attente="N" caisse="{row.till_number}" caisse-uid="{row.till}"'
            f' chaine="{row.kind}" cle="{row.key_id}" degrade="'
        )
        and f' devise="EURO" document="{row.doc_type}" ecole="{school}" ' in root
        and f' iso="{row.local}" jour="{row.business_day}" ' in root
        and root.endswith(
            f' numero="{row.seq}" type="{row.operation}" uid="{{{row.origin.upper()}}}"'
            f' utc="{row.at[:19]}Z" version="3" version-fiscale="{row.fiscal_version}"'
        )
        and row.at.endswith(".000000Z")
        and row.payload.endswith(
            f",sha256={row.digest},{'O' if row.previous else 'N'},{row.previous}"
        )
        and row.format_version == 1
        and ticket.signature == row.signature
        and row.totals == totals_text(totals)
    )


def differences(row: Stored, signed: Record) -> Iterator[Finding]:
    """Every column that is not what the document says."""
    for name, label in LABELS.items():
        expected, found = _said(signed, name), getattr(row, name)
        if name == "totals":
            if found != expected:
                one, other = json.loads(expected), json.loads(found)
                key = next((k for k in one if other.get(k) != one[k]), "totals")
                yield label, f"{key} {one.get(key)}", f"{key} {other.get(key, 'autre')}", _MESSAGE
        elif expected != found:
            yield label, str(expected), str(found), _MESSAGE


def totals_text(totals: Totals) -> str:
    """As PostgreSQL writes the JSON of running totals: keys by length, then by name."""
    return json.dumps({
        "means": [{"mode": m.mode, "amount": m.amount} for m in totals.means],
        "amount": totals.amount,
        "shares": [
            {"tax": s.tax, "rate": s.rate, "amount": s.amount, "sector": s.sector} for s in totals.shares
        ],
        "tickets": totals.tickets,
        "perpetual_real": totals.perpetual_real,
        "perpetual_absolute": totals.perpetual_absolute,
    })  # fmt: skip


def _said(signed: Record, name: str) -> object:
    value = getattr(signed, name)
    if name == "at":
        return f"{utc_text(value)[:-1]}.000000Z"
    if name == "business_day":
        return value.isoformat()
    return totals_text(value) if name == "totals" else value
