"""What was purged: detail that a yearly seal covers and that is no longer in the database.

Up to the purge point a device has only its kept records: each is verified by itself and within its
chain, their receptions by the digest of the purge. From there on everything is checked as usual.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from hashlib import sha256
from types import MappingProxyType

from lxml import etree

from ..anchor import Head
from ..errors import EscarcelleError
from ..record import Record
from ..signing import Verifier
from ..state import TillState
from ..totals import LEVELS
from ..verification import verify_signature
from ..xml import archive_xml
from ..xml.stamp import parse
from .outcome import Finding
from .reception import link
from .stored import Stored, differences
from .till import TillCheck
from .witness import Witnesses

#: Never removed: closings, events, anchors, seals.
KEPT_KINDS = frozenset({*LEVELS, "JET", "ANC", "ARC"})
#: Closed fiscal years the law asks to keep (LPF art. L102 B).
_YEARS = 6


class Purges:
    """``hear`` the server's seals, ``judge`` the rows of ``fiscal.purge``, then take the ``sound`` ones."""

    def __init__(self, witnesses: Witnesses) -> None:
        self._witnesses = witnesses
        self._seals: dict[int, Stored] = {}
        self._sound: dict[str, tuple[dict, dict[str, Head]]] = {}
        self._all: list[dict] = []

    def hear(self, row: Stored) -> None:
        """A record of the server. Its signature is verified where its chain is read."""
        if row.kind == "ARC":
            self._seals[row.seq] = row

    def judge(self, purges: list[dict]) -> Iterator[tuple[dict, Finding]]:
        """What is wrong with a row: nothing may then be missing by it. The last sound one of a device
        covers the earlier ones."""
        self._all = purges
        for purge in sorted(purges, key=lambda row: (row["till"], row["last_id"])):
            try:
                findings, heads = list(self._defects(purge)), self._heads(purge)
            except (LookupError, ValueError, TypeError, AttributeError):
                yield purge, ("chains", "", "", "cette purge est illisible")
                continue
            for finding in findings:
                yield purge, finding
            if not findings:
                self._sound[purge["till"]] = purge, heads

    def sound(self) -> Iterator[tuple[str, dict, dict[str, Head]]]:
        """Device, its last purge, the heads its seal states."""
        for uid, (purge, heads) in self._sound.items():
            yield uid, purge, heads

    def summary(self, name: str, tills: Mapping[str, TillCheck]) -> Iterator[str]:
        """What a reader must know of it, in French."""
        for purge in sorted(self._all, key=lambda row: (row["till"], row["last_id"])):
            till = tills.get(purge["till"])
            who = purge["till"] if till is None else f"caisse {till.number}" if till.number else "serveur"
            yield (
                f"{name}, {who} : {purge['records']} documents de détail du {_day(purge['first_day'])} au"
                f" {_day(purge['last_day'])} ont été purgés. L'archive n° {purge['archive']} les contient :"
                " pour les voir, donnez-la à vérifier avec la base."
            )

    def _heads(self, purge: dict) -> dict[str, Head]:
        """The heads of the complete yearly seal it names; empty when there is none."""
        row = self._seals.get(purge["archive"])
        if row is None or row.signature != purge["archive_signature"]:
            return {}
        try:
            seal = archive_xml.read(parse(row.xml))
        except EscarcelleError:
            return {}
        own = [till for till in seal.tills if till.uid == purge["till"]]
        year = (seal.period.level, seal.period.first.isoformat(), seal.period.last.isoformat())
        if year != ("A", purge["first_day"], purge["last_day"]) or not all(till.closed for till in seal.tills):
            return {}
        return dict(own[0].heads) if own else {}

    def _defects(self, purge: dict) -> Iterator[Finding]:
        heads = self._heads(purge)
        if not heads:
            yield ("archive", f"archive annuelle {purge['archive']}", "",
                   "aucun scellement annuel complet ne couvre cette purge")  # fmt: skip
            return
        at, end = (datetime.fromisoformat(purge["purged_at"]), date.fromisoformat(purge["last_day"]))
        if at.date() <= end.replace(year=end.year + _YEARS, day=min(end.day, 28)):
            yield ("purged_at", f"plus de {_YEARS} ans après", purge["purged_at"], "la loi demandait encore de garder")
        if sum(each["count"] for each in purge["chains"].values()) != purge["records"]:
            yield ("records", "", str(purge["records"]), "ce n'est pas la somme de ses chaînes")
        for kind, each in purge["chains"].items():
            if kind in KEPT_KINDS:
                yield ("chains", "", kind, "cette chaîne ne se purge pas")
            elif kind not in heads or each["seq"] != heads[kind].seq - 1:
                yield ("chains", str(heads[kind].seq - 1) if kind in heads else "", str(each["seq"]),
                       f"le scellement ne couvre pas cette chaîne ({kind})")  # fmt: skip
            forked = self._witnesses.check(purge["till"], kind, each["seq"], each["signature"])
            if forked:
                yield forked


