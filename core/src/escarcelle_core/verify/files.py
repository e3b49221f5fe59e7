"""The files around ``archive.xml``: the manifest anyone can check, and the list the seal signs."""

import re

from ..archive.builder import ARCHIVE, MANIFEST, SEAL
from ..archive.parts import ArchivedFile
from ..errors import DocumentError
from .folder import Folder
from .outcome import Defect, Outcome, Place

_LINE = re.compile(r"([0-9a-f]{64})  (\S.*)")


def check_manifest(folder: Folder, outcome: Outcome, place: Place | None = None) -> None:
    """Every file is listed in ``MANIFEST.sha256`` and is what the list says; ``place`` is where it is told."""
    try:
        lines = folder.read(MANIFEST).decode("utf-8").splitlines()
    except (DocumentError, UnicodeDecodeError) as error:
        outcome.add(Defect(folder.name, MANIFEST, "manifeste", "", "", f"manifeste illisible : {error}"), place)
        return
    listed: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        match = _LINE.fullmatch(line)
        if match is None or match[2] in listed:
            outcome.add(Defect(folder.name, f"{MANIFEST}, ligne {number}", "manifeste", "", line[:100],
                               "ligne incorrecte"), place)  # fmt: skip
        else:
            listed[match[2]] = match[1]
    for name, digest in listed.items():
        _compare(folder, name, digest, outcome, "n'est plus celui du manifeste", place)
    for name in (ARCHIVE, SEAL):
        if name not in listed:
            defect = Defect(folder.name, name, "manifeste", "une ligne", "", "le manifeste l'ignore")
            outcome.add(defect, place)
    unknown = [name for name in folder.names() if name not in listed and name != MANIFEST]
    if unknown:
        outcome.warn(f"{folder.name} : des fichiers ne font pas partie de l'archive : "
                     f"{', '.join(unknown[:10])}.")  # fmt: skip


def check_files(folder: Folder, files: tuple[ArchivedFile, ...], outcome: Outcome) -> None:
    """Every file is the one whose digest the server signed."""
    for file in files:
        _compare(folder, file.name, file.sha256, outcome, "n'est plus celui que le serveur a scellé")
    if ARCHIVE not in {file.name for file in files}:
        outcome.add(Defect(folder.name, SEAL, "contenu", ARCHIVE, "", "le sceau ne désigne pas l'archive"))


def _compare(
    folder: Folder, name: str, digest: str, outcome: Outcome, message: str, place: Place | None = None
) -> None:
    try:
        found = folder.digest(name)
    except (DocumentError, ValueError) as error:
        outcome.add(Defect(folder.name, name, "fichier", "", "", str(error)), place)
        return
    if found != digest:
        defect = Defect(folder.name, name, "empreinte SHA-256", digest, found, f"ce fichier {message}")
        outcome.add(defect, place)
