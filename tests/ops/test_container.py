"""The sealed file gives back what was put in, or nothing."""

import io

import pytest

from ops.saving.container import CHUNK, MAGIC, TAG, Unreadable, seal, unseal

HEADER = len(MAGIC) + 23


def sealed(plain, phrase="PHRASE"):
    out = io.BytesIO()
    seal(phrase, io.BytesIO(plain), out)
    return out.getvalue()


def opened(raw, phrase="PHRASE"):
    out = io.BytesIO()
    unseal(phrase, io.BytesIO(raw), out)
    return out.getvalue()


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 7])
def test_round_trip(size):
    plain = bytes(i % 251 for i in range(size))
    raw = sealed(plain)
    assert opened(raw) == plain
    assert size < 64 or plain[:32] not in raw


def test_two_seals_of_the_same_differ():
    assert sealed(b"same") != sealed(b"same")


def test_a_wrong_phrase_opens_nothing():
    with pytest.raises(Unreadable, match="phrase"):
        opened(sealed(b"x"), "OTHER")


@pytest.mark.parametrize(
    "place", [3, len(MAGIC) + 2, HEADER - 1, HEADER, HEADER + CHUNK + TAG + 5, -1]
)
def test_any_changed_byte_is_seen(place):
    raw = bytearray(sealed(b"a" * (CHUNK + 100)))
    raw[place] ^= 1
    with pytest.raises(Unreadable):
        opened(bytes(raw))


@pytest.mark.parametrize("kept", [0, 10, HEADER, HEADER + CHUNK + TAG, HEADER + CHUNK + TAG + 30])
def test_a_cut_file_is_seen(kept):
    raw = sealed(b"a" * (CHUNK + 100))
    with pytest.raises(Unreadable):
        opened(raw[:kept])


def test_swapped_chunks_are_seen():
    raw = sealed(b"a" * CHUNK + b"b" * CHUNK + b"c")
    size = CHUNK + TAG
    head, one, two, rest = (
        raw[:HEADER], raw[HEADER : HEADER + size],
        raw[HEADER + size : HEADER + 2 * size], raw[HEADER + 2 * size :],
    )  # fmt: skip
    with pytest.raises(Unreadable):
        opened(head + two + one + rest)


def test_something_else_is_refused():
    with pytest.raises(Unreadable, match="n'est pas une sauvegarde"):
        opened(b"PK\x03\x04" + bytes(100))
