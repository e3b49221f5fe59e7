"""Time stamps: made by a real authority, and everything wrong with one is said."""

import hashlib
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from asn1crypto import cms, core, tsp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archives import World
from escarcelle_core import chain, jet, time_stamp
from escarcelle_core.documents import JetEvent
from escarcelle_core.state import TillState
from escarcelle_core.time_stamp import TimeStampError, read_answer, read_token, request
from escarcelle_core.verify.run import verify
from shop import NOON, make_desk
from stamping import Authority

DIGEST = bytes(range(32))
NONCE = 0x1234567890ABCDEF


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("tsa"))


@pytest.fixture(scope="module")
def answer(authority):
    return authority.answer(request(DIGEST, NONCE))


def test_openssl_reads_our_request_and_we_read_its_answer(authority, answer):
    stamped = read_answer(answer, DIGEST, NONCE, [authority.root])
    assert stamped.trusted
    assert "Horodatage d" in stamped.authority
    assert abs(stamped.at - datetime.now(timezone.utc)) < timedelta(minutes=5)
    assert authority.accepts(stamped.token, DIGEST)
    assert not read_token(stamped.token, DIGEST).trusted


@pytest.mark.parametrize("key, digest", [("rsa", "sha256"), ("ec", "sha512"), ("rsa", "sha384")])
def test_other_keys_and_digests(tmp_path, key, digest):
    authority = Authority(tmp_path / "tsa", key=key, digest=digest)
    answer = authority.answer(request(DIGEST, NONCE))
    assert read_answer(answer, DIGEST, NONCE, [authority.root]).trusted


def test_the_first_edition_of_the_standard(tmp_path):
    authority = Authority(tmp_path / "tsa", named="sha1")
    answer = authority.answer(request(DIGEST, NONCE))
    token = cms.ContentInfo.load(read_answer(answer, DIGEST, NONCE, [authority.root]).token)
    said = {a["type"].native for a in token["content"]["signer_infos"][0]["signed_attrs"]}
    assert "signing_certificate" in said and "signing_certificate_v2" not in said


def test_another_imprint_another_request(answer):
    with pytest.raises(TimeStampError, match="autre chose"):
        read_answer(answer, bytes(32), NONCE)
    with pytest.raises(TimeStampError, match="autre demande"):
        read_answer(answer, DIGEST, NONCE + 1)


def test_an_authority_that_is_not_trusted(tmp_path, answer):
    other = Authority(tmp_path / "other")
    with pytest.raises(TimeStampError, match="autorité"):
        read_answer(answer, DIGEST, NONCE, [other.root])


def test_a_certificate_made_for_something_else(tmp_path, authority):
    """openssl itself refuses to answer with one: its certificate is put in the place of the right one."""
    web = Authority(tmp_path / "web", usage="web")
    with pytest.raises(subprocess.CalledProcessError):
        web.answer(request(DIGEST, NONCE))


def test_weak_digests_are_refused(tmp_path):
    authority = Authority(tmp_path / "tsa", digest="sha1")
    with pytest.raises(TimeStampError, match="refusée"):
        read_answer(authority.answer(request(DIGEST, NONCE)), DIGEST, NONCE)


def test_a_refusal_says_why():
    status = tsp.PKIStatusInfo({"status": "rejection", "status_string": ["quota dépassé"]})
    answer = core.Sequence()
    answer.contents = status.dump()
    with pytest.raises(TimeStampError, match="rejection.*quota dépassé"):
        read_answer(answer.dump(), DIGEST, NONCE)


@pytest.mark.parametrize("answer", [b"", b"<html>", b"\x30\x80", b"\x30" * 50_000, bytes(200_000)])
def test_what_is_no_answer(answer):
    with pytest.raises(TimeStampError):
        read_answer(answer, DIGEST, NONCE)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(st.data())
def test_a_changed_byte_is_refused_or_changes_nothing_that_counts(authority, answer, data):
    token = read_answer(answer, DIGEST, NONCE).token
    place = data.draw(st.integers(0, len(token) - 1))
    bit = data.draw(st.integers(0, 7))
    changed = token[:place] + bytes([token[place] ^ 1 << bit]) + token[place + 1 :]
    try:
        found = read_token(changed, DIGEST, trusted=[authority.root])
    except TimeStampError:
        return
    # Certificates beside the signer's are not signed; what is attested may not move.
    assert replace(found, token=b"") == replace(read_token(token, DIGEST, trusted=[authority.root]), token=b"")


