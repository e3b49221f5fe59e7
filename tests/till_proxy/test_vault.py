"""What is at rest on the till's disk opens with its key, whole, under its own name, or not at all."""

import os
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from till_proxy import vault as vault_module
from till_proxy.vault import Cipher, Vault, VaultError, atomic_write, load_key

KEY = bytes(range(32))


@pytest.fixture
def vault(tmp_path):
    return Vault(tmp_path / "vault", KEY)


@given(st.binary(max_size=2000), st.text(max_size=20))
def test_what_is_sealed_opens(content, purpose):
    cipher = Cipher(KEY)
    assert cipher.open(cipher.seal(content, purpose), purpose) == content


@given(st.binary(min_size=1, max_size=200), st.data())
def test_any_changed_byte_is_refused(content, data):
    cipher = Cipher(KEY)
    sealed = bytearray(cipher.seal(content, "x"))
    where = data.draw(st.integers(0, len(sealed) - 1))
    sealed[where] ^= data.draw(st.integers(1, 255))
    with pytest.raises(VaultError):
        cipher.open(bytes(sealed), "x")


def test_equal_contents_are_sealed_differently():
    cipher = Cipher(KEY)
    assert cipher.seal(b"same", "x") != cipher.seal(b"same", "x")


def test_another_purpose_or_another_key_does_not_open():
    sealed = Cipher(KEY).seal(b"content", "sale")
    with pytest.raises(VaultError):
        Cipher(KEY).open(sealed, "draft")
    with pytest.raises(VaultError):
        Cipher(bytes(32)).open(sealed, "sale")


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_key_of_another_length_is_refused(length):
    with pytest.raises(VaultError):
        Cipher(bytes(length))


def test_content_is_found_by_its_digest_and_not_readable_on_disk(vault, tmp_path):
    digest = vault.put(b"Amina Benali, 12 rue des Tilleuls")
    assert vault.get(digest) == b"Amina Benali, 12 rue des Tilleuls"
    assert vault.has(digest)
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"Amina" not in kept and b"Tilleuls" not in kept


def test_a_file_moved_under_another_digest_does_not_open(vault):
    first, second = vault.put(b"first"), vault.put(b"second")
    os.replace(vault._blob_path(first), vault._blob_path(second))
    with pytest.raises(VaultError):
        vault.get(second)


@pytest.mark.parametrize("digest", ["", "..", "../" * 20, "z" * 64, "A" * 64, "a" * 63])
def test_an_address_that_is_no_digest_is_refused(vault, digest):
    with pytest.raises(VaultError):
        vault.get(digest)


def test_absent_content_is_a_key_error(vault):
    with pytest.raises(KeyError):
        vault.get("a" * 64)
    assert not vault.has("a" * 64)


def test_what_is_no_longer_wanted_goes(vault):
    kept, gone = vault.put(b"kept"), vault.put(b"gone")
    assert vault.drop_except({kept}) == 1
    assert vault.has(kept) and not vault.has(gone)


def test_named_values_are_replaced(vault):
    assert vault.read("snapshot") is None
    vault.write("snapshot", b"one")
    vault.write("snapshot", b"two")
    assert vault.read("snapshot") == b"two"


@pytest.mark.parametrize("name", ["", "../key", "a/b", "a.b"])
def test_a_name_is_a_plain_word(vault, name):
    with pytest.raises(VaultError):
        vault.read(name)


def test_the_key_file_is_for_its_owner_only_and_kept(tmp_path):
    key = load_key(tmp_path / "till", use_keyring=False)
    assert load_key(tmp_path / "till", use_keyring=False) == key and len(key) == 32
    mode = stat.S_IMODE((tmp_path / "till" / "key").stat().st_mode)
    assert mode == 0o600
    (tmp_path / "till" / "key").chmod(0o644)
    load_key(tmp_path / "till", use_keyring=False)
    assert stat.S_IMODE((tmp_path / "till" / "key").stat().st_mode) == 0o600


class Ring:
    """A keyring of the operating system, in memory."""

    priority = 5

    def __init__(self):
        self.kept = {}

    def set_password(self, service, account, secret):
        self.kept[service, account] = secret

    def get_password(self, service, account):
        return self.kept.get((service, account))


def test_a_real_keyring_keeps_the_key_and_no_file_does(tmp_path, monkeypatch):
    ring = Ring()
    monkeypatch.setattr(vault_module, "_real_keyring", lambda: ring)
    key = load_key(tmp_path)
    assert load_key(tmp_path) == key
    assert not (tmp_path / "key").exists() and len(ring.kept) == 1


def test_a_keyring_that_lost_the_key_stops_the_till_instead_of_making_another(tmp_path, monkeypatch):
    ring = Ring()
    monkeypatch.setattr(vault_module, "_real_keyring", lambda: ring)
    load_key(tmp_path)
    ring.kept.clear()
    with pytest.raises(VaultError, match="trousseau"):
        load_key(tmp_path)
    monkeypatch.setattr(vault_module, "_real_keyring", lambda: None)
    with pytest.raises(VaultError, match="trousseau"):
        load_key(tmp_path)


def test_a_keyring_that_keeps_nothing_is_not_trusted(tmp_path, monkeypatch):
    ring = Ring()
    monkeypatch.setattr(ring, "get_password", lambda service, account: None)
    monkeypatch.setattr(vault_module, "_real_keyring", lambda: ring)
    key = load_key(tmp_path)
    assert (tmp_path / "key").exists() and load_key(tmp_path) == key


def test_a_failed_write_leaves_the_former_content_and_no_rubbish(tmp_path, monkeypatch):
    path = tmp_path / "value"
    atomic_write(path, b"former")

    def full(_fd):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="space"):
        atomic_write(path, b"newer")
    assert path.read_bytes() == b"former"
    assert [p.name for p in tmp_path.iterdir()] == ["value"]
