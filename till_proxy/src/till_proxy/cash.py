"""Cash that is not a sale: moves in and out, and counts of the drawer."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from escarcelle_core import chain, jet
from escarcelle_core.documents import JetEvent
from escarcelle_core.money import euros

from . import training
from .cashiers import Cashier
from .errors import Refusal
from .strict import Reader, bad

if TYPE_CHECKING:
    from .writer import Writer


@dataclass(frozen=True, slots=True)
class Move:
    """``amount`` cents put in (positive) or taken out (negative)."""

    uuid: str
    amount: int
    reason: str

    @classmethod
    def parse(cls, data: object) -> "Move":
        """Read the body of ``POST /till/v1/cash-moves``."""
        body = Reader(data, "Mouvement de caisse")
        move = cls(body.uuid("uuid"), body.cents("amount"), body.text("reason", 200).strip())
        body.done()
        if move.amount == 0:
            raise bad("Mouvement de caisse : le montant est nul.", field="amount")
        if not move.reason:
            raise bad("Mouvement de caisse : indiquez le motif.", field="reason")
        return move


@dataclass(frozen=True, slots=True)
class Count:
    """``amount`` cents found in the drawer."""

    uuid: str
    amount: int
    moment: str
    notes: str

    @classmethod
    def parse(cls, data: object) -> "Count":
        """Read the body of ``POST /till/v1/cash-counts``."""
        body = Reader(data, "Comptage")
        count = cls(
            body.uuid("uuid"),
            body.cents("amount"),
            body.choice("moment", ("opening", "closing")),
            body.text("notes", 500, None),
        )
        body.done()
        if count.amount < 0:
            raise bad("Comptage : un tiroir ne contient jamais moins que rien.", field="amount")
        return count


class Cash:
    """Calls are serialised by whoever holds the writer."""

    def __init__(self, writer: "Writer"):
        self._writer = writer

    def move(self, move: Move, cashier: Cashier) -> dict:
        """Keep a move; the answer says what the drawer should hold."""
        facts = {"amount": move.amount, "reason": move.reason}
        line = JetEvent(
            jet.NON_SALE_AMOUNT, f"Mouvement {euros(move.amount)} {move.reason}"[:200], cashier.code
        )
        return self._keep("cash_move", move.uuid, facts, line, cashier)

    def count(self, count: Count, cashier: Cashier) -> dict:
        """Keep a count; the answer says what was expected and the difference."""
        base, expected = self._writer.index.expected_cash()
        facts = {"amount": count.amount, "moment": count.moment, "notes": count.notes}
        # Before the first count there is nothing to compare with but the sales themselves.
        gap = count.amount - expected if base is not None or count.moment == "closing" else 0
        words = "ouverture" if count.moment == "opening" else "clôture"
        line = JetEvent(
            jet.CASH_COUNT, f"Comptage {words} {euros(count.amount)} écart {euros(gap)}",
            cashier.code,
        )  # fmt: skip
        return self._keep(
            "cash_count", count.uuid, facts, line, cashier, expected=expected, difference=gap
        )

    def _keep(
        self, kind: str, uuid: str, facts: dict, line: JetEvent, cashier: Cashier, **found: int
    ) -> dict:
        writer = self._writer
        known = writer.index.entries.get(uuid)
        if known is not None:
            entry = writer.journal.read(known.n)
            if known.type != kind or any(entry["event"].get(k) != v for k, v in facts.items()):
                raise Refusal("conflict", "Une autre opération de caisse porte déjà ce numéro.")
            return _answer(entry, True)
        training.forbid(writer.index, "Une opération de caisse")
        at = writer.at()
        day = writer.desk.rules.business_day(at)
        if writer.state.day is not None:
            day = max(day, writer.state.day)
        event = {"type": kind, "day": day.isoformat(), "cashier": cashier.code, **facts, **found}
        entry = writer.write(
            uuid, event, lambda state, desk, when: chain.issue_event(state, desk, line, when, uuid)
        )
        return _answer(entry, False)


def _answer(entry: dict, replayed: bool) -> dict:
    event = entry["event"]
    kept = ("amount", "moment", "expected", "difference", "day")
    return {**{k: event[k] for k in kept if k in event}, "uuid": entry["uuid"], "replayed": replayed}
