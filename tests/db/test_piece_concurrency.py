"""Documents of the server under real concurrency: one an event, sequences without a hole.

Every action is a transaction of its own, replayed as Odoo replays a request PostgreSQL refuses.
"""

import os
import signal
import threading
import time
from dataclasses import fields

import pytest

from escarcelle_core.record import Record
from escarcelle_core.signing import Verifier
from escarcelle_core.state import TillState
from escarcelle_core.verification import verify_next
from odoo_registry import at_once, opened, replayed

CLERKS, EACH = 4, 5


@pytest.fixture(scope="module")
def registry(make_world):
    """Odoo's registry over a fresh copy of the shop."""
    with opened(make_world()) as registry:
        replayed(registry, lambda env: env["escarcelle.fiscal.instance"]._escarcelle_open() and None)
        drain(registry)
        yield registry


def drain(registry):
    while replayed(registry, lambda env: env["escarcelle.fiscal.outbox"]._escarcelle_drain()):
        pass


def make_receipts(registry, count, name):
    """Ids of receipts ready to be validated, each of a good of its own."""

    def make(env):
        company = env.ref("base.main_company")
        warehouse = env["stock.warehouse"].search([("company_id", "=", company.id)], limit=1)
        supplier = env.ref("stock.stock_location_suppliers")
        pickings = env["stock.picking"]
        for number in range(count):
            product = env["product.product"].create({"name": f"{name} {number}", "is_storable": True})
            place = {"location_id": supplier.id, "location_dest_id": warehouse.lot_stock_id.id}
            move = {**place, "product_id": product.id, "product_uom_qty": 3}
            pickings |= pickings.create(
                {**place, "picking_type_id": warehouse.in_type_id.id, "move_ids": [(0, 0, move)]}
            )
        pickings.action_confirm()
        for move in pickings.move_ids:
            move.write({"quantity": 3, "picked": True})
        return pickings.ids

    return replayed(registry, make)


def validate(registry, picking):
    replayed(registry, lambda env: env["stock.picking"].browse(picking)._action_done() and None)


def chain(registry, kind):
    """``[(seq, origin)]`` of a chain of the server."""

    def read(env):
        env.cr.execute("SELECT seq, origin::text FROM fiscal.record WHERE kind = %s ORDER BY id", [kind])
        return env.cr.fetchall()

    return replayed(registry, read)


def sound(registry):
    """Every record of the server verifies, from its first."""

    def read(env):
        env.cr.execute("SELECT till FROM fiscal.instance")
        till = env.cr.fetchone()[0]
        env.cr.execute(
            "SELECT to_jsonb(r)"
            " || jsonb_build_object('at', to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'))"
            " FROM fiscal.record r WHERE till = %s ORDER BY id",
            [till],
        )
        keys = [field.name for field in fields(Record)]
        records = [{key: row[0][key] for key in keys} for row in env.cr.fetchall()]
        env.cr.execute("SELECT key_id, pem FROM fiscal.certificate WHERE till = %s", [till])
        return records, {key: Verifier(pem) for key, pem in env.cr.fetchall()}

    records, verifiers = replayed(registry, read)
    state = TillState()
    for data in records:
        state = verify_next(state, Record.from_json(data), verifiers)
    return state


def test_receipts_validated_at_once_while_they_are_signed(registry):
    before = chain(registry, "EST")
    lots = [make_receipts(registry, EACH, f"Quai {clerk}") for clerk in range(CLERKS)]
    stop = threading.Event()

    def appender():
        while not stop.is_set():
            drain(registry)
            time.sleep(0.01)

    def clerk(pickings):
        for picking in pickings:
            validate(registry, picking)

    signing = [threading.Thread(target=appender) for _appender in range(2)]
    for thread in signing:
        thread.start()
    try:
        at_once(*[lambda lot=lot: clerk(lot) for lot in lots])
    finally:
        stop.set()
        for thread in signing:
            thread.join(timeout=60)
    drain(registry)
    rows = chain(registry, "EST")
    assert [seq for seq, _origin in rows] == list(range(1, len(before) + CLERKS * EACH + 1))
    assert len({origin for _seq, origin in rows}) == len(rows)
    sound(registry)


def test_the_same_event_noticed_by_two_requests_is_one_document(registry):
    before = len(chain(registry, "EST"))
    (picking,) = make_receipts(registry, 1, "Doublon")
    validate(registry, picking)
    drain(registry)

    def again():
        replayed(registry, lambda env: env["stock.picking"].browse(picking)._escarcelle_issue_done())

    def forget(env):
        env["escarcelle.fiscal.source"].search([("res_id", "=", picking)]).unlink()

    # Even when the way back to the document was lost: the journal itself knows what it has.
    replayed(registry, forget)
    at_once(again, again, again, again)
    drain(registry)
    assert len(chain(registry, "EST")) == before + 1


def test_what_is_rolled_back_gives_no_document(registry):
    before = len(chain(registry, "EST"))
    (picking,) = make_receipts(registry, 1, "Annulé")

    def fail(env):
        env["stock.picking"].browse(picking)._action_done()
        raise RuntimeError("le réseau est tombé")

    with pytest.raises(RuntimeError):
        replayed(registry, fail)
    drain(registry)
    assert len(chain(registry, "EST")) == before
    validate(registry, picking)
    drain(registry)
    assert len(chain(registry, "EST")) == before + 1


def test_nothing_is_lost_when_the_server_dies_while_signing(registry):
    """A child signs and is killed before its commit, again and again; then one drain finishes."""
    before = len(chain(registry, "EST"))
    pickings = make_receipts(registry, 6, "Panne")
    for picking in pickings:
        validate(registry, picking)
    name = registry.db_name
    from odoo import sql_db

    for delay in (0.0, 0.02, 0.05):
        sql_db.close_db(name)
        child = os.fork()
        if not child:
            # The parent's connections are not this process's.
            try:
                with registry.cursor() as cr:
                    from odoo.api import SUPERUSER_ID, Environment

                    Environment(cr, SUPERUSER_ID, {})["escarcelle.fiscal.outbox"]._escarcelle_drain()
                    cr.flush()
                    time.sleep(delay)
                    os.kill(os.getpid(), signal.SIGKILL)
            finally:
                os._exit(1)
        _pid, status = os.waitpid(child, 0)
        assert os.WTERMSIG(status) == signal.SIGKILL
        assert len(chain(registry, "EST")) == before
    drain(registry)
    rows = chain(registry, "EST")
    assert [seq for seq, _origin in rows] == list(range(1, before + 7))
    sound(registry)
