"""Fiscal migrations: each once, in order, and a file that ran may not change."""

import pytest

from ops.errors import OpsError
from ops.fiscal import pending, read_migrations
from ops.paths import HOUSE


@pytest.fixture
def files(tmp_path):
    def write(*names):
        for name in names:
            (tmp_path / name).write_text(f"-- {name}\n")
        return tmp_path

    return write


def test_in_order_of_number(files):
    found = read_migrations(files("0002_guards.sql", "0001_tables.sql", "0003_more.sql"))
    assert [(m.number, m.name) for m in found] == [(1, "tables"), (2, "guards"), (3, "more")]
    assert len({m.sha256 for m in found}) == 3


@pytest.mark.parametrize(
    "names",
    [
        ("0001_a.sql", "0003_c.sql"),
        ("0001_a.sql", "0001_b.sql"),
        ("0002_b.sql",),
        ("1_a.sql",),
        ("0001_A b.sql",),
        (),
    ],
)
def test_a_hole_a_double_or_a_bad_name_is_refused(files, names):
    with pytest.raises(OpsError) as caught:
        read_migrations(files(*names))
    assert caught.value.remedy


def test_only_what_did_not_run(files):
    found = read_migrations(files("0001_a.sql", "0002_b.sql"))
    assert pending(found, {}) == found
    assert pending(found, {1: found[0].sha256}) == found[1:]
    assert pending(found, {m.number: m.sha256 for m in found}) == []


def test_an_applied_file_that_changed_is_refused(files):
    found = read_migrations(files("0001_a.sql", "0002_b.sql"))
    with pytest.raises(OpsError, match="0001 a changé"):
        pending(found, {1: "0" * 64})


def test_an_applied_file_that_is_gone_is_refused(files):
    found = read_migrations(files("0001_a.sql"))
    with pytest.raises(OpsError, match="0002 est appliquée mais"):
        pending(found, {1: found[0].sha256, 2: "0" * 64})


def test_our_own_files_are_in_order():
    assert read_migrations(HOUSE.migrations)
