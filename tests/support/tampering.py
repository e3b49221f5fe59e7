"""What a superuser without a key may do to a journal: every column, every guard, a whole tail."""

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
#: The same of ``fiscal.purge``, which has rows only in an old journal.
PURGE_CASES = {
    "till": ("'b2c3d4e5'", "ligne"),
    "archive": ("2", "ligne"),
    "archive_signature": ("repeat('A', 86)", "archive_signature"),
    "first_day": ("first_day - 1", "first_day"),
    "last_day": ("last_day + 1", "last_day"),
    "last_id": ("last_id - 1", "last_id"),
    "received": ("received + 1", "received"),
    "chains": ("jsonb_set(chains, '{TCK,seq}', '1')", "chains"),
    "records": ("records + 1", "records"),
    "kept": ("repeat('0', 64)", "kept"),
    "purged_by": ("'U8'", "purged_by"),
    "transaction": ("'1'", "transaction"),
    "purged_at": ("purged_at - interval '1 microsecond'", "purged_at"),
}
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


def disarm(cr) -> None:
    """Remove every guard and constraint but the keys."""
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


def do(connection, statement: str) -> int:
    """Run it; how many rows it touched."""
    with connection.cursor() as cr:
        cr.execute(statement)
        return cr.rowcount


def cut(connection, till: str, kept: int) -> None:
    """Remove the tail of a till and make heads and clock agree, as a careful forger would."""
    do(connection, f"DELETE FROM fiscal.record WHERE till = '{till}' AND id NOT IN"
                    f" (SELECT id FROM fiscal.record WHERE till = '{till}' ORDER BY id LIMIT {kept})")  # fmt: skip
    do(connection, f"DELETE FROM fiscal.head WHERE till = '{till}'")
    do(
        connection,
        "INSERT INTO fiscal.head SELECT till, kind, seq, signature, id, business_day, totals FROM fiscal.record r"
        f" WHERE till = '{till}' AND seq ="
        " (SELECT max(seq) FROM fiscal.record m WHERE m.till = r.till AND m.kind = r.kind)",
    )
    do(
        connection,
        f"UPDATE fiscal.till_clock SET appends = {kept}, reception ="
        f" (SELECT reception FROM fiscal.record WHERE till = '{till}' ORDER BY id DESC LIMIT 1) WHERE till = '{till}'",
    )
