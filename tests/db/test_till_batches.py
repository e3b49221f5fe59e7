"""Batches of till records under real concurrency: connections, snapshots and commits of their own."""

import importlib.util
import itertools
from datetime import datetime, timedelta, timezone

import pytest

from odoo_registry import at_once, opened, replayed
from ops.world import HOUSE

YESTERDAY = datetime.now(timezone.utc).replace(hour=9, minute=0, second=0, microsecond=0) - timedelta(days=1)
uids = itertools.count(0x2000_0000)


@pytest.fixture(scope="module")
def registry(make_world):
    """Odoo's registry over a fresh copy of the shop."""
    with opened(make_world()) as registry:
        yield registry


@pytest.fixture(scope="module")
def simulator():
    """The till of the addon's own tests: it signs with the real core."""
    path = HOUSE.addons / "escarcelle_pos" / "tests" / "simulator.py"
    spec = importlib.util.spec_from_file_location("escarcelle_pos_simulator", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Good:
    """What the simulator asks of a product."""

    def __init__(self, product):
        self.id, self.default_code, self.name = product.id, product.default_code, product.name


@pytest.fixture
def tills(registry, simulator):
    """Two paired devices with a taxed good to sell, on points of sale of their own."""

    def pair(env):
        product = env["product.product"].search(
            [("available_in_pos", "=", True), ("taxes_id.amount", "=", 5.5)], limit=1
        )
        devices = []
        for old in env["escarcelle.till"].search([("state", "!=", "revoked")], order="number", limit=2):
            config = old.config_id
            old.action_revoke()
            till = env["escarcelle.till"].create({"name": old.name, "config_id": config.id})
            device = simulator.SimulatedTill(f"{next(uids):08x}", till.number, YESTERDAY)
            till._escarcelle_enroll(device.uid8, device.signer.certificate_pem, "poste", "essai")
            cash = config.payment_method_ids.filtered("is_cash_count")
            device.cash = (cash.id, "ESPECES", cash.name)
            device.good = {"product": Good(product), "rate": 550, "price": "2.5000"}
            device.till_id = till.id
            devices.append(device)
        return devices

    devices = replayed(registry, pair)
    assert len(devices) == 2
    return devices


def send(registry, device, entries):
    """What the route does with a batch."""
    return replayed(
        registry, lambda env: env["escarcelle.till"].browse(device.till_id)._escarcelle_ingest(entries)
    )["acks"]


def orders(registry, device):
    """(uuid, cents) of the orders of a till, read from the tables."""

    def read(env):
        env.cr.execute(
            "SELECT o.uuid, round(o.amount_total * 100)::int FROM pos_order o"
            " JOIN pos_session s ON s.id = o.session_id WHERE s.escarcelle_till_id = %s",
            [device.till_id],
        )
        return env.cr.fetchall()

    return replayed(registry, read)


def test_one_batch_sent_three_times_at_once_counts_once(registry, tills):
    device = tills[0]
    entries = [device.sell([device.good]) for _i in range(10)]
    answers = at_once(*[lambda: send(registry, device, entries)] * 3)
    statuses = sorted(tuple({ack["status"] for ack in acks}) for acks in answers)
    assert statuses == [("known",), ("known",), ("stored",)]
    assert sorted(orders(registry, device)) == sorted((entry["uuid"], 250) for entry in entries)


def test_two_tills_send_at_once(registry, tills):
    batches = [[device.sell([device.good]) for _i in range(10)] for device in tills]
    answers = at_once(
        *[lambda d=device, b=batch: send(registry, d, b) for device, batch in zip(tills, batches, strict=True)]
    )
    assert {(ack["status"], ack["order"]) for acks in answers for ack in acks} == {("stored", "built")}
    assert [len(orders(registry, device)) for device in tills] == [10, 10]


def test_a_fork_sent_at_once_keeps_both_and_books_one(registry, tills):
    device = tills[0]
    other = device.fork()
    mine, theirs = device.sell([device.good]), other.sell([other.good, other.good])
    answers = at_once(lambda: send(registry, device, [mine]), lambda: send(registry, device, [theirs]))
    assert sorted(acks[0]["status"] for acks in answers) == ["quarantined", "stored"]
    assert len(orders(registry, device)) == 1
    kept = replayed(
        registry,
        lambda env: sorted(env["escarcelle.till.entry"].search([("till_id", "=", device.till_id)]).mapped("state")),
    )
    assert kept == ["quarantined", "stored"]


def test_a_day_is_closed_while_the_next_one_arrives(registry, tills):
    device = tills[0]
    first = [device.sell([device.good]) for _i in range(5)]
    closing = device.close()
    device.pass_time(days=1)
    second = [device.sell([device.good]) for _i in range(5)]
    send(registry, device, [*first, closing])

    def close(env):
        return env["pos.session"].search([("escarcelle_till_id", "=", device.till_id)])._escarcelle_try_close()

    closed, *_acks = at_once(
        lambda: replayed(registry, close),
        *[lambda entry=entry: send(registry, device, [entry]) for entry in second[:1]],
    )
    assert closed is True
    send(registry, device, second)
    rows = replayed(
        registry, lambda env: env["escarcelle.till"].browse(device.till_id)._escarcelle_reconciliation()
    )
    assert [(row["state"], row["signed"], row["orders"]) for row in rows] == [
        ("match", 1250, 1250), ("open", 1250, 1250),
    ]  # fmt: skip
