"""Any change made by a superuser, in any column of any table of the journal, is found and named.

The columns are read in the catalogue: one that has no case here fails. Every change happens in a
transaction of the superuser, guards and constraints removed, and is rolled back.
"""

import pytest

from escarcelle_core.verify.outcome import DEFECTS, SOUND, Outcome
from escarcelle_core.verify.run import verify_connection
from journal import Journal

#: Table → column → (SQL of the altered value, field the defect must name). The row is the one of ``ROWS``.
CASES = {
    "record": {
        "id": ("id + 1000000", "réception"),
        "till": ("'5e5e5e5e'", "caisse"),
        "till_number": ("9", "numéro de caisse"),
        "kind": ("'NTE'", "chaîne"),
        "seq": ("seq + 500", "numéro"),
        "doc_type": ("'FCT'", "type de document"),
        "operation": ("'ANN'", "opération"),
        "at": ("at + interval '1 microsecond'", "instant"),
        "local": ("replace(local, '+01', '+02')", "heure locale"),
        "business_day": ("business_day + 1", "journée"),
        "payload": ("replace(payload, ',VTE,', ',ANN,')", "chaîne signée"),
        "xml": ("replace(xml, 'Strasbourg', 'Mulhouse')", "empreinte du document"),
        "digest": ("repeat('0', 64)", "empreinte du document"),
        "signature": ("repeat('A', 86)", "signature"),
        "previous": ("repeat('A', 86)", "signature précédente"),
        "key_id": ("repeat('0', 64)", "clé"),
        "fiscal_version": ("'F1.1'", "version fiscale"),
        "format_version": ("2", "version du format"),
        "origin": ("gen_random_uuid()", "origine"),
        "totals": ("jsonb_set(totals, '{perpetual_real}', '1')", "totaux"),
        "training": ("NOT training", "école"),
        "received_at": ("received_at - interval '1 microsecond'", "réception"),
        "late": ("NOT late", "reçu en retard"),
        "company_id": ("2", "société"),
        "reception": ("repeat('0', 64)", "réception"),
    },
    "head": {
        "till": ("'b2c3d4e6'", "ligne"),
        "kind": ("'FCT'", "ligne"),
        "seq": ("seq - 1", "numéro"),
        "signature": ("repeat('A', 86)", "signature"),
        "record_id": ("record_id - 1", "identifiant (record_id)"),
        "business_day": ("business_day - 1", "journée"),
        "totals": ("jsonb_set(totals, '{perpetual_absolute}', '1')", "totaux"),
    },
    "till_clock": {
        "till": ("'b2c3d4e6'", "ligne"),
        "appends": ("appends + 1", "appends"),
        "reception": ("repeat('0', 64)", "reception"),
    },
    "fact": {
        "number": ("number + 500", "numéro"),
        "relation": ("'instance'", "empreinte"),
        "key": ("'x'", "empreinte"),
        "value": ("replace(value, ':', ' :')", "empreinte"),
        "digest": ("repeat('0', 64)", "empreinte"),
    },
    "schema_migration": {
        "number": ("number + 500", "ligne"),
        "name": ("'x'", "name"),
        "sha256": ("repeat('0', 64)", "sha256"),
        "applied_at": ("applied_at - interval '1 microsecond'", "applied_at"),
    },
    "instance": {
        "id": ("gen_random_uuid()", "ligne"),
        "till": ("'00000000'", "till"),
        "opened_as": ("'copie'", "opened_as"),
        "opened_at": ("opened_at - interval '1 microsecond'", "opened_at"),
    },
    "till": {
        "id": ("id + 500", "id"),
        "uid": ("'00000000'", "ligne"),
        "version": ("version + 1", "ligne"),
        "number": ("7", "number"),
        "name": ("'autre'", "name"),
        "signer": ("'server'", "signer"),
        "company_id": ("2", "company_id"),
        "config_id": ("2", "config_id"),
        "siret": ("'1'", "siret"),
        "software": ("'autre'", "software"),
        "registered_at": ("registered_at - interval '1 microsecond'", "registered_at"),
    },
    "certificate": {
        "id": ("id + 500", "id"),
        "till": ("'00000000'", "ligne"),
        "key_id": ("repeat('0', 64)", "ligne"),
        "pem": ("pem || ' '", "pem"),
        "valid_from": ("valid_from - interval '1 microsecond'", "valid_from"),
        "registered_at": ("registered_at - interval '1 microsecond'", "registered_at"),
    },
    "certificate_revocation": {
        "id": ("id + 500", "id"),
        "till": ("'00000000'", "ligne"),
        "key_id": ("repeat('0', 64)", "ligne"),
        "reason": ("'perdue'", "reason"),
        "revoked_at": ("revoked_at - interval '1 microsecond'", "revoked_at"),
    },
    "quarantine": {
        "id": ("id + 500", "id"),
        "till": ("'00000000'", "ligne"),
        "kind": ("'FCT'", "ligne"),
        "seq": ("seq + 1", "ligne"),
        "signature": ("repeat('A', 86)", "ligne"),
        "reason": ("'fork'", "reason"),
        "detail": ("'autre'", "detail"),
        "entry": ("'e2'", "entry"),
        "record": ("jsonb_set(record, '{local}', '\"2026-01-01T00:00:00+01:00\"')", "record"),
        "received_at": ("received_at - interval '1 microsecond'", "received_at"),
        "company_id": ("2", "company_id"),
    },
    "quarantine_decision": {
        "id": ("id + 500", "ligne"),
        "quarantine_id": ("quarantine_id + 1", "quarantine_id"),
        "state": ("'duplicate'", "state"),
        "reason": ("'autre'", "reason"),
        "decided_by": ("'U8'", "decided_by"),
        "decided_at": ("decided_at - interval '1 microsecond'", "decided_at"),
    },
    "retirement": {
        "till": ("'00000000'", "ligne"),
        "kind": ("'lost'", "kind"),
        "note": ("'autre'", "note"),
        "last_day": ("last_day - 1", "last_day"),
        "decided_by": ("'U8'", "decided_by"),
        "retired_at": ("retired_at - interval '1 microsecond'", "retired_at"),
    },
    "succession": {
        "till": ("'00000000'", "ligne"),
        "predecessor": ("'b2c3d4e5'", "predecessor"),
        "succeeded_at": ("succeeded_at - interval '1 microsecond'", "succeeded_at"),
    },
    "time_stamp": {
        "id": ("id + 500", "ligne"),
        "till": ("'00000000'", "till"),
        "kind": ("'ANC'", "kind"),
        "seq": ("seq + 1", "seq"),
        "server": ("'autre'", "server"),
        "token": ("'autre'", "token"),
        "stamped_at": ("stamped_at - interval '1 microsecond'", "stamped_at"),
        "received_at": ("received_at - interval '1 microsecond'", "received_at"),
    },
}  # fmt: skip
#: The row that is altered; the others stay.
ROWS = {
    "record": "till = 'a1b2c3d4' AND kind = 'TCK' AND seq = 2",
    "head": "till = 'a1b2c3d4' AND kind = 'TCK'",
    "till_clock": "till = 'a1b2c3d4'",
    "fact": "relation = 'till' AND key = 'a1b2c3d4/1'",
    "schema_migration": "number = 3",
    "till": "uid = 'a1b2c3d4'",
    "certificate": "till = 'a1b2c3d4'",
    "time_stamp": "id = (SELECT min(id) FROM fiscal.time_stamp)",
}
#: What names the altered row in the report.
NAMES = {
    "record": "1-2", "head": "a1b2c3d4/TCK", "till_clock": "a1b2c3d4", "fact": "registre",
    "schema_migration": "3", "till": "a1b2c3d4/1", "certificate": "a1b2c3d4",
}  # fmt: skip


