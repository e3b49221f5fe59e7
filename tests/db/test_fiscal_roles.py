"""Odoo's database role cannot alter the journal; neither can its owner (invariant 4)."""

import psycopg2
import psycopg2.extras
import pytest

from fiscal_database import FiscalDatabase, append

TABLES = (
    "certificate", "certificate_revocation", "fact", "head", "instance", "purge", "quarantine",
    "quarantine_decision", "record", "retirement", "schema_migration", "succession", "till", "till_clock",
    "time_stamp",
)  # fmt: skip
COLUMN = {
    "certificate": "pem", "certificate_revocation": "reason", "fact": "value", "head": "seq",
    "instance": "id", "purge": "kept", "quarantine": "reason", "quarantine_decision": "reason", "record": "payload",
    "retirement": "kind", "schema_migration": "name", "succession": "predecessor", "till": "name",
    "till_clock": "appends", "time_stamp": "server",
}  # fmt: skip


@pytest.fixture(scope="module")
def database(house):
    """A journal with a row in every table."""
    database = FiscalDatabase(house)
    till, lost = database.till(1), database.till(2)
    with database.odoo() as connection, connection.cursor() as cr:
        append(cr, till, till.ticket())
        cr.execute("SELECT fiscal.revoke_certificate(%s, %s, 'volée')", [lost.uid, lost.desk.signer.key_id])
        record = lost.ticket()[0].as_json()
        cr.execute(
            "SELECT fiscal.quarantine(%s, jsonb_build_array(%s::jsonb), 'essai', 'revoked_key', 'essai')",
            [lost.uid, psycopg2.extras.Json(record)],
        )
        cr.execute("SELECT fiscal.retire_till(%s, 'stolen', 'essai', NULL, 'U1')", [lost.uid])
        cr.execute("SELECT fiscal.succeed_till(%s, %s)", [till.uid, lost.uid])
        cr.execute("SELECT fiscal.decide_quarantine(id, 'explained', 'essai', 'U1') FROM fiscal.quarantine")
        till.anchor(cr)
        cr.execute(
            "SELECT fiscal.keep_time_stamp(till, kind, seq, 'essai', 'jeton', now())"
            " FROM fiscal.record WHERE kind = 'ANC'"
        )
    with database.admin() as connection, connection.cursor() as cr:
        cr.execute(
            "INSERT INTO fiscal.purge (till, archive, archive_signature, first_day, last_day, last_id, received,"
            " chains, records, kept, purged_by)"
            " VALUES ('a1b2c3d4', 1, 'essai', '2015-01-01', '2015-12-31', 1, 1, '{}', 0, '', 'U1')"
        )
    yield database
    database.drop()


def _refused(database, statement, *, admin=False, role=None, code=None):
    with (database.admin() if admin else database.odoo()) as connection, connection.cursor() as cr:
        if role:
            cr.execute(f"SET ROLE {role}")
        with pytest.raises(psycopg2.Error) as caught:
            cr.execute(statement)
        connection.rollback()
    assert caught.value.pgcode in (code or ("42501",)), caught.value


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE fiscal.{table} SET {column} = {column}",
        "DELETE FROM fiscal.{table}",
        "TRUNCATE fiscal.{table}",
        "INSERT INTO fiscal.{table} OVERRIDING SYSTEM VALUE SELECT * FROM fiscal.{table}",
        "ALTER TABLE fiscal.{table} ADD COLUMN x int",
        "ALTER TABLE fiscal.{table} DISABLE TRIGGER ALL",
        "ALTER TABLE fiscal.{table} OWNER TO odoo",
        "DROP TABLE fiscal.{table} CASCADE",
        "CREATE RULE r AS ON INSERT TO fiscal.{table} DO INSTEAD NOTHING",
        "CREATE TRIGGER t BEFORE INSERT ON fiscal.{table} FOR EACH ROW"
        " EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        "CREATE INDEX ON fiscal.{table} (({column}::text))",
        "ALTER TABLE fiscal.{table} DROP COLUMN {column}",
        "ALTER TABLE fiscal.{table} RENAME TO autre",
        "ALTER TABLE fiscal.{table} ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY p ON fiscal.{table} USING (false)",
        "COPY fiscal.{table} FROM STDIN",
        "MERGE INTO fiscal.{table} t USING (SELECT 1) s ON false WHEN NOT MATCHED THEN INSERT DEFAULT VALUES",
        "LOCK TABLE fiscal.{table} IN EXCLUSIVE MODE",
        "GRANT ALL ON fiscal.{table} TO odoo",
    ],
)
def test_odoo_cannot_touch_a_table(database, table, statement):
    if statement.startswith("GRANT"):
        # PostgreSQL answers a warning and grants nothing: what counts is what is possible after.
        with database.odoo() as connection, connection.cursor() as cr:
            cr.execute(statement.format(table=table))
            connection.rollback()
        statement = "DELETE FROM fiscal.{table}"
    _refused(database, statement.format(table=table, column=COLUMN[table]))


