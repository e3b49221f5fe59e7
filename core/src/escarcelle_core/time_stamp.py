"""Time stamps (RFC 3161): a third party attests that a seal or an anchor existed at an instant.

What is stamped is the record as ``archive.xml`` writes it. ``asn1crypto`` reads and writes ASN.1; it is
wanted only by who asks for time stamps or verifies one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timezone
from hashlib import sha256
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from .errors import EscarcelleError
from .record import Record
from .xml import record_xml

#: SHA-1 and MD5 are refused, whoever signs with them.
_DIGESTS = {"sha256": hashes.SHA256, "sha384": hashes.SHA384, "sha512": hashes.SHA512}
#: No answer of a time stamping server comes near it, certificates included.
MAX_ANSWER = 100_000


class TimeStampError(EscarcelleError):
    """A time stamp was refused, or is not one of what it should be."""

    code = "time_stamp"


class NoLibrary(TimeStampError):
    """``asn1crypto`` is not installed."""


@dataclass(frozen=True, slots=True)
class TimeStamp:
    """A verified token. ``at`` is what the authority attests; ``authority`` and ``certificate`` (SHA-256)
    are who it says it is: trusting it is the reader's decision unless ``trusted``."""

    token: bytes
    at: datetime
    authority: str
    certificate: str
    trusted: bool


def imprint(record: Record) -> bytes:
    """What is stamped: SHA-256 of the record as it stands in ``archive.xml``."""
    return sha256(record_xml.write(record)).digest()


def request(digest: bytes, nonce: int) -> bytes:
    """The request, DER. ``nonce`` is drawn by the caller, at random."""
    tsp, algos, _cms, _core = _library()
    return tsp.TimeStampReq({
        "version": "v1",
        "message_imprint": {
            "hash_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}),
            "hashed_message": digest,
        },
        "nonce": nonce,
        "cert_req": True,
    }).dump()  # fmt: skip


def read_answer(answer: bytes, digest: bytes, nonce: int, trusted: Iterable[str] = ()) -> TimeStamp:
    """The time stamp in a server's answer, verified; TimeStampError says what is wrong."""
    tsp, _algos, _cms, core = _library()
    if len(answer) > MAX_ANSWER:
        raise TimeStampError("La réponse du serveur d'horodatage est trop grosse.")
    with _Reading("La réponse du serveur d'horodatage est illisible."):
        # By its parts: a refusal has no token, which the library's own reading insists on.
        parts = list(core.SequenceOf.load(answer, spec=core.Any, strict=True))
        told = parts[0].parse(tsp.PKIStatusInfo)
        status = told["status"].native
        if status not in ("granted", "granted_with_mods"):
            texts = told["status_string"].native or []
            raise TimeStampError(
                f"Le serveur d'horodatage refuse ({status}) {' '.join(map(str, texts))[:200]}".strip() + "."
            )
        token = parts[1].dump()
    return read_token(token, digest, nonce=nonce, trusted=trusted)


def read_token(
    token: bytes, digest: bytes, *, nonce: int | None = None, trusted: Iterable[str] = ()
) -> TimeStamp:
    """Verify a token over ``digest``: imprint, signature, certificate made for this and valid then.

    ``trusted`` are PEM certificates of authorities: with any, the signer must lead to one of them.
    """
    cms = _library()[2]
    roots = [x509.load_pem_x509_certificate(pem.encode("ascii")) for pem in trusted]
    with _Reading("Le jeton d'horodatage est illisible."):
        content = cms.ContentInfo.load(token, strict=True)
        if content["content_type"].native != "signed_data":
            raise TimeStampError("Ce n'est pas un jeton d'horodatage.")
        signed = content["content"]
        encapsulated = signed["encap_content_info"]
        if encapsulated["content_type"].native != "tst_info" or len(signed["signer_infos"]) != 1:
            raise TimeStampError("Ce n'est pas un jeton d'horodatage.")
        info = encapsulated["content"].parsed
        stamped = info["message_imprint"]
        if stamped["hash_algorithm"]["algorithm"].native != "sha256" or (
            stamped["hashed_message"].native != digest
        ):
            raise TimeStampError("Le jeton d'horodatage porte sur autre chose.")
        if nonce is not None and info["nonce"].native != nonce:
            raise TimeStampError("Le jeton d'horodatage répond à une autre demande.")
        certificates = [
            x509.load_der_x509_certificate(c.chosen.dump())
            for c in signed["certificates"]
            if c.name == "certificate"
        ]
        signer = signed["signer_infos"][0]
        certificate = _signer(signer, certificates)
        _check_signature(signer, certificate, encapsulated["content"].contents)
        at = info["gen_time"].native
        if at.tzinfo is None:
            at = at.replace(tzinfo=timezone.utc)
        at = at.astimezone(timezone.utc).replace(microsecond=0)
        _check_certificate(certificate, at)
        if roots:
            _check_trust(certificate, certificates, roots)
        return TimeStamp(
            token, at, certificate.subject.rfc4514_string(),
            certificate.fingerprint(hashes.SHA256()).hex(), bool(roots),
        )  # fmt: skip


