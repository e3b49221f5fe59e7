"""A live database: everything its schema ``fiscal`` holds, every column of every table."""

import json
from datetime import date

from ..errors import EscarcelleError
from ..periods import PeriodRules
from ..state import TillState
from ..xml import record_xml
from .database_reader import DatabaseReader
from .facts import Facts
from .outcome import Defect, Finding, Outcome, apart, explain
from .papers import Papers
from .purged import KeptCheck, Purges
from .reception import ReceptionCheck
from .signatures import Signatures
from .statements import Statements
from .stored import Stored, differences, same
from .till import TillCheck
from .unanchored import warnings
from .witness import Witnesses

_LATER = 2**31
_REMOVED = "cette ligne a été supprimée"
_EMPTY = "cette chaîne n'a aucun enregistrement"


class DatabaseCheck:
    """``run`` once. ``name`` is how the database is called in the report; ``connection`` is
    psycopg2's. Memory does not grow with the records."""

    def __init__(
        self,
        name: str,
        connection: object,
        outcome: Outcome,
        witnesses: Witnesses,
        *,
        processes: int = 1,
        papers: Papers | None = None,
    ):
        self._name = name
        self._outcome = outcome
        self._witnesses = witnesses
        self._papers = papers or Papers([])
        self._reader = DatabaseReader(connection)
        self._facts = Facts(self._reader, self._defect)
        self._statements = Statements(witnesses)
        self._signatures = Signatures(self._wrong_signature, processes)
        self._tills: dict[str, TillCheck] = {}
        self._receptions: dict[str, ReceptionCheck] = {}
        self._purges = Purges(witnesses)
        self._kept: dict[str, KeptCheck] = {}
        self._heads: dict[tuple[str, str], tuple] = {}
        self._newest = ""

    def run(self) -> None:
        """Check everything; what is wrong goes to the outcome."""
        if not self._readable():
            return
        server = self._server()
        if server is not None:
            where = "kind IN ('ANC', 'ARC') AND till_number = 0"
            for row in map(Stored._make, self._reader.stream("record", "id", where)):
                if row.till == server:
                    self._purges.hear(row)
                    for finding in self._statements.hear(row):
                        self._defect(row.named(), finding, row.till)
        self._facts.run(self._statements.facts)
        self._prepare()
        self._prepare_purges()
        for values in self._reader.stream("record", "id"):
            self._record(Stored._make(values))
        self._signatures.finish()
        self._end()
        self._summarise(server)

    def _readable(self) -> bool:
        missing = list(self._reader.missing())
        if missing:
            self._outcome.refused = "fiscal.record" in missing or not self._reader.columns
            message = "la table ou la colonne manque : la base n'est pas celle d'Escarcelle, ou a été altérée"
            for name in missing:
                self._defect(name, ("structure", "présente", "absente", message))
            return False
        for name in self._reader.not_tables:
            self._defect(f"fiscal.{name}", ("structure", "une table", "une vue", "une vue a pris la place d'une table"))
        for name in self._reader.unknown():
            self._defect(name, ("structure", "", "présente", "le vérificateur ne connaît pas cette colonne"))
        return True

    def _server(self) -> str | None:
        if "instance" not in self._reader.columns:
            return None
        rows = [json.loads(text) for text, _document in self._reader.rows("instance")]
        return rows[0]["till"] if len(rows) == 1 else None

    def _prepare(self) -> None:
        """A check for each registered device."""
        rules = {row[0]: PeriodRules(*_rules(row)) for row in self._reader.rules()}
        tills = sorted(self._facts.rows.get("till", ()), key=lambda row: row["version"])
        companies = {row["company_id"] for row in tills} | {None}
        for row in tills:
            uid = row["uid"]
            if uid not in self._tills:
                self._tills[uid] = TillCheck(
                    uid, row["number"], TillState(), self._facts.verifiers(uid), rules.get(row["company_id"])
                )
                self._receptions[uid] = ReceptionCheck(companies, self._statements.receptions.pop(uid, {}))

    def _prepare_purges(self) -> None:
        """What may be missing, and the devices whose first records are only those kept."""
        purges = self._facts.rows.get("purge", [])
        for purge, finding in self._purges.judge(purges):
            self._defect(f"fiscal.purge {purge.get('till')}/{purge.get('archive')}", finding, purge.get("till", ""))
        for uid, purge, heads in self._purges.sound():
            if uid in self._tills:
                self._kept[uid] = KeptCheck(purge, heads, self._tills[uid].verifiers)

    def _record(self, row: Stored) -> None:
        self._outcome.count()
        self._newest = max(self._newest, row.at)
        till = self._tills.get(row.till)
        if till is None:
            self._defect(row.named(), ("caisse", "une caisse enregistrée", row.till,
                                       "la base ne connaît pas cette caisse"), row.till)  # fmt: skip
            return
        kept = self._kept.get(row.till)
        if kept and row.id > kept.last_id:
            self._resume(row.till)
            kept, till = None, self._tills[row.till]
        try:
            self._check_kept(row, kept) if kept else self._check(row, till)
        except EscarcelleError as error:
            self._defect(row.named(), explain(error), row.till)
        except (LookupError, ValueError, ArithmeticError, TypeError, AttributeError):
            # Nothing a hostile row holds may stop the verification of the rest.
            self._defect(row.named(), ("document", "", row.xml[:100], "ce document est illisible"), row.till)
        if kept is None:
            for finding in self._receptions[row.till].add(row):
                self._defect(row.named(), finding, row.till)
        self._heads[row.till, row.kind] = (row.seq, row.signature, row.id, row.business_day, row.totals)

    def _check_kept(self, row: Stored, kept: KeptCheck) -> None:
        """A record before the purge point: by itself and in its chain."""
        signed, document = record_xml.read(row.element())
        if row.kind == "ANC":
            self._papers.see(f"{row.till_number}-{row.seq}", row.payload, self._name, row.named(),
                             self._outcome, row.till)  # fmt: skip
        forked = self._witnesses.check(row.till, row.kind, row.seq, row.signature)
        for finding in [*kept.add(row, signed, document), *([forked] if forked else [])]:
            self._defect(signed.shown(), finding, row.till)

    def _resume(self, uid: str) -> None:
        """The purge point of a device is reached: from there on it is checked like any other."""
        kept, before = self._kept.pop(uid), self._tills[uid]
        for finding in kept.end():
            self._defect(f"caisse {before.number}", finding, uid)
        self._tills[uid] = TillCheck(uid, before.number, kept.state, before.verifiers, before.rules)
        self._tills[uid].records = kept.records
        for finding in self._receptions[uid].resume(kept.purge["received"], kept.reception):
            self._defect(f"caisse {before.number}", finding, uid)

    def _check(self, row: Stored, till: TillCheck) -> None:
        if row.kind == "ANC":
            self._papers.see(f"{row.till_number}-{row.seq}", row.payload, self._name, row.named(),
                             self._outcome, row.till)  # fmt: skip
        chunk = row.element()
        ticket = till.accept(chunk)
        shown, found = row.named(), []
        if ticket is not None:
            verifier = till.verifiers.get(ticket.key_id)
            if verifier is None:
                found.append(("clé", "une clé de cette caisse", ticket.key_id, "cette clé n'est pas connue"))
            else:
                subject = (shown, till.uid, self._outcome.records)
                self._signatures.check(verifier, ticket.payload, ticket.signature, subject)
            if ticket.origin:
                found += till.references.follow(shown, *ticket.origin)
            if not same(row, ticket, till.totals):
                signed = record_xml.read(chunk)[0]
                shown = signed.shown()
                found += differences(row, signed)
        else:
            signed, document = record_xml.read(chunk)
            shown = signed.shown()
            found += differences(row, signed)
            found += till.add(signed, document)
        forked = self._witnesses.check(row.till, row.kind, row.seq, row.signature)
        for finding in [*found, *([forked] if forked else [])]:
            self._defect(shown, finding, row.till)

    def _end(self) -> None:
        for uid in list(self._kept):
            self._resume(uid)
        by_number = {till.number: till.references for till in self._tills.values()}
        for till in self._tills.values():
            for shown, kind, number, seq, uid in till.references.elsewhere:
                if number in by_number:
                    for finding in by_number[number].lookup(kind, seq, uid):
                        self._defect(shown, finding, till.uid)
            for shown, finding in till.citations.end(till.state.day):
                self._defect(shown, finding, till.uid)
        for uid, reception in self._receptions.items():
            for finding in reception.end():
                self._defect(f"caisse {self._tills[uid].number}", finding, uid)
        for uid in self._statements.receptions:
            self._defect(f"caisse {uid}", ("caisse", "présente", "absente",
                                           "le serveur en a attesté : elle a été retirée"), uid)  # fmt: skip
        for uid, kind in self._witnesses.chains():
            state = self._tills[uid].state if uid in self._tills else TillState()
            cut = self._witnesses.check_end(_LATER, uid, kind, state.seq(kind), date.max)
            if cut:
                number = self._tills[uid].number if uid in self._tills else uid
                self._defect(f"caisse {number}", cut, uid)
        self._check_heads()
        self._check_clocks()

    def _check_heads(self) -> None:
        fields = ("numéro", "signature", "identifiant (record_id)", "journée", "totaux")
        message = "la tête de la chaîne n'est pas son dernier enregistrement"
        for till, kind, *values in self._reader.stream("head", "till, kind"):
            where = f"fiscal.head {till}/{kind}"
            expected = self._heads.pop((till, kind), None)
            if expected is None:
                self._defect(where, ("ligne", "", f"{till} {kind}", _EMPTY), till)
                continue
            for field, one, other in zip(fields, expected, values, strict=True):
                if one != other:
                    self._defect(where, (field, *apart(str(one), str(other)), message), till)
        for till, kind in self._heads:
            self._defect(f"fiscal.head {till}/{kind}", ("ligne", f"{till} {kind}", "", _REMOVED), till)

    def _check_clocks(self) -> None:
        waiting = dict(self._receptions)
        for till, appends, reception in self._reader.stream("till_clock", "till"):
            where = f"fiscal.till_clock {till}"
            expected = waiting.pop(till, None)
            if expected is None:
                self._defect(where, ("ligne", "", till, "aucune caisse n'a cet identifiant"), till)
                continue
            if appends != expected.count:
                self._defect(where, ("appends", str(expected.count), str(appends),
                                     "ce n'est pas le nombre de ses enregistrements"), till)  # fmt: skip
            if reception != expected.digest:
                self._defect(where, ("reception", expected.digest, reception,
                                     "ce n'est pas le maillon de son dernier enregistrement"), till)  # fmt: skip
        for till in waiting:
            self._defect(f"fiscal.till_clock {till}", ("ligne", till, "", _REMOVED), till)

    def _summarise(self, server: str | None) -> None:
        tills = list(self._tills.values())
        self._outcome.tills |= self._tills.keys()
        younger = sum(each.count - each.last_stated for each in self._receptions.values())
        who, at = self._statements.last, self._statements.last_at
        # The anchor itself arrived after what it states.
        records = max(younger - 1, 0) if who else younger
        facts = max(self._facts.count - self._statements.last_fact, 0)
        for warning in warnings(who, at, records, facts, self._newest):
            self._outcome.warn(f"{self._name} : {warning}")
        for message in self._purges.summary(self._name, self._tills):
            self._outcome.warn(message)
        if server is None:
            self._outcome.warn(f"{self._name} : l'instance fiscale n'est pas ouverte.")
        for till in tills:
            if till.clock_set_back:
                self._outcome.warn(
                    f"{self._name}, caisse {till.number} : l'horloge a reculé {till.clock_set_back} fois."
                )
        self._outcome.databases.append({
            "name": self._name,
            "server": server or "",
            "facts": self._facts.count,
            "anchor": who,
            "anchor_at": at[1],
            "unanchored_records": records,
            "unanchored_facts": facts,
            "tills": [
                {
                    "uid": till.uid,
                    "number": till.number,
                    "records": till.records,
                    "perpetual_real": till.state.totals.perpetual_real,
                    "perpetual_absolute": till.state.totals.perpetual_absolute,
                }
                for till in sorted(tills, key=lambda till: till.number)
            ],
        })  # fmt: skip

    def _wrong_signature(self, subject: tuple) -> None:
        shown, till, place = subject
        message = "la signature n'est pas celle de la chaîne signée"
        self._defect(shown, ("signature", "valide", "invalide", message), till, place)

    def _defect(
        self, record: str, finding: Finding, till: str = "", place: int | None = None
    ) -> None:
        field, expected, found, message = finding
        self._outcome.add(Defect(self._name, record, field, expected, found, message, till), place)


def _rules(row: tuple) -> tuple:
    _id, zone, hour, month, day = row
    return zone or "Europe/Paris", hour or 0, month or 12, day or 31
