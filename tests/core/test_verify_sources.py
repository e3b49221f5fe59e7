"""What the verifier is given: .7z files, directories, and things that are neither."""

import shutil
import subprocess
import sys
from datetime import timedelta

import py7zr
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archives import World
from escarcelle_core.verify import sources
from escarcelle_core.verify.run import verify
from escarcelle_core.verify_cli import main
from shop import NOON


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    """``(file, directory)`` of one archive."""
    folder = tmp_path_factory.mktemp("sources")
    world = World(seed=3)
    world.day(NOON, sales=1)
    made = world.archive(folder / "clair", "J", NOON.date(), NOON + timedelta(hours=5))
    path = folder / made.header.name
    with py7zr.SevenZipFile(path, "w") as archive:
        for file in sorted(made.folder.rglob("*")):
            if file.is_file():
                archive.write(file, file.relative_to(made.folder).as_posix())
    return path, made.folder


def test_a_7z_file_is_opened(packed, capsys):
    assert main([str(packed[0])]) == 0
    assert packed[0].name in capsys.readouterr().out


def test_7zip_opens_it_too(packed, tmp_path):
    program = shutil.which("7zz") or shutil.which("7z")
    subprocess.run([program, "x", f"-o{tmp_path}/x", packed[0]], check=True, capture_output=True)
    assert verify([tmp_path / "x"]).verdict == "sound"


def test_a_directory_of_archives_is_read_whole(packed, tmp_path, capsys):
    shutil.copy(packed[0], tmp_path)
    (tmp_path / "autre chose.txt").write_text("…")
    assert main([str(tmp_path)]) == 0
    with py7zr.SevenZipFile(tmp_path / "ARC2.7z", "w") as archive:
        archive.writeall(packed[1], "dossier")
    outcome = verify([tmp_path])
    assert len(outcome.archives) == 2
    capsys.readouterr()


def test_a_renamed_file_is_told(packed, tmp_path):
    shutil.copy(packed[0], tmp_path / "ARC00000009J20260314000000202603142359595e5e5e5e.7z")
    outcome = verify([tmp_path])
    assert outcome.verdict == "sound"
    assert any(packed[0].name in warning for warning in outcome.warnings)


def test_without_the_library_it_says_to_use_7zip(packed, monkeypatch):
    monkeypatch.setitem(sys.modules, "py7zr", None)
    outcome = verify([packed[0]])
    assert outcome.verdict == "unusable"
    assert "7-Zip" in outcome.defects[0].message
    assert verify([packed[1]]).verdict == "sound"


def test_files_that_would_be_written_elsewhere_are_refused(tmp_path):
    for name in ("../dehors.txt", "/etc/dehors", "a\\b", "a/b/c/d/e.txt", "C:/x"):
        path = tmp_path / "piege.7z"
        with py7zr.SevenZipFile(path, "w") as archive:
            archive.writestr(b"x", "dedans.txt")
            archive.header.files_info.files[0]["filename"] = name
        outcome = verify([path])
        assert outcome.verdict == "unusable", name
        assert not (tmp_path.parent / "dehors.txt").exists()


def test_more_than_the_disk_can_hold_is_refused(packed, monkeypatch):
    monkeypatch.setattr(sources, "_SPARE_DISK", 2**62)
    outcome = verify([packed[0]])
    assert outcome.verdict == "unusable"
    assert "place libre" in outcome.defects[0].message


def test_an_empty_directory_or_a_wrong_path_is_unusable(tmp_path, capsys):
    for path in (tmp_path, tmp_path / "rien"):
        assert main([str(path), "--json"]) == 2
    assert "unusable" in capsys.readouterr().out


def test_one_good_and_one_wrong_path_is_no_success(packed, tmp_path):
    outcome = verify([packed[0], tmp_path / "rien"])
    assert outcome.records
    assert outcome.verdict == "defects"


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_edit_of_the_7z_file_is_found_or_refused(packed, tmp_path_factory, data):
    content = packed[0].read_bytes()
    at = data.draw(st.integers(0, len(content) - 1) | st.integers(0, 40) |
                   st.integers(len(content) - 400, len(content) - 1))  # fmt: skip
    edited = content[:at] + data.draw(st.binary(min_size=1, max_size=3)) + content[at + 1 :]
    if edited == content:
        return
    path = tmp_path_factory.mktemp("edit") / packed[0].name
    path.write_bytes(edited)
    outcome = verify([path])
    # 7-Zip's own padding and times are nobody's business: then nothing of the content changed.
    if outcome.verdict == "sound":
        with py7zr.SevenZipFile(path) as archive:
            archive.extractall(path.parent / "x")
        for file in packed[1].rglob("*"):
            if file.is_file():
                same = path.parent / "x" / file.relative_to(packed[1])
                assert same.read_bytes() == file.read_bytes()
