"""A database holding nothing but the fiscal schema, and tills that write in it as Odoo does."""

import hashlib
import itertools
import json
import os
import uuid
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone

import psycopg2
from psycopg2.extensions import ISOLATION_LEVEL_REPEATABLE_READ

from escarcelle_core.chain import Desk, close_day, issue_event, issue_ticket
from escarcelle_core.documents import Device, JetEvent
from escarcelle_core.periods import PeriodRules
from escarcelle_core.record import Record
from escarcelle_core.signing import EcdsaSigner
from escarcelle_core.state import TillState
from ops.fiscal import read_migrations
from ops.paths import HOUSE
from shop import COMPANY, make_ticket

_numbers = itertools.count(1)
NOON = datetime(2026, 11, 21, 11, 0, tzinfo=timezone.utc)


class FiscalDatabase:
    """``odoo()`` and ``admin()`` give connections; the schema is migrated, its instance open."""

    def __init__(self, house, opened: bool = True):
        self.house = house
        self.name = f"fiscal_test_{os.getpid()}_{next(_numbers)}"
        self._outside(f"CREATE DATABASE {self.name} OWNER odoo TEMPLATE template0 ENCODING 'UTF8'")
        with self.admin() as connection:
            migrate(connection)
        if opened:
            with self.odoo() as connection, connection.cursor() as cr:
                cr.execute("SELECT fiscal.open_instance(%s, %s)", [str(uuid.uuid4()), "00000000"])

    @classmethod
    def attached(cls, house, name: str) -> "FiscalDatabase":
        """The same view of a database that is there (a shop's): not ours to drop."""
        database = cls.__new__(cls)
        database.house, database.name = house, name
        with database.odoo() as connection, connection.cursor() as cr:
            cr.execute("SELECT 1 FROM fiscal.instance")
            if not cr.fetchone():
                cr.execute("SELECT fiscal.open_instance(%s, %s)", [str(uuid.uuid4()), "00000000"])
        return database

    def _outside(self, statement: str) -> None:
        connection = psycopg2.connect(self.house.dsn("postgres", admin=True))
        connection.autocommit = True
        try:
            connection.cursor().execute(statement)
        finally:
            connection.close()

    def drop(self) -> None:
        """Remove it, whoever is connected."""
        self._outside(f"DROP DATABASE {self.name} WITH (FORCE)")

    @contextmanager
    def odoo(self):
        """A connection as Odoo's role, isolated as Odoo's; committed when the block ends well."""
        with self._connected(False) as connection:
            connection.set_session(isolation_level=ISOLATION_LEVEL_REPEATABLE_READ)
            yield connection

    @contextmanager
    def admin(self):
        """A connection as superuser; committed when the block ends well."""
        with self._connected(True) as connection:
            yield connection

    @contextmanager
    def _connected(self, admin: bool):
        connection = psycopg2.connect(self.house.dsn(self.name, admin))
        try:
            yield connection
            if not connection.closed:
                connection.commit()
        finally:
            connection.close()

    def till(self, number: int = 1) -> "Till":
        """A new till, registered."""
        till = Till(number)
        with self.odoo() as connection, connection.cursor() as cr:
            cr.execute(
                "SELECT fiscal.register_till(%s, %s, %s, 'till', 1, NULL, %s, 'Escarcelle 0.1.0')",
                [till.uid, number, f"Caisse {number}", COMPANY.siret],
            )
            cr.execute(
                "SELECT fiscal.register_certificate(%s, %s, %s, now())",
                [till.uid, till.desk.signer.key_id, till.desk.signer.certificate_pem],
            )
        return till

    def count(self, till: "Till", kind: str = "TCK") -> int:
        """Records of a chain."""
        with self.admin() as connection, connection.cursor() as cr:
            cr.execute("SELECT count(*) FROM fiscal.record WHERE till = %s AND kind = %s", [till.uid, kind])
            return cr.fetchone()[0]


class Till:
    """Signs tickets, one after the other."""

    def __init__(self, number: int = 1):
        self.uid = uuid.uuid4().hex[:8]
        signer = EcdsaSigner.generate(self.uid, COMPANY.name, NOON)
        self.desk = Desk(Device(self.uid, number, "Escarcelle", "0.1.0"), COMPANY, PeriodRules(), signer)
        self.state = TillState()
        self.at = NOON

    def ticket(self) -> list[Record]:
        """A sale; records are returned in the order they were chained."""
        self.at += timedelta(seconds=1)
        ticket = make_ticket(next(_numbers), uid=str(uuid.uuid4()))
        issue = issue_ticket(self.state, self.desk, ticket, self.at)
        self.state = issue.state
        return list(issue.records)

    def anchor(self, cr) -> list[Record]:
        """The Z: day closed and anchored, stored by ``cr``."""
        issue = close_day(self.state, self.desk, self.at)
        self.state = issue.state
        append(cr, self, list(issue.records))
        return list(issue.records)

    def event(self) -> list[Record]:
        """A line of the event journal."""
        issue = issue_event(self.state, self.desk, JetEvent(260, "départ"), self.at, str(uuid.uuid4()))
        self.state = issue.state
        return list(issue.records)


def append(cr, till: Till, records: list, late=None) -> list[dict]:
    """``fiscal.append``; records may be Record or dict."""
    data = [record.as_json() if isinstance(record, Record) else record for record in records]
    cr.execute("SELECT fiscal.append(%s, %s::jsonb, %s)", [till.uid, json.dumps(data), late])
    return cr.fetchone()[0]


def migrate(connection) -> None:
    """Run ``config/fiscal`` as the launcher does: each file once, with its entry."""
    with connection.cursor() as cr:
        for migration in read_migrations(HOUSE.migrations):
            cr.execute(migration.sql)
            cr.execute(
                "INSERT INTO fiscal.schema_migration (number, name, sha256) VALUES (%s, %s, %s)",
                [migration.number, migration.name, hashlib.sha256(migration.sql.encode()).hexdigest()],
            )
