"""The auditor's manual tells the truth: its shell blocks are run on an archive, and on falsified ones."""

import hashlib
import os
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import py7zr
import pytest

from archives import RECORDS, World
from escarcelle_core.signing import EcdsaSigner
from ops.paths import HOUSE
from shop import NOON

PAGE = (HOUSE.root / "docs" / "controleur.md").read_text()
STEPS = re.findall(r"\*\*Étape (\d+)\..*?```sh\n(.*?)```", PAGE, re.S)
ANNOUNCED = dict(re.findall(r"^\| ([^|]+?) \| (\d+) \|$", PAGE, re.M))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    world = World(3)
    for day in range(2):
        world.day(NOON + timedelta(days=day))
    folder = tmp_path_factory.mktemp("made") / "archive"
    return world.archive(folder, "M", NOON.date(), NOON + timedelta(days=30))


def run(made, tmp_path: Path, falsify=None) -> tuple[int, str, str]:
    """Exit code, number of the last step begun, what was said; the archive given as its .7z."""
    packed = tmp_path / made.header.name
    with py7zr.SevenZipFile(packed, "w") as file:
        for path in sorted(made.folder.rglob("*")):
            if path.is_file():
                name = path.relative_to(made.folder).as_posix()
                file.writestr(path.read_bytes(), name)
    if falsify:
        work = tmp_path / "work"
        with py7zr.SevenZipFile(packed) as file:
            file.extractall(work)
        falsify(work, made)
        packed.unlink()
        with py7zr.SevenZipFile(packed, "w") as file:
            for path in sorted(work.rglob("*")):
                if path.is_file():
                    file.write(path, path.relative_to(work).as_posix())
    script = "set -euo pipefail\n" + "".join(f"echo '=== {number}'\n{block}" for number, block in STEPS)
    # python3 is this one, which has the two libraries the page asks for.
    script = script.replace("python3 ", f"{sys.executable} ")
    answer = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    return answer.returncode, re.findall(r"=== (\d+)", answer.stdout)[-1], answer.stdout + answer.stderr


def manifest(work: Path) -> None:
    """As a forger would make it again."""
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(work).as_posix()}\n"
        for path in sorted(work.rglob("*")) if path.is_file() and path.name != "MANIFEST.sha256"
    ]  # fmt: skip
    (work / "MANIFEST.sha256").write_text("".join(lines))


def edit(path: Path, old: bytes, new: bytes) -> None:
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new, 1))


def amount(work, made):
    edit(work / "archive.xml", b' montant="', b' montant="1')


def ticket_removed(work, made):
    path = work / "archive.xml"
    content = path.read_bytes()
    record = next(m for m in RECORDS.finditer(content) if b'chaine="TCK"' in m[0][:60])
    path.write_bytes(content.replace(record[0], b"", 1))


def copy_changed(work, made):
    edit(work / "csv" / "tickets.csv", b"Ticket;VTE", b"Ticket;ANN")


def key_replaced(work, made):
    other = EcdsaSigner.generate("5e5e5e5e", "Autre", NOON)
    (work / "certificats" / f"{made.header.keys[0].key_id}.pem").write_text(other.certificate_pem)


def signature_changed(work, made):
    path = work / "archive.xml"
    record = next(m for m in RECORDS.finditer(path.read_bytes()) if b'chaine="TCK"' in m[0][:60])
    signature = re.search(rb' signature="([^"]+)"', record[0])[1]
    edit(path, signature, b"A" * 86)


def seal_changed(work, made):
    edit(work / "scellement.xml", b'montantTTC="', b'montantTTC="1')


def element_invented(work, made):
    edit(work / "archive.xml", b"</lignes>", b"<cadeau></cadeau></lignes>")


FALSIFICATIONS = {
    "un montant changé dans `archive.xml`": [amount],
    "un montant changé, manifeste refait": [amount],
    "un ticket retiré, manifeste refait": [ticket_removed],
    "une copie CSV changée, manifeste refait": [copy_changed],
    "le certificat du serveur remplacé, manifeste refait": [key_replaced],
    "la signature d'un ticket changée, manifeste refait": [signature_changed],
    "le sceau changé, manifeste refait": [seal_changed],
    "un élément inventé, manifeste refait": [element_invented],
}


def test_every_step_works_on_a_sound_archive(made, tmp_path):
    code, step, said = run(made, tmp_path)
    assert (code, step) == (0, str(len(STEPS))), said
    assert [number for number, _block in STEPS] == [str(n) for n in range(1, 11)]
    assert said.count("Verified OK") == 2
    assert "chaînes continues" in said and "CONFORME" in said
    assert "CONFORME" in (tmp_path / "rapport.html").read_text()


def test_every_falsification_of_the_page_is_tried():
    assert set(ANNOUNCED) == set(FALSIFICATIONS)


@pytest.mark.parametrize("what", FALSIFICATIONS)
def test_falsified_archive_fails_at_the_step_the_page_announces(made, tmp_path, what):
    def falsify(work, archive):
        FALSIFICATIONS[what][0](work, archive)
        if "manifeste refait" in what:
            manifest(work)

    code, step, said = run(made, tmp_path, falsify)
    assert code != 0
    assert step == ANNOUNCED[what], said[-2000:]


def test_chains_alone_tell_a_removed_or_exchanged_record(made, tmp_path):
    """Step 8 by itself, for who doubts the server's signature."""
    work = tmp_path / "work"
    work.mkdir()
    awk = dict(STEPS)["8"]
    content = (made.folder / "archive.xml").read_bytes()
    records = [m[0] for m in RECORDS.finditer(content) if b'chaine="TCK"' in m[0][:60]]
    for altered in (
        content,
        content.replace(records[1], b"", 1),
        content.replace(records[1] + records[2], records[2] + records[1], 1),
    ):
        (work / "archive.xml").write_bytes(altered)
        answer = subprocess.run(["bash", "-c", awk], cwd=work, capture_output=True, text=True)
        assert (answer.returncode == 0) == (altered == content), answer.stdout
