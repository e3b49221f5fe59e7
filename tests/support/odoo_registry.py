"""Odoo's registry over a copy of the shop, in this process: transactions that really meet.

Odoo replays a request that PostgreSQL refuses for concurrency; ``replayed`` does the same here.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg2

REPLAYED = (psycopg2.errors.SerializationFailure, psycopg2.errors.DeadlockDetected)
#: Seconds that actions run at once may take on a loaded machine.
PATIENCE = 300


@contextmanager
def opened(world) -> Iterator:
    """The registry of a world's database; forgotten on the way out."""
    import odoo.init  # noqa: F401 - prepares the namespace before anything of Odoo is imported
    from odoo import sql_db
    from odoo.modules.registry import Registry
    from odoo.tools import config

    config.parse_config(["--config", str(world.conf), "--database", world.name, "--no-http"])
    yield Registry(world.name)
    Registry.delete(world.name)
    sql_db.close_db(world.name)


def replayed(registry, action: Callable, **context):
    """``action(env)`` in a transaction of its own, as often as concurrency asks."""
    from odoo.api import SUPERUSER_ID, Environment

    for _attempt in range(50):
        try:
            with registry.cursor() as cr:
                return action(Environment(cr, SUPERUSER_ID, context))
        except REPLAYED:
            continue
    raise AssertionError("replayed fifty times without an end")


def at_once(*actions: Callable) -> list:
    """Run all at the same instant; their results, in order. A failure of one fails the test."""
    barrier, results, faults = threading.Barrier(len(actions)), [None] * len(actions), []

    def run(index, action):
        barrier.wait()
        try:
            results[index] = action()
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=PATIENCE)
        assert not thread.is_alive()
    if faults:
        raise faults[0]
    return results
