"""The XML signature: ours is anybody's, and nobody's but ours is accepted."""

import base64
import re
from hashlib import sha256

import pytest
import xmlsec
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from escarcelle_core.errors import SignatureError
from escarcelle_core.signing import EcdsaSigner, key_id
from escarcelle_core.xml import xmldsig
from shop import NOON
from signatures import xmlsec1, xmlsec_accepts

SIGNER = EcdsaSigner.generate("5e5e5e5e", "Épicerie du Moulin", NOON)
PEM = SIGNER.certificate_pem
BODY = '<racine a="1"><b>Crème brûlée &amp; pâtes</b>\n<c x="&lt;2>"></c></racine>'.encode()
CONTENT = sha256(BODY).digest()
ELEMENT = xmldsig.sign(CONTENT, SIGNER, PEM)
SIGNED = BODY.replace(b"</racine>", ELEMENT + b"</racine>")


def test_what_we_sign_verifies_here_in_the_library_and_with_the_command(tmp_path):
    assert xmldsig.verify(ELEMENT, CONTENT) == PEM
    assert key_id(xmldsig.verify(ELEMENT, CONTENT)) == SIGNER.key_id
    assert xmlsec_accepts(SIGNED, PEM)
    answer = xmlsec1(SIGNED, PEM, tmp_path)
    assert answer.returncode == 0, answer.stderr


def test_a_changed_content_is_refused_by_all_three(tmp_path):
    changed = SIGNED.replace("brûlée".encode(), "brulée".encode())
    with pytest.raises(SignatureError, match="contenu"):
        xmldsig.verify(ELEMENT, sha256(BODY + b" ").digest())
    assert not xmlsec_accepts(changed, PEM)
    assert xmlsec1(changed, PEM, tmp_path).returncode != 0


def test_another_certificate_in_it_is_refused():
    other = EcdsaSigner.generate("5e5e5e5e", "Épicerie du Moulin", NOON)
    der = base64.b64encode(_der(other.certificate_pem))
    forged = re.sub(b"(?<=<X509Certificate>).*(?=</X509Certificate>)", der, ELEMENT)
    assert forged != ELEMENT
    with pytest.raises(SignatureError, match="certificat"):
        xmldsig.verify(forged, CONTENT)


def test_what_the_library_signs_in_this_profile_verifies_here():
    empty = re.sub(
        b"<(DigestValue|SignatureValue|X509Certificate)>[^<]*", rb"<\1>", ELEMENT
    )
    root = etree.fromstring(BODY.replace(b"</racine>", empty + b"</racine>"))
    key = xmlsec.Key.from_memory(SIGNER.key_pem(), xmlsec.constants.KeyDataFormatPem)
    key.load_cert_from_memory(PEM.encode(), xmlsec.constants.KeyDataFormatPem)
    context = xmlsec.SignatureContext()
    context.key = key
    context.sign(root[-1])
    # The library breaks its base64 in lines; the profile does not.
    signature = etree.tostring(root[-1], method="c14n", exclusive=True)
    signature = re.sub(rb"(?<=[A-Za-z0-9+/=>])\n(?=[A-Za-z0-9+/=<])", b"", signature)
    assert key_id(xmldsig.verify(signature, CONTENT)) == SIGNER.key_id


@pytest.mark.parametrize(
    "old, new",
    [
        (b"xml-exc-c14n#", b"xml-exc-c14n#WithComments"),
        (b'URI=""', b'URI="#ailleurs"'),
        (b"ecdsa-sha256", b"ecdsa-sha1"),
        (b"<Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"></Transform>", b""),
        (b"</KeyInfo>", b"</KeyInfo><Object>autre</Object>"),
        (b"<SignatureValue>", b"<SignatureValue> "),
        (b"</Reference>", b"</Reference><Reference></Reference>"),
    ],
)  # fmt: skip
def test_another_profile_is_refused(old, new):
    assert old in ELEMENT
    with pytest.raises(SignatureError):
        xmldsig.verify(ELEMENT.replace(old, new), CONTENT)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(ELEMENT) - 1), st.integers(0, 255))
def test_any_changed_byte_is_refused(place, byte):
    forged = ELEMENT[:place] + bytes([byte]) + ELEMENT[place + 1 :]
    if forged == ELEMENT:
        return
    try:
        pem = xmldsig.verify(forged, CONTENT)
    except SignatureError:
        return
    # The certificate's own fields are not covered by the signature, its fingerprint tells.
    assert key_id(pem) != SIGNER.key_id


@given(st.binary(max_size=300))
def test_noise_is_refused(noise):
    with pytest.raises(SignatureError):
        xmldsig.verify(noise, CONTENT)
    with pytest.raises(SignatureError):
        xmldsig.verify(xmldsig.START + noise + xmldsig.END, CONTENT)


def _der(pem: str) -> bytes:
    return base64.b64decode("".join(pem.splitlines()[1:-1]))
