import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.x509 import load_pem_x509_certificate

from escarcelle_core.errors import SignatureError
from escarcelle_core.signing import EcdsaSigner, Verifier
from shop import NOON

SIGNER = EcdsaSigner.generate("a1b2c3d4", "Épicerie", NOON)


def test_a_signature_is_86_url_safe_characters_and_verifies():
    signature = SIGNER.sign(b"payload")
    assert len(signature) == 86
    assert Verifier(SIGNER.certificate_pem).verify(b"payload", signature)


def test_any_other_payload_or_signature_fails():
    signature = SIGNER.sign(b"payload")
    verifier = Verifier(SIGNER.certificate_pem)
    assert not verifier.verify(b"payloae", signature)
    for i in range(86):
        other = signature[:i] + ("A" if signature[i] != "A" else "B") + signature[i + 1 :]
        assert not verifier.verify(b"payload", other)
    for bad in ("", signature + "A", signature[:-1], "é" * 86, "+" * 86):
        assert not verifier.verify(b"payload", bad)


def test_public_tools_verify_it_too():
    """The raw r‖s is the one of RFC 7518; OpenSSL's form is derived from it."""
    import base64

    raw = base64.urlsafe_b64decode(SIGNER.sign(b"payload") + "==")
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key = load_pem_x509_certificate(SIGNER.certificate_pem.encode()).public_key()
    key.verify(der, b"payload", ec.ECDSA(hashes.SHA256()))


def test_the_key_is_read_back():
    again = EcdsaSigner.from_pem(SIGNER.key_pem(), SIGNER.certificate_pem)
    assert again.key_id == SIGNER.key_id
    assert Verifier(SIGNER.certificate_pem).verify(b"x", again.sign(b"x"))


def test_a_key_and_the_certificate_of_another_are_refused():
    other = EcdsaSigner.generate("a1b2c3d4", "Épicerie", NOON)
    with pytest.raises(SignatureError):
        EcdsaSigner.from_pem(SIGNER.key_pem(), other.certificate_pem)


@pytest.mark.parametrize("pem", [b"", b"garbage", b"-----BEGIN PRIVATE KEY-----\nAA\n-----END PRIVATE KEY-----"])
def test_a_broken_key_is_refused(pem):
    with pytest.raises(SignatureError):
        EcdsaSigner.from_pem(pem, SIGNER.certificate_pem)


def test_another_kind_of_key_is_refused():
    key = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with pytest.raises(SignatureError):
        EcdsaSigner.from_pem(key, SIGNER.certificate_pem)
    with pytest.raises(SignatureError):
        Verifier("not a certificate")
