"""One archive, from beginning to end, in one pass over ``archive.xml``."""

from io import BytesIO

from ..archive.builder import ARCHIVE
from ..archive.file import ROOT_END, TILL_END
from ..archive.reader import (
    DAMAGED,
    DECISION,
    HEADER,
    QUARANTINE,
    RECORD,
    RECORDS,
    SIGNATURE,
    TILL,
    TILL_STOP,
    ArchiveReader,
    Part,
)
from ..errors import DocumentError, EscarcelleError
from ..state import TillState
from ..xml import header_xml, record_xml, schemas, state_xml
from ..xml.stamp import serialise
from .aside import Aside
from .ending import Ending, Read
from .files import check_manifest
from .folder import Folder
from .hearing import Hearing
from .keys import Keys
from .outcome import Defect, Finding, Outcome, Place, explain
from .papers import Papers
from .quick import Accepted
from .segment import Run, examine, seen, shown_as
from .signatures import Signatures
from .stamps import Stamps
from .team import Team
from .till import TillCheck
from .witness import Witnesses


class ArchiveCheck:
    """``run`` once. ``records_only`` leaves out manifest, XML signature and seal: what the records
    prove by themselves."""

    def __init__(
        self,
        folder: Folder,
        outcome: Outcome,
        witnesses: Witnesses,
        *,
        records_only: bool = False,
        processes: int = 1,
        papers: Papers | None = None,
    ):
        self._folder = folder
        self._outcome = outcome
        self._witnesses = witnesses
        self._hearing = Hearing(witnesses, self._defect)
        self._records_only = records_only
        self._papers = papers or Papers([])
        self._signatures = Signatures(self._wrong_signature)
        self._schema = schemas.schema("archive.xsd")
        self._keys = Keys(folder, outcome)
        self._team = Team(processes)
        self._aside = Aside(self._keys, self._schema, self._defect)
        self._stamps = Stamps(folder, self._defect)
        self._read: Read | None = None
        self._till: TillCheck | None = None
        self._last = "le début"
        self._unread: Place | None = None

    def run(self) -> Read | None:
        """Check everything; None when there was no archive to read."""
        folder, outcome = self._folder, self._outcome
        try:
            stream = folder.open()
        except DocumentError as error:
            outcome.refused = True
            self._defect(folder.name, ("archive", "", "", str(error)))
            return None
        self._unread = None if self._records_only else outcome.here
        ended = False
        with stream:
            # Few records are not worth the start of a process.
            shared = self._team.helps and folder.size() > _WORTHWHILE
            if not shared:
                self._manifest()
            reader = ArchiveReader(stream, _SEGMENT if shared else 0)
            for part in reader:
                if ended:
                    self._defect("archive.xml", ("contenu", "", "", "du contenu suit la fin de l'archive"))
                    break
                ended = part.kind == SIGNATURE
                self._part(part)
                if self._read is None:
                    self._manifest()
                    return None
        self._manifest()
        self._together(all_of_them=True)
        self._team.end()
        self._signatures.finish()
        if not ended:
            self._defect("archive.xml", ("contenu", "", "", "l'archive est incomplète : sa fin manque"))
        if self._read is None:
            outcome.refused = True
            return None
        ending = Ending(folder, self._read, self._keys, self._aside, outcome, self._defect)
        ending.check_elsewhere()
        if not self._records_only:
            if ended:
                ending.check_signature(part.data, reader.content_digest)
            ending.check_seal(self._schema)
        self._stamps.check(outcome)
        ending.summarise()
        return self._read

    def _manifest(self) -> None:
        """Digest every file, once; while other processes check what they were given when they do."""
        if self._unread is not None:
            check_manifest(self._folder, self._outcome, self._unread)
            self._unread = None

    def _part(self, part: Part) -> None:
        if part.kind == RECORDS and self._till:
            self._give(part, self._till)
        else:
            self._together(all_of_them=True)
            self._alone(part)

    def _alone(self, part: Part) -> None:
        try:
            if self._read is None and part.kind != HEADER:
                raise DocumentError("ce n'est pas une archive d'Escarcelle, ou son en-tête est abîmé")
            if part.kind == RECORD and self._till:
                self._record(part, self._till)
            elif part.kind == HEADER and self._read is None:
                self._header(part)
            elif part.kind == TILL and self._read and not self._till:
                self._start_till(part, self._read)
            elif part.kind == TILL_STOP and self._till:
                self._stop_till(part, self._till)
            elif part.kind == QUARANTINE and self._read and not self._till:
                self._aside.document(part.data)
            elif part.kind == DECISION and self._read and not self._till:
                self._aside.decision(part.data)
            elif part.kind == SIGNATURE and not self._till:
                return
            else:
                raise DocumentError(_DAMAGED if part.kind == DAMAGED else _MISPLACED)
        except EscarcelleError as error:
            self._damaged(part, explain(error))
        except (LookupError, ValueError, ArithmeticError, TypeError, AttributeError):
            # Nothing a hostile file holds may stop the verification of the rest.
            self._damaged(part, ("document", "", "", _DAMAGED))

    def _damaged(self, part: Part, finding: Finding) -> None:
        self._defect(f"archive.xml, octet {part.offset + 1}, après {self._last}", finding)
        if self._read is None:
            self._outcome.refused = True

    def _header(self, part: Part) -> None:
        element = record_xml.parse_exact(part.data + ROOT_END)
        header = header_xml.read(element)
        if serialise(header_xml.build(header)).encode() != part.data + ROOT_END:
            raise DocumentError("L'en-tête ne dit pas ce que ses propres valeurs donnent.")
        self._keys.declare(header.keys)
        self._read = Read(self._folder.name, header)
        self._validate(element, "en-tête")

    def _start_till(self, part: Part, read: Read) -> None:
        element = record_xml.parse_exact(part.data + TILL_END)
        before = state_xml.read(element[0])
        uid, number = element.get("uid", ""), int(element.get("numero", "-1"))
        again = f'<caisse numero="{number}" uid="{uid}">{serialise(state_xml.build("avant", before))}'
        if again.encode() != part.data or uid in read.tills:
            raise DocumentError("Le début de cette caisse est incorrect.")
        self._validate(element, f"caisse {number}")
        self._till = TillCheck(uid, number, before, self._keys.of(uid), read.header.rules)
        read.before[uid], read.tills[uid] = before, self._till
        self._outcome.tills.add(uid)
        self._last = f"le début de la caisse {number}"

    def _give(self, part: Part, till: TillCheck) -> None:
        certificates = {key: verifier.certificate_pem for key, verifier in till.verifiers.items()}
        path, size = str(self._folder.root / ARCHIVE), len(part.data)
        self._team.give(part, examine, certificates, till.uid, till.number, path, part.offset, size)
        if self._team.busy:
            self._manifest()
        self._together()

    def _together(self, *, all_of_them: bool = False) -> None:
        """Put together what other processes have checked."""
        for part, runs in self._team.done(all_of_them=all_of_them):
            if runs is None or self._till is None:
                self._one_by_one(part.data, part.offset)
            else:
                self._runs(part, runs, self._till)

    def _runs(self, part: Part, runs: list[Run], till: TillCheck) -> None:
        for run in runs:
            self._one_by_one(part.data[run.begin : run.middle], part.offset + run.begin)
            if run.tickets:
                data = part.data[run.middle : run.end_at]
                if till.follow(run):
                    self._followed(run, data, till)
                else:
                    self._one_by_one(data, part.offset + run.middle)

    def _followed(self, run: Run, data: bytes, till: TillCheck) -> None:
        """Tickets sound by themselves and in their place: their signatures, what they point at, and what is
        stated of them elsewhere."""
        before = self._outcome.records
        for place, name in run.wrong:
            self._wrong_signature((name, till.uid, before + place))
        for place, name, origin in run.origins:
            for finding in till.references.follow(name, *origin):
                self._defect(name, finding, till.uid, before + place)
        stated = {
            (kind, seq)
            for kind, chain in run.chains.items()
            for seq in self._witnesses.among(till.uid, kind, chain.numbers)
        }
        if stated:
            for place, (kind, seq, operation, signature) in enumerate(seen(data)):
                forked = (kind, seq) in stated and self._witnesses.check(till.uid, kind, seq, signature)
                if forked:
                    self._defect(shown_as(till.number, operation, seq), forked, till.uid, before + place)
        self._outcome.count(run.tickets)
        self._last = run.last

    def _one_by_one(self, data: bytes, offset: int) -> None:
        for part in ArchiveReader(BytesIO(data)):
            self._alone(Part(part.kind, part.data, offset + part.offset))

    def _record(self, part: Part, till: TillCheck) -> None:
        ticket = till.accept(part.data)
        if ticket is not None:
            self._ticket(ticket, till)
            return
        try:
            record, document = record_xml.read(part.data)
        except DocumentError as error:
            kind, seq = _named(part.data)
            self._defect(f"{kind} {till.number}-{seq}", explain(error), till.uid)
            self._outcome.count()
            return
        shown = record.shown()
        for finding in till.add(record, document):
            self._defect(shown, finding, till.uid)
        forked = self._witnesses.check(till.uid, record.kind, record.seq, record.signature)
        if forked:
            self._defect(shown, forked, till.uid)
        if record.kind == "ARC":
            self._hearing.seal(document, shown)
        elif record.kind == "ANC":
            self._papers.see(record.number, record.payload, self._folder.name, shown, self._outcome, till.uid)
            self._hearing.anchor(document, record, shown, self._read)
        self._stamps.see(record, part.data)
        self._validate(document.getparent(), shown)
        self._outcome.count()
        self._last = shown

    def _ticket(self, ticket: Accepted, till: TillCheck) -> None:
        """A ticket that is sound by itself: its signature, what it points at, and what is stated of it
        elsewhere."""
        name = shown_as(till.number, ticket.operation, ticket.seq)
        verifier = till.verifiers.get(ticket.key_id)
        if verifier is None:
            message = "cette clé n'est pas connue"
            self._defect(name, ("clé", "une clé de cette caisse", ticket.key_id, message), till.uid)
        else:
            subject = (name, till.uid, self._outcome.records)
            self._signatures.check(verifier, ticket.payload, ticket.signature, subject)
        if ticket.origin:
            for finding in till.references.follow(name, *ticket.origin):
                self._defect(name, finding, till.uid)
        forked = self._witnesses.check(till.uid, ticket.kind, ticket.seq, ticket.signature)
        if forked:
            self._defect(name, forked, till.uid)
        self._outcome.count()
        self._last = name

    def _stop_till(self, part: Part, till: TillCheck) -> None:
        data = part.data.removesuffix(TILL_END)
        stated = state_xml.read(record_xml.parse_exact(data))
        where = f"caisse {till.number}"
        self._till, self._last = None, f"la fin de la caisse {till.number}"
        if serialise(state_xml.build("apres", stated)).encode() != data:
            raise DocumentError("La fin de cette caisse est incorrecte.")
        if not till.ends_at(stated):
            message = "l'état de fin n'est pas celui que donnent les enregistrements"
            self._defect(where, (*_difference(till.state, stated), message), till.uid)
        if till.clock_set_back:
            self._outcome.warn(
                f"{self._folder.name}, {where} : l'horloge a reculé {till.clock_set_back} fois."
            )
        self._hearing.compare(till, self._read)

    def _validate(self, element, shown: str) -> None:
        if not self._schema.validate(element):
            error = self._schema.error_log.last_error
            self._defect(shown, ("schéma", "", "", f"non conforme au schéma : {error.message[:300]}"))

    def _wrong_signature(self, subject) -> None:
        shown, till, place = subject
        message = "la signature n'est pas celle de la chaîne signée"
        self._defect(shown, ("signature", "valide", "invalide", message), till, place)

    def _defect(
        self, record: str, finding: Finding, till: str = "", place: int | None = None
    ) -> None:
        field, expected, found, message = finding
        defect = Defect(self._folder.name, record, field, expected, found, message, till)
        self._outcome.add(defect, place)


#: Bytes of records handed over at once, and of an archive below which one process is enough.
_SEGMENT, _WORTHWHILE = 1 << 20, 8 << 20
_DAMAGED = "une partie de l'archive est illisible"
_MISPLACED = "une partie de l'archive n'est pas à sa place"


def _named(data: bytes) -> tuple[str, str]:
    """Chain and number an unreadable record announces."""
    head = data[: data.find(b">")].decode("utf-8", "replace")
    values = [head.partition(f' {name}="')[2].partition('"')[0][:12] for name in ("chaine", "numero")]
    return values[0] or "enregistrement", values[1] or "?"


def _difference(expected: TillState, found: TillState) -> tuple[str, str, str]:
    one, other = expected.as_json(), found.as_json()
    name = next(key for key in one if one[key] != other[key])
    labels = {"heads": "têtes de chaîne", "totals": "totaux", "day": "journée", "rank": "rang",
              "closed": "clôtures", "anchor": "ancre"}  # fmt: skip
    return labels[name], str(one[name])[:200], str(other[name])[:200]
