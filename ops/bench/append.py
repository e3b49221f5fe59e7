"""``fiscal.append.*``: what storing a signed ticket costs, and what tills cost each other."""

import multiprocessing
import time
from collections.abc import Iterator
from contextlib import ExitStack
from statistics import median

import psycopg2

from ops.bench import database, goods
from ops.bench.figure import Figure
from ops.bench.sizes import Sizes
from ops.postgres import Cluster

TILLS, YOUNG, WARM_UP = 4, 1_000, 50
#: What l10n_fr_pos_cert asks PostgreSQL for each order: one number of a gapless sequence of the company, the
#: order's hash over the previous one's. Its ORM is left out: the peer is given its best.
STOCK = """
CREATE TABLE stock_sequence (id integer PRIMARY KEY, number_next bigint NOT NULL);
INSERT INTO stock_sequence VALUES (1, 1);
CREATE TABLE stock_order (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, content text NOT NULL,
                          secure_sequence_number bigint, hash text);
CREATE INDEX ON stock_order (secure_sequence_number);
"""


def measure(cluster: Cluster, sizes: Sizes, say) -> Iterator[Figure]:
    """Rate and retries of four tills, side by side with the stock module's way; then flatness."""
    with database.fresh(cluster) as journal:
        say(f"signature de {TILLS} × {sizes.append} tickets")
        batches = []
        for number in range(1, TILLS + 1):
            chain = goods.Chain(goods.desk(f"{number:08x}", number), number)
            journal.register(chain.desk)
            opening = chain.open()
            with journal.connected() as connection, connection.cursor() as cr:
                database.append(cr, chain.desk.device.uid, opening)
            batches.append((chain.desk.device.uid, [chain.sell() for _ in range(sizes.append)]))
        say(f"{TILLS} caisses ensemble")
        ours, retries = _together(_till, [(journal.dsn, uid, batch) for uid, batch in batches])
        with psycopg2.connect(journal.admin_dsn) as connection, connection.cursor() as cr:
            cr.execute(STOCK)
            cr.execute("GRANT ALL ON stock_sequence, stock_order TO odoo")
        connection.close()
        contents = [[batch[0].xml for batch in records] for _uid, records in batches]
        say(f"{TILLS} caisses ensemble, à la façon du module standard")
        peer, peer_retries = _together(_stock_till, [(journal.dsn, texts) for texts in contents])
        count = TILLS * sizes.append
        name = "l10n_fr_pos_cert : ses requêtes, sans l'ORM, reprises aussitôt"
        yield Figure(
            "fiscal.append.rate", count / ours, count / peer, "tickets/s (plus = mieux)", name,
            800, absolute=True,
        )  # fmt: skip
        yield Figure(
            "fiscal.append.retries", retries, peer_retries,
            f"reprises pour {count} tickets (moins = mieux)", name, 0, more=False, absolute=True,
        )  # fmt: skip
    yield from _flatness(cluster, sizes, say)


def _flatness(cluster: Cluster, sizes: Sizes, say) -> Iterator[Figure]:
    """A young journal and an old one take tickets in turn, so that what else the machine does weighs the same."""
    spent: dict[int, list[float]] = {YOUNG: [], sizes.past: []}
    with ExitStack() as open_journals:
        tills = {}
        for past in spent:
            journal = open_journals.enter_context(database.fresh(cluster, str(past)))
            chain = goods.Chain(goods.desk("0000000a", 1))
            journal.register(chain.desk)
            first = chain.open() + chain.sell()
            say(f"journal de {past} tickets")
            old = goods.desk("0000000b", 2)
            journal.register(old)
            journal.age(old, past, first[-1].totals.as_json())
            connection = psycopg2.connect(journal.dsn)
            open_journals.callback(connection.close)
            # The wait for the disk is the same for every length: left out.
            connection.cursor().execute("SET synchronous_commit = off")
            connection.commit()
            tills[past] = connection, chain
            _cost(connection, chain.desk.device.uid, first)
        say("un ticket dans chacun, tour à tour")
        for turn in range(WARM_UP + max(200, sizes.append)):
            for past, (connection, chain) in tills.items():
                cost = _cost(connection, chain.desk.device.uid, chain.sell())
                if turn >= WARM_UP:
                    spent[past].append(cost)
    yield Figure(
        "fiscal.append.flatness", median(spent[sizes.past]) * 1000, median(spent[YOUNG]) * 1000,
        f"ms par ticket, {sizes.past} tickets au journal (moins = mieux)", f"le même à {YOUNG} tickets",
        1.5, more=False,
    )  # fmt: skip


def _cost(connection, uid: str, records: tuple) -> float:
    start = time.perf_counter()
    with connection.cursor() as cr:
        database.append(cr, uid, records)
    connection.commit()
    return time.perf_counter() - start


def _together(work, arguments: list[tuple]) -> tuple[float, int]:
    """(seconds from the common start to the last end, retries of all)."""
    context = multiprocessing.get_context("fork")
    barrier, results = context.Barrier(len(arguments)), context.Queue()
    workers = [
        context.Process(target=_worker, args=(work, barrier, results, one)) for one in arguments
    ]
    for worker in workers:
        worker.start()
    ends = [results.get(timeout=1800) for _ in workers]
    for worker in workers:
        worker.join()
    if any(isinstance(end, str) for end in ends):
        raise RuntimeError(next(end for end in ends if isinstance(end, str)))
    return max(end for _s, end, _r in ends) - min(start for start, _e, _r in ends), sum(r for *_x, r in ends)


def _worker(work, barrier, results, arguments: tuple) -> None:
    try:
        connection = psycopg2.connect(arguments[0])
        connection.set_session(isolation_level="REPEATABLE READ")
        barrier.wait(60)
        start = time.time()
        retries = work(connection, *arguments[1:])
        results.put((start, time.time(), retries))
    except Exception as error:  # told to the one that waits
        results.put(f"{type(error).__name__}: {error}")


def _till(connection, uid: str, batch: list) -> int:
    retries = 0
    with connection.cursor() as cr:
        for records in batch:
            while True:
                try:
                    database.append(cr, uid, records)
                    connection.commit()
                    break
                except psycopg2.errors.SerializationFailure:
                    connection.rollback()
                    retries += 1
    return retries


def _stock_till(connection, contents: list[str]) -> int:
    retries = 0
    with connection.cursor() as cr:
        for content in contents:
            while True:
                try:
                    _stock_order(cr, content)
                    connection.commit()
                    break
                except (psycopg2.errors.SerializationFailure, psycopg2.errors.LockNotAvailable):
                    connection.rollback()
                    retries += 1
                    time.sleep(0.001)
    return retries


def _stock_order(cr, content: str) -> None:
    cr.execute("INSERT INTO stock_order (content) VALUES (%s) RETURNING id", [content])
    order = cr.fetchone()[0]
    cr.execute("SELECT number_next FROM stock_sequence WHERE id = 1 FOR UPDATE NOWAIT")
    number = cr.fetchone()[0]
    cr.execute("UPDATE stock_sequence SET number_next = number_next + 1 WHERE id = 1")
    cr.execute("UPDATE stock_order SET secure_sequence_number = %s WHERE id = %s", [number, order])
    cr.execute("SELECT hash FROM stock_order WHERE secure_sequence_number = %s", [number - 1])
    row = cr.fetchone()
    cr.execute(
        "UPDATE stock_order SET hash = encode(sha256(convert_to(%s || content, 'UTF8')), 'hex') WHERE id = %s",
        [row[0] if row else "", order],
    )
