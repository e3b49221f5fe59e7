"""Secrets that are shown once and kept hashed. Pure: no Odoo, no clock.

Short secrets (pairing code, PIN, badge) are hashed with scrypt and a salt of their own; API keys are
256 random bits, so one SHA-256 is enough and costs nothing at every call.
"""

import hashlib
import hmac
import secrets

#: No letter or digit that is mistaken for another when read aloud or copied by hand.
ALPHABET = "ACDEFGHJKLMNPQRTUVWXY34679"
CODE_LENGTH = 8
#: 16 MiB and some tens of milliseconds: dear for who tries codes, unnoticed by who types one.
SCRYPT = {"n": 16384, "r": 8, "p": 1}
_KEY_PREFIX = "escarcelle"


def new_code() -> str:
    """A pairing code, ``"ACDE-3467"``: about 37 bits, valid one day, tries are counted."""
    letters = [secrets.choice(ALPHABET) for _i in range(CODE_LENGTH)]
    return "".join(letters[:4]) + "-" + "".join(letters[4:])


def normal_code(code: str) -> str:
    """What a person typed, as it was shown: case, spaces and hyphens do not count."""
    return "".join(c for c in code.upper() if c in ALPHABET)


def new_key(uid8: str) -> str:
    """An API key; it names its till so that it is found without trying all of them."""
    return f"{_KEY_PREFIX}.{uid8}.{secrets.token_urlsafe(32)}"


def key_till(key: str) -> str:
    """The uid8 an API key claims, ``""`` when it is none of ours."""
    prefix, _dot, rest = key.partition(".")
    uid8, _dot, secret = rest.partition(".")
    return uid8 if prefix == _KEY_PREFIX and len(uid8) == 8 and secret else ""


def key_digest(key: str) -> str:
    """What is stored of an API key."""
    return hashlib.sha256(key.encode()).hexdigest()


def same(one: str, other: str) -> bool:
    """Equality in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())


def scrypt(secret: str) -> dict:
    """``{"algorithm", "n", "r", "p", "salt", "hash"}``; salt and hash in hexadecimal."""
    salt = secrets.token_bytes(16)
    return {"algorithm": "scrypt", **SCRYPT, "salt": salt.hex(), "hash": _scrypt(secret, salt)}


def scrypt_matches(secret: str, stored: dict | None) -> bool:
    """True when ``stored`` was made from ``secret``."""
    if not stored:
        return False
    return same(_scrypt(secret, bytes.fromhex(stored["salt"])), stored["hash"])


def _scrypt(secret: str, salt: bytes) -> str:
    return hashlib.scrypt(secret.encode(), salt=salt, dklen=32, **SCRYPT).hex()
