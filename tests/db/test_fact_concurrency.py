"""Facts under real concurrency: what happened is counted once, whoever counts it and however it ends."""

from datetime import date, timedelta

import pytest

from odoo_registry import REPLAYED, at_once, opened, replayed

DAY = date(2025, 3, 3)
MEETINGS = 30


@pytest.fixture(scope="module")
def registry(make_world):
    """Odoo's registry over a fresh copy of the shop, nothing of it waiting."""
    with opened(make_world()) as registry:
        replayed(registry, lambda env: tell(env, 100_000))
        yield registry


@pytest.fixture
def home(registry):
    """The id of a new household."""

    def make(env):
        values = {
            "first_name": "Zoé",
            "last_name": "Essai",
            "company_id": env.ref("base.main_company").id,
        }
        return env["escarcelle.household"].create(values).id

    return replayed(registry, make)


def tell(env, limit=1000):
    return env["escarcelle.fact.feed"]._escarcelle_catch_up(limit)


def meet(env, home, count=MEETINGS):
    """Interviews of a household, each an event to tell."""
    env["escarcelle.visit"].create(
        [
            {"household_id": home, "day": DAY + timedelta(days=n), "kind": "interview"}
            for n in range(count)
        ]
    )


def counted(registry, home):
    """(facts, sum kept by month) of the interviews of a household."""

    def read(env):
        env.cr.execute("SELECT key FROM escarcelle_fact_key WHERE household_id = %s", [home])
        key = env.cr.fetchone()
        found = []
        for table in ("visit", "visit_month"):
            env.cr.execute(
                f"SELECT coalesce(sum(visits), 0) FROM escarcelle_fact_{table} WHERE key = %s",
                [key and key[0]],
            )
            found.append(env.cr.fetchone()[0])
        return tuple(found)

    return replayed(registry, read)


def test_several_that_count_at_once_count_once(registry, home):
    replayed(registry, lambda env: meet(env, home))

    def feeder():
        for _time in range(10):
            replayed(registry, lambda env: tell(env, 7))

    at_once(feeder, feeder, feeder)
    replayed(registry, tell)
    assert counted(registry, home) == (MEETINGS, MEETINGS)


def test_killed_in_the_middle_nothing_happened(registry, home):
    from odoo.api import SUPERUSER_ID, Environment

    replayed(registry, lambda env: meet(env, home))
    killed = registry.cursor()
    assert tell(Environment(killed, SUPERUSER_ID, {})) == 0
    killed.close()  # without a commit: what a kill leaves
    assert counted(registry, home) == (0, 0)
    assert replayed(registry, tell) == 0
    assert counted(registry, home) == (MEETINGS, MEETINGS)


def test_who_looked_before_the_other_ended_is_replayed(registry, home):
    from odoo.api import SUPERUSER_ID, Environment

    replayed(registry, lambda env: meet(env, home))
    slow = registry.cursor()
    slow.execute("SELECT count(*) FROM escarcelle_fact_event")  # its view of the data is taken
    replayed(registry, tell)
    with pytest.raises(REPLAYED):
        tell(Environment(slow, SUPERUSER_ID, {}))
    slow.close()
    assert counted(registry, home) == (MEETINGS, MEETINGS)


def test_who_counts_is_in_nobodys_way(registry, home):
    from odoo.api import SUPERUSER_ID, Environment

    replayed(registry, lambda env: meet(env, home))
    busy = registry.cursor()
    assert tell(Environment(busy, SUPERUSER_ID, {})) == 0
    # The lock is held: another leaves it at that, a sale notes what it did, nobody waits.
    assert replayed(registry, tell) == MEETINGS

    def sell(env):
        env.cr.execute("SET LOCAL lock_timeout = '1s'")
        meet(env, home, 1)
        env.flush_all()

    replayed(registry, sell)
    busy.commit()
    busy.close()
    assert replayed(registry, tell) == 0
    assert counted(registry, home) == (MEETINGS + 1, MEETINGS + 1)
