"""ECDSA P-256 over SHA-256, raw r‖s in base64url, one self-signed certificate per device.

The private key never leaves the device that made it; what verifies is the certificate, named by
the SHA-256 of its DER form.
"""

import base64
import re
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Protocol

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    Prehashed,
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.x509.oid import NameOID

from .errors import SignatureError

_SPELLING = re.compile(r"[A-Za-z0-9_-]{85}[AQgw]")
_ECDSA = ec.ECDSA(hashes.SHA256())
#: The same over a digest that hashlib made: a tenth of a verification less.
_ECDSA_OF_DIGEST = ec.ECDSA(Prehashed(hashes.SHA256()))
#: A till certificate outlives the legal duty to keep records (LPF art. L102 B: six years).
VALIDITY = timedelta(days=20 * 366)


class Signer(Protocol):
    """Whoever holds a private key: a file, a token, a smart card."""

    key_id: str

    def sign(self, payload: bytes) -> str:
        """Signature of ``payload``: 86 base64url characters."""


class EcdsaSigner:
    """A P-256 key held in memory."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, certificate_pem: str):
        if not isinstance(key.curve, ec.SECP256R1):
            raise SignatureError("La clé de signature n'est pas une clé P-256.")
        self._key = key
        self.certificate_pem = certificate_pem
        self.key_id = key_id(certificate_pem)
        public = Verifier(certificate_pem)
        if public.numbers != key.public_key().public_numbers():
            raise SignatureError("La clé de signature et le certificat ne vont pas ensemble.")

    def sign(self, payload: bytes) -> str:
        """Sign ``payload``; see ``Signer``."""
        r, s = decode_dss_signature(self._key.sign(payload, _ECDSA))
        return _encode(r.to_bytes(32, "big") + s.to_bytes(32, "big"))

    @classmethod
    def generate(cls, till: str, organisation: str, at: datetime) -> "EcdsaSigner":
        """Make a new key and its self-signed certificate, valid from ``at`` (aware)."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name(
            [
                x509.NameAttribute(NameOID.COMMON_NAME, f"Escarcelle {till}"),
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation[:64] or "Escarcelle"),
            ]
        )
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(at - timedelta(days=1))
            .not_valid_after(at + VALIDITY)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        return cls(key, certificate.public_bytes(serialization.Encoding.PEM).decode("ascii"))

    @classmethod
    def from_pem(cls, key_pem: bytes, certificate_pem: str) -> "EcdsaSigner":
        """Read a key written by ``key_pem``; SignatureError when it is unusable."""
        try:
            key = serialization.load_pem_private_key(key_pem, password=None)
        except (ValueError, TypeError) as error:
            raise SignatureError("La clé de signature est illisible.") from error
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise SignatureError("La clé de signature n'est pas une clé P-256.")
        return cls(key, certificate_pem)

    def key_pem(self) -> bytes:
        """The private key, PKCS#8 PEM, in clear: seal it before it reaches a disk."""
        return self._key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )


class Verifier:
    """The public half, read from a certificate."""

    def __init__(self, certificate_pem: str):
        certificate = _certificate(certificate_pem)
        try:
            public = certificate.public_key()
        except (ValueError, UnsupportedAlgorithm) as error:
            raise SignatureError("La clé du certificat est illisible.") from error
        if not isinstance(public, ec.EllipticCurvePublicKey) or not isinstance(
            public.curve, ec.SECP256R1
        ):
            raise SignatureError("Le certificat ne porte pas une clé P-256.")
        self.certificate_pem = certificate_pem
        self._public = public
        self.numbers = public.public_numbers()
        self.key_id = key_id(certificate_pem)

    def verify(self, payload: bytes, signature: str) -> bool:
        """True when ``signature`` (86 base64url characters) is this key's over ``payload``."""
        try:
            raw = _decode(signature)
            der = encode_dss_signature(
                int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
            )
            self._public.verify(der, sha256(payload).digest(), _ECDSA_OF_DIGEST)
        except (InvalidSignature, ValueError):
            return False
        return True


def key_id(certificate_pem: str) -> str:
    """SHA-256 of the DER certificate, hexadecimal."""
    return _certificate(certificate_pem).fingerprint(hashes.SHA256()).hex()


def _certificate(pem: str) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(pem.encode("ascii"))
    except ValueError as error:
        raise SignatureError("Le certificat est illisible.") from error


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _decode(signature: str) -> bytes:
    # 86 characters carry four spare bits: only one spelling of a signature is accepted.
    if not _SPELLING.fullmatch(signature):
        raise ValueError("spelling")
    return base64.urlsafe_b64decode(signature + "==")