def _library() -> tuple[Any, Any, Any, Any]:
    try:
        from asn1crypto import algos, cms, core, tsp
    except ImportError:
        raise NoLibrary(
            "La bibliothèque asn1crypto n'est pas installée (paquet python3-asn1crypto sous Debian) :"
            " les horodatages ne peuvent pas être lus."
        ) from None
    return tsp, algos, cms, core


class _Reading:
    """What a malformed token breaks in the library is one error of ours."""

    def __init__(self, message: str):
        self._message = message

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, EscarcelleError) or not isinstance(error, Exception):
            return
        raise TimeStampError(self._message) from error


def _signer(signer: Any, certificates: list[x509.Certificate]) -> x509.Certificate:
    """The certificate the signature names, by its number or its key."""
    sid = signer["sid"]
    for certificate in certificates:
        if sid.name == "issuer_and_serial_number":
            named = sid.chosen
            if (certificate.serial_number == named["serial_number"].native
                    and certificate.issuer.public_bytes() == named["issuer"].dump()):  # fmt: skip
                return certificate
        else:
            own = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
            if own.value.digest == sid.chosen.native:
                return certificate
    raise TimeStampError("Le certificat du serveur d'horodatage n'est pas dans le jeton.")


def _check_signature(signer: Any, certificate: x509.Certificate, content: bytes) -> None:
    name = signer["digest_algorithm"]["algorithm"].native
    if name not in _DIGESTS:
        raise TimeStampError(f"L'horodatage emploie une empreinte refusée ({name}).")
    attributes = {a["type"].native: a["values"] for a in signer["signed_attrs"]}
    digest = hashes.Hash(_DIGESTS[name]())
    digest.update(content)
    if (attributes["content_type"][0].native != "tst_info"
            or attributes["message_digest"][0].native != digest.finalize()):  # fmt: skip
        raise TimeStampError("Le jeton d'horodatage a été modifié.")
    _check_named(attributes, certificate)
    data = signer["signed_attrs"].untag().dump()
    try:
        _verify(certificate.public_key(), signer, data, _DIGESTS[name]())
    except (InvalidSignature, UnsupportedAlgorithm) as error:
        raise TimeStampError("La signature de l'horodatage n'est pas celle de son certificat.") from error


def _check_named(attributes: dict[str, Any], certificate: x509.Certificate) -> None:
    """The signed attributes name the certificate, so that it cannot be exchanged (RFC 5035)."""
    if "signing_certificate_v2" in attributes:
        first = attributes["signing_certificate_v2"][0]["certs"][0]
        algorithm: hashes.HashAlgorithm = _DIGESTS[first["hash_algorithm"]["algorithm"].native]()
    else:
        first = attributes["signing_certificate"][0]["certs"][0]
        # The first edition of the standard knows no other; it only names, the signature proves.
        algorithm = hashes.SHA1()  # noqa: S303
    if first["cert_hash"].native != certificate.fingerprint(algorithm):
        raise TimeStampError("L'horodatage désigne un autre certificat que celui qu'il porte.")


def _verify(key: Any, signer: Any, data: bytes, digest: hashes.HashAlgorithm) -> None:
    algorithm = signer["signature_algorithm"]
    signature = signer["signature"].native
    if isinstance(key, rsa.RSAPublicKey):
        if algorithm.signature_algo == "rsassa_pss":
            salt = algorithm["parameters"]["salt_length"].native
            key.verify(signature, data, padding.PSS(padding.MGF1(digest), salt), digest)
        else:
            key.verify(signature, data, padding.PKCS1v15(), digest)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, data, ec.ECDSA(digest))
    elif isinstance(key, ed25519.Ed25519PublicKey):
        key.verify(signature, data)
    else:
        raise TimeStampError("L'horodatage est signé d'une façon inconnue.")


def _check_certificate(certificate: x509.Certificate, at: datetime) -> None:
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        raise TimeStampError("Le certificat du serveur d'horodatage n'était pas valable à cet instant.")
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        usage = None
    if usage is None or list(usage.value) != [ExtendedKeyUsageOID.TIME_STAMPING] or not usage.critical:
        raise TimeStampError("Le certificat du serveur n'est pas fait pour l'horodatage.")


def _check_trust(
    certificate: x509.Certificate, others: list[x509.Certificate], roots: list[x509.Certificate]
) -> None:
    """Walk up from the signer to one of the trusted certificates, at most ten steps."""
    for _step in range(10):
        if certificate in roots:
            return
        issuer = next((c for c in [*roots, *others] if c != certificate and _issued(certificate, c)), None)
        if issuer is None:
            break
        certificate = issuer
    raise TimeStampError("Le serveur d'horodatage n'est pas attesté par une autorité que vous avez donnée.")


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True
