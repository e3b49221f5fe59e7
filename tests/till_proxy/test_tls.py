"""TLS is always verified: an unknown certificate gets nothing, not even the pairing code."""

import datetime
import ipaddress

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from fake_server import FakeServer
from till_program import LocalProgram


@pytest.fixture
def certificate(tmp_path):
    """A self-signed certificate for 127.0.0.1: one file with the key, one without."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name)
        .public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    public = made.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "server.pem").write_bytes(public + private)
    (tmp_path / "ca.pem").write_bytes(public)
    return tmp_path / "server.pem", tmp_path / "ca.pem"


def test_an_unknown_certificate_gets_nothing(tmp_path, certificate, capsys):
    served, trusted = certificate
    server = FakeServer(str(served))
    program = LocalProgram(tmp_path / "till", server.url)
    try:
        with pytest.raises(AssertionError):
            program.enroll()
        assert "certificat du serveur refusé" in capsys.readouterr().err
        assert "AAAA-BBBB" in server.codes and server.requests == 0
        text = program.config.read_text()
        program.config.write_text(text.replace("[server]", f'[server]\nca_file = "{trusted}"'))
        program.enroll().start()
        program.sell()
        program.synced()
        assert len(server.tickets()) == 1
        program.stop()
        program.config.write_text(text)
        program.start()
        program.sell()
        program.until(lambda: "certificat" in (program.status()["server"]["error"] or ""))
        assert len(server.tickets()) == 1
    finally:
        program.kill()
        server.close()
