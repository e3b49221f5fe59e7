"""The fiscal instance outside the database: its identity, the server's key and certificate.

``<directory>/<database>/{instance, server.key, server.crt}``. The database holds the same identity; a
copied database finds no folder of its name, or one of another identity, and signs nothing.
"""

import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from escarcelle_core.errors import SignatureError
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


# -- a new key, beside the one in use ----------------------------------------------------------------

_NEXT = ".next"


def stage(path: Path, signer: EcdsaSigner) -> None:
    """Write a new key and its certificate beside those in use, durably. The certificate comes first: a
    key that waits always has one."""
    for name, content in (
        ("server.crt", signer.certificate_pem.encode("ascii")),
        ("server.key", signer.key_pem()),
    ):
        _write(path / f".{name}", content)
        os.replace(path / f".{name}", path / f"{name}{_NEXT}")
    _sync(path)


def is_staged(path: Path) -> bool:
    """Whether a key waits, or a change was stopped half-way."""
    return (path / f"server.key{_NEXT}").exists()


def staged(path: Path) -> str | None:
    """Key id of the key that waits, None when it is gone or unusable."""
    try:
        return _staged(path).key_id
    except (OSError, ValueError, SignatureError):
        return None


def promote(path: Path, key: str) -> None:
    """Put the waiting key ``key`` in the place of the one in use, which is gone. Again after a stop: the
    certificate may have been replaced already."""
    if staged(path) != key:
        return
    certificate = path / f"server.crt{_NEXT}"
    if certificate.exists():
        os.replace(certificate, path / "server.crt")
    os.replace(path / f"server.key{_NEXT}", path / "server.key")
    _sync(path)


def unstage(path: Path, key: str) -> None:
    """Forget the waiting key ``key``; another one is left alone."""
    if staged(path) == key:
        (path / f"server.key{_NEXT}").unlink(missing_ok=True)
        (path / f"server.crt{_NEXT}").unlink(missing_ok=True)


def _staged(path: Path) -> EcdsaSigner:
    certificate = path / f"server.crt{_NEXT}"
    if not certificate.exists():
        certificate = path / "server.crt"
    return EcdsaSigner.from_pem(
        (path / f"server.key{_NEXT}").read_bytes(), certificate.read_text("ascii")
    )


def _write(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(descriptor)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
