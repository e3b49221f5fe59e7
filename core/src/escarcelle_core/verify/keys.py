"""The certificates of an archive: a key is the SHA-256 of its certificate, so a file cannot lie."""

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from ..archive.builder import CERTIFICATES
from ..archive.parts import ArchivedKey
from ..errors import DocumentError, SignatureError
from ..signing import Verifier
from .folder import Folder
from .outcome import Defect, Outcome


class Keys:
    """``of(till)`` are the verifiers of the keys declared for a device."""

    def __init__(self, folder: Folder, outcome: Outcome):
        self.verifiers: dict[str, Verifier] = {}
        self.declared: tuple[ArchivedKey, ...] = ()
        for name in folder.names():
            if not (name.startswith(CERTIFICATES) and name.endswith(".pem")):
                continue
            stem = name.removeprefix(CERTIFICATES).removesuffix(".pem")
            try:
                pem = folder.read(name).decode("ascii")
                verifier = Verifier(pem)
                _check_own_signature(pem)
            except (DocumentError, SignatureError, UnicodeDecodeError) as error:
                outcome.add(Defect(folder.name, name, "certificat", "", "", f"certificat refusé : {error}"))
                continue
            if verifier.key_id != stem:
                outcome.add(Defect(folder.name, name, "empreinte du certificat", stem, verifier.key_id,
                                   "le certificat n'est pas celui que son nom annonce"))  # fmt: skip
                continue
            self.verifiers[stem] = verifier

    def declare(self, keys: tuple[ArchivedKey, ...]) -> None:
        """The keys the archive's header lists, each for one device."""
        self.declared = keys

    def of(self, till: str) -> dict[str, Verifier]:
        """Key → verifier, for the keys declared for ``till`` and there."""
        return {
            key.key_id: self.verifiers[key.key_id]
            for key in self.declared
            if key.till == till and key.key_id in self.verifiers
        }


def _check_own_signature(pem: str) -> None:
    """A device's certificate is signed by its own key."""
    certificate = x509.load_pem_x509_certificate(pem.encode("ascii"))
    try:
        # By hand: the library of an older system, on which an archive is read, has no word for it.
        certificate.public_key().verify(
            certificate.signature, certificate.tbs_certificate_bytes, ec.ECDSA(hashes.SHA256())
        )
    except (ValueError, TypeError, AttributeError, InvalidSignature, UnsupportedAlgorithm) as error:
        raise SignatureError("il n'est pas signé par sa propre clé") from error
