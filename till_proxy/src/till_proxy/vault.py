"""The till's encrypted store: content-addressed files and the one key that opens them.

Every file is ``MAGIC ‖ nonce ‖ AES-256-GCM(plaintext)``; what a file is for is authenticated with
it (associated data), so a file moved under another name does not open. The key lives in the
operating system's keyring when there is a real one, else in a file only its owner can read.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC = b"ESC1"
KEY_BYTES = 32
NONCE_BYTES = 12
KEYRING_SERVICE = "escarcelle-till"


class VaultError(Exception):
    """Something of the store cannot be read; the message is French and says what to do."""


class Cipher:
    """AES-256-GCM with a fresh nonce per sealed value."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise VaultError(
                "La clé de chiffrement de la caisse est abîmée : restaurez-la depuis la "
                "sauvegarde de la caisse."
            )
        self._aead = AESGCM(key)

    def seal(self, plain: bytes, purpose: str) -> bytes:
        """Return ``plain`` encrypted, bound to ``purpose``."""
        nonce = os.urandom(NONCE_BYTES)
        return MAGIC + nonce + self._aead.encrypt(nonce, plain, purpose.encode())

    def open(self, sealed: bytes, purpose: str) -> bytes:
        """Return the plaintext; raise VaultError when altered, foreign or sealed for another use."""
        head = len(MAGIC) + NONCE_BYTES
        if len(sealed) < head or not sealed.startswith(MAGIC):
            raise VaultError("Fichier de la caisse illisible : ce n'est pas un fichier chiffré.")
        try:
            return self._aead.decrypt(sealed[len(MAGIC) : head], sealed[head:], purpose.encode())
        except InvalidTag:
            raise VaultError(
                "Fichier de la caisse altéré, ou chiffré avec une autre clé."
            ) from None


def load_key(directory: Path, *, use_keyring: bool = True) -> bytes:
    """Return the 32-byte key of the till kept in ``directory``, making one the first time.

    The name in the keyring is derived from the directory, so that several tills can live on one
    machine. A key file, once there, wins: the keyring of a session that is not open yet would
    otherwise hide the key and a new one would make everything unreadable.
    """
    path = directory / "key"
    if path.exists():
        return _read_key_file(path)
    ring = _real_keyring() if use_keyring else None
    account = hashlib.sha256(str(directory.resolve()).encode()).hexdigest()[:16]
    marker = directory / "key.keyring"
    if marker.exists():
        stored = ring.get_password(KEYRING_SERVICE, account) if ring else None
        if not stored:
            raise VaultError(
                "Le trousseau de clés de cet ordinateur est fermé ou a perdu la clé de la caisse : "
                "ouvrez la session habituelle, ou restaurez la clé depuis la sauvegarde."
            )
        return base64.b64decode(stored)
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = secrets.token_bytes(KEY_BYTES)
    if ring:
        ring.set_password(KEYRING_SERVICE, account, base64.b64encode(key).decode())
        if ring.get_password(KEYRING_SERVICE, account) == base64.b64encode(key).decode():
            atomic_write(marker, b"")
            return key
    atomic_write(path, base64.b64encode(key))
    return key


def _read_key_file(path: Path) -> bytes:
    if os.name == "posix" and path.stat().st_mode & 0o077:
        path.chmod(0o600)
    return base64.b64decode(path.read_bytes())


def _real_keyring():
    """The OS keyring, or None when there is none that truly keeps secrets."""
    with contextlib.suppress(Exception):  # a broken desktop bus must not stop the till
        import keyring

        ring = keyring.get_keyring()
        known_fake = ("fail", "null", "PlaintextKeyring", "chainer")
        name = f"{type(ring).__module__}.{type(ring).__name__}"
        if ring.priority > 0 and not any(word in name for word in known_fake):
            return ring
    return None


def atomic_write(path: Path, data: bytes) -> None:
    """Write ``data`` so that after any crash the file is whole, old or new; owner-only."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(fd, "wb") as handle:
            handle.write(data)
            handle.flush()
            os.fsync(handle.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    fsync_directory(path.parent)


def fsync_directory(path: Path) -> None:
    """Make a rename durable (POSIX; Windows has no such call and needs none)."""
    if os.name != "posix":
        return
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


class Vault:
    """Content-addressed encrypted blobs, and a few named values that point to them.

    ``blobs/ab/abcd…`` holds content by its SHA-256; ``names/<name>`` is replaced atomically.
    """

    def __init__(self, root: Path, key: bytes) -> None:
        self.root = root
        self.cipher = Cipher(key)
        self._blobs = root / "blobs"
        self._names = root / "names"
        for folder in (self._blobs, self._names):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def _blob_path(self, sha256: str) -> Path:
        if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
            raise VaultError("Empreinte invalide.")
        return self._blobs / sha256[:2] / sha256

    def has(self, sha256: str) -> bool:
        """Whether the content is there (not that it opens)."""
        return self._blob_path(sha256).exists()

    def put(self, content: bytes) -> str:
        """Keep ``content``; return its SHA-256 in hexadecimal."""
        sha256 = hashlib.sha256(content).hexdigest()
        path = self._blob_path(sha256)
        if not path.exists():
            path.parent.mkdir(exist_ok=True, mode=0o700)
            atomic_write(path, self.cipher.seal(content, f"blob:{sha256}"))
        return sha256

    def get(self, sha256: str) -> bytes:
        """Return the content; raise KeyError when absent, VaultError when altered."""
        try:
            sealed = self._blob_path(sha256).read_bytes()
        except FileNotFoundError:
            raise KeyError(sha256) from None
        return self.cipher.open(sealed, f"blob:{sha256}")

    def drop_except(self, wanted: set[str]) -> int:
        """Delete every blob not in ``wanted``; return how many went."""
        gone = 0
        for path in self._blobs.glob("??/*"):
            if path.name not in wanted:
                path.unlink(missing_ok=True)
                gone += 1
        return gone

    def _name_path(self, name: str) -> Path:
        if not name.replace("-", "").replace("_", "").isalnum():
            raise VaultError("Nom invalide.")
        return self._names / name

    def write(self, name: str, value: bytes) -> None:
        """Replace the named value, durably."""
        atomic_write(self._name_path(name), self.cipher.seal(value, f"name:{name}"))

    def read(self, name: str) -> bytes | None:
        """Return the named value, None when it was never written."""
        try:
            sealed = self._name_path(name).read_bytes()
        except FileNotFoundError:
            return None
        return self.cipher.open(sealed, f"name:{name}")
