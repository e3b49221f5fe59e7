"""What every layer shares: where the house is, and fresh databases for those that need them.

``./escarcelle test`` sets, for the layers that use a database:

===================================  =====================================================================
``ESCARCELLE_ROOT``                  the checkout
``ESCARCELLE_TEST_HOST``, ``_PORT``  our PostgreSQL cluster (loopback)
``ESCARCELLE_TEST_ODOO_PASSWORD``    of the role ``odoo``, the one the server connects with
``ESCARCELLE_TEST_ADMIN_PASSWORD``   of the superuser ``escarcelle_admin``
``ESCARCELLE_TEST_BASE``             database: Odoo and the modules ours depend on, without any of ours
``ESCARCELLE_TEST_EMPTY``            database: that and ours, as a new shop finds them
``ESCARCELLE_TEST_TEMPLATE``         database: the whole demonstration shop, its journal never opened
===================================  =====================================================================

A test that needs one of them and does not find it fails; it is never left out.
"""

import itertools
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from ops import world
from ops.postgres import Cluster
from ops.superuser import ADMIN
from ops.world import World


@dataclass(frozen=True)
class TestHouse:
    """The running cluster, as tests see it."""

    __test__ = False

    host: str
    port: int
    odoo_password: str
    admin_password: str
    base: str
    empty: str
    template: str

    def dsn(self, database: str, admin: bool = False) -> str:
        """A libpq connection string: as Odoo's role, or as superuser."""
        user, password = (ADMIN, self.admin_password) if admin else ("odoo", self.odoo_password)
        return (
            f"host={self.host} port={self.port} dbname={database} user={user} password={password}"
        )


def _told(name: str) -> str:
    value = os.environ.get(name)
    assert value, f"{name} is not set: run these tests by ./escarcelle test"
    return value


@pytest.fixture(scope="session")
def house() -> TestHouse:
    """Addresses and passwords of the cluster the launcher keeps running."""
    return TestHouse(
        _told("ESCARCELLE_TEST_HOST"),
        int(_told("ESCARCELLE_TEST_PORT")),
        _told("ESCARCELLE_TEST_ODOO_PASSWORD"),
        _told("ESCARCELLE_TEST_ADMIN_PASSWORD"),
        _told("ESCARCELLE_TEST_BASE"),
        _told("ESCARCELLE_TEST_EMPTY"),
        _told("ESCARCELLE_TEST_TEMPLATE"),
    )


@pytest.fixture(scope="session")
def cluster(house: TestHouse) -> Cluster:
    """The launcher's own view of the cluster, for ``ops.shop`` and ``ops.databases``."""
    found = Cluster()
    assert found.port == house.port
    return found


_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def make_world(house: TestHouse, cluster: Cluster) -> Iterator[Callable[..., World]]:
    """``make_world(layer)``: a fresh copy of ``base``, ``empty`` or ``template``; gone at the end.

    Its ``conf`` is written: ``python -m odoo --config`` works on it at once.
    """
    made: list[World] = []

    def make(layer: str = "template") -> World:
        source = world.other_world(getattr(house, layer))
        target = world.other_world(f"test_{os.getpid()}_{next(_numbers)}")
        made.append(target)
        world.clone(cluster, source, target)
        target.write_conf(cluster, 0, max_cron_threads=0)
        return target

    yield make
    for target in made:
        world.remove(cluster, target)
