"""The fiscal instance outside the database: its identity, the server's key and certificate.

``<directory>/<database>/{instance, server.key, server.crt}``. The database holds the same identity; a
copied database finds no folder of its name, or one of another identity, and signs nothing.
"""

import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from escarcelle_core.signing import EcdsaSigner

VARIABLE = "ESCARCELLE_FISCAL_DIR"


@dataclass(frozen=True)
class InstanceFiles:
    """What the folder of a database holds. ``till`` is the uid8 of the server as a device."""

    identity: str
    till: str
    signer: EcdsaSigner


def folder(data_dir: str, database: str) -> Path:
    """Where the instance of ``database`` lives."""
    base = os.environ.get(VARIABLE) or os.path.join(data_dir, "escarcelle_fiscal")
    return Path(base) / database


_cache: dict[Path, tuple[tuple, InstanceFiles]] = {}


def read(path: Path) -> InstanceFiles | None:
    """The instance in ``path``, None when there is none. Parsed once per change of the files.

    Raises OSError, ValueError or SignatureError when the files are damaged.
    """
    names = [path / "instance", path / "server.key", path / "server.crt"]
    try:
        stamps = tuple((os.stat(name).st_mtime_ns, os.stat(name).st_ino) for name in names)
    except FileNotFoundError:
        return None
    known = _cache.get(path)
    if known and known[0] == stamps:
        return known[1]
    identity, till = names[0].read_text("ascii").split()
    signer = EcdsaSigner.from_pem(names[1].read_bytes(), names[2].read_text("ascii"))
    files = InstanceFiles(identity, till, signer)
    _cache[path] = (stamps, files)
    return files


def write(path: Path, files: InstanceFiles) -> None:
    """Make the folder, whole or not at all. A folder that stands there is kept aside, never lost."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{files.identity}")
    fresh.mkdir(mode=0o700)
    for name, content in (
        ("server.key", files.signer.key_pem()),
        ("server.crt", files.signer.certificate_pem.encode("ascii")),
        ("instance", f"{files.identity} {files.till}\n".encode("ascii")),
    ):
        descriptor = os.open(fresh / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(descriptor)
    if path.exists():
        path.rename(path.with_name(f"{path.name}.{time.time_ns()}.ancien"))
    fresh.rename(path)
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def discard(path: Path, identity: str) -> None:
    """Remove an instance whose opening was rolled back; another one is left alone."""
    files = read(path)
    if files and files.identity == identity:
        _cache.pop(path, None)
        shutil.rmtree(path, ignore_errors=True)