@pytest.fixture(scope="module")
def journal(house, tmp_path_factory):
    journal = Journal(house).fill(tmp_path_factory.mktemp("archive") / "J")
    yield journal
    journal.database.drop()


@pytest.fixture
def connection(journal):
    """A superuser who removed every guard; nothing is kept of what it does."""
    with journal.database.admin() as connection:
        with connection.cursor() as cr:
            _disarm(cr)
        yield connection
        connection.rollback()


def _disarm(cr) -> None:
    cr.execute(
        """
        SELECT c.relname, x.conname FROM pg_constraint x JOIN pg_class c ON c.oid = x.conrelid
        WHERE x.connamespace = 'fiscal'::regnamespace AND x.contype <> 'p' ORDER BY x.contype DESC
        """
    )
    for table, name in cr.fetchall():
        cr.execute(f'ALTER TABLE fiscal.{table} DROP CONSTRAINT IF EXISTS "{name}" CASCADE')
    cr.execute("SELECT relname FROM pg_class WHERE relnamespace = 'fiscal'::regnamespace AND relkind = 'r'")
    for (table,) in cr.fetchall():
        cr.execute(f"ALTER TABLE fiscal.{table} DISABLE TRIGGER ALL")
    cr.execute("SELECT table_name, column_name FROM information_schema.columns"
               " WHERE table_schema = 'fiscal' AND is_identity = 'YES'")  # fmt: skip
    for table, column in cr.fetchall():
        cr.execute(f"ALTER TABLE fiscal.{table} ALTER {column} SET GENERATED BY DEFAULT")


