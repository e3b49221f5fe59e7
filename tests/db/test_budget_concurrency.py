"""Budgets under real concurrency: several transactions, each with its own connection and snapshot."""

import random
from datetime import date, timedelta
from unittest.mock import patch
from uuid import uuid4

import pytest

from odoo_registry import REPLAYED, at_once, opened, replayed

# The month before and this one: a month that has not begun is never opened.
TODAY = date.today()
DECEMBER = TODAY.replace(day=1)
NOVEMBER = DECEMBER - timedelta(days=10)
HOMES = 12


@pytest.fixture(scope="module")
def registry(make_world):
    """Odoo's registry over a fresh copy of the shop."""
    with opened(make_world()) as registry:
        # The shop's day is that of the first test until the last one.
        with patch.object(registry["res.company"], "_escarcelle_today", lambda self: TODAY):
            yield registry


@pytest.fixture
def homes(registry):
    """Ids of households of two people, entitled all year; their budget is 55 €."""

    def make(env):
        company = env.ref("base.main_company")
        policy = env["escarcelle.budget.policy"]._escarcelle_for(company)
        policy.write({"rollover": "none", "basis": "paid"})
        values = {
            "first_name": "Zoé",
            "last_name": "Essai",
            "company_id": company.id,
            "member_ids": [(0, 0, {"relation": "other"}), (0, 0, {"relation": "other"})],
            "entitlement_ids": [
                (0, 0, {"date_from": "2020-01-01", "date_to": "2099-12-31", "decision": "granted"})
            ],
        }
        return env["escarcelle.household"].create([values] * HOMES).ids

    return replayed(registry, make)


def allocate(env, ids, day):
    households = env["escarcelle.household"].browse(ids)
    return env.ref("base.main_company")._escarcelle_allocate(f"{day:%Y-%m}", households, today=day)


def spend(env, home, cents, day, uuid):
    household = env["escarcelle.household"].browse(home)
    ledger = env["escarcelle.budget.ledger"]
    return bool(ledger._escarcelle_post_ticket(household, cents, day, uuid))


def ledger_of(registry, home):
    """(balance kept, movements counted, [(type, period, cents, origin)]), read from the tables."""

    def read(env):
        env.cr.execute(
            "SELECT balance_cents, ledger_seq FROM escarcelle_household WHERE id = %s", [home]
        )
        kept = env.cr.fetchone()
        env.cr.execute(
            "SELECT type, period, amount_cents, origin FROM escarcelle_budget_ledger"
            " WHERE household_id = %s ORDER BY id",
            [home],
        )
        return (*kept, env.cr.fetchall())

    return replayed(registry, read)


def check(registry, home):
    """The invariants of a ledger; returns its balance."""
    kept, counted, rows = ledger_of(registry, home)
    assert kept == sum(row[2] for row in rows)
    assert counted == len(rows)
    periods = [row[1] for row in rows if row[0] == "allocation"]
    assert len(periods) == len(set(periods))
    tickets = [row[3] for row in rows if row[0] in ("purchase", "return")]
    assert len(tickets) == len(set(tickets))
    return kept


def two(registry):
    """Two open transactions with their environments; the first has already looked at the data."""
    from odoo.api import SUPERUSER_ID, Environment

    first, second = registry.cursor(), registry.cursor()
    first.execute("SELECT count(*) FROM escarcelle_budget_ledger")
    return Environment(first, SUPERUSER_ID, {}), Environment(second, SUPERUSER_ID, {})


def test_an_allocation_that_comes_second_is_replayed_and_gives_nothing(registry, homes):
    slow, fast = two(registry)
    assert allocate(fast, homes, NOVEMBER) == HOMES
    fast.cr.commit()
    fast.cr.close()
    with pytest.raises(REPLAYED):
        allocate(slow, homes, NOVEMBER)
    slow.cr.close()
    assert replayed(registry, lambda env: allocate(env, homes, NOVEMBER)) == 0
    assert {check(registry, home) for home in homes} == {5500}


def test_a_sale_that_arrives_while_the_month_opens_is_not_lost(registry, homes):
    home = homes[0]
    replayed(registry, lambda env: allocate(env, [home], NOVEMBER))
    opening, selling = two(registry)
    assert spend(selling, home, 2000, NOVEMBER, str(uuid4()))
    selling.cr.commit()
    selling.cr.close()
    # With its old view, the opening would take back 55 € of which 20 are spent.
    with pytest.raises(REPLAYED):
        allocate(opening, [home], DECEMBER)
    opening.cr.close()
    replayed(registry, lambda env: allocate(env, [home], DECEMBER))
    assert check(registry, home) == 5500


def test_a_ticket_received_twice_at_once_counts_once(registry, homes):
    home, uuid = homes[0], str(uuid4())
    slow, fast = two(registry)
    assert spend(fast, home, 700, NOVEMBER, uuid)
    fast.cr.commit()
    fast.cr.close()
    with pytest.raises(REPLAYED):
        spend(slow, home, 700, NOVEMBER, uuid)
    slow.cr.close()
    assert replayed(registry, lambda env: spend(env, home, 700, NOVEMBER, uuid)) is False
    assert check(registry, home) == 5500 - 700


def test_the_job_opens_the_month_of_every_shop_once(registry, homes):
    def job(env):
        env["res.company"]._escarcelle_cron_allocate()

    replayed(registry, job)
    replayed(registry, job)
    for home in homes:
        rows = ledger_of(registry, home)[2]
        assert [row[:3] for row in rows] == [("allocation", f"{DECEMBER:%Y-%m}", 5500)]
        check(registry, home)


def test_two_tills_a_job_and_a_manager_at_the_same_time(registry, homes):
    """Sales of two tills (each sent twice), the allocation job and adjustments, in real threads."""
    seed = random.randrange(10**6)
    sold = {home: [] for home in homes}

    def till(number):
        draw = random.Random(seed + number)
        for _sale in range(15):
            home, cents, uuid = draw.choice(homes), draw.randint(1, 900), str(uuid4())
            day = draw.choice((NOVEMBER, DECEMBER))
            sold[home].append((cents, day))
            for _time in range(2):
                replayed(
                    registry, lambda env, h=home, c=cents, d=day, u=uuid: spend(env, h, c, d, u)
                )

    def job():
        for day in (NOVEMBER, DECEMBER, DECEMBER):
            replayed(registry, lambda env, d=day: allocate(env, homes, d))

    def manager():
        for home in homes:
            replayed(
                registry,
                lambda env, h=home: env["escarcelle.budget.ledger"]._escarcelle_post(
                    env["escarcelle.household"].browse(h), "adjustment", 100, DECEMBER
                ),
            )

    print(f"seed {seed}")
    at_once(lambda: till(1), lambda: till(2), job, job, manager)
    for home in homes:
        november = sum(cents for cents, day in sold[home] if day == NOVEMBER)
        december = sum(cents for cents, day in sold[home] if day == DECEMBER)
        rows = ledger_of(registry, home)[2]
        opened = {row[1] for row in rows if row[0] == "allocation"}
        # December came first for a household: November is then never opened, what it bought is owed.
        start = 5500 if f"{NOVEMBER:%Y-%m}" in opened else 0
        expected = min(0, start - november) + 5500 - december + 100
        assert check(registry, home) == expected, f"seed {seed}: {rows}"
