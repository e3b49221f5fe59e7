"""The notice tells the truth: every command it gives is run, in the order it is given."""

import os
import re
import subprocess
import sys

import pytest

from archives import World
from escarcelle_core.archive import notice
from escarcelle_core.xml import schemas
from shop import NOON

NOTICE = notice.content().decode()
COMMANDS = re.findall(r"^    \$ (.+)$", NOTICE, re.M)


@pytest.fixture
def folder(tmp_path):
    world = World()
    world.day(NOON)
    return world.archive(tmp_path / "archive", "J", NOON.date(), NOON).folder


def run(folder, tmp_path, commands=COMMANDS) -> subprocess.CompletedProcess:
    """All commands in one shell that stops at the first failure."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python3").symlink_to(sys.executable)
    script = "set -euo pipefail\n" + "\n".join(commands).replace("/tmp/", f"{tmp_path}/")
    # python3 is this one, which has the two libraries the notice asks for.
    script = script.replace("python3 ", f"{sys.executable} ")
    return subprocess.run(
        ["bash", "-c", script], cwd=folder, capture_output=True, text=True,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
    )  # fmt: skip


def test_every_command_of_the_notice_works(folder, tmp_path):
    assert len(COMMANDS) > 15
    assert {c.split()[0] for c in COMMANDS} > {"sha256sum", "xmllint", "xmlsec1", "openssl", "python3"}
    answer = run(folder, tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert "CONFORME" in answer.stdout
    assert "Verified OK" in answer.stdout
    assert "<article " in answer.stdout


@pytest.mark.parametrize(
    "name, old, new",
    [
        ("archive.xml", b'montant="', b'montant="1'),
        ("scellement.xml", b'taille="', b'taille="1'),
        ("csv/tickets.csv", b"Total", b"Totaux"),
    ],
)
def test_the_commands_find_what_was_changed(folder, tmp_path, name, old, new):
    path = folder / name
    path.write_bytes(path.read_bytes().replace(old, new, 1))
    assert run(folder, tmp_path).returncode != 0


def test_the_commands_by_hand_find_it_without_our_program(folder, tmp_path):
    """Each manual step by itself, the verifier and the manifest left out."""
    path = folder / "archive.xml"
    path.write_bytes(path.read_bytes().replace(b'montant="', b'montant="1', 1))
    by_hand = [c for c in COMMANDS if not c.startswith(("python3", "sha256sum --check", "xmllint --noout"))]
    answer = run(folder, tmp_path, by_hand)
    assert answer.returncode != 0
    assert 'failed to verify file "archive.xml"' in answer.stderr


@pytest.mark.parametrize("name", ["archive.xml", "scellement.xml", "certificats/", "csv/", "MANIFEST.sha256",
                                  "verifier.pyz", "archive.xsd", "ticket.xsd", "Doc_archive.txt"])  # fmt: skip
def test_every_file_is_described(folder, name):
    assert (folder / name).exists()
    assert name in NOTICE
    listed = {p.name for p in folder.iterdir()}
    assert all(entry in NOTICE for entry in listed)


def test_every_attribute_of_the_schemas_is_described():
    """Nothing is in a document that the notice does not speak of."""
    names = set()
    for schema in schemas.NAMES:
        text = schemas.content(schema).decode()
        names |= set(re.findall(r'<xs:attribute name="([\w-]+)"', text))
        names |= set(re.findall(r'<xs:element (?:name|ref)="([\w-]+)"', text))
    assert len(names) > 80
    words = set(re.findall(r"[\w-]+", NOTICE))
    assert sorted(names - words) == []
