"""A time stamping authority of our own, made with the command openssl: it really signs."""

import subprocess
from pathlib import Path

_CONF = """
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[stamp]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[web]
extendedKeyUsage = critical, serverAuth
[tsa]
default_tsa = here
[here]
serial = %(folder)s/serial
signer_digest = %(digest)s
default_policy = 1.2.3.4.1
digests = sha256, sha512
ess_cert_id_alg = %(named)s
accuracy = secs:1
"""


class Authority:
    """``answer`` a request; ``root`` is the PEM of its authority. ``usage``: stamp, or web for a
    certificate that was made for something else. ``named``: the digest that names the certificate
    (sha1: the first edition of the standard)."""

    def __init__(self, folder: Path, key: str = "ec", usage: str = "stamp", digest: str = "sha256",
                 named: str = "sha256"):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        (folder / "serial").write_text("01\n")
        (folder / "openssl.cnf").write_text(_CONF % {"folder": folder, "digest": digest, "named": named})
        new = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"] if key == "ec" else ["-newkey", "rsa:2048"]
        self._openssl("req", "-x509", *new, "-noenc", "-keyout", "ca.key", "-out", "ca.pem", "-days", "8000",
                      "-subj", "/CN=Autorité d'essai", "-config", self._request(), "-extensions", "ca")  # fmt: skip
        self._openssl("req", *new, "-noenc", "-keyout", "tsa.key", "-out", "tsa.csr",
                      "-subj", "/CN=Horodatage d'essai", "-config", self._request())  # fmt: skip
        self._openssl("x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-days", "8000",
                      "-out", "tsa.pem", "-extfile", "openssl.cnf", "-extensions", usage)  # fmt: skip
        self.root = (folder / "ca.pem").read_text()
        self.certificate = (folder / "tsa.pem").read_text()

    def answer(self, request: bytes) -> bytes:
        """What the authority answers to ``request``."""
        (self.folder / "in.tsq").write_bytes(request)
        self._openssl("ts", "-reply", "-queryfile", "in.tsq", "-signer", "tsa.pem", "-inkey", "tsa.key",
                      "-config", "openssl.cnf", "-out", "out.tsr")  # fmt: skip
        return (self.folder / "out.tsr").read_bytes()

    def accepts(self, token: bytes, digest: bytes) -> bool:
        """Whether the command openssl verifies a token of ours."""
        (self.folder / "token.tsr").write_bytes(token)
        done = self._openssl("ts", "-verify", "-token_in", "-in", "token.tsr", "-digest", digest.hex(),
                             "-CAfile", "ca.pem", check=False)  # fmt: skip
        return done.returncode == 0

    def _request(self) -> str:
        conf = self.folder / "request.cnf"
        filled = _CONF % {"folder": self.folder, "digest": "sha256", "named": "sha256"}
        conf.write_text(f"[req]\ndistinguished_name = dn\n[dn]\n{filled}")
        return conf.name

    def _openssl(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess:
        return subprocess.run(
            ["openssl", *arguments], cwd=self.folder, check=check, capture_output=True
        )
