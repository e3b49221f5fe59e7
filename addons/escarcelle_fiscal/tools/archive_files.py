"""The files of the archives, beside the server's key and outside the filestore.

A file made by a transaction waits in ``attente/`` until it is committed: an archive that is there is one
the journal knows.
"""

import os
import shutil
import uuid
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import py7zr

#: Signatures and digests, most of what remains, are not compressed by any preset: 3 takes three times as long
#: for 3 % less.
_FILTERS = [{"id": py7zr.FILTER_LZMA2, "preset": 1}]


def final(folder: Path, name: str) -> Path:
    """Where an archive stands once its record is committed."""
    return folder / "archives" / name


def waiting(folder: Path, name: str) -> Path:
    """Where it stands until then."""
    return folder / "archives" / "attente" / name


def present(folder: Path, name: str) -> Path | None:
    """Where it stands now."""
    return next((p for p in (final(folder, name), waiting(folder, name)) if p.is_file()), None)


@contextmanager
def workshop(folder: Path):
    """A directory to build in, on the same disk, gone afterwards."""
    path = folder / "archives" / f".{uuid.uuid4().hex}"
    waiting(folder, "").mkdir(mode=0o700, parents=True, exist_ok=True)
    path.mkdir(mode=0o700)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def opener(work: Path):
    """What ``ArchiveBuilder`` asks for: a stream for a path inside the archive."""

    def store(name):
        path = work / name
        path.parent.mkdir(exist_ok=True)
        return path.open("wb")

    return store


def pack(source: Path, target: Path) -> None:
    """Write the files below ``source`` into the .7z file ``target``, whole and on disk."""
    part = target.with_name(f".{target.name}")
    try:
        with py7zr.SevenZipFile(part, "w", filters=_FILTERS) as packed:
            for path in sorted(source.rglob("*")):
                if path.is_file():
                    packed.write(path, path.relative_to(source).as_posix())
        _settle(part, target)
    finally:
        part.unlink(missing_ok=True)


def deliver(folder: Path, name: str) -> None:
    """The record is committed: the archive takes its place."""
    path = waiting(folder, name)
    if path.exists():
        path.rename(final(folder, name))
        _sync(final(folder, name).parent)


def discard(folder: Path, name: str) -> None:
    """The transaction was rolled back: there never was such an archive."""
    waiting(folder, name).unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Remove what a killed server was building. Only while nobody else can build: under the lock of
    the server's chain."""
    for path in [*(folder / "archives").glob(".*"), *waiting(folder, "").glob(".ARC*")]:
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


def copy(folder: Path, name: str, elsewhere: Path) -> bool:
    """Copy an archive in its place to another folder, whole or not at all; False when it is there
    already. OSError when it cannot be written."""
    target = elsewhere / name
    source = final(folder, name)
    if target.is_file() and target.stat().st_size == source.stat().st_size:
        return False
    part = elsewhere / f".{name}"
    try:
        shutil.copyfile(source, part)
        _settle(part, target)
    finally:
        part.unlink(missing_ok=True)
    return True


def beside(folder: Path, name: str, content: bytes) -> None:
    """Write a small file beside the archives (a time stamp), whole."""
    part = folder / "archives" / f".{name}"
    part.write_bytes(content)
    _settle(part, folder / "archives" / name)


def left_waiting(folder: Path) -> list[str]:
    """Archives of transactions whose end was not seen (the server was killed in between)."""
    return sorted(p.name for p in waiting(folder, "").glob("ARC*.7z"))


def digest(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    found = sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            found.update(block)
    return found.hexdigest()


def _settle(part: Path, target: Path) -> None:
    with part.open("rb") as stream:
        os.fsync(stream.fileno())
    part.chmod(0o600)
    part.rename(target)
    _sync(target.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
