"""A copy of an archive with one changed digit in one amount: the verifier must name the record."""

import re
import shutil
from pathlib import Path

import py7zr

_AMOUNT = re.compile(rb'(montantTTC(?:=|\\?")"?|montantTTC=&quot;)(\d+)\.(\d\d)')


def falsified_copy(archive: Path, directory: Path) -> Path:
    """Extract ``archive`` under ``directory`` and change one digit of one ticket's total."""
    target = directory / "falsifiee"
    shutil.rmtree(target, ignore_errors=True)
    with py7zr.SevenZipFile(archive) as packed:
        packed.extractall(target)
    xml = target / "archive.xml"
    content = xml.read_bytes()
    found = list(_AMOUNT.finditer(content))
    if not found:
        raise AssertionError("L'archive ne contient aucun montant à falsifier.")
    place = found[len(found) // 2].end() - 1
    digit = content[place : place + 1]
    changed = b"1" if digit != b"1" else b"2"
    xml.write_bytes(content[:place] + changed + content[place + 1 :])
    return target
