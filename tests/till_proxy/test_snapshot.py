"""A snapshot is taken over whole, or the one before stays in force."""

import json

import pytest

from gateway_till import NOW, Server, manifest, parts
from till_proxy.errors import Refusal
from till_proxy.snapshot import Manifest, Snapshot, SnapshotError
from till_proxy.vault import Vault

KEY = bytes(range(32))


@pytest.fixture
def vault(tmp_path):
    return Vault(tmp_path, KEY)


def test_before_the_first_there_is_nothing_to_serve(vault):
    snapshot = Snapshot(vault)
    assert not snapshot.ready and snapshot.age(NOW) is None
    with pytest.raises(Refusal) as refused:
        snapshot.part("page")
    assert refused.value.code == "snapshot_missing"


def test_every_part_is_kept_and_survives_a_restart(vault):
    assert Snapshot(vault).refresh(Server(), NOW) is True
    again = Snapshot(vault)
    for name, content in parts().items():
        assert again.part(name) == content
    assert again.age(NOW) == 0


def test_only_what_changed_is_fetched(vault):
    snapshot, server = Snapshot(vault), Server()
    snapshot.refresh(server, NOW)
    server.sent.clear()
    server.contents["load_data/product.product"] = b'[{"id":3,"lst_price":3.1}]'
    assert snapshot.refresh(server, NOW) is True
    assert server.sent == ["load_data/product.product"]
    assert snapshot.json("load_data/product.product")[0]["lst_price"] == 3.1


def test_an_unchanged_snapshot_is_only_confirmed(vault):
    seen = []
    snapshot, server = Snapshot(vault, on_change=seen.append), Server()
    snapshot.refresh(server, NOW)
    server.sent.clear()
    assert snapshot.refresh(server, NOW) is False
    assert server.sent == [] and len(seen) == 1


def test_a_network_cut_in_the_middle_changes_nothing(vault):
    snapshot, server = Snapshot(vault), Server()
    snapshot.refresh(server, NOW)
    before = snapshot.manifest.version
    server.contents["page"] = b"<html>new</html>"
    server.contents["products.json"] = b'[{"id": 3}]'

    def cut(params):
        if params.get("part") == "products.json":
            raise ConnectionError("cut")
        return server(params)

    with pytest.raises(OSError, match="cut"):
        snapshot.refresh(cut, NOW)
    assert snapshot.manifest.version == before
    assert snapshot.part("page") == parts()["page"]
    assert Snapshot(vault).part("page") == parts()["page"]
    assert snapshot.refresh(server, NOW) is True
    assert snapshot.part("page") == b"<html>new</html>"


def test_a_part_that_is_not_what_was_announced_is_refused(vault):
    server = Server()

    def altered(params):
        status, body = server(params)
        return (status, body + b" ") if params.get("part") == "page" else (status, body)

    snapshot = Snapshot(vault)
    with pytest.raises(SnapshotError, match="altérée"):
        snapshot.refresh(altered, NOW)
    assert not snapshot.ready


@pytest.mark.parametrize("status", [204, 301, 401, 404, 500])
def test_another_answer_than_200_changes_nothing(vault, status):
    snapshot = Snapshot(vault)
    with pytest.raises(SnapshotError):
        snapshot.refresh(lambda params: (status, b""), NOW)
    assert not snapshot.ready


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"null", b'{"version": 1}', b"\xff\xfe",
        b'{"version":"v","made_at":"x","parts":{}}',
        b'{"version":"v","made_at":"x","parts":{"page":{"sha256":"../../etc"}}}',
        b'{"version":"v","made_at":"x","parts":{"page":{"sha256":"ABCD"}}}',
    ],
)  # fmt: skip
def test_a_manifest_that_is_none_is_refused(vault, body):
    snapshot = Snapshot(vault)
    with pytest.raises(SnapshotError):
        snapshot.refresh(lambda params: (200, body), NOW)


def test_a_part_lost_from_the_disk_is_fetched_again(vault):
    snapshot, server = Snapshot(vault), Server()
    snapshot.refresh(server, NOW)
    vault._blob_path(snapshot.sha256("page")).unlink()
    server.sent.clear()
    assert snapshot.refresh(server, NOW) is True
    assert server.sent == ["page"]


def test_a_page_loaded_before_still_finds_its_pictures_once(vault):
    snapshot, server = Snapshot(vault), Server()
    snapshot.refresh(server, NOW)
    old = snapshot.sha256("page")
    server.contents["page"] = b"<html>2</html>"
    snapshot.refresh(server, NOW)
    assert vault.has(old)
    server.contents["page"] = b"<html>3</html>"
    snapshot.refresh(server, NOW)
    assert not vault.has(old)


def test_the_page_version_moves_with_what_the_page_holds_only(vault):
    snapshot, server = Snapshot(vault), Server()
    snapshot.refresh(server, NOW)
    version = snapshot.manifest.page_version
    server.contents["households.json"] = b"[]"
    snapshot.refresh(server, NOW)
    assert snapshot.manifest.page_version == version
    server.contents["load_data/product.product"] = b"[]"
    snapshot.refresh(server, NOW)
    assert snapshot.manifest.page_version != version


def test_the_manifest_reads_back_as_it_was_written():
    read = Manifest.parse(manifest(parts()), "2026-11-21T10:00:00Z")
    again = Manifest.parse(read.as_bytes(), json.loads(read.as_bytes())["fetched_at"])
    assert again == read