def _do(connection, statement: str) -> int:
    with connection.cursor() as cr:
        cr.execute(statement)
        return cr.rowcount


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
    assert cases == _columns(journal)


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
    assert _do(connection, f"UPDATE fiscal.{table} SET {column} = {value} WHERE {ROWS.get(table, 'true')}") == 1
    outcome = _found(connection)
    name = "1-502" if (table, column) == ("record", "seq") else NAMES.get(table, f"fiscal.{table}")
    assert _says(outcome, name, field), outcome.defects


@pytest.mark.parametrize("table", CASES)
def test_removed_row_is_found(connection, table):
    assert _do(connection, f"DELETE FROM fiscal.{table} WHERE {ROWS.get(table, 'true')}") == 1
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
    _do(connection, f"CREATE TEMP TABLE forged AS SELECT * FROM fiscal.{table} WHERE {ROWS.get(table, 'true')} LIMIT 1")
    _do(connection, f"UPDATE forged SET {FORGED[table]}")
    if table == "instance":
        _do(connection, "DROP INDEX fiscal.instance_single")
    assert _do(connection, f"INSERT INTO fiscal.{table} SELECT * FROM forged") == 1
    _found(connection)


def test_swapped_records_are_found(connection):
    """Two events of a till, which change no total, exchange their places."""
    _do(connection, "UPDATE fiscal.record SET id = -id WHERE kind IN ('DUP', 'ECO') AND till = 'a1b2c3d4' AND seq <= 2")
    _do(
        connection,
        "UPDATE fiscal.record r SET id = (SELECT -o.id FROM fiscal.record o WHERE o.till = r.till"
        " AND o.id < 0 AND o.kind <> r.kind AND o.seq = least(r.seq, 1)) WHERE r.id < 0 AND r.seq = 1",
    )
    _do(connection, "UPDATE fiscal.record SET id = -id WHERE id < 0")
    outcome = _found(connection)
    assert any(defect.field == "réception" for defect in outcome.defects)


def _cut(connection, till: str, kept: int) -> None:
    """Remove the tail of a till and make heads and clock agree, as a careful forger would."""
    _do(connection, f"DELETE FROM fiscal.record WHERE till = '{till}' AND id NOT IN"
                    f" (SELECT id FROM fiscal.record WHERE till = '{till}' ORDER BY id LIMIT {kept})")  # fmt: skip
    _do(connection, f"DELETE FROM fiscal.head WHERE till = '{till}'")
    _do(
        connection,
        "INSERT INTO fiscal.head SELECT till, kind, seq, signature, id, business_day, totals FROM fiscal.record r"
        f" WHERE till = '{till}' AND seq ="
        " (SELECT max(seq) FROM fiscal.record m WHERE m.till = r.till AND m.kind = r.kind)",
    )
    _do(
        connection,
        f"UPDATE fiscal.till_clock SET appends = {kept}, reception ="
        f" (SELECT reception FROM fiscal.record WHERE till = '{till}' ORDER BY id DESC LIMIT 1) WHERE till = '{till}'",
    )


