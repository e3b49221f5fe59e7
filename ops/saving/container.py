"""The sealed file: AES-256-GCM over a stream, cut into chunks that cannot be changed, moved or lost.

Runs inside ``var/venv`` as a filter, the passphrase coming on a file descriptor of its own:

    python -m ops.saving.container seal FD < plain > sealed
    python -m ops.saving.container open FD < sealed > plain

Layout: magic, salt (16), nonce prefix (7), then chunks of ``CHUNK`` bytes of plain text, each followed
by its 16-byte tag; the nonce is prefix, chunk number (4), and 1 for the last chunk. The header is
authenticated with every chunk. A file cut anywhere has no last chunk, hence does not open.
"""

import os
import struct
import sys
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

MAGIC = b"ESCARCELLE-SEALED-1\n"
CHUNK = 1 << 20
TAG = 16
SCRYPT_COST = 1 << 15  # 32 MiB, a fraction of a second


class Unreadable(Exception):
    """Not a sealed file, a wrong passphrase, or a file that was changed or cut."""


def _cipher(passphrase: str, salt: bytes) -> AESGCM:
    key = Scrypt(salt=salt, length=32, n=SCRYPT_COST, r=8, p=1).derive(passphrase.encode())
    return AESGCM(key)


def _nonce(prefix: bytes, number: int, last: bool) -> bytes:
    return prefix + struct.pack(">IB", number, last)


def _read(stream: BinaryIO, size: int) -> bytes:
    """``size`` bytes, or what is left: a pipe gives less at a time."""
    parts = []
    while size and (part := stream.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def seal(passphrase: str, plain: BinaryIO, sealed: BinaryIO) -> None:
    """Encrypt a stream."""
    salt, prefix = os.urandom(16), os.urandom(7)
    header = MAGIC + salt + prefix
    cipher = _cipher(passphrase, salt)
    sealed.write(header)
    number, chunk = 0, _read(plain, CHUNK)
    while True:
        following = _read(plain, CHUNK)
        sealed.write(cipher.encrypt(_nonce(prefix, number, not following), chunk, header))
        if not following:
            return
        number, chunk = number + 1, following


def unseal(passphrase: str, sealed: BinaryIO, plain: BinaryIO) -> None:
    """Decrypt a stream; each chunk is verified before it is written.

    Raises:
        Unreadable: nothing after the last good chunk was written; what was must be thrown away.
    """
    header = _read(sealed, len(MAGIC) + 16 + 7)
    if not header.startswith(MAGIC) or len(header) != len(MAGIC) + 23:
        raise Unreadable("ce fichier n'est pas une sauvegarde d'Escarcelle")
    salt, prefix = header[len(MAGIC) : -7], header[-7:]
    cipher = _cipher(passphrase, salt)
    number, chunk = 0, _read(sealed, CHUNK + TAG)
    while True:
        following = _read(sealed, CHUNK + TAG)
        try:
            plain.write(cipher.decrypt(_nonce(prefix, number, not following), chunk, header))
        except InvalidTag:
            reason = "phrase de secours fausse ou fichier abîmé"
            if number:
                reason = f"fichier abîmé ou coupé après {number} Mio"
            raise Unreadable(reason) from None
        if not following:
            return
        number, chunk = number + 1, following


def main(arguments: list[str]) -> int:
    """The filter. 0 = done, 3 = unreadable."""
    action, descriptor = arguments[0], int(arguments[1])
    with os.fdopen(descriptor, encoding="utf-8") as secret:
        passphrase = secret.read().strip()
    work = {"seal": seal, "open": unseal}[action]
    try:
        work(passphrase, sys.stdin.buffer, sys.stdout.buffer)
        sys.stdout.buffer.flush()
    except Unreadable as error:
        print(error, file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