@pytest.mark.parametrize(
    "statement",
    [
        "DROP SCHEMA fiscal CASCADE",
        "ALTER SCHEMA fiscal RENAME TO autre",
        "ALTER SCHEMA fiscal OWNER TO odoo",
        "CREATE TABLE fiscal.autre ()",
        "CREATE FUNCTION fiscal.autre() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE OR REPLACE FUNCTION fiscal.append(p_till text, p_records jsonb, p_late boolean DEFAULT NULL)"
        " RETURNS jsonb LANGUAGE sql AS 'SELECT NULL::jsonb'",
        "DROP FUNCTION fiscal.append(text, jsonb, boolean)",
        "ALTER FUNCTION fiscal.append(text, jsonb, boolean) SECURITY INVOKER",
        "SET session_replication_role = replica",
        "SET ROLE fiscal_owner",
        "SET SESSION AUTHORIZATION fiscal_owner",
        "GRANT fiscal_owner TO odoo",
        "ALTER ROLE odoo SUPERUSER",
        "REASSIGN OWNED BY fiscal_owner TO odoo",
        "DROP OWNED BY fiscal_owner",
        "SELECT nextval('fiscal.record_id_seq')",
        "SELECT setval('fiscal.record_id_seq', 1)",
        "SELECT fiscal.refuse_change()",
        "SELECT fiscal.note_fact('till', ARRAY['uid'], '{}')",
        "SELECT fiscal.watch('till')",
        "SET LOCAL session_replication_role = replica",
        "SELECT set_config('session_replication_role', 'replica', false)",
        "CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION fiscal.refuse_change()",
        "COPY fiscal.record FROM PROGRAM 'true'",
    ],
)
def test_odoo_cannot_touch_the_schema(database, statement):
    # 0A000: a trigger function may not be called at all; 42501: permission denied
    _refused(database, statement, code=("42501", "0A000"))


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("statement", ["DELETE FROM fiscal.{table}", "TRUNCATE fiscal.{table} CASCADE"])
@pytest.mark.parametrize("replica", [False, True])
def test_not_even_a_superuser_removes_by_mistake(database, table, statement, replica):
    with database.admin() as connection, connection.cursor() as cr:
        if replica:
            cr.execute("SET session_replication_role = replica")
        with pytest.raises(psycopg2.errors.CheckViolation, match="Journal fiscal"):
            cr.execute(statement.format(table=table))
        connection.rollback()


@pytest.mark.parametrize("table", [name for name in TABLES if name not in ("head", "till_clock")])
def test_the_owner_cannot_update(database, table):
    statement = f"UPDATE fiscal.{table} SET {COLUMN[table]} = {COLUMN[table]}"
    _refused(database, statement, admin=True, role="fiscal_owner", code=("23514",))


@pytest.mark.parametrize(
    "change",
    [
        "seq = seq - 1", "seq = seq", "seq = seq + 1", "kind = 'FCT'", "signature = repeat('A', 86)",
        "seq = seq + 1, signature = repeat('A', 86)",
    ],
)  # fmt: skip
def test_the_owner_cannot_move_a_head_elsewhere(database, change):
    _refused(database, f"UPDATE fiscal.head SET {change}", admin=True, role="fiscal_owner", code=("23514",))


def test_the_owner_cannot_turn_the_clock_back(database):
    statement = "UPDATE fiscal.till_clock SET appends = appends - 1"
    _refused(database, statement, admin=True, role="fiscal_owner", code=("23514",))


def test_every_table_is_tried(database):
    with database.odoo() as connection, connection.cursor() as cr:
        cr.execute("SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'fiscal'::regnamespace"
                   " AND c.relkind IN ('r', 'p', 'v', 'm', 'f') ORDER BY 1")  # fmt: skip
        assert tuple(name for (name,) in cr.fetchall()) == TABLES


def test_odoo_reads_every_table(database):
    with database.odoo() as connection, connection.cursor() as cr:
        for table in TABLES:
            cr.execute(f"SELECT count(*) FROM fiscal.{table}")
            assert cr.fetchone()[0] > 0, table


def test_a_stranger_reads_nothing(database):
    with database.admin() as connection, connection.cursor() as cr:
        cr.execute("CREATE ROLE fiscal_stranger")
        cr.execute("SET ROLE fiscal_stranger")
        for statement in ("SELECT * FROM fiscal.record", "SELECT fiscal.lock('00000000')"):
            cr.execute("SAVEPOINT here")
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cr.execute(statement)
            cr.execute("ROLLBACK TO here")
        connection.rollback()
