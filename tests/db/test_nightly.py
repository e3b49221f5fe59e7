"""The backups nobody starts: made, forgotten, restored on the side, and told to the back office."""

import time

import pytest

from fiscal_database import FiscalDatabase, append
from ops import databases
from ops.saving import history, nightly, plan, retention, trial
from ops.saving.history import BACKUP, TRIAL
from ops.saving.plan import Plan
from ops.saving.retention import Keep


@pytest.fixture(scope="module")
def shop(make_world):
    return make_world()


@pytest.fixture
def settings(shop, tmp_path, monkeypatch):
    """A plan of its own: the checkout's is left alone."""
    monkeypatch.setenv("ESCARCELLE_BACKUP_PASSPHRASE", "UNE-PHRASE")
    monkeypatch.setattr(plan, "FILE", tmp_path / "backup.json")
    made = Plan(str(tmp_path / "ailleurs"), shop.name, keep=Keep(1, 1, 1))
    plan.write(made, plan.FILE)
    return made


@pytest.fixture
def rows(shop, cluster):
    def read(kind):
        return cluster.sql(
            "SELECT state, file, coalesce(message, '') FROM escarcelle_fiscal_backup "
            f"WHERE kind = '{kind}' ORDER BY id",
            shop.name,
        )

    cluster.sql("DELETE FROM escarcelle_fiscal_backup", shop.name)
    return read


def left_behind(cluster):
    """Databases of restore tests. Others belong to layers that run at the same time."""
    return [name for name in cluster.databases() if name.startswith(trial.PREFIX)]


def backups(settings):
    return retention.of_database(settings.checked_directory(), settings.database)


def test_a_night_saves_tries_and_says_so(cluster, shop, settings, rows):
    assert nightly.run_due(cluster, shop, settings)
    (made,) = backups(settings)
    assert [row[:2] for row in rows(BACKUP)] == [["done", made.name]]
    assert [row[:2] for row in rows(TRIAL)] == [["done", made.name]]
    assert "vérifiés" in rows(TRIAL)[0][2]
    assert left_behind(cluster) == []
    # Nothing is due any more.
    assert nightly.run_due(cluster, shop, settings)
    assert len(rows(BACKUP)) == len(rows(TRIAL)) == 1
    success, attempt = history.last(cluster, shop.name, BACKUP)
    assert success == attempt


def test_an_absent_disk_is_a_failure_people_are_told_of(cluster, shop, settings, rows):
    (settings.checked_directory() / plan.MARK).unlink()
    assert not nightly.run_due(cluster, shop, settings)
    assert [row[0] for row in rows(BACKUP)] == ["failed"]
    assert "n'est pas là" in rows(BACKUP)[0][2]
    assert history.last(cluster, shop.name, BACKUP)[0] is None


def test_a_damaged_backup_fails_its_test(cluster, shop, settings, rows):
    assert nightly.save(cluster, shop, settings)
    (made,) = backups(settings)
    raw = bytearray(made.read_bytes())
    raw[len(raw) // 2] ^= 1
    made.write_bytes(raw)
    assert not nightly.try_restore(cluster, shop, settings)
    assert rows(TRIAL)[-1][0] == "failed" and "illisible" in rows(TRIAL)[-1][2]
    assert left_behind(cluster) == []


def test_what_is_no_longer_needed_is_forgotten(cluster, shop, settings, rows):
    directory = settings.checked_directory()
    old = [directory / f"{shop.name}-202001{day:02d}-030000.escarcelle" for day in (1, 2, 3)]
    other = directory / "autre-20200101-030000.escarcelle"
    for path in (*old, other):
        path.touch()
    assert nightly.save(cluster, shop, settings)
    kept = backups(settings)
    assert len(kept) == 1 and kept[0] not in old
    assert other.exists()


def test_two_at_a_time_are_one(cluster, shop, settings, rows):
    with nightly._alone() as first:
        assert first
        assert nightly.run_due(cluster, shop, settings)
    assert rows(BACKUP) == []


def test_a_restored_journal_with_a_defect_fails_the_test(cluster, house, shop, settings, rows):
    """A superuser changed one record before the backup was made."""
    database = FiscalDatabase.attached(house, shop.name)
    till = database.till()
    with database.odoo() as connection, connection.cursor() as cr:
        append(cr, till, till.event() + till.ticket() + till.ticket() + till.ticket())
    assert nightly.save(cluster, shop, settings)
    assert nightly.try_restore(cluster, shop, settings)
    assert rows(TRIAL)[-1][2].startswith("4 enregistrements")
    cluster.sql(
        "ALTER TABLE fiscal.record DISABLE TRIGGER USER;"
        "UPDATE fiscal.record SET signature = overlay(signature placing 'AAAA' from 9)"
        " WHERE kind = 'TCK' AND seq = 2;"
        "ALTER TABLE fiscal.record ENABLE ALWAYS TRIGGER immutable;"
        "ALTER TABLE fiscal.record ENABLE ALWAYS TRIGGER no_truncate;",
        shop.name,
    )
    time.sleep(1.1)  # a backup is named after its second
    assert nightly.save(cluster, shop, settings)
    assert not nightly.try_restore(cluster, shop, settings)
    assert "défaut" in rows(TRIAL)[-1][2]


def test_left_behind_tests_are_removed(cluster, shop, settings, rows):
    left = f"{trial.PREFIX}20200101_030000"
    databases.create(cluster, left)
    assert nightly.save(cluster, shop, settings)
    nightly.try_restore(cluster, shop, settings)
    assert left not in cluster.databases()