class KeptCheck:
    """``add`` every record of a device up to the purge point, then ask for the ``state`` there."""

    def __init__(self, purge: dict, heads: Mapping[str, Head], verifiers: Mapping[str, Verifier]):
        self.last_id: int = purge["last_id"]
        self.purge = purge
        self.records = 0
        self._heads = heads
        self._verifiers = verifiers
        self._state = TillState()
        self._link = ""
        self._perpetual = 0
        self._name = ""
        self.reception = ""

    def add(self, row: Stored, signed: Record, document: etree._Element) -> Iterator[Finding]:
        """What is wrong with a kept record."""
        kind, state = row.kind, self._state
        self.records += 1
        self._link = sha256(f"{link(row, self._link)}\n{row.reception}".encode()).hexdigest()
        self.reception = row.reception
        yield from differences(row, signed)
        if not state.heads and kind != "JET":
            yield ("premier enregistrement", "JET", kind, "le journal ne commence pas par son initialisation")
        expected, previous = self._expected(kind)
        if signed.seq != expected:
            yield ("numéro", str(expected), str(signed.seq), "la suite est rompue, et ce n'est pas la purge")
        elif signed.previous != previous:
            yield ("signature précédente", previous, signed.previous, "il ne suit pas l'enregistrement précédent")
        try:
            verify_signature(signed, self._verifiers)
        except EscarcelleError as error:
            yield "signature", "valide", "invalide", str(error)
        if kind == "GTJ":
            yield from self._closing(signed)
        anchor = signed.payload.partition(",")[0] if kind == "ANC" else ""
        self._state = state.after(signed, anchor)

    def _expected(self, kind: str) -> tuple[int, str]:
        gone = self.purge["chains"].get(kind)
        if gone and self._state.seq(kind) < gone["seq"]:
            return gone["seq"] + 1, gone["signature"]
        return self._state.seq(kind) + 1, self._state.signature(kind)

    def _closing(self, signed: Record) -> Iterator[Finding]:
        """Perpetual totals grow by what each day says it sold."""
        _split, total, real, _absolute, _at, self._name, _rest = signed.payload.split(",", 6)
        expected = self._perpetual + int(total)
        if int(real) != expected:
            yield ("total perpétuel réel", str(expected), real, "un compteur ne suit pas les précédents")
        self._perpetual = int(real)

    def end(self) -> Iterator[Finding]:
        """What is missing at the purge point."""
        for kind, head in self._heads.items():
            if self._state.heads.get(kind) != head:
                yield (f"fin de la chaîne {kind}", f"{head.seq} {head.signature}",
                       f"{self._state.seq(kind)} {self._state.signature(kind)}",
                       "ce n'est pas la tête que scelle l'archive de la purge")  # fmt: skip
        for kind in self._state.heads.keys() - self._heads.keys():
            yield (f"chaîne {kind}", "", kind, "l'archive de la purge ne scelle pas cette chaîne")
        if self._link != self.purge["kept"]:
            yield ("réception", self.purge["kept"], self._link,
                   "les enregistrements gardés par la purge ne sont plus ceux d'alors")  # fmt: skip

    @property
    def state(self) -> TillState:
        """Where the device stood at the seal."""
        state = replace(self._state, heads=MappingProxyType(dict(self._heads)))
        if "GTJ" in state.closed and "-" in self._name:
            state = replace(state, rank=int(self._name.partition("-")[2]))
        return state


def _day(text: str) -> str:
    return date.fromisoformat(text).strftime("%d/%m/%Y")
