"""A copy of the model shop, for measures of the social grocery: gone at the end."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from ops import world
from ops.ports import DEFAULTS
from ops.postgres import Cluster
from ops.world import World


@contextmanager
def copied(cluster: Cluster, what: str) -> Iterator[World]:
    """Every addon of ours and the demonstration's goods; ``what`` tells several copies apart."""
    target = world.other_world(f"escarcelle_bench_{what}")
    world.clone(cluster, world.other_world(os.environ["ESCARCELLE_BENCH_TEMPLATE"]), target)
    try:
        target.write_conf(cluster, DEFAULTS["odoo"], max_cron_threads=0)
        yield target
    finally:
        world.remove(cluster, target)
