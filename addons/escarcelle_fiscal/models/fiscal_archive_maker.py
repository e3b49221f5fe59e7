import errno
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from odoo import api, models
from odoo.exceptions import UserError

from escarcelle_core import jet, pyz
from escarcelle_core.archive.builder import ArchiveBuilder
from escarcelle_core.archive.parts import ArchivedKey, ArchiveHeader, ArchivePeriod, ArchiveSeal
from escarcelle_core.chain import issue_archive, issue_event
from escarcelle_core.documents import KINDS, JetEvent
from escarcelle_core.errors import EscarcelleError
from escarcelle_core.record import Record
from escarcelle_core.state import TillState
from escarcelle_core.xml import archive_xml, stamp
from escarcelle_core.xml.quarantine_xml import Decision, Quarantined

from ..tools import archive_files, standing, wire

#: Records read at once: what an archive of any length takes in memory.
BATCH = 500
#: A transaction that keeps a document aside lasts less than that: what an archive could not see yet is in
#: the next one, and one may be in two.
OVERLAP = timedelta(hours=1)
_READ = wire.SELECT.replace("SELECT", "SELECT id,", 1)


@dataclass(frozen=True)
class Sealed:
    """A seal that stands in the journal, and when it was made (aware)."""

    seal: ArchiveSeal
    made_at: datetime


class ArchiveTaken(UserError):
    """Somebody else archived that period meanwhile."""


