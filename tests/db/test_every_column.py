"""Any change made by a superuser, in any column of any table of the journal, is found and named.

The columns are read in the catalogue: one that has no case here fails. Every change happens in a
transaction of the superuser, guards and constraints removed, and is rolled back.
"""

import pytest

from escarcelle_core.verify.outcome import DEFECTS, SOUND, Outcome
from escarcelle_core.verify.run import verify_connection
from tampering import CASES, PURGE_CASES, ROWS, cut, do

#: What names the altered row in the report.
NAMES = {
    "record": "1-2", "head": "a1b2c3d4/TCK", "till_clock": "a1b2c3d4", "fact": "registre",
    "schema_migration": "3", "till": "a1b2c3d4/1", "certificate": "a1b2c3d4",
}  # fmt: skip


def _found(connection) -> Outcome:
    outcome = verify_connection("base", connection)
    assert outcome.verdict == DEFECTS, "not found"
    for defect in outcome.defects:
        assert defect.record and defect.field and defect.message, defect
        assert defect.expected != defect.found, defect
    return outcome


def _says(outcome: Outcome, name: str, field: str) -> bool:
    return any(name in defect.record and defect.field == field for defect in outcome.defects)


def _columns(journal) -> set[tuple[str, str]]:
    with journal.database.admin() as connection, connection.cursor() as cr:
        cr.execute("SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'fiscal'")
        return set(cr.fetchall())


def test_every_column_has_a_case(journal):
    cases = {(table, column) for table, columns in CASES.items() for column in columns}
    # A purge needs records of years ago: tests/db/test_purge.py.
    assert cases | {("purge", column) for column in PURGE_CASES} == _columns(journal)


def test_every_table_has_a_row(journal):
    with journal.database.admin() as connection, connection.cursor() as cr:
        for table in CASES:
            cr.execute(f"SELECT count(*) FROM fiscal.{table} WHERE {ROWS.get(table, 'true')}")
            assert cr.fetchone()[0] == 1, table


def test_untouched_it_is_sound(journal):
    with journal.database.odoo() as connection:
        outcome = verify_connection("base", connection)
    assert outcome.verdict == SOUND, outcome.defects
    assert outcome.records == sum(len(device.records) for device in journal.world.devices)
    assert not [warning for warning in outcome.warnings if "dernière ancre" in warning]


def test_disarmed_and_untouched_it_is_sound(connection):
    assert verify_connection("base", connection).verdict == SOUND


@pytest.mark.parametrize(
    ("table", "column"), [(table, column) for table, columns in CASES.items() for column in columns]
)
def test_change_is_found_and_named(connection, table, column):
    value, field = CASES[table][column]
    assert do(connection, f"UPDATE fiscal.{table} SET {column} = {value} WHERE {ROWS.get(table, 'true')}") == 1
    outcome = _found(connection)
    name = "1-502" if (table, column) == ("record", "seq") else NAMES.get(table, f"fiscal.{table}")
    assert _says(outcome, name, field), outcome.defects


@pytest.mark.parametrize("table", CASES)
def test_removed_row_is_found(connection, table):
    assert do(connection, f"DELETE FROM fiscal.{table} WHERE {ROWS.get(table, 'true')}") == 1
    _found(connection)


#: A row like the first one, under another key.
FORGED = {
    "record": "seq = seq + 900, id = id + 900000, origin = gen_random_uuid()",
    "head": "kind = 'FCT'", "till_clock": "till = 'b2c3d4e6'", "fact": "number = number + 1000",
    "schema_migration": "number = number + 900", "instance": "id = gen_random_uuid()",
    "till": "version = version + 1", "certificate": "till = 'b2c3d4e6'",
    "certificate_revocation": "till = 'a1b2c3d4'", "quarantine": "seq = seq + 1",
    "retirement": "till = 'a1b2c3d4'", "succession": "till = 'b2c3d4e5'",
    "quarantine_decision": "id = id + 1", "time_stamp": "id = id + 1",
}  # fmt: skip


@pytest.mark.parametrize("table", CASES)
def test_forged_row_is_found(connection, table):
    do(connection, f"CREATE TEMP TABLE forged AS SELECT * FROM fiscal.{table} WHERE {ROWS.get(table, 'true')} LIMIT 1")
    do(connection, f"UPDATE forged SET {FORGED[table]}")
    if table == "instance":
        do(connection, "DROP INDEX fiscal.instance_single")
    assert do(connection, f"INSERT INTO fiscal.{table} SELECT * FROM forged") == 1
    _found(connection)


def test_swapped_records_are_found(connection):
    """Two events of a till, which change no total, exchange their places."""
    do(connection, "UPDATE fiscal.record SET id = -id WHERE kind IN ('DUP', 'ECO') AND till = 'a1b2c3d4' AND seq <= 2")
    do(
        connection,
        "UPDATE fiscal.record r SET id = (SELECT -o.id FROM fiscal.record o WHERE o.till = r.till"
        " AND o.id < 0 AND o.kind <> r.kind AND o.seq = least(r.seq, 1)) WHERE r.id < 0 AND r.seq = 1",
    )
    do(connection, "UPDATE fiscal.record SET id = -id WHERE id < 0")
    outcome = _found(connection)
    assert any(defect.field == "réception" for defect in outcome.defects)


