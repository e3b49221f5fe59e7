"""Closings: by themselves when a period is over, by the Z button, and the X report in between."""

from typing import TYPE_CHECKING

from escarcelle_core import chain, jet
from escarcelle_core.chain import Desk, Issue
from escarcelle_core.documents import JetEvent
from escarcelle_core.errors import PeriodError
from escarcelle_core.periods import DAY
from escarcelle_core.record import Record
from escarcelle_core.state import TillState
from escarcelle_core.xml import closing_xml, stamp
from escarcelle_core.xml.closing_xml import Closing

from . import training
from .errors import Refusal

if TYPE_CHECKING:
    from datetime import datetime

    from .writer import Writer

CLOSING_KINDS = frozenset({"GTJ", "GTM", "GTA"})


class Closings:
    """Calls are serialised by whoever holds the writer."""

    def __init__(self, writer: "Writer"):
        self._writer = writer

    def due(self) -> bool:
        """Whether a period is over and not closed yet."""
        writer = self._writer
        state = writer.state
        if state.day is None:
            return False
        over = writer.desk.rules.closings(state.day, writer.desk.rules.business_day(writer.at()))
        # What the Z button closed is not closed again by the clock.
        return any(day != state.day or level not in state.closed for level, day in over)

    def elapsed(self) -> dict | None:
        """Close what is over; the entry, None when nothing is due."""
        writer = self._writer
        state = writer.state
        if not self.due():
            return None
        uuid = chain.derived(writer.desk.device.uid, "closing", str(writer.n + 1))
        entry = writer.write(
            uuid,
            {"type": "closing", "level": "day", "by": "clock", "day": state.day.isoformat()},
            chain.close_elapsed,
            essential=True,
        )
        writer.save_base()
        return entry

    def close_day(self, uuid: str, operator: str) -> dict:
        """The Z button. Refusal when the day is closed already and nothing happened since."""
        known = self._writer.index.entries.get(uuid)
        if known is not None:
            if known.type != "closing":
                raise Refusal("conflict", "Cette clôture porte le numéro d'une autre opération.")
            return self._writer.journal.read(known.n)
        training.forbid(self._writer.index, "La clôture")
        event = {"type": "closing", "level": "day", "by": "button", "cashier": operator}
        asked = JetEvent(jet.CLOSING_STARTED, "Clôture demandée au bouton Z", operator)

        def make(state: TillState, desk: Desk, at: "datetime") -> Issue:
            begun = chain.issue_event(state, desk, asked, at)
            return begun.then(chain.close_day(begun.state, desk, at))

        try:
            entry = self._writer.write(uuid, event, make, essential=True)
        except PeriodError as error:
            raise Refusal("conflict", str(error)) from error
        self._writer.save_base()
        return entry

    def x_document(self) -> bytes:
        """The X report as the document a Z would be now. Nothing is signed, numbered or kept."""
        writer = self._writer
        state, desk, at = writer.state, writer.desk, writer.at()
        day = max(state.day or desk.rules.business_day(at), desk.rules.business_day(at))
        closing = Closing(DAY, desk.rules.period(DAY, day), state.rank, desk.company, state.totals)
        mark = stamp.Stamp(
            desk.device, DAY, state.seq(DAY) + 1, at, desk.rules.local(at), day,
            desk.signer.key_id, chain.derived(desk.device.uid, "lecture", at.isoformat()), DAY,
        )  # fmt: skip
        return closing_xml.build(closing, mark).encode()

    def x_report(self) -> dict:
        """Totals of the open day, month and year, and what should be in the drawer. Not signed."""
        writer = self._writer
        totals, state = writer.state.totals, writer.state
        _base, expected = writer.index.expected_cash()
        report = {
            "business_day": state.day.isoformat() if state.day else None,
            "closed": DAY in state.closed,
            "tickets": totals.tickets[0],
            "day": totals.amount[0],
            "month": totals.amount[1],
            "year": totals.amount[2],
            "perpetual_real": totals.perpetual_real,
            "perpetual_absolute": totals.perpetual_absolute,
            "vat": [
                {"sector": s.sector, "rate": s.rate, "total": s.amount[0], "tax": s.tax[0]}
                for s in totals.shares
                if s.amount[0] or s.tax[0]
            ],
            "payments": [
                {"code": mean.mode, "total": mean.amount[0]}
                for mean in totals.means
                if mean.amount[0]
            ],
            "cash_expected": expected,
        }
        return {**report, "due": self.due()}


def closing_records(entry: dict) -> list[Record]:
    """The grand totals in an entry, whatever its type: a ticket may have closed a day first."""
    return [
        Record.from_json(data) for data in entry["records"] if data["kind"] in CLOSING_KINDS
    ]


def summary(entry: dict) -> list[dict]:
    """What the screen shows of the closings of an entry."""
    return [
        {
            "level": record.kind,
            "number": record.number,
            "business_day": record.business_day.isoformat(),
            "period": record.payload.split(",")[5],
            "total": int(record.payload.split(",")[1]),
            "tickets": tickets_of(record),
            "perpetual_real": record.totals.perpetual_real,
            "perpetual_absolute": record.totals.perpetual_absolute,
            "signature_excerpt": record.excerpt,
        }
        for record in closing_records(entry)
    ]


def tickets_of(record: Record) -> int:
    """How many tickets a grand total counts."""
    balance = stamp.parse(record.xml).find("bilan")
    return int(balance.get("tickets", "0")) if balance is not None else 0


def anchor_of(entry: dict) -> str:
    """The last anchor hash signed in an entry, ``""`` when there is none."""
    anchors = [data for data in entry["records"] if data["kind"] == "ANC"]
    return anchors[-1]["payload"].split(",", 1)[0] if anchors else ""
