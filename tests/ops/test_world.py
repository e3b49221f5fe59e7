"""A world's settings, and what templates are named after."""

import configparser
from types import SimpleNamespace

import pytest

from ops import hashing, templates, world
from ops.paths import HOUSE, House


@pytest.fixture
def cluster(tmp_path):
    return SimpleNamespace(house=House(tmp_path), port=5555)


def test_conf(tmp_path, cluster, monkeypatch):
    monkeypatch.setattr(
        world, "HOUSE", SimpleNamespace(addons=HOUSE.addons, secrets=tmp_path / "s")
    )
    target = world.World("essai", tmp_path / "monde")
    target.write_conf(cluster, 8123, max_cron_threads=0)
    conf = configparser.RawConfigParser()
    conf.read(target.conf)
    options = conf["options"]
    assert options["db_name"] == "essai" and options["dbfilter"] == "^essai$"
    assert (options["db_host"], options["db_port"], options["db_user"]) == (
        "127.0.0.1",
        "5555",
        "odoo",
    )
    assert (options["http_interface"], options["http_port"]) == ("127.0.0.1", "8123")
    assert options["list_db"] == "False" and options["max_cron_threads"] == "0"
    assert options["addons_path"].endswith(str(HOUSE.addons))
    assert len(options["db_password"]) > 20 and len(options["admin_passwd"]) > 20
    assert target.conf.stat().st_mode & 0o077 == 0
    assert target.fiscal.stat().st_mode & 0o077 == 0


def test_every_process_is_told_where_the_keys_are(tmp_path):
    target = world.World("essai", tmp_path)
    assert target.environment()["ESCARCELLE_FISCAL_DIR"] == str(tmp_path / "data" / "fiscal")


def test_the_demonstration_keeps_the_documented_places():
    demo = world.demo_world()
    assert demo.conf == HOUSE.var / "odoo.conf"
    assert demo.data == HOUSE.var / "data" / "odoo"
    assert world.of_name(demo.name) == demo
    assert world.of_name("autre").base == HOUSE.var / "worlds" / "autre"


def test_base_modules_come_from_the_manifests():
    found = templates.foreign_depends()
    assert {"base", "point_of_sale", "l10n_fr_account"} <= set(found)
    assert {"escarcelle_fiscal", "escarcelle_pos", "escarcelle_social"} <= set(templates.OURS)
    assert not set(found) & set(templates.OURS)


def test_a_changed_file_or_name_changes_the_fingerprint(tmp_path):
    folder = tmp_path / "addons"
    (folder / "__pycache__").mkdir(parents=True)
    (folder / "a.py").write_text("1")
    first = hashing.of_files(tmp_path, [folder])
    (folder / "__pycache__" / "a.pyc").write_text("x")
    assert hashing.of_files(tmp_path, [folder]) == first
    (folder / "a.py").write_text("2")
    second = hashing.of_files(tmp_path, [folder])
    (folder / "a.py").rename(folder / "b.py")
    assert len({first, second, hashing.of_files(tmp_path, [folder])}) == 3
    assert hashing.of_text("ab", "c") != hashing.of_text("a", "bc")
