"""A backup is proved by restoring it: owners, rights, guards, contents, files and keys."""

import tempfile
from pathlib import Path

import psycopg2
import pytest

from ops import world
from ops.errors import OpsError
from ops.saving import backup, guard, restore

PHRASE = "UNE-PHRASE-DE-SECOURS"
#: Long enough to stand nowhere in a ciphertext by chance.
KEY = "une clé de la boutique"


@pytest.fixture(scope="module")
def saved(make_world, cluster):
    """A shop with something in its filestore and among its keys."""
    found = make_world()
    found.make_directories()
    (found.fiscal / "essai.key").write_text(KEY)
    found.filestore.mkdir(parents=True, exist_ok=True)
    (found.filestore / "ab").mkdir(exist_ok=True)
    (found.filestore / "ab" / "abcd").write_bytes(b"\0image")
    return found


@pytest.fixture(scope="module")
def archive(saved, cluster, tmp_path_factory):
    return backup.save(cluster, saved, tmp_path_factory.mktemp("sauvegardes"), PHRASE)


@pytest.fixture(scope="module")
def restored(archive, saved, cluster):
    target = world.other_world(f"{saved.name}_restauree")
    with tempfile.TemporaryDirectory() as work:
        manifest = restore.unpack(archive, Path(work), PHRASE)
        restore.restore(cluster, target, Path(work), manifest)
    yield target
    world.remove(cluster, target)


def test_nothing_is_in_clear(archive):
    raw = archive.read_bytes()
    for known in ("PGDMP\x01", "fiscal.record", "essai.key", KEY):
        assert known.encode() not in raw, known
    assert archive.stat().st_mode & 0o077 == 0
    assert [p for p in archive.parent.iterdir() if p != archive] == []


def test_owners_rights_and_guards_are_kept(saved, restored, cluster):
    before, after = (guard.describe(cluster, w.name) for w in (saved, restored))
    assert before == after
    assert '"fiscal_owner"' in before and "trigger" in before


def test_odoo_still_cannot_alter_the_journal(restored, house):
    with psycopg2.connect(house.dsn(restored.name)) as connection, connection.cursor() as cr:
        cr.execute("SELECT count(*) FROM fiscal.record")
        for statement in (
            "UPDATE fiscal.record SET payload = payload",
            "DELETE FROM fiscal.record",
            "TRUNCATE fiscal.record",
            "ALTER TABLE fiscal.record DISABLE TRIGGER ALL",
            "DROP SCHEMA fiscal CASCADE",
            "SET ROLE fiscal_owner",
        ):
            cr.execute("SAVEPOINT s")
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cr.execute(statement)
            cr.execute("ROLLBACK TO s")
    connection.close()


def test_files_and_keys_are_back(saved, restored):
    def contents(directory):
        return {
            p.relative_to(directory): p.read_bytes() for p in directory.rglob("*") if p.is_file()
        }

    assert contents(restored.filestore) == contents(saved.filestore) != {}
    assert contents(restored.fiscal) == contents(saved.fiscal) != {}


def test_every_row_is_back(saved, restored, house):
    def rows(database):
        with psycopg2.connect(house.dsn(database, admin=True)) as connection:
            with connection.cursor() as cr:
                cr.execute(
                    "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables "
                    "WHERE schemaname IN ('public', 'fiscal') ORDER BY 1"
                )
                found = {}
                for (table,) in cr.fetchall():
                    cr.execute(
                        f"SELECT count(*), md5(string_agg(t::text, '' ORDER BY t::text)) FROM {table} t"
                    )
                    found[table] = cr.fetchone()
        connection.close()
        return found

    before = rows(saved.name)
    assert len(before) > 200
    assert rows(restored.name) == before


def test_a_cut_archive_is_refused_and_leaves_nothing(archive, saved, cluster, tmp_path):
    cut = tmp_path / "cut"
    cut.write_bytes(archive.read_bytes()[:-1000])

    def ours():
        return [name for name in cluster.databases() if name.startswith(saved.name)]

    before = ours()
    with pytest.raises(OpsError, match="illisible"):
        restore.unpack(cut, tmp_path / "work", PHRASE)
    assert ours() == before


def test_another_phrase_is_refused(archive, tmp_path):
    with pytest.raises(OpsError, match="phrase de secours fausse"):
        restore.unpack(archive, tmp_path, "AUTRE")


def test_a_restored_journal_that_differs_is_refused(archive, saved, cluster, tmp_path):
    target = world.other_world(f"{saved.name}_autre")
    manifest = restore.unpack(archive, tmp_path, PHRASE)
    manifest["guard"] = manifest["guard"].replace('"fiscal_owner"', '"odoo"')
    with pytest.raises(OpsError, match="n'est pas celle"):
        restore.restore(cluster, target, tmp_path, manifest)
    assert target.name not in cluster.databases()
