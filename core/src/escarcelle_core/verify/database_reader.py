"""Reads the schema ``fiscal`` of a live database: one read-only snapshot, rows streamed, values as
PostgreSQL writes them. Asks only the catalogue and the tables, never a function of the schema.
"""

import importlib
from collections.abc import Iterator
from typing import Any

from ..errors import DocumentError

_BATCH = 1000
_UTC = "'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'"
#: Column of ``fiscal.record`` → how it is read. What is not listed here is not verified.
RECORD_COLUMNS = {
    "id": "id",
    "till": "till",
    "till_number": "till_number",
    "kind": "kind",
    "seq": "seq",
    "doc_type": "doc_type",
    "operation": "operation",
    "at": f"to_char(at AT TIME ZONE 'UTC', {_UTC})",
    "local": "local",
    "business_day": "business_day::text",
    "payload": "payload",
    "xml": "xml",
    "digest": "digest",
    "signature": "signature",
    "previous": "previous",
    "key_id": "key_id",
    "fiscal_version": "fiscal_version",
    "format_version": "format_version",
    "origin": "origin::text",
    "totals": "totals::text",
    "training": "training",
    "received_at": f"to_char(received_at AT TIME ZONE 'UTC', {_UTC})",
    "late": "late",
    "company_id": "company_id",
    "reception": "reception",
}
HEAD_COLUMNS = {
    "till": "till",
    "kind": "kind",
    "seq": "seq",
    "signature": "signature",
    "record_id": "record_id",
    "business_day": "business_day::text",
    "totals": "totals::text",
}
CLOCK_COLUMNS = {"till": "till", "appends": "appends", "reception": "reception"}
FACT_COLUMNS = {name: name for name in ("number", "relation", "key", "value", "digest")}
#: Tables read by themselves; every other one is held against the register.
OWN = {
    "record": RECORD_COLUMNS,
    "head": HEAD_COLUMNS,
    "till_clock": CLOCK_COLUMNS,
    "fact": FACT_COLUMNS,
}

_TABLES = """
    SELECT c.relname, c.relkind::text,
           (SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_catalog.pg_attribute a
            WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
           (SELECT array_agg(a.attname::text ORDER BY array_position(i.indkey::smallint[], a.attnum))
            FROM pg_catalog.pg_index i JOIN pg_catalog.pg_attribute a
              ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
            WHERE i.indrelid = c.oid AND i.indisprimary)
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'fiscal' AND c.relkind IN ('r', 'p', 'v', 'm', 'f') ORDER BY 1
"""
_RULES = (
    "SELECT id, escarcelle_timezone, escarcelle_closing_hour, fiscalyear_last_month::integer,"
    " fiscalyear_last_day FROM public.res_company"
)


def connect(dsn: str) -> Any:
    """A connection that cannot write; DocumentError, in French, when there is none to be had."""
    try:
        driver = importlib.import_module("psycopg2")
    except ImportError:
        raise DocumentError(
            "Pour vérifier une base, il manque la bibliothèque psycopg2 : installez le paquet"
            " python3-psycopg2 (Debian, Ubuntu) ou faites « pip install psycopg2-binary »."
        ) from None
    try:
        connection = driver.connect(dsn, application_name="escarcelle-verify")
        connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
    except driver.Error as error:
        raise DocumentError(f"La base ne répond pas : {str(error).strip()}") from error
    return connection


class DatabaseReader:
    """``connection`` is psycopg2's; everything is read in its current transaction."""

    def __init__(self, connection: Any):
        self._connection = connection
        self._cursors = 0
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL TIME ZONE 'UTC'")
            cursor.execute("SET LOCAL search_path = pg_catalog, pg_temp")
            cursor.execute(_TABLES)
            rows = cursor.fetchall()
        #: Table → its columns; → the columns of its key.
        self.columns = {name: columns or [] for name, _kind, columns, _key in rows}
        self.keys = {name: key or [] for name, _kind, _columns, key in rows}
        self.not_tables = [name for name, kind, _columns, _key in rows if kind not in ("r", "p")]

    def missing(self) -> Iterator[str]:
        """Tables and columns that must be there and are not."""
        for table, columns in OWN.items():
            if table not in self.columns:
                yield f"fiscal.{table}"
            else:
                yield from (f"fiscal.{table}.{c}" for c in columns if c not in self.columns[table])

    def unknown(self) -> Iterator[str]:
        """Columns this verifier was not written for."""
        for table, columns in OWN.items():
            yield from (f"fiscal.{table}.{c}" for c in self.columns[table] if c not in columns)

    def watched(self) -> list[str]:
        """The tables the register speaks of."""
        return [name for name in self.columns if name not in OWN]

    def stream(self, table: str, order: str, where: str = "true") -> Iterator[tuple]:
        """Rows of one of ``OWN``, in order, as many in memory as a batch."""
        listed = ", ".join(OWN[table].values())
        yield from self._stream(f"SELECT {listed} FROM fiscal.{table} WHERE {where} ORDER BY {order}")

    def rows(self, table: str) -> Iterator[tuple[str, str | None]]:
        """Rows of a watched table as JSON, the signed document in them apart, as text."""
        name = self._quoted(table)
        yield from self._stream(
            f"SELECT (to_jsonb(t) - 'record')::text, to_jsonb(t) ->> 'record' FROM fiscal.{name} t"
        )

    def rules(self) -> list[tuple]:
        """Closing rules of the companies, when Odoo's table is there and may be read."""
        with self._connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass('public.res_company') IS NOT NULL")
            if not cursor.fetchone()[0]:
                return []
            cursor.execute("SAVEPOINT rules")
            try:
                cursor.execute(_RULES)
                return list(cursor.fetchall())
            except self._connection.Error:
                cursor.execute("ROLLBACK TO SAVEPOINT rules")
                return []

    def _quoted(self, name: str) -> str:
        return '"' + name.replace('"', '""') + '"'

    def _stream(self, query: str) -> Iterator[tuple]:
        self._cursors += 1
        with self._connection.cursor(name=f"escarcelle_verify_{self._cursors}") as cursor:
            cursor.itersize = _BATCH
            cursor.execute(query)
            yield from cursor
