"""The hand-over from one key to the next."""

from datetime import datetime, timezone

import pytest

from escarcelle_core import jet, key_change
from escarcelle_core.documents import JetEvent
from escarcelle_core.errors import SignatureError
from escarcelle_core.signing import EcdsaSigner

AT = datetime(2026, 11, 21, tzinfo=timezone.utc)


def test_the_line_gives_the_certificate_back():
    signer = EcdsaSigner.generate("a1b2c3d4", "Épicerie", AT)
    event = key_change.hand_over(signer.certificate_pem, "U2")
    assert event.code == jet.SETTING_CHANGED
    assert key_change.read(event) == signer.certificate_pem


def test_other_lines_are_no_hand_over():
    assert key_change.read(JetEvent(jet.SETTING_CHANGED, "Heure de clôture : 4")) is None
    assert key_change.read(JetEvent(jet.START, "Nouvelle clé x y")) is None


@pytest.mark.parametrize("said", ["", "abc", "abc def ghi", "abc !!!", "abc AAAA"])
def test_a_malformed_line_is_refused(said):
    with pytest.raises(SignatureError):
        key_change.read(JetEvent(jet.SETTING_CHANGED, f"Nouvelle clé {said}"))


def test_a_certificate_under_another_name_is_refused():
    first, second = (EcdsaSigner.generate("a1b2c3d4", "Épicerie", AT) for _n in range(2))
    said = key_change.hand_over(first.certificate_pem).description
    forged = said.replace(first.key_id, second.key_id)
    with pytest.raises(SignatureError):
        key_change.read(JetEvent(jet.SETTING_CHANGED, forged))
