"""The start-up check knows this schema, and sees what weakens it."""

import importlib.util

import psycopg2.extras
import pytest

from fiscal_database import FiscalDatabase
from ops.fiscal import read_migrations
from ops.paths import HOUSE


@pytest.fixture(scope="module")
def schema():
    path = HOUSE.root / "addons" / "escarcelle_fiscal" / "tools" / "schema.py"
    spec = importlib.util.spec_from_file_location("fiscal_schema", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def database(house):
    database = FiscalDatabase(house)
    yield database
    database.drop()


def _state(connection, schema):
    with connection.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cr:
        cr.execute(schema.STATE)
        return dict(cr.fetchone())


def _codes(database, schema):
    with database.odoo() as connection:
        return [defect.code for defect in schema.defects(_state(connection, schema))]


def test_addon_wants_the_last_migration(schema):
    assert schema.VERSION == read_migrations(HOUSE.migrations)[-1].number


def test_functions_are_those_the_addon_was_written_for(database, schema):
    """When a function of config/fiscal changes, ``schema.FUNCTIONS`` changes with it."""
    with database.odoo() as connection, connection.cursor() as cr:
        cr.execute(schema.FINGERPRINT)
        assert cr.fetchone()[0] == schema.FUNCTIONS


def test_nothing_is_weak_in_a_fresh_schema(database, schema):
    assert _codes(database, schema) == []


def test_tables_the_guard_watches_are_all_the_tables(database, schema):
    with database.odoo() as connection:
        assert sorted(_state(connection, schema)["tables"]) == list(schema.TABLES)


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("ALTER TABLE fiscal.record OWNER TO odoo", "owner"),
        ("ALTER SCHEMA fiscal OWNER TO odoo", "owner"),
        ("ALTER FUNCTION fiscal.lock(text) OWNER TO odoo", "owner"),
        ("ALTER TABLE fiscal.record DISABLE TRIGGER immutable", "triggers"),
        ("ALTER TABLE fiscal.record ENABLE TRIGGER immutable", "triggers"),
        ("DROP TRIGGER no_truncate ON fiscal.head", "triggers"),
        ("ALTER FUNCTION fiscal.append(text, jsonb, boolean) RESET search_path", "functions"),
        ("CREATE OR REPLACE FUNCTION fiscal.lock(p_till text) RETURNS jsonb LANGUAGE sql AS 'SELECT NULL::jsonb'",
         "functions"),
        ("CREATE FUNCTION fiscal.autre() RETURNS int LANGUAGE sql AS 'SELECT 1'", "functions"),
        ("GRANT UPDATE ON fiscal.record TO odoo", "privileges"),
        ("GRANT DELETE ON fiscal.quarantine TO PUBLIC", "privileges"),
        ("DROP TABLE fiscal.quarantine CASCADE", "tables"),
    ],
)  # fmt: skip
def test_each_weakening_is_seen(database, schema, statement, code):
    with database.admin() as connection, connection.cursor() as cr:
        cr.execute(statement)
    assert code in _codes(database, schema)


def test_superuser_is_said(database, schema):
    with database.admin() as connection:
        codes = [defect.code for defect in schema.defects(_state(connection, schema))]
    assert codes == ["role"]


def test_dump_restored_by_odoo_is_level_1(house, database, schema, tmp_path):
    """Odoo's own dump has no owners: what it restores belongs to Odoo's role."""
    import os
    import subprocess

    env = {**os.environ, "PGHOST": house.host, "PGPORT": str(house.port), "PGUSER": "odoo",
           "PGPASSWORD": house.odoo_password}  # fmt: skip
    dump = tmp_path / "dump.sql"
    with dump.open("wb") as stream:
        subprocess.run(["pg_dump", "--no-owner", database.name], env=env, stdout=stream, check=True)
    restored = FiscalDatabase(house, opened=False)
    try:
        with restored.admin() as connection, connection.cursor() as cr:
            cr.execute("ALTER SCHEMA fiscal RENAME TO autre")
        subprocess.run(["psql", "-q", "-d", restored.name, "-f", str(dump)], env=env, check=True,
                       capture_output=True)  # fmt: skip
        assert "owner" in _codes(restored, schema)
    finally:
        restored.drop()
