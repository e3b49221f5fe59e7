"""A journal in a database with something in every table: what the verifier is tried on."""

import json
import uuid
from datetime import datetime, timedelta
from pathlib import Path

from archives import World
from escarcelle_core import chain
from escarcelle_core.anchor import ShopTill
from escarcelle_core.record import Record
from escarcelle_core.register import Reception, Register
from fiscal_database import FiscalDatabase, Till
from shop import COMPANY, NOON

LATER = NOON + timedelta(hours=8)


class Journal:
    """``database`` holds the records of ``world``; ``save`` sends what was issued since."""

    def __init__(self, house, seed: int = 1, start: datetime = NOON):
        self.database = FiscalDatabase(house, opened=False)
        self.world = World(seed, start)
        self._sent: dict[str, int] = {}
        server = self.world.server.desk.device.uid
        with self.database.odoo() as connection, connection.cursor() as cr:
            cr.execute("SELECT fiscal.open_instance(%s, %s)", [str(uuid.uuid4()), server])
            for device in self.world.devices:
                register(cr, device.desk)

    def save(self) -> None:
        """Append what is new, device after device."""
        with self.database.odoo() as connection, connection.cursor() as cr:
            for device in self.world.devices:
                uid = device.desk.device.uid
                new = device.records[self._sent.get(uid, 0) :]
                cr.execute(
                    "SELECT fiscal.append(%s, %s::jsonb)", [uid, json.dumps([r.as_json() for r in new])]
                )
                self._sent[uid] = len(device.records)

    def anchor(self, at: datetime = LATER) -> Record:
        """The shop anchor, as the server signs it every day."""
        world = self.world
        with self.database.odoo() as connection, connection.cursor() as cr:
            cr.execute("SELECT number, digest FROM fiscal.fact ORDER BY number DESC LIMIT 1")
            number, digest = cr.fetchone()
            cr.execute("SELECT till, appends, reception FROM fiscal.till_clock WHERE appends > 0 ORDER BY till")
            register = Register(number, digest, tuple(Reception(*row) for row in cr.fetchall()))
        shop = tuple(
            ShopTill(
                till.desk.device.uid, till.desk.device.number, COMPANY.siret[:9],
                tuple(sorted(till.state.heads.items())),
                till.state.totals.perpetual_real, till.state.totals.perpetual_absolute,
            )
            for till in world.tills
        )  # fmt: skip
        record = world.server.keep(
            chain.issue_shop_anchor(world.server.state, world.server.desk, shop, at, register)
        )
        self.save()
        return record

    def fill(self, folder: Path) -> "Journal":
        """Two days, a month's archive, a key revoked, a document in quarantine and its decision, a
        time stamp, the anchor of the shop."""
        world, database = self.world, self.database
        for day in range(2):
            world.day(NOON + timedelta(days=day), sales=4)
            self.save()
        lost = Till(3)
        with database.odoo() as connection, connection.cursor() as cr:
            register(cr, lost.desk)
            cr.execute("SELECT fiscal.revoke_certificate(%s, %s, 'volée')", [lost.uid, lost.desk.signer.key_id])
            cr.execute(
                "SELECT fiscal.quarantine(%s, %s::jsonb, 'e1', 'revoked_key', 'clé révoquée')",
                [lost.uid, json.dumps([lost.ticket()[0].as_json()])],
            )
            cr.execute("SELECT fiscal.retire_till(%s, 'stolen', 'vol', %s, 'U7')", [lost.uid, NOON.date()])
            cr.execute("SELECT fiscal.succeed_till('a1b2c3d4', %s)", [lost.uid])
            cr.execute("SELECT fiscal.decide_quarantine(id, 'explained', 'vol déclaré', 'U7') FROM fiscal.quarantine")
        world.archive(folder, "J", NOON.date(), NOON + timedelta(days=1, hours=6))
        self.save()
        with database.odoo() as connection, connection.cursor() as cr:
            cr.execute(
                "SELECT fiscal.keep_time_stamp(till, kind, seq, 'https://horodatage.example', 'jeton', now())"
                " FROM fiscal.record WHERE kind = 'ARC'"
            )
        self.anchor()
        return self


def register(cr, desk) -> None:
    """A device and its certificate, as Odoo registers them."""
    device = desk.device
    cr.execute(
        "SELECT fiscal.register_till(%s, %s, %s, %s, 1, NULL, %s, 'Escarcelle 0.1.0')",
        [device.uid, device.number, f"Caisse {device.number}", "till" if device.number else "server", COMPANY.siret],
    )
    cr.execute(
        "SELECT fiscal.register_certificate(%s, %s, %s, now())",
        [device.uid, desk.signer.key_id, desk.signer.certificate_pem],
    )