def test_removed_tail_is_found_from_the_shop_anchor(connection):
    cut(connection, "a1b2c3d4", 12)
    outcome = _found(connection)
    assert _says(outcome, "caisse 1", "fin de la chaîne TCK"), outcome.defects
    assert _says(outcome, "caisse 1", "réception")


def test_removed_till_is_found(connection):
    for table, column in (
        ("record", "till"), ("head", "till"), ("till_clock", "till"), ("certificate", "till"), ("till", "uid"),
    ):  # fmt: skip
        do(connection, f"DELETE FROM fiscal.{table} WHERE {column} = 'a1b2c3d4'")
    outcome = _found(connection)
    assert _says(outcome, "caisse a1b2c3d4", "caisse")
    assert _says(outcome, "fiscal.till a1b2c3d4/1", "ligne")


def test_removed_till_with_its_facts_is_found_from_the_anchor(connection):
    for table, condition in (
        ("record", "till = 'a1b2c3d4'"), ("head", "till = 'a1b2c3d4'"), ("till_clock", "till = 'a1b2c3d4'"),
        ("certificate", "till = 'a1b2c3d4'"), ("till", "uid = 'a1b2c3d4'"), ("fact", "key LIKE '%a1b2c3d4%'"),
    ):  # fmt: skip
        do(connection, f"DELETE FROM fiscal.{table} WHERE {condition}")
    do(connection, "UPDATE fiscal.fact SET number = -number")
    do(connection, "UPDATE fiscal.fact f SET number = n FROM"
                    " (SELECT number AS was, row_number() OVER (ORDER BY number DESC) AS n FROM fiscal.fact) s"
                    " WHERE f.number = s.was")  # fmt: skip
    do(
        connection,
        """
        DO $$ DECLARE f fiscal.fact; link text := ''; BEGIN
            FOR f IN SELECT * FROM fiscal.fact ORDER BY number LOOP
                link := encode(sha256(convert_to(
                    concat_ws(E'\n', link, f.number, f.relation, f.key, f.value), 'UTF8')), 'hex');
                UPDATE fiscal.fact SET digest = link WHERE number = f.number;
            END LOOP; END $$
        """,
    )
    outcome = _found(connection)
    assert any("Ancre 0-" in defect.message for defect in outcome.defects)


def test_duplicated_till_is_found(connection):
    """All of a till's rows again, under another identifier, number and place."""
    do(connection, "CREATE TEMP TABLE more AS SELECT * FROM fiscal.record WHERE till = 'a1b2c3d4'")
    do(connection, "UPDATE more SET till = '0badcafe', till_number = 8, id = id + 100000")
    do(connection, "INSERT INTO fiscal.record SELECT * FROM more")
    for table, column, values in (
        ("head", "till", "till = '0badcafe'"), ("till_clock", "till", "till = '0badcafe'"),
        ("certificate", "till", "till = '0badcafe', id = id + 100"),
        ("till", "uid", "uid = '0badcafe', number = 8, id = id + 100"),
    ):  # fmt: skip
        do(connection, f"CREATE TEMP TABLE more_{table} AS SELECT * FROM fiscal.{table} WHERE {column} = 'a1b2c3d4'")
        do(connection, f"UPDATE more_{table} SET {values}")
        do(connection, f"INSERT INTO fiscal.{table} SELECT * FROM more_{table}")
    outcome = _found(connection)
    assert _says(outcome, "fiscal.till 0badcafe/1", "ligne")
    assert _says(outcome, "1-1", "caisse")


def test_all_links_recomputed_after_a_change_contradict_the_anchor(connection):
    """The most a superuser without a key can do: every unsigned value made coherent again."""
    do(connection, "UPDATE fiscal.record SET received_at = received_at - interval '1 day'"
                    f" WHERE {ROWS['record']}")  # fmt: skip
    do(
        connection,
        """
        DO $$ DECLARE r fiscal.record; link text := ''; BEGIN
            FOR r IN SELECT * FROM fiscal.record WHERE till = 'a1b2c3d4' ORDER BY id LOOP
                link := fiscal.reception(link, r);
                UPDATE fiscal.record SET reception = link WHERE id = r.id;
            END LOOP;
            UPDATE fiscal.till_clock SET reception = link WHERE till = 'a1b2c3d4'; END $$
        """,
    )
    outcome = _found(connection)
    assert [d.field for d in outcome.defects] == ["réception"]
    assert "Ancre 0-" in outcome.defects[0].message


@pytest.mark.parametrize("table", CASES)
def test_removed_table_is_found(connection, table):
    do(connection, f"ALTER TABLE fiscal.{table} SET SCHEMA public")
    outcome = verify_connection("base", connection)
    assert outcome.defects_total
    assert any(f"fiscal.{table}" in defect.record for defect in outcome.defects)


def test_added_column_is_said(connection):
    do(connection, "ALTER TABLE fiscal.record ADD COLUMN note text")
    assert _says(_found(connection), "fiscal.record.note", "structure")


def test_view_in_place_of_a_table_is_said(connection):
    do(connection, "ALTER TABLE fiscal.record RENAME TO vrai")
    do(connection, "CREATE VIEW fiscal.record AS SELECT * FROM fiscal.vrai")
    assert _says(_found(connection), "fiscal.record", "structure")
