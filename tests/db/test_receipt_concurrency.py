"""Tax receipts under real concurrency: numbers follow each other, whoever issues when.

Odoo replays a request that PostgreSQL refuses for concurrency; ``replayed`` does the same here.
"""

import random
import threading
import time

import psycopg2
import pytest

REPLAYED = (psycopg2.errors.SerializationFailure, psycopg2.errors.DeadlockDetected)
GIFTS = 24


@pytest.fixture(scope="module")
def registry(make_world):
    """Odoo's registry over a fresh copy of the shop."""
    world = make_world()
    import odoo.init  # noqa: F401 - prepares the namespace before anything of Odoo is imported
    from odoo import sql_db
    from odoo.modules.registry import Registry
    from odoo.tools import config

    config.parse_config(["--config", str(world.conf), "--database", world.name, "--no-http"])
    yield Registry(world.name)
    Registry.delete(world.name)
    sql_db.close_db(world.name)


def replayed(registry, action):
    """``action(env)`` in a transaction of its own, as often as concurrency asks."""
    from odoo.api import SUPERUSER_ID, Environment
    from odoo.exceptions import LockError

    for attempt in range(80):
        try:
            with registry.cursor() as cr:
                return action(Environment(cr, SUPERUSER_ID, {"tracking_disable": True}))
        except (*REPLAYED, LockError):
            # As Odoo does between two tries: who comes back at once only finds the same lock.
            time.sleep(random.uniform(0, min(0.5, 0.01 * 2**attempt)))
    raise AssertionError("replayed eighty times without an end")


@pytest.fixture
def drafts(registry):
    """Ids of receipts to issue, one a gift of money of 10 €."""

    def make(env):
        company = env.ref("base.main_company")
        company.write(
            {
                "street": "1 rue",
                "zip": "21000",
                "city": "Dijon",
                "company_registry": "33417522100012",
            }
        )
        env["escarcelle.donation.policy"]._escarcelle_for(company).write(
            {
                "purpose": "Aide alimentaire", "status": "general", "article_200": True, "confirmed": True,
                "signatory": "J. Martin", "signatory_quality": "présidente", "journal_id": False,
            }
        )  # fmt: skip
        donor = env["res.partner"].create(
            {
                "name": "Essai", "escarcelle_first_name": "Zoé", "escarcelle_donor": True, "street": "2 rue",
                "zip": "21000", "city": "Dijon",
            }
        )  # fmt: skip
        gifts = env["escarcelle.donation"].create(
            [
                {
                    "kind": "money",
                    "donor_id": donor.id,
                    "company_id": company.id,
                    "amount": 10,
                    "payment_kind": "cash",
                }
                for _ in range(GIFTS)
            ]
        )
        gifts.action_confirm()
        return env["escarcelle.donation.receipt"].create(
            [
                {
                    "form": "11580", "company_id": company.id, "donor_id": donor.id,
                    "donation_ids": [(6, 0, gift.ids)],
                }
                for gift in gifts
            ]
        ).ids  # fmt: skip

    return replayed(registry, make)


def numbers(registry):
    def read(env):
        env.cr.execute(
            "SELECT form, year, array_agg(number ORDER BY number) FROM escarcelle_donation_receipt"
            " WHERE number > 0 GROUP BY form, year"
        )
        return env.cr.fetchall()

    return replayed(registry, read)


def issue(env, ids):
    env["escarcelle.donation.receipt"].browse(ids).action_issue()


def at_once(*actions):
    """Run these in threads started together; the first failure is raised here."""
    start, failures = threading.Barrier(len(actions)), []

    def run(action):
        start.wait()
        try:
            action()
        except BaseException as error:  # noqa: BLE001 - told below
            failures.append(error)

    threads = [threading.Thread(target=run, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def test_people_issuing_together_leave_no_hole(registry, drafts):
    """Four people issue, some fail after having taken their number, one receipt is asked for by everybody."""
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    shared, own = drafts[0], drafts[1:]

    class Failed(Exception):
        pass

    def person(number):
        draw = random.Random(seed + number)
        for receipt in own[number::4]:
            if draw.random() < 0.4:

                def fails(env, ids=(receipt,)):
                    issue(env, ids)
                    raise Failed

                with pytest.raises(Failed):
                    replayed(registry, fails)
            replayed(registry, lambda env, ids=(receipt,): issue(env, ids))
            replayed(registry, lambda env: issue(env, [shared]))

    at_once(*(lambda n=n: person(n) for n in range(4)))
    for _form, _year, found in numbers(registry):
        assert found == list(range(1, len(found) + 1)), f"seed {seed}"
    assert sum(len(found) for _form, _year, found in numbers(registry)) >= GIFTS


def test_a_snapshot_that_is_old_takes_no_number_twice(registry, drafts):
    from odoo.api import SUPERUSER_ID, Environment

    slow, fast = registry.cursor(), registry.cursor()
    slow.execute("SELECT count(*) FROM escarcelle_donation_receipt_number")
    issue(Environment(fast, SUPERUSER_ID, {}), [drafts[0]])
    fast.commit()
    fast.close()
    with pytest.raises(REPLAYED):
        issue(Environment(slow, SUPERUSER_ID, {}), [drafts[1]])
    slow.close()
    replayed(registry, lambda env: issue(env, [drafts[1]]))
    for _form, _year, found in numbers(registry):
        assert found == list(range(1, len(found) + 1))


def test_a_gift_taken_in_by_two_people_enters_the_stock_once(registry):
    def make(env):
        company = env.ref("base.main_company")
        donor = env["res.partner"].create(
            {"name": "Marché", "is_company": True, "escarcelle_donor": True}
        )
        bulk = env.ref("escarcelle_donation.product_bulk")
        return env["escarcelle.donation"].create(
            {
                "donor_id": donor.id, "company_id": company.id,
                "line_ids": [(0, 0, {"product_id": bulk.id, "quantity": 7})],
            }
        ).id  # fmt: skip

    gift = replayed(registry, make)
    at_once(
        *(
            lambda: replayed(
                registry, lambda env: env["escarcelle.donation"].browse(gift).action_confirm()
            )
            for _ in range(3)
        )
    )

    def read(env):
        donation = env["escarcelle.donation"].browse(gift)
        return (
            donation.state,
            len(donation.picking_ids),
            sum(donation.picking_ids.move_ids.mapped("quantity")),
        )

    assert replayed(registry, read) == ("done", 1, 7)