def test_removed_tail_is_found_from_the_shop_anchor(connection):
    _cut(connection, "a1b2c3d4", 12)
    outcome = _found(connection)
    assert _says(outcome, "caisse 1", "fin de la chaîne TCK"), outcome.defects
    assert _says(outcome, "caisse 1", "réception")


def test_removed_till_is_found(connection):
    for table, column in (
        ("record", "till"), ("head", "till"), ("till_clock", "till"), ("certificate", "till"), ("till", "uid"),
    ):  # fmt: skip
        _do(connection, f"DELETE FROM fiscal.{table} WHERE {column} = 'a1b2c3d4'")
    outcome = _found(connection)
    assert _says(outcome, "caisse a1b2c3d4", "caisse")
    assert _says(outcome, "fiscal.till a1b2c3d4/1", "ligne")


def test_removed_till_with_its_facts_is_found_from_the_anchor(connection):
    for table, condition in (
        ("record", "till = 'a1b2c3d4'"), ("head", "till = 'a1b2c3d4'"), ("till_clock", "till = 'a1b2c3d4'"),
        ("certificate", "till = 'a1b2c3d4'"), ("till", "uid = 'a1b2c3d4'"), ("fact", "key LIKE '%a1b2c3d4%'"),
    ):  # fmt: skip
        _do(connection, f"DELETE FROM fiscal.{table} WHERE {condition}")
    _do(connection, "UPDATE fiscal.fact SET number = -number")
    _do(connection, "UPDATE fiscal.fact f SET number = n FROM"
                    " (SELECT number AS was, row_number() OVER (ORDER BY number DESC) AS n FROM fiscal.fact) s"
                    " WHERE f.number = s.was")  # fmt: skip
    _do(
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
    _do(connection, "CREATE TEMP TABLE more AS SELECT * FROM fiscal.record WHERE till = 'a1b2c3d4'")
    _do(connection, "UPDATE more SET till = '0badcafe', till_number = 8, id = id + 100000")
    _do(connection, "INSERT INTO fiscal.record SELECT * FROM more")
    for table, column, values in (
        ("head", "till", "till = '0badcafe'"), ("till_clock", "till", "till = '0badcafe'"),
        ("certificate", "till", "till = '0badcafe', id = id + 100"),
        ("till", "uid", "uid = '0badcafe', number = 8, id = id + 100"),
    ):  # fmt: skip
        _do(connection, f"CREATE TEMP TABLE more_{table} AS SELECT * FROM fiscal.{table} WHERE {column} = 'a1b2c3d4'")
        _do(connection, f"UPDATE more_{table} SET {values}")
        _do(connection, f"INSERT INTO fiscal.{table} SELECT * FROM more_{table}")
    outcome = _found(connection)
    assert _says(outcome, "fiscal.till 0badcafe/1", "ligne")
    assert _says(outcome, "1-1", "caisse")


def test_all_links_recomputed_after_a_change_contradict_the_anchor(connection):
    """The most a superuser without a key can do: every unsigned value made coherent again."""
    _do(connection, "UPDATE fiscal.record SET received_at = received_at - interval '1 day'"
                    f" WHERE {ROWS['record']}")  # fmt: skip
    _do(
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
    _do(connection, f"ALTER TABLE fiscal.{table} SET SCHEMA public")
    outcome = verify_connection("base", connection)
    assert outcome.defects_total
    assert any(f"fiscal.{table}" in defect.record for defect in outcome.defects)


def test_added_column_is_said(connection):
    _do(connection, "ALTER TABLE fiscal.record ADD COLUMN note text")
    assert _says(_found(connection), "fiscal.record.note", "structure")


def test_view_in_place_of_a_table_is_said(connection):
    _do(connection, "ALTER TABLE fiscal.record RENAME TO vrai")
    _do(connection, "CREATE VIEW fiscal.record AS SELECT * FROM fiscal.vrai")
    assert _says(_found(connection), "fiscal.record", "structure")