class EscarcelleFiscalArchiveMaker(models.AbstractModel):
    """Makes an archive of the journal: what was signed, per device, in order.

    An archive begins where the one before it, of the same company and level, ended: also what arrived
    late is in one of them, once. The server's chain is locked from beginning to end, so that the
    archive's number and what it says of the server stay true; no till waits for it.
    """

    _name = "escarcelle.fiscal.archive.maker"
    _description = "Maker of fiscal archives"

    @api.model
    def _escarcelle_make(self, company, level, day, after=None, heard=None):
        """Make the archive of the period of ``level`` (J, M, A) containing ``day``.

        Returns its file name. UserError when the journal cannot be archived, ArchiveTaken when
        ``after`` (number of the last archive of that company and level, 0 = none) is not the last any
        more. ``heard`` is told how many records are done. The file is in its place once the transaction
        is committed.
        """
        files = self.env["escarcelle.fiscal.instance"]._escarcelle_open()
        # Signs what waits, and the initialisation of the server's journal when it is its first line.
        self.env["escarcelle.fiscal.outbox"]._escarcelle_drain()
        device = self.env["escarcelle.fiscal.device"]
        journal = self.env["escarcelle.fiscal.journal"]
        desk = device._escarcelle_server_desk(files)
        state = journal._escarcelle_standing(files.till)
        if after is not None and after != self._escarcelle_last_number(files.till, company, level):
            raise ArchiveTaken(self.env._("This period has just been archived by somebody else."))
        self._escarcelle_settle_files(files.till)
        # To the second, as the archive writes instants.
        at = device._escarcelle_now().replace(microsecond=0)
        tills = self._escarcelle_tills(company, files.till)
        keys, certificates = self._escarcelle_keys([uid8 for uid8, _number in tills])
        rules = company._escarcelle_rules()
        header = ArchiveHeader(
            state.seq("ARC") + 1, ArchivePeriod.of(level, day, rules), company._escarcelle_company(),
            desk.device, rules, at, keys,
        )  # fmt: skip
        folder = self.env["escarcelle.fiscal.instance"]._escarcelle_folder()
        self.env.cr.postrollback.add(lambda: archive_files.discard(folder, header.name))
        try:
            self._escarcelle_build(header, certificates, tills, (folder, desk, state), heard)
        except OSError as error:
            archive_files.discard(folder, header.name)
            raise UserError(self._escarcelle_disk(error, folder)) from error
        except BaseException:
            archive_files.discard(folder, header.name)
            raise
        self.env.cr.postcommit.add(lambda: archive_files.deliver(folder, header.name))
        self.env["escarcelle.fiscal.archive.check"]._escarcelle_check(
            archive_files.waiting(folder, header.name)
        )
        return header.name

    def _escarcelle_build(self, header, certificates, tills, place, heard):
        """All the files, the seal in the journal, the packed archive waiting for the commit."""
        folder, desk, state = place
        at, level = header.made_at, header.period.level
        journal = self.env["escarcelle.fiscal.journal"]
        with archive_files.workshop(folder) as work:
            builder = ArchiveBuilder(archive_files.opener(work), header, certificates)
            builder.add_verifier(pyz.build())
            try:
                self._escarcelle_fill(builder, tills, heard)
                seal = builder.finish(desk.signer, desk.signer.certificate_pem)
                issue = issue_archive(state, desk, seal, at)
                sealed = issue.records[-1]
                code = jet.ARCHIVE_YEAR if level == "A" else jet.ARCHIVE_INTERMEDIATE
                told = issue_event(issue.state, desk, JetEvent(code, header.name), at)
            except EscarcelleError as error:
                raise UserError(str(error)) from error
            journal._escarcelle_append(header.server.uid, [*issue.records, *told.records])
            builder.write_seal(sealed)
            archive_files.pack(work, archive_files.waiting(folder, header.name))
        self._escarcelle_say_deviations(builder)

    def _escarcelle_disk(self, error, folder):
        """What somebody has to do about an archive that could not be written."""
        if error.errno == errno.ENOSPC:
            return self.env._(
                "The disk is full: the archive was not made. Free some space where %s stands and archive again.",
                folder,
            )
        return self.env._(
            "The archive cannot be written in %(folder)s (%(reason)s). Give Odoo's account the right to write"
            " there and archive again.",
            folder=folder, reason=error.strerror or str(error),
        )  # fmt: skip

    def _escarcelle_fill(self, builder, tills, heard=None):
        period = builder.header.period
        earlier = self._escarcelle_previous(builder.header)
        starts = {}
        for uid8, number in tills:
            before, last_id = self._escarcelle_start(uid8, earlier, period.first)
            builder.till(uid8, number, before)
            for data in self._escarcelle_read(uid8, last_id, period.last):
                builder.record(Record.from_json(data))
                if heard and not builder.records % BATCH:
                    heard(builder.records)
            starts[uid8] = before
            builder.end_till()
        uids = [uid8 for uid8, _number in tills]
        since = earlier and earlier.made_at - OVERLAP
        for kept in self._escarcelle_aside(uids, since):
            builder.quarantine(kept)
        for decision in self._escarcelle_decisions(uids, since):
            builder.decision(decision)
        self._escarcelle_add_tokens(builder, starts[builder.header.server.uid])

    def _escarcelle_aside(self, uids, since):
        """What was kept aside of these devices since (aware, None = ever), oldest first."""
        last_id = 0
        while True:
            self.env.cr.execute(
                "SELECT id, received_at, reason, detail, entry, record FROM fiscal.quarantine"
                " WHERE till = ANY(%s) AND id > %s AND received_at >= coalesce(%s::timestamptz, '-infinity')"
                " ORDER BY id LIMIT %s",
                [uids, last_id, since, BATCH],
            )
            rows = self.env.cr.fetchall()
            for number, received, reason, detail, entry, record in rows:
                received = received.astimezone(timezone.utc).replace(microsecond=0)
                yield Quarantined(number, received, reason, detail, entry, Record.from_json(record))
            if len(rows) < BATCH:
                return
            last_id = rows[-1][0]

    def _escarcelle_decisions(self, uids, since):
        """What was decided of it since."""
        self.env.cr.execute(
            "SELECT d.id, d.quarantine_id, d.state, d.decided_by, d.decided_at, d.reason"
            " FROM fiscal.quarantine_decision d JOIN fiscal.quarantine q ON q.id = d.quarantine_id"
            " WHERE q.till = ANY(%s) AND d.decided_at >= coalesce(%s::timestamptz, '-infinity') ORDER BY d.id",
            [uids, since],
        )
        for number, document, state, by, at, reason in self.env.cr.fetchall():
            at = at.astimezone(timezone.utc).replace(microsecond=0)
            yield Decision(number, document, state, by, at, reason)

    def _escarcelle_add_tokens(self, builder, before):
        """Time stamps of the server's records that are in this archive."""
        server = builder.header.server
        self.env.cr.execute(
            "SELECT DISTINCT ON (s.kind, s.seq) s.kind, s.seq, s.token FROM fiscal.time_stamp s"
            " JOIN fiscal.record r ON (r.till, r.kind, r.seq) = (s.till, s.kind, s.seq)"
            " WHERE s.till = %s AND r.business_day <= %s AND r.seq > CASE s.kind WHEN 'ANC' THEN %s ELSE %s END"
            " ORDER BY s.kind, s.seq, s.id",
            [server.uid, builder.header.period.last, before.seq("ANC"), before.seq("ARC")],
        )
        for kind, seq, token in self.env.cr.fetchall():
            builder.add_token(kind, server.number, seq, bytes(token))

    @api.model
    def _escarcelle_count(self, company, level, day):
        """About how many records an archive will hold."""
        period = ArchivePeriod.of(level, day, company._escarcelle_rules())
        row = self.env["escarcelle.fiscal.instance"]._escarcelle_row()
        uids = [uid8 for uid8, _number in self._escarcelle_tills(company, row and row[1])]
        self.env.cr.execute(
            "SELECT count(*) FROM fiscal.record WHERE till = ANY(%s) AND business_day BETWEEN %s AND %s",
            [uids, period.first, period.last],
        )
        return self.env.cr.fetchone()[0]

    def _escarcelle_read(self, uid8, last_id, last_day):
        """Records of a device after ``last_id``, up to a business day, in the order of its chain."""
        while True:
            self.env.cr.execute(
                f"{_READ} WHERE till = %s AND id > %s AND business_day <= %s ORDER BY id LIMIT %s",
                [uid8, last_id, last_day, BATCH],
            )
            rows = self.env.cr.fetchall()
            for _id, data in rows:
                yield data
            if len(rows) < BATCH:
                return
            last_id = rows[-1][0]

    def _escarcelle_tills(self, company, server):
        """(uid8, number) of the server and of the devices that ever were this company's, by number."""
        self.env.cr.execute(
            "SELECT DISTINCT uid, number FROM fiscal.till WHERE company_id = %s OR uid = %s ORDER BY number",
            [company.id, server],
        )
        return self.env.cr.fetchall()

    def _escarcelle_keys(self, uids):
        self.env.cr.execute(
            "SELECT c.till, c.key_id, c.pem, c.valid_from, r.revoked_at FROM fiscal.certificate c"
            " LEFT JOIN fiscal.certificate_revocation r USING (till, key_id)"
            " WHERE c.till = ANY(%s) ORDER BY c.id",
            [uids],
        )
        rows = self.env.cr.fetchall()
        keys = tuple(
            ArchivedKey(till, key, since, gone and gone.replace(microsecond=0))
            for till, key, _pem, since, gone in rows
        )
        return keys, {key: pem for _till, key, pem, _since, _gone in rows}

    def _escarcelle_previous(self, header):
        """The seal this archive continues: the last one of the same company and level, when it is of
        the period before this one, or of the same period (this one is then its supplement)."""
        period = header.period
        sealed = self._escarcelle_last(header.server.uid, header.company.siret, period.level)
        if sealed is None:
            return None
        follows = sealed.seal.period.last == period.first - timedelta(days=1)
        return sealed if follows or sealed.seal.period.first == period.first else None

    def _escarcelle_last(self, server, siret, level):
        """The last seal of a taxpayer and level, None before the first."""
        # Which archives: the name of each stands in its document, so that few are parsed.
        self.env.cr.execute(
            "SELECT xml, at FROM fiscal.record WHERE till = %s AND kind = 'ARC' AND strpos(xml, %s) > 0"
            " AND strpos(xml, %s) > 0 ORDER BY seq DESC LIMIT 1",
            [server, f' niveau="{level}" ', f' siret="{siret}"'],
        )
        row = self.env.cr.fetchone()
        return row and Sealed(archive_xml.read(stamp.parse(row[0])), row[1].astimezone(timezone.utc))

    def _escarcelle_last_number(self, server, company, level):
        sealed = self._escarcelle_last(server, company._escarcelle_company().siret, level)
        return sealed.seal.seq if sealed else 0

    def _escarcelle_start(self, uid8, earlier, first):
        """(TillState, id of the last record) where an archive begins for a device."""
        if earlier:
            heads = next((dict(till.heads) for till in earlier.seal.tills if till.uid == uid8), {})
            places = tuple((kind, head.seq, head.signature) for kind, head in heads.items())
            if not places:
                return TillState(), 0
            self.env.cr.execute(f"{_HEADS} AND (kind, seq, signature) IN %s", [uid8, places])
            found = self.env.cr.dictfetchall()
            if len(found) != len(places):
                raise UserError(
                    self.env._(
                        "The journal no longer holds what archive %s attests. It was restored from an older"
                        " copy or altered: stop archiving, keep the archives, and call your support.",
                        earlier.seal.name,
                    )
                )
        else:
            self.env.cr.execute(
                f"SELECT h.* FROM unnest(%s) k, LATERAL ({_HEADS} AND kind = k AND business_day < %s"
                " ORDER BY seq DESC LIMIT 1) h",
                [list(KINDS), uid8, first],
            )
            found = self.env.cr.dictfetchall()
        return standing.state(_standing(found)), max((row["record_id"] for row in found), default=0)

    def _escarcelle_settle_files(self, server):
        """Files left waiting when the server was killed: the journal says which are archives."""
        folder = self.env["escarcelle.fiscal.instance"]._escarcelle_folder()
        archive_files.sweep(folder)
        for name in archive_files.left_waiting(folder):
            self.env.cr.execute(
                "SELECT EXISTS (SELECT FROM fiscal.record WHERE till = %s AND kind = 'ARC'"
                " AND strpos(xml, %s) > 0)",
                [server, f' nom="{name}"'],
            )
            settle = archive_files.deliver if self.env.cr.fetchone()[0] else archive_files.discard
            settle(folder, name)

    def _escarcelle_say_deviations(self, builder):
        """A stored value that is not what was signed beside it: someone altered the table."""
        for shown, names in builder.deviations[:20]:
            self.env["escarcelle.fiscal.outbox"]._escarcelle_note(
                jet.INTEGRITY_DEFECT, f"{shown} valeurs modifiées en base {names}"
            )


_HEADS = (
    "SELECT kind, seq, signature, business_day, id AS record_id, totals, payload FROM fiscal.record"
    " WHERE till = %s"
)


def _standing(rows):
    """What ``fiscal.lock`` would have answered when these were the last records of their chains."""
    if not rows:
        return {"heads": {}}
    payloads = {row["kind"]: row["payload"].split(",") for row in rows}
    return {
        "heads": {
            row["kind"]: {
                "seq": row["seq"],
                "signature": row["signature"],
                "business_day": row["business_day"].isoformat(),
                "record_id": row["record_id"],
            }
            for row in rows
        },
        "totals": max(rows, key=lambda row: row["record_id"])["totals"],
        "closing": payloads["GTJ"][5] if "GTJ" in payloads else None,
        "anchor": payloads["ANC"][0] if "ANC" in payloads else None,
    }
