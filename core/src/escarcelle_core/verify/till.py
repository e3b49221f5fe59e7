"""The chains of one device, record after record. Memory does not grow with their length."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from lxml import etree

from .. import jet
from ..anchor import Head
from ..errors import ChainError, EscarcelleError
from ..periods import YEAR, PeriodRules
from ..record import Record, utc_text
from ..signing import Verifier
from ..state import TillState
from ..totals import Totals
from ..verification import verify_document, verify_next
from ..xml.stamp import digest
from .citations import Citations
from .outcome import Finding, explain
from .quick import Accepted, QuickTickets
from .references import References, sale_of
from .segment import Run

#: Wrong because an earlier record is missing or wrong, not by itself.
_CONSEQUENCES = frozenset({"totaux", "ancre", "journée", "clôture", "chaîne signée"})


class TillCheck:
    """``add`` every record of a device in order; then compare ``state``."""

    def __init__(
        self,
        uid: str,
        number: int,
        before: TillState,
        verifiers: Mapping[str, Verifier],
        rules: PeriodRules | None,
    ):
        self.uid = uid
        self.number = number
        self._state = before
        self._quick: QuickTickets | None = None
        self.references = References(number, before)
        self.citations = Citations(before)
        self.records = 0
        self.clock_set_back = 0
        self.sales: dict[int, tuple[int, int]] = {}
        self.verifiers = verifiers
        self.rules = rules
        self._at = ""
        self._other: Totals | None = None

    @property
    def state(self) -> TillState:
        """Where the device stands after what was added."""
        return self._quick.state if self._quick else self._state

    @property
    def totals(self) -> Totals:
        """Running totals after what was added."""
        return self._quick.totals if self._quick else self._state.totals

    def accept(self, chunk: bytes) -> Accepted | None:
        """Add the next record when it is a ticket that is sound without a doubt, but for its
        signature; otherwise None, and ``add`` tells."""
        if self._other is not None:
            return None
        if self._quick is None:
            self._quick = QuickTickets(self.uid, self.number, self._state)
        ticket = self._quick.accept(chunk)
        if ticket is not None:
            self._count(ticket.kind, ticket.seq, ticket.uid, ticket.utc, ticket.sale)
            if ticket.kind == "TCK":
                for rate, amount, tax, _lines in ticket.shares:
                    total, taxes = self.sales.get(rate, (0, 0))
                    self.sales[rate] = (total + amount, taxes + tax)
        return ticket

    def follow(self, run: Run) -> bool:
        """Take over tickets checked elsewhere, their signatures excepted; false when they do not follow,
        and each must be added."""
        state = self.state
        if self._other is not None or run.end is None or not run.follows(state):
            return False
        end = run.end
        heads = MappingProxyType({**state.heads, **{kind: end.heads[kind] for kind in run.chains}})
        rank, closed = (state.rank + 1, frozenset()) if state.closed else (state.rank, state.closed)
        self._state = TillState(heads, end.totals, state.day, rank, closed, state.anchor)
        self._quick = None
        for kind, chain in run.chains.items():
            self.references.note_all(kind, chain.first, chain.uids, chain.sales)
        self.records += run.tickets
        self.clock_set_back += run.set_back + (run.begins < self._at)
        self._at = run.ends
        for rate, (amount, tax) in run.sales.items():
            total, taxes = self.sales.get(rate, (0, 0))
            self.sales[rate] = (total + amount, taxes + tax)
        return True

    def add(self, record: Record, document: etree._Element) -> list[Finding]:
        """What is wrong with ``record`` as the next one."""
        before = self._state = self.state
        self._quick = None
        found = self._place(record)
        try:
            self._state = self._next(record, document)
        except EscarcelleError as error:
            found += self._diagnose(record, document) or [explain(error)]
            self._state = _resume(before, record)
        else:
            self._other = None
        found += self.references.check(record, document)
        found += self.citations.check(record, document)
        self._note(record, document)
        return found

    def ends_at(self, stated: TillState) -> bool:
        """Whether the device stands at ``stated``, as far as its last sound record can tell."""
        return stated == self.state or (
            self._other is not None and stated == replace(self.state, totals=self._other)
        )

    def _next(self, record: Record, document: etree._Element) -> TillState:
        try:
            return verify_next(self.state, record, self.verifiers, document)
        except EscarcelleError:
            # The record before was altered: either its counters or its amounts are wrong. When what
            # it amounts to fits this record, it was its counters, and it has been said.
            if self._other is None:
                raise
            state = replace(self.state, totals=self._other)
            try:
                return verify_next(state, record, self.verifiers, document)
            except EscarcelleError:
                pass
            raise

    def _place(self, record: Record) -> list[Finding]:
        """Does it stand where it says: in this device, after what must come before it?"""
        found: list[Finding] = []
        state = self.state
        if record.till != self.uid or record.till_number != self.number:
            found.append(("caisse", f"{self.number} ({self.uid})",
                          f"{record.till_number} ({record.till})", "il vient d'une autre caisse"))  # fmt: skip
        if not state.heads and (record.kind, record.payload.split(",", 2)[1:2]) != (
            "JET", [str(jet.INITIALISATION)],
        ):  # fmt: skip
            found.append(("premier enregistrement", f"JET {jet.INITIALISATION}", record.kind,
                          "le journal ne commence pas par son initialisation"))  # fmt: skip
        day = state.day
        # The server sells nothing, and serves companies whose fiscal years differ.
        rules = self.rules
        if rules and self.number and day and record.business_day > day and YEAR not in state.closed:
            year = rules.fiscal_year
            if year(day) != year(record.business_day):
                found.append(("clôture", f"{YEAR} {year(day)}", "absente", "un exercice n'a pas été clos"))
        return found

    def _diagnose(self, record: Record, document: etree._Element) -> list[Finding]:
        """Everything that is wrong with a record that does not verify, once each."""
        found: list[Finding] = []
        state, kind = self.state, record.kind
        gap = record.seq != state.seq(kind) + 1
        if gap:
            found.append(("numéro", str(state.seq(kind) + 1), str(record.seq), "la suite est rompue"))
        elif record.previous != state.signature(kind):
            found.append(("signature précédente", state.signature(kind), record.previous,
                          "il ne suit pas l'enregistrement précédent"))  # fmt: skip
        found += self._signed(record)
        try:
            verify_document(state, record, document)
        except ChainError as error:
            if error.field == "totaux":
                self._other = Totals.from_json(error.expected)
            if not (gap and error.field in _CONSEQUENCES):
                found.append(explain(error))
        except EscarcelleError as error:
            found.append(explain(error))
        return found

    def _signed(self, record: Record) -> Iterator[Finding]:
        written = digest(record.xml)
        if written != record.digest:
            yield ("empreinte du document", record.digest, written,
                   "le document n'est pas celui qui a été signé")  # fmt: skip
        verifier = self.verifiers.get(record.key_id)
        if verifier is None:
            yield "clé", "une clé de cette caisse", record.key_id, "cette clé n'est pas connue"
        elif not verifier.verify(record.payload.encode("utf-8"), record.signature):
            yield "signature", "valide", "invalide", "la signature n'est pas celle de la chaîne signée"

    def _count(self, kind: str, seq: int, uid: str, at: str, sale: int = 0) -> None:
        self.records += 1
        self.references.note(kind, seq, uid, sale)
        if at < self._at:
            self.clock_set_back += 1
        self._at = at

    def _note(self, record: Record, document: etree._Element) -> None:
        sale = sale_of(record.xml) if record.kind == "TCK" else 0
        self._count(record.kind, record.seq, record.origin, utc_text(record.at), sale)
        if record.kind == "TCK":
            for node in document.iterfind("bilan/tvas/tva"):
                self._sell(node)

    def _sell(self, node: etree._Element) -> None:
        try:
            rate, base, tax = (int(v.replace(".", "")) for v in (
                node.attrib["taux"], node.attrib["base"], node.text or ""))  # fmt: skip
        except (KeyError, ValueError):
            return  # the document is defective and has been reported
        total, taxes = self.sales.get(rate, (0, 0))
        self.sales[rate] = (total + base, taxes + tax)


def _resume(state: TillState, record: Record) -> TillState:
    """Go on from a defective record as if it were right, so that each defect is said once."""
    anchor = record.payload.partition(",")[0] if record.kind == "ANC" else ""
    heads = MappingProxyType({**state.heads, record.kind: Head(record.seq, record.signature)})
    return replace(state, heads=heads).after(record, anchor)
