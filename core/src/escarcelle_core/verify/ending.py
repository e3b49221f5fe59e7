"""What can be said of an archive once it has been read: its signatures, its seal, its summary."""

from collections.abc import Callable
from dataclasses import dataclass, field

from lxml import etree

from ..archive.builder import SEAL, period_closed
from ..archive.parts import ArchiveHeader
from ..errors import EscarcelleError, SignatureError
from ..record import Record
from ..signing import key_id
from ..state import TillState
from ..xml import record_xml, xmldsig
from . import seal
from .aside import Aside
from .files import check_files
from .folder import Folder
from .keys import Keys
from .outcome import Outcome, explain
from .till import TillCheck


@dataclass(slots=True)
class Read:
    """What reading an archive leaves, small: for what is checked between archives."""

    name: str
    header: ArchiveHeader
    before: dict[str, TillState] = field(default_factory=dict)
    tills: dict[str, TillCheck] = field(default_factory=dict)
    seal: Record | None = None
    signed_by: str = ""


class Ending:
    """``tell`` takes what a finding is about, the finding, and the device."""

    def __init__(
        self,
        folder: Folder,
        read: Read,
        keys: Keys,
        aside: Aside,
        outcome: Outcome,
        tell: Callable[..., None],
    ):
        self._folder = folder
        self._read = read
        self._keys = keys.of(read.header.server.uid)
        self._aside = aside
        self._outcome = outcome
        self._tell = tell

    def check_elsewhere(self) -> None:
        """Refunds and duplicates of a document of another till, documents of the server that cite others,
        now that all have been read."""
        tills = self._read.tills.values()
        by_number = {till.number: till.references for till in tills}
        for till in tills:
            for shown, kind, number, seq, uid in till.references.elsewhere:
                if number in by_number:
                    for finding in by_number[number].lookup(kind, seq, uid):
                        self._tell(shown, finding, till.uid)
            for shown, finding in till.citations.end(till.state.day):
                self._tell(shown, finding, till.uid)

    def check_signature(self, signature: bytes, digest: bytes) -> None:
        """The XML signature over everything that was read, by a key of the server."""
        try:
            self._read.signed_by = key_id(xmldsig.verify(signature, digest))
            if self._read.signed_by not in self._keys:
                raise SignatureError("L'archive n'est pas signée par une clé du serveur.")
        except SignatureError as error:
            self._tell("archive.xml", ("signature XML", "", "", str(error)))

    def check_seal(self, schema: etree.XMLSchema) -> None:
        """The seal by itself, what it says of the archive, and the files it names."""
        read, name = self._read, self._folder.name
        try:
            read.seal, content = seal.read(self._folder.read(SEAL), self._keys)
        except EscarcelleError as error:
            self._tell(SEAL, explain(error))
            return
        document = record_xml.read(record_xml.write(read.seal))[1]
        if not schema.validate(document.getparent()):
            self._tell(SEAL, ("schéma", "", "", "non conforme au schéma"))
        for finding in seal.compare(content, read.seal, read.header, read.tills):
            self._tell(read.seal.shown(), finding)
        aside = self._aside.compare(content.quarantine)
        if aside:
            self._tell(read.seal.shown(), aside)
        check_files(self._folder, content.files, self._outcome)
        if name.endswith(".7z") and name != content.name:
            self._outcome.warn(
                f"{name} : l'archive s'appelait {content.name} quand elle a été scellée."
            )

    def summarise(self) -> None:
        """The archive in the answer; and the devices that have not closed its period."""
        header, period = self._read.header, self._read.header.period
        tills = self._read.tills.values()
        for till in tills:
            if till.number and not period_closed(till.state, period.level, period.last):
                follows = "un complément d'archive doit suivre."
                if header.retired(till.uid):
                    follows = "ses clés sont révoquées, elle n'enregistre plus rien."
                self._outcome.warn(
                    f"{self._read.name} : la clôture de la période manque pour la caisse {till.number} ;"
                    f" {follows}"
                )
        self._aside.summarise(self._read.name, self._outcome)
        self._outcome.archives.append(
            {
                "name": self._read.name,
                "number": header.seq,
                "level": period.level,
                "first_day": period.first.isoformat(),
                "last_day": period.last.isoformat(),
                "company": header.company.name,
                "siret": header.company.siret,
                "signed_by": self._read.signed_by,
                "tills": [
                    {
                        "uid": till.uid,
                        "number": till.number,
                        "records": till.records,
                        "perpetual_real": till.state.totals.perpetual_real,
                        "perpetual_absolute": till.state.totals.perpetual_absolute,
                    }
                    for till in tills
                ],
            }
        )
