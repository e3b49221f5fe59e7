"""XML-DSig, one profile only: enveloped, exclusive C14N, ECDSA P-256 with SHA-256, certificate inside.

What is signed is passed in as a digest, so that a document of any size can be signed while it is
written and checked while it is read. Any verifier of XML-DSig accepts the result; this one accepts
nothing but this profile: the signature is built again from its three values and compared.
"""

import base64
import binascii

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from ..errors import SignatureError
from ..signing import Signer, Verifier

NAMESPACE = "http://www.w3.org/2000/09/xmldsig#"
EXCLUSIVE_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
ECDSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"

START = f'<Signature xmlns="{NAMESPACE}">'.encode()
END = b"</Signature>"
#: Between the three values; canonical as it stands, but for the namespace SignedInfo inherits.
_INFO = (
    f'<CanonicalizationMethod Algorithm="{EXCLUSIVE_C14N}"></CanonicalizationMethod>'
    f'<SignatureMethod Algorithm="{ECDSA_SHA256}"></SignatureMethod>'
    '<Reference URI=""><Transforms>'
    f'<Transform Algorithm="{ENVELOPED}"></Transform>'
    f'<Transform Algorithm="{EXCLUSIVE_C14N}"></Transform>'
    f'</Transforms><DigestMethod Algorithm="{SHA256}"></DigestMethod>'
    "<DigestValue>%s</DigestValue></Reference></SignedInfo>"
)


def sign(content_digest: bytes, signer: Signer, certificate_pem: str) -> bytes:
    """The ``Signature`` element to insert as the last child of the root.

    ``content_digest`` is the SHA-256 of the exclusive C14N form of the document without it.
    """
    digest = base64.b64encode(content_digest).decode("ascii")
    raw = signer.sign(_signed_info(digest))
    value = base64.b64encode(base64.urlsafe_b64decode(raw + "==")).decode("ascii")
    der = x509.load_pem_x509_certificate(certificate_pem.encode("ascii")).public_bytes(Encoding.DER)
    return _element(digest, value, base64.b64encode(der).decode("ascii"))


def verify(element: bytes, content_digest: bytes) -> str:
    """Check ``element``, the exact bytes of the ``Signature``, over ``content_digest``.

    Returns the PEM certificate it carries: whether that key may sign is the caller's question.
    SignatureError says what is wrong.
    """
    try:
        digest, value, certificate = (
            _between(element, f"<{tag}>".encode(), f"</{tag}>".encode())
            for tag in ("DigestValue", "SignatureValue", "X509Certificate")
        )
        raw, der = (base64.b64decode(v, validate=True) for v in (value, certificate))
    except (ValueError, binascii.Error) as error:
        raise SignatureError("La signature XML est illisible.") from error
    if _element(digest, value, certificate) != element:
        raise SignatureError("La signature XML ne suit pas le profil attendu.")
    if base64.b64encode(content_digest).decode("ascii") != digest:
        raise SignatureError("Le contenu n'est pas celui qui a été signé.")
    try:
        pem = x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM).decode("ascii")
    except ValueError as error:
        raise SignatureError("Le certificat de la signature XML est illisible.") from error
    signature = base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
    if not Verifier(pem).verify(_signed_info(digest), signature):
        raise SignatureError("La signature XML ne correspond pas à son certificat.")
    return pem


def _signed_info(digest: str) -> bytes:
    return (f'<SignedInfo xmlns="{NAMESPACE}">' + _INFO % digest).encode("ascii")


def _element(digest: str, value: str, certificate: str) -> bytes:
    return START + (
        f"<SignedInfo>{_INFO % digest}"
        f"<SignatureValue>{value}</SignatureValue>"
        f"<KeyInfo><X509Data><X509Certificate>{certificate}</X509Certificate></X509Data></KeyInfo>"
    ).encode("ascii") + END


def _between(text: bytes, start: bytes, end: bytes) -> str:
    first = text.index(start) + len(start)
    return text[first : text.index(end, first)].decode("ascii")