def test_a_token_whose_certificate_was_exchanged(tmp_path, authority, answer):
    other = Authority(tmp_path / "other")
    token = cms.ContentInfo.load(read_answer(answer, DIGEST, NONCE).token)
    theirs = cms.ContentInfo.load(read_answer(other.answer(request(DIGEST, NONCE)), DIGEST, NONCE).token)
    token["content"]["certificates"] = theirs["content"]["certificates"]
    with pytest.raises(TimeStampError):
        read_token(token.dump(force=True), DIGEST)


def resigned_by_nobody(token: bytes, moved: timedelta) -> bytes:
    """The token with another time and a digest that fits; the signature is the old one."""
    content = cms.ContentInfo.load(token)
    signed = content["content"]
    info = tsp.TSTInfo.load(signed["encap_content_info"]["content"].parsed.dump())
    info["gen_time"] = info["gen_time"].native + moved
    signed["encap_content_info"]["content"] = core.ParsableOctetString(info.dump(force=True))
    for attribute in signed["signer_infos"][0]["signed_attrs"]:
        if attribute["type"].native == "message_digest":
            name = signed["signer_infos"][0]["digest_algorithm"]["algorithm"].native
            attribute["values"] = [hashlib.new(name, info.dump(force=True)).digest()]
    return content.dump(force=True)


def test_another_time_needs_another_signature(answer):
    token = read_answer(answer, DIGEST, NONCE).token
    with pytest.raises(TimeStampError, match="n'est pas celle"):
        read_token(resigned_by_nobody(token, timedelta(days=-400)), DIGEST)


def test_an_answer_too_big_is_not_even_parsed(answer, monkeypatch):
    monkeypatch.setattr(time_stamp, "MAX_ANSWER", len(answer) - 1)
    with pytest.raises(TimeStampError, match="trop grosse"):
        read_answer(answer, DIGEST, NONCE)


# -- in archives -------------------------------------------------------------------------------------


@pytest.fixture
def world():
    world = World()
    world.day(NOON)
    server = world.server
    server.keep(chain.issue_shop_anchor(server.state, server.desk, (), NOON + timedelta(hours=5)))
    return world


def stamped(authority, record):
    digest = time_stamp.imprint(record)
    return record.kind, 0, record.seq, read_answer(authority.answer(request(digest, NONCE)), digest, NONCE).token


def archive(world, tmp_path, tokens, name="a"):
    return world.archive(tmp_path / name, "J", NOON.date(), NOON + timedelta(hours=6), tokens=tokens).folder


def test_the_verifier_says_who_attests_what(authority, world, tmp_path):
    token = stamped(authority, world.server.records[-1])
    outcome = verify([archive(world, tmp_path, [token])])
    assert (outcome.verdict, outcome.defects) == ("sound", [])
    [said] = [w for w in outcome.warnings if "horodat" in w.lower()]
    assert "Horodatage d" in said and "Ancre" in said


def test_a_token_of_another_record_is_a_defect(authority, world, tmp_path):
    kind, number, seq, token = stamped(authority, world.server.records[-1])
    other = make_desk("5e5e5e5e", 0)
    record = chain.issue_event(TillState(), other, JetEvent(jet.INITIALISATION, "x"), NOON).records[0]
    wrong = stamped(authority, record)[3]
    [defect] = verify([archive(world, tmp_path, [(kind, number, seq, wrong)])]).defects
    assert defect.field == "horodatage" and "autre chose" in defect.message


@pytest.mark.parametrize("content", [b"", b"\x30\x03abc", b"x" * 5000])
def test_a_damaged_token_is_a_defect(world, tmp_path, content):
    [defect] = verify([archive(world, tmp_path, [("ANC", 0, 1, content)])]).defects
    assert "horodatages/ANC-0-1.tsr" in defect.record


def test_without_the_library_it_is_said_and_nothing_else_fails(authority, world, tmp_path):
    folder = archive(world, tmp_path, [stamped(authority, world.server.records[-1])])
    program = (
        "import sys; sys.modules['asn1crypto'] = None;"
        "from escarcelle_core.verify_cli import main; sys.exit(main(sys.argv[1:]))"
    )
    done = subprocess.run([sys.executable, "-c", program, str(folder)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "python3-asn1crypto" in done.stdout
