"""Archives for tests: the records of a small shop, in a directory, as the server would make them."""

import random
import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from escarcelle_core import chain, jet, pyz
from escarcelle_core.archive.builder import ArchiveBuilder
from escarcelle_core.archive.parts import ArchivedKey, ArchiveHeader, ArchivePeriod
from escarcelle_core.chain import Desk
from escarcelle_core.documents import Duplicate, JetEvent, Reference
from escarcelle_core.record import Record
from escarcelle_core.state import TillState
from shop import COMPANY, NOON, make_desk, make_line, make_ticket, random_ticket, uuid

#: A record in ``archive.xml``, with the newline that ends it.
RECORDS = re.compile(rb"<enregistrement .*?</enregistrement>\n", re.S)


@dataclass
class Chain:
    """A device with all its records."""

    desk: Desk
    state: TillState = TillState()
    records: list[Record] = field(default_factory=list)

    def keep(self, issue: chain.Issue) -> Record:
        """Store what was issued; returns the last record."""
        self.state = issue.state
        self.records += issue.records
        return issue.records[-1]


class World:
    """A server and two tills, installed at ``start``; ``seed`` draws the tickets."""

    def __init__(self, seed: int = 1, start: datetime = NOON):
        self.random = random.Random(seed)
        self.server = Chain(make_desk("5e5e5e5e", 0))
        self.tills = [Chain(make_desk("a1b2c3d4", 1)), Chain(make_desk("b2c3d4e5", 2))]
        self.number = 0
        #: What the next archives hold outside the chains, and the keys revoked since when.
        self.aside: list = []
        self.decisions: list = []
        self.revoked: dict[str, datetime] = {}
        for device in self.devices:
            device.keep(chain.issue_event(
                device.state, device.desk, JetEvent(jet.INITIALISATION, "Départ"), start))  # fmt: skip

    @property
    def devices(self) -> list[Chain]:
        """Server first."""
        return [self.server, *self.tills]

    def sell(self, till: Chain, at: datetime, **values) -> Record:
        """A random sale or refund."""
        self.number += 1
        ticket = random_ticket(self.random, self.number) if not values else make_ticket(
            self.number, **values)  # fmt: skip
        return till.keep(chain.issue_ticket(till.state, till.desk, ticket, at))

    def day(self, at: datetime, sales: int = 6) -> None:
        """A day of every till: sales, a cancelled sale, a duplicate, training; closed by the Z."""
        for till in self.tills:
            for step in range(sales):
                sold = self.sell(till, at + timedelta(minutes=step))
            self.number += 1
            sale = self.sell(till, at, lines=[make_line(1, "2.000", "3.2000", 550)])
            original = Reference("TCK", till.desk.device.number, sale.seq, sale.origin)
            self.sell(till, at, lines=[make_line(1, "-2.000", "3.2000", 550)], origin=original)
            for rank in (2, 3):
                copy = Duplicate(replace(original, seq=sold.seq, uid=sold.origin), rank, "C07")
                till.keep(chain.issue_duplicate(
                    till.state, till.desk, copy, at, uuid(self.number, 20 + rank)))  # fmt: skip
            self.number += 1
            till.keep(chain.issue_ticket(
                till.state, till.desk, make_ticket(self.number), at, training=True))  # fmt: skip
            till.keep(chain.close_day(till.state, till.desk, at + timedelta(hours=3)))

    def archive(
        self, folder: Path, level: str, day: date, at: datetime, befores=None, aside_written=None, tokens=()
    ) -> "Made":
        """Make the archive of the period of ``level`` containing ``day`` in ``folder``. The seal counts
        all of ``aside``, of which only the first ``aside_written`` stand in the archive."""
        desk = self.server.desk
        period = ArchivePeriod.of(level, day, desk.rules)
        keys = tuple(ArchivedKey(d.desk.device.uid, d.desk.signer.key_id, NOON,
                                 self.revoked.get(d.desk.device.uid)) for d in self.devices)  # fmt: skip
        header = ArchiveHeader(
            self.server.state.seq("ARC") + 1, period, COMPANY, desk.device, desk.rules, at, keys)  # fmt: skip
        folder.mkdir(parents=True)

        def store(name: str):
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            return path.open("wb")

        builder = ArchiveBuilder(
            store, header, {d.desk.signer.key_id: d.desk.signer.certificate_pem for d in self.devices})  # fmt: skip
        builder.add_verifier(pyz.build())
        ends = {}
        for device in self.devices:
            uid = device.desk.device.uid
            before = (befores or {}).get(uid) or _state_before(device, period.first)
            builder.till(uid, device.desk.device.number, before)
            for record in device.records:
                if record.business_day <= period.last and record.seq > before.seq(record.kind):
                    builder.record(record)
            builder.end_till()
            ends[uid] = builder.state
        for item in self.aside[:aside_written]:
            builder.quarantine(item)
        for decision in self.decisions:
            builder.decision(decision)
        for token in tokens:
            builder.add_token(*token)
        seal = builder.finish(desk.signer, desk.signer.certificate_pem)
        if aside_written is not None:
            kept = replace(seal.quarantine, documents=len(self.aside), last=self.aside[-1].number)
            seal = replace(seal, quarantine=kept)
        record = self.server.keep(chain.issue_archive(self.server.state, desk, seal, at))
        builder.write_seal(record)
        return Made(folder, header, record, ends, builder)


@dataclass
class Made:
    """An archive and where it left the devices."""

    folder: Path
    header: ArchiveHeader
    seal: Record
    ends: dict[str, TillState]
    builder: ArchiveBuilder


def _state_before(device: Chain, first: date) -> TillState:
    state = TillState()
    for record in device.records:
        if record.business_day >= first:
            return state
        anchor = record.payload.partition(",")[0] if record.kind == "ANC" else ""
        state = state.after(record, anchor)
    return state
