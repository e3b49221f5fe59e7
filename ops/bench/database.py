"""A database of the cluster that holds the fiscal schema only, with a past of any length."""

import json
import os
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psycopg2
from psycopg2.extensions import ISOLATION_LEVEL_REPEATABLE_READ

from escarcelle_core.chain import Desk
from escarcelle_core.record import Record
from ops import databases, fiscal
from ops.bench.goods import COMPANY
from ops.postgres import Cluster

NAME = "escarcelle_bench"
#: A past ticket as the journal holds it: size and shape of a real one, its signature a random word.
PAST = """
INSERT INTO fiscal.record (till, till_number, kind, seq, doc_type, operation, at, local, business_day, payload, xml,
    digest, signature, previous, key_id, fiscal_version, format_version, origin, totals, training, late, reception)
SELECT %(till)s, %(number)s, 'TCK', n, 'TCK', 'VTE', at, to_char(at, 'YYYY-MM-DD"T"HH24:MI:SS"+01:00"'),
       at::date, '0550:750,750,20260101,' || n || ',VTE,sha256=' || digest || ','
       || CASE n WHEN 1 THEN 'N' ELSE 'O' END || ',' || CASE n WHEN 1 THEN '' ELSE previous END,
       xml, digest, signature, CASE n WHEN 1 THEN '' ELSE previous END, %(key)s, 'F1.0', 1, gen_random_uuid(),
       %(totals)s::jsonb, false, false, digest
FROM (SELECT n, timestamptz '2020-01-01 08:00Z' + n * interval '1 minute' AS at, x AS xml,
             encode(sha256(convert_to(x, 'UTF8')), 'hex') AS digest,
             rpad(md5(n || '-'), 86, md5(n::text)) AS signature,
             rpad(md5((n - 1) || '-'), 86, md5((n - 1)::text)) AS previous
      FROM (SELECT n, '<ticket numero="' || n || '">' || repeat(md5(n::text) || '-denree ', 65) || '</ticket>' AS x
            FROM generate_series(%(first)s, %(last)s) n) a) b
"""
STEP = 50_000


@contextmanager
def fresh(cluster: Cluster, what: str = "") -> Iterator["Journal"]:
    """An empty journal; gone at the end. ``what`` tells several apart."""
    name = f"{NAME}_{os.getpid()}{what and f'_{what}'}"
    databases.drop(cluster, name)
    databases.create(cluster, name)
    try:
        fiscal.migrate(cluster, name)
        yield Journal(cluster, name)
    finally:
        databases.drop(cluster, name)


class Journal:
    """Connections to it, as Odoo's role and isolated as Odoo's."""

    def __init__(self, cluster: Cluster, name: str):
        self.cluster, self.name = cluster, name
        environment = cluster.environment()
        place = f"host={environment['PGHOST']} port={environment['PGPORT']} dbname={name}"
        self.admin_dsn = f"{place} user={environment['PGUSER']} password={environment['PGPASSWORD']}"
        self.dsn = f"{place} user={databases.ODOO} password={databases.odoo_password(cluster)}"
        with self.connected() as connection, connection.cursor() as cr:
            cr.execute("SELECT fiscal.open_instance(%s, '00000000')", [str(uuid.uuid4())])

    @contextmanager
    def connected(self, admin: bool = False):
        """A connection, committed at the end."""
        connection = psycopg2.connect(self.admin_dsn if admin else self.dsn)
        connection.set_session(isolation_level=ISOLATION_LEVEL_REPEATABLE_READ)
        try:
            yield connection
            connection.commit()
        finally:
            connection.close()

    def register(self, desk: Desk) -> None:
        """A device and its key."""
        device = desk.device
        with self.connected() as connection, connection.cursor() as cr:
            cr.execute(
                "SELECT fiscal.register_till(%s, %s, %s, 'till', 1, NULL, %s, 'Escarcelle')",
                [device.uid, device.number, f"Caisse {device.number}", COMPANY.siret],
            )
            cr.execute(
                "SELECT fiscal.register_certificate(%s, %s, %s, now())",
                [device.uid, desk.signer.key_id, desk.signer.certificate_pem],
            )

    def age(self, desk: Desk, tickets: int, totals: dict) -> None:
        """Give a device without records a past of ``tickets``, as superuser."""
        values = {
            "till": desk.device.uid, "number": desk.device.number, "key": desk.signer.key_id,
            "totals": json.dumps(totals),
        }  # fmt: skip
        for first in range(1, tickets + 1, STEP):
            with self.connected(admin=True) as connection, connection.cursor() as cr:
                cr.execute(PAST, {**values, "first": first, "last": min(first + STEP - 1, tickets)})
        with self.connected(admin=True) as connection, connection.cursor() as cr:
            cr.execute(
                "INSERT INTO fiscal.head SELECT till, kind, seq, signature, id, business_day, totals "
                "FROM fiscal.record WHERE till = %s AND seq = %s",
                [desk.device.uid, tickets],
            )
        connection = psycopg2.connect(self.admin_dsn)
        connection.autocommit = True
        try:
            connection.cursor().execute("VACUUM ANALYZE fiscal.record")
        finally:
            connection.close()


def append(cr, uid: str, records: Sequence[Record]) -> None:
    """One transaction of a till, as the server stores it."""
    data = json.dumps([record.as_json() for record in records])
    cr.execute("SELECT fiscal.append(%s, %s::jsonb, false)", [uid, data])
