"""One archive, from beginning to end, in one pass over ``archive.xml``."""

from dataclasses import dataclass, field
from datetime import timedelta

from .. import anchor as anchors
from .. import archive_xml, header_xml, record_xml, schemas, state_xml, xmldsig
from ..archive import ArchiveHeader, ArchiveSeal
from ..archive_builder import SEAL, period_closed
from ..archive_file import ROOT_END, TILL_END
from ..archive_reader import (
    DAMAGED,
    HEADER,
    RECORD,
    SIGNATURE,
    TILL,
    TILL_STOP,
    ArchiveReader,
    Part,
)
from ..documents import KINDS
from ..errors import DocumentError, EscarcelleError, SignatureError
from ..record import Record
from ..signing import key_id
from ..stamp import serialise
from ..state import TillState
from . import seal
from .files import check_files, check_manifest
from .folder import Folder
from .keys import Keys
from .outcome import Defect, Finding, Outcome, explain
from .till import TillCheck
from .witness import Witnesses


@dataclass(slots=True)
class Read:
    """What reading an archive leaves, small: for what is checked between archives."""

    name: str
    header: ArchiveHeader
    before: dict[str, TillState] = field(default_factory=dict)
    tills: dict[str, TillCheck] = field(default_factory=dict)
    seal: Record | None = None
    signed_by: str = ""


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
    ):
        self._folder = folder
        self._outcome = outcome
        self._witnesses = witnesses
        self._records_only = records_only
        self._schema = schemas.schema("archive.xsd")
        self._keys = Keys(folder, outcome)
        self._read: Read | None = None
        self._till: TillCheck | None = None
        self._last = "le début"

    def run(self) -> Read | None:
        """Check everything; None when there was no archive to read."""
        folder, outcome = self._folder, self._outcome
        try:
            stream = folder.open()
        except DocumentError as error:
            outcome.refused = True
            self._defect(folder.name, ("archive", "", "", str(error)))
            return None
        if not self._records_only:
            check_manifest(folder, outcome)
        ended = False
        with stream:
            reader = ArchiveReader(stream)
            for part in reader:
                if ended:
                    self._defect("archive.xml", ("contenu", "", "", "du contenu suit la fin de l'archive"))
                    break
                ended = part.kind == SIGNATURE
                self._part(part)
                if self._read is None:
                    return None
        if not ended:
            self._defect("archive.xml", ("contenu", "", "", "l'archive est incomplète : sa fin manque"))
        if self._read is None:
            outcome.refused = True
            return None
        self._check_elsewhere(self._read)
        if not self._records_only:
            self._check_signature(part, reader.content_digest)
            self._check_seal(self._read)
        self._summarise(self._read)
        return self._read

    def _part(self, part: Part) -> None:
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
            elif part.kind == SIGNATURE and not self._till:
                return
            else:
                raise DocumentError(_DAMAGED if part.kind == DAMAGED else _MISPLACED)
        except EscarcelleError as error:
            where = f"archive.xml, octet {part.offset + 1}, après {self._last}"
            self._defect(where, explain(error))
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

    def _record(self, part: Part, till: TillCheck) -> None:
        try:
            record, document = record_xml.read(part.data)
        except DocumentError as error:
            kind, seq = _named(part.data)
            self._defect(f"{kind} {till.number}-{seq}", explain(error), till.uid)
            self._outcome.records += 1
            return
        shown = record.shown()
        for finding in till.add(record, document):
            self._defect(shown, finding, till.uid)
        forked = self._witnesses.check(till.uid, record.kind, record.seq, record.signature)
        if forked:
            self._defect(shown, forked, till.uid)
        if record.kind == "ARC":
            self._hear(archive_xml.read(document), shown)
        elif record.kind == "ANC":
            self._hear_anchor(document, record, shown)
        self._validate(document.getparent(), shown)
        self._outcome.records += 1
        self._last = shown

    def _stop_till(self, part: Part, till: TillCheck) -> None:
        data = part.data.removesuffix(TILL_END)
        stated = state_xml.read(record_xml.parse_exact(data))
        where = f"caisse {till.number}"
        self._till, self._last = None, f"la fin de la caisse {till.number}"
        if serialise(state_xml.build("apres", stated)).encode() != data:
            raise DocumentError("La fin de cette caisse est incorrecte.")
        if not till.ends_at(stated):
            field, expected, found = _difference(till.state, stated)
            self._defect(where, (field, expected, found,
                                 "l'état de fin n'est pas celui que donnent les enregistrements"), till.uid)  # fmt: skip
        if till.clock_set_back:
            self._outcome.warn(
                f"{self._folder.name}, {where} : l'horloge a reculé {till.clock_set_back} fois."
            )
        self._compare_heads(till, self._read)

    def _compare_heads(self, till: TillCheck, read: Read) -> None:
        where, number, last = f"caisse {till.number}", read.header.seq, read.header.period.last
        for kind in KINDS:
            if cut := self._witnesses.check_end(number, till.uid, kind, till.state.seq(kind), last):
                self._defect(where, cut, till.uid)
        for state in (read.before[till.uid], till.state):
            for finding in self._witnesses.say(
                read.name, number, till.uid, state.heads.items(), state.day or last
            ):
                self._defect(where, finding, till.uid)

    def _hear(self, content: ArchiveSeal, shown: str) -> None:
        """A seal states where every device stood: whatever comes later must agree."""
        for stated in content.tills:
            for finding in self._witnesses.say(
                shown, content.seq, stated.uid, stated.heads, content.period.last
            ):
                self._defect(shown, finding, stated.uid)

    def _hear_anchor(self, document, record, shown: str) -> None:
        """A shop anchor states where every device stood that day. A till whose clock is ahead of the
        server's may already be in the next one."""
        last = record.business_day + timedelta(days=1)
        try:
            shop = anchors.read(document).shop
        except EscarcelleError:
            return  # already reported: the document does not verify
        for stated in shop:
            for finding in self._witnesses.say(
                shown, self._read.header.seq, stated.uid, stated.heads, last
            ):
                self._defect(shown, finding, stated.uid)

    def _validate(self, element, shown: str) -> None:
        if not self._schema.validate(element):
            error = self._schema.error_log.last_error
            self._defect(shown, ("schéma", "", "", f"non conforme au schéma : {error.message[:300]}"))

    def _check_elsewhere(self, read: Read) -> None:
        """Refunds and duplicates of a document of another till, now that all have been read."""
        by_number = {till.number: till.references for till in read.tills.values()}
        for till in read.tills.values():
            for shown, kind, number, seq, uid in till.references.elsewhere:
                if number in by_number:
                    for finding in by_number[number].lookup(kind, seq, uid):
                        self._defect(shown, finding, till.uid)

    def _check_signature(self, part: Part, digest: bytes) -> None:
        read = self._read
        if part.kind != SIGNATURE:
            return
        try:
            read.signed_by = key_id(xmldsig.verify(part.data, digest))
            if read.signed_by not in self._keys.of(read.header.server.uid):
                raise SignatureError("L'archive n'est pas signée par une clé du serveur.")
        except SignatureError as error:
            self._defect("archive.xml", ("signature XML", "", "", str(error)))

    def _check_seal(self, read: Read) -> None:
        outcome, name = self._outcome, self._folder.name
        verifiers = self._keys.of(read.header.server.uid)
        try:
            read.seal, content = seal.read(self._folder.read(SEAL), verifiers)
            self._validate(record_xml.read(record_xml.write(read.seal))[1].getparent(), SEAL)
        except EscarcelleError as error:
            self._defect(SEAL, explain(error))
            return
        for finding in seal.compare(content, read.seal, read.header, read.tills):
            self._defect(read.seal.shown(), finding)
        check_files(self._folder, content.files, outcome)
        if name.endswith(".7z") and name != content.name:
            outcome.warn(f"{name} : l'archive s'appelait {content.name} quand elle a été scellée.")

    def _summarise(self, read: Read) -> None:
        header = read.header
        for till in read.tills.values():
            if till.number and not period_closed(till.state, header.period.level, header.period.last):
                self._outcome.warn(
                    f"{read.name} : la clôture de la période manque pour la caisse {till.number} ;"
                    " un complément d'archive doit suivre."
                )
        self._outcome.archives.append(
            {
                "name": read.name,
                "number": header.seq,
                "level": header.period.level,
                "first_day": header.period.first.isoformat(),
                "last_day": header.period.last.isoformat(),
                "company": header.company.name,
                "siret": header.company.siret,
                "signed_by": read.signed_by,
                "tills": [
                    {
                        "uid": till.uid,
                        "number": till.number,
                        "records": till.records,
                        "perpetual_real": till.state.totals.perpetual_real,
                        "perpetual_absolute": till.state.totals.perpetual_absolute,
                    }
                    for till in read.tills.values()
                ],
            }
        )

    def _defect(self, record: str, finding: Finding, till: str = "") -> None:
        field, expected, found, message = finding
        self._outcome.add(Defect(self._folder.name, record, field, expected, found, message, till))


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
