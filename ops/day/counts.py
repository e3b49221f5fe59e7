"""Counts what really happened: from the database, from the printers, never from the script."""

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg2

from ops.postgres import HOST, Cluster
from ops.world import World


@dataclass(frozen=True)
class Found:
    """What the database holds of the played days."""

    sales: int
    refunds: int
    records: int
    closings: int
    lost: int
    doubled: int
    sessions: int
    wrong_amounts: int


class Database:
    """The played world's database, read with Odoo's own (weak) role."""

    def __init__(self, cluster: Cluster, world: World, password: str):
        self._arguments = {
            "host": HOST, "port": cluster.port, "dbname": world.name, "user": "odoo",
            "password": password,
        }  # fmt: skip

    def rows(self, query: str, *parameters: object) -> list[tuple]:
        """The rows of a query."""
        with closing(psycopg2.connect(**self._arguments)) as connection:
            with connection.cursor() as cursor:
                cursor.execute(query, parameters)
                return cursor.fetchall()

    def present(self, uuids: Iterable[str]) -> int:
        """How many of these orders have both their record and their ``pos.order``."""
        return self.rows(
            """SELECT count(*) FROM pos_order o JOIN fiscal.record r
               ON r.kind = 'TCK' AND r.origin::text = o.uuid WHERE o.uuid = ANY(%s)""",
            list(uuids),
        )[0][0]

    def count(self, promised: dict[str, tuple[int, int, bool]]) -> Found:
        """Compare what the tills promised (uuid → till, cents, refund) with what stands."""
        records = dict.fromkeys(promised, 0)
        amounts: dict[str, int] = {}
        doubled = 0
        for origin, payload in self.rows(
            "SELECT origin::text, payload FROM fiscal.record WHERE kind = 'TCK'"
        ):
            records[origin] = records.get(origin, 0) + 1
            amounts[origin] = int(payload.split(",")[1])
        orders = dict.fromkeys(promised, 0)
        totals: dict[str, int] = {}
        for uuid, total in self.rows(
            "SELECT uuid, round(amount_total * 100)::bigint FROM pos_order WHERE state != 'draft'"
        ):
            orders[uuid] = orders.get(uuid, 0) + 1
            totals[uuid] = total
        doubled = sum(n - 1 for n in [*records.values(), *orders.values()] if n > 1)
        # A ticket nobody was promised is one too many as well.
        doubled += sum(1 for uuid in {*records, *orders} if uuid not in promised)
        lost = sum(1 for uuid in promised if not records[uuid] or not orders[uuid])
        wrong = sum(
            1
            for uuid, (_till, cents, _refund) in promised.items()
            if records[uuid] and orders[uuid] and not amounts[uuid] == totals[uuid] == cents
        )
        (kept,) = self.rows(
            "SELECT count(*), count(*) FILTER (WHERE kind LIKE 'GT_') FROM fiscal.record"
        )
        (sessions,) = self.rows(
            """SELECT count(DISTINCT s.id) FROM pos_session s JOIN pos_order o ON o.session_id = s.id"""
        )[0]
        positive = sum(1 for uuid in promised if orders[uuid] and totals[uuid] >= 0)
        negative = sum(1 for uuid in promised if orders[uuid] and totals[uuid] < 0)
        return Found(positive, negative, kept[0], kept[1], lost, doubled, sessions, wrong)


def printed(directory: Path) -> list[str]:
    """The text of every job a simulated printer received, in order."""
    return [p.read_text(encoding="utf-8") for p in sorted(directory.glob("*.txt"))]


def last_ticket(directory: Path) -> str:
    """The last ticket a simulated printer received."""
    return [text for text in printed(directory) if "\nTicket (" in text][-1]
