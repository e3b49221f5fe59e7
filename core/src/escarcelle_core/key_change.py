"""A device changes its key: the old key signs the new certificate, in the device's own event journal.

The line carries the whole certificate, so that whoever reads the chain (the server, even restored from
an older copy; the verifier; an auditor) goes from one key to the next without another source.
"""

import base64

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from . import jet
from .documents import JetEvent
from .errors import SignatureError
from .signing import Verifier, key_id

_PREFIX = "Nouvelle clé"


def hand_over(certificate_pem: str, operator: str = "") -> JetEvent:
    """The line the old key signs: name and certificate (DER, base64) of the new one."""
    der = x509.load_pem_x509_certificate(certificate_pem.encode("ascii")).public_bytes(
        serialization.Encoding.DER
    )
    said = base64.b64encode(der).decode("ascii")
    return JetEvent(
        jet.SETTING_CHANGED, f"{_PREFIX} {key_id(certificate_pem)} {said}", operator
    )


def read(event: JetEvent) -> str | None:
    """The new certificate (PEM) when ``event`` hands a key over, None for any other line.

    SignatureError when it says it does and the certificate is unreadable, of another kind of key, or not
    the one it names.
    """
    if event.code != jet.SETTING_CHANGED or not event.description.startswith(f"{_PREFIX} "):
        return None
    parts = event.description.split(" ")
    try:
        _new, _key, name, said = parts
        der = base64.b64decode(said, validate=True)
        pem = x509.load_der_x509_certificate(der).public_bytes(serialization.Encoding.PEM)
    except ValueError as error:
        raise SignatureError("Le changement de clé est illisible.") from error
    certificate = pem.decode("ascii")
    if Verifier(certificate).key_id != name:
        raise SignatureError("Le changement de clé ne nomme pas le certificat qu'il porte.")
    return certificate
