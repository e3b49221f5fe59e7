"""``fiscal.close``: a day's closing costs the same whatever was sold."""

import time
from collections.abc import Iterator

from ops.bench import database, goods
from ops.bench.figure import Figure
from ops.bench.sizes import Sizes
from ops.postgres import Cluster

SMALL = 50
RUNS = 5


def measure(cluster: Cluster, sizes: Sizes, say) -> Iterator[Figure]:
    """Make, sign and store the closing of a day of ``sizes.day`` tickets; then of a small one."""
    with database.fresh(cluster) as journal:
        costs = {}
        for number, count in enumerate((sizes.day, SMALL), 1):
            say(f"journée de {count} tickets")
            chain = goods.Chain(goods.desk(f"{number:08x}", number))
            journal.register(chain.desk)
            with journal.connected() as connection, connection.cursor() as cr:
                database.append(cr, chain.desk.device.uid, chain.open())
                for _ in range(count // 50):
                    batch = [record for _ in range(50) for record in chain.sell()]
                    database.append(cr, chain.desk.device.uid, batch)
            costs[count] = min(_close(journal, chain) for _ in range(RUNS))
    yield Figure(
        "fiscal.close", costs[sizes.day] * 1000, costs[SMALL] * 1000,
        f"ms, journée de {sizes.day} tickets (moins = mieux)", f"journée de {SMALL} tickets",
        50, more=False, absolute=True,
    )  # fmt: skip


def _close(journal: database.Journal, chain: goods.Chain) -> float:
    """Seconds: signed, stored and committed, with what a day's end brings (grand total, event, anchor)."""
    with journal.connected() as connection, connection.cursor() as cr:
        cr.execute("SELECT fiscal.lock(%s)", [chain.desk.device.uid])
        connection.rollback()
        start = time.perf_counter()
        records = chain.close()
        database.append(cr, chain.desk.device.uid, records)
        connection.commit()
        spent = time.perf_counter() - start
        database.append(cr, chain.desk.device.uid, chain.sell())
    return spent
