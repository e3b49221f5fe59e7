"""Hostile archives: any edit is found or refused, and nothing ever stops the verifier."""

import re
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

import py7zr
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archives import RECORDS, World
from escarcelle_core.archive.file import DECLARATION
from escarcelle_core.verify.run import verify
from shop import NOON


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    world = World(seed=9)
    world.day(NOON, sales=1)
    folder = tmp_path_factory.mktemp("small") / "archive"
    return world.archive(folder, "J", NOON.date(), NOON + timedelta(hours=6)).folder


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_edit_of_any_file_is_found_or_refused(small, data):
    name = data.draw(st.sampled_from(
        ["archive.xml", "archive.xml", "scellement.xml", "MANIFEST.sha256", "csv/lignes.csv", "ticket.xsd",
         "certificats"]))  # fmt: skip
    path = sorted((small / name).iterdir())[0] if name == "certificats" else small / name
    content = path.read_bytes()
    at = data.draw(st.integers(0, len(content) - 1))
    removed = data.draw(st.sampled_from([0, 1, 1, 1, 40, 5000, len(content)]))
    added = data.draw(st.sampled_from([b"", b"<", b"&#0;", content[:700]]) | st.binary(max_size=6))
    edited = content[:at] + added + content[at + removed :]
    if edited == content:
        return
    path.write_bytes(edited)
    try:
        outcome = verify([small])
    finally:
        path.write_bytes(content)
    assert outcome.verdict in ("defects", "unusable")
    assert outcome.defects


@pytest.fixture(scope="module")
def packed(small, tmp_path_factory):
    """The archive as it is delivered: one .7z file."""
    path = tmp_path_factory.mktemp("packed") / "archive.7z"
    with py7zr.SevenZipFile(path, "w") as file:
        for entry in sorted(small.rglob("*")):
            if entry.is_file():
                file.write(entry, entry.relative_to(small).as_posix())
    assert verify([path]).verdict == "sound"
    return path


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_edit_of_the_7z_file_is_found_or_refused_or_changes_nothing_of_the_files(packed, tmp_path_factory, data):
    """What 7z itself does not check is its own dressing (times of files, padding): only an edit after
    which every file comes out byte for byte may still be sound."""
    content = packed.read_bytes()
    last = len(content) - 1
    at = data.draw(st.integers(0, last) | st.integers(0, 40) | st.integers(last - 200, last))
    removed = data.draw(st.sampled_from([0, 1, 1, 1, 1, 30, 5000, len(content)]))
    added = data.draw(st.binary(max_size=4) | st.just(content[:300]))
    edited = content[:at] + added + content[at + removed :]
    if edited == content:
        return
    path = tmp_path_factory.mktemp("edited") / "archive.7z"
    path.write_bytes(edited)
    outcome = verify([path])
    if outcome.verdict == "sound":
        assert _files(path) == _files(packed)
    else:
        assert outcome.defects


def _files(path):
    with tempfile.TemporaryDirectory() as folder:
        with py7zr.SevenZipFile(path) as file:
            file.extractall(folder)
        return {p.relative_to(folder): p.read_bytes() for p in Path(folder).rglob("*") if p.is_file()}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_edit_inside_the_records_is_found_without_manifest_signature_and_seal(small, data):
    path = small / "archive.xml"
    content = path.read_bytes()
    records = list(RECORDS.finditer(content))
    at = data.draw(st.integers(records[0].start(), records[-1].end() - 1))
    byte = data.draw(st.binary(min_size=1, max_size=1))
    edited = content[:at] + byte + content[at + 1 :]
    if edited == content:
        return
    path.write_bytes(edited)
    try:
        outcome = verify([small], records_only=True)
    finally:
        path.write_bytes(content)
    assert outcome.verdict == "defects"


def test_a_name_misspelt_or_a_value_emptied_is_found(small):
    """Each attribute and element of each kind of document, and of what is around them, once."""
    path = small / "archive.xml"
    content = path.read_bytes()
    edits = {}
    around = re.compile(rb"<(archive-fiscale|caisse|apres) .*\n")
    parts = [*RECORDS.finditer(content), *around.finditer(content)]
    for record in parts:
        kind = record[0].split(b'"', 2)[1]
        for name in re.finditer(rb'(?<=[ <])[\w-]+(?==")|(?<=<)\w+(?=>)', record[0]):
            at = record.start() + name.start()
            inside = record.re is RECORDS
            edits.setdefault((kind, name[0]), (at, at + len(name[0]), inside))
    assert len(edits) > 200
    bad = ("defects", "unusable")
    try:
        for start, end, inside in edits.values():
            path.write_bytes(content[:start] + b"x" + content[end:])
            assert verify([small], records_only=inside).verdict in bad, content[start:end]
            if content[end : end + 1] == b"=":
                value_end = content.index(b'"', end + 2)
                if value_end > end + 2:
                    path.write_bytes(content[: end + 2] + content[value_end:])
                    verdict = verify([small], records_only=inside).verdict
                    assert verdict in bad, content[start:value_end]
    finally:
        path.write_bytes(content)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\x00" * 1000, b"<archive-fiscale", DECLARATION, DECLARATION + b"<a/>", b"\xff\xfe<\x00",
        b'<!DOCTYPE a [<!ENTITY b "ccc">]><archive-fiscale >&b;</entete>\n',
        DECLARATION + b"<archive-fiscale " + b"x" * 5_000_000,
        DECLARATION + b"<enregistrement " * 200_000,
    ],
)  # fmt: skip
def test_what_is_no_archive_is_refused(tmp_path, content):
    (tmp_path / "archive.xml").write_bytes(content)
    outcome = verify([tmp_path])
    assert outcome.verdict == "unusable"


@pytest.fixture
def copy(small, tmp_path):
    return shutil.copytree(small, tmp_path / "copie")


def test_a_bomb_of_entities_does_not_go_off(copy):
    content = (copy / "archive.xml").read_bytes()
    bomb = b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>\n'
    (copy / "archive.xml").write_bytes(DECLARATION + bomb + content[len(DECLARATION) :])
    assert verify([copy]).verdict == "unusable"


def test_content_after_the_end_is_found(copy):
    with (copy / "archive.xml").open("ab") as stream:
        stream.write(b"<enregistrement ></enregistrement>\n")
    assert "du contenu suit la fin de l'archive" in {d.message for d in verify([copy], records_only=True).defects}
