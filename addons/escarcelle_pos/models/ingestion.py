import logging
import re
from contextlib import nullcontext

from odoo import models
from odoo.exceptions import ConcurrencyError
from psycopg2 import OperationalError

from .day_sessions import DaySessions
from .order_values import OrderValues
from .till_job import Repair, read_entry

_logger = logging.getLogger(__name__)
#: What makes Odoo replay the request; never taken for a fault of an entry.
RETRIED = (OperationalError, ConcurrencyError)
QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
}


class EscarcelleTill(models.Model):
    """Ingestion: entries of a till → fiscal journal → orders, sessions, cash (docs/formats.md §6–7).

    The journal decides what is stored. What it stores is never refused afterwards: a sound ticket that
    cannot become an order waits for repair.
    """

    _inherit = "escarcelle.till"

    def _escarcelle_ingest(self, entries):
        """Take a batch of entries in; returns ``{"acks", "heads", "commands"}``. Idempotent."""
        self.ensure_one()
        till = self._escarcelle_in_company()
        till._escarcelle_lock()
        acks, jobs = till._escarcelle_journal(entries)
        fresh = [job for job in jobs if job.fresh]
        till._escarcelle_apply([job for job in fresh if job.status != "quarantined"])
        till._escarcelle_store(fresh)
        till._escarcelle_heard(jobs)
        return {
            "acks": [ack if isinstance(ack, dict) else ack.ack() for ack in acks],
            "heads": till.env["escarcelle.fiscal.journal"]._escarcelle_heads(till.uid8),
            "commands": till._escarcelle_commands(),
        }

    def _escarcelle_in_company(self):
        """Superuser environment in the till's company, in French, without chatter."""
        context = {
            **QUIET,
            "lang": "fr_FR",
            "tz": self.company_id.escarcelle_timezone,
            "allowed_company_ids": self.company_id.ids,
        }
        return self.with_env(self.env(su=True, context=context))

    def _escarcelle_lock(self):
        """One batch of a till at a time, on fresh data.

        Waiting for the advisory lock leaves an old snapshot (REPEATABLE READ); locking the row that every
        batch updates turns that into a serialisation failure, and Odoo replays the request.
        """
        lock = f"escarcelle.till.{self.uid8}"
        self.env.cr.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [lock])
        # Two sendings at once are no fault: the second is replayed, without a line in red in the log.
        row_lock = "SELECT 1 FROM escarcelle_till WHERE id = %s FOR NO KEY UPDATE"
        self.env.cr.execute(row_lock, [self.id], log_exceptions=False)

    def _escarcelle_journal(self, entries):
        """Answer each entry: seen before, or what the fiscal journal says of it.

        Returns (acks, jobs): an ack is a dict (rejected) or the job it will be read from. A fault of the
        server stops the batch there: what follows would not chain. The till sends it again.
        """
        seen = self._escarcelle_seen(entries)
        journal = self.env["escarcelle.fiscal.journal"]
        acks, jobs = [], []
        for entry in entries:
            job, problem = read_entry(entry, self.uid8)
            if problem:
                acks.append(_rejection(entry, problem))
                continue
            if job.digest in seen:
                job.status, job.build = seen[job.digest]
            else:
                try:
                    with self.env.cr.savepoint(flush=False):
                        answer = journal._escarcelle_verify_and_append(entry)
                except RETRIED:
                    raise
                except Exception:
                    if not jobs:
                        raise
                    _logger.exception("Till %s: entry %s could not be journaled", self.uid8, job.uuid)
                    break
                job.status, job.reason = answer["status"], answer["detail"]
                job.fresh = job.status != "rejected"
                seen[job.digest] = ("quarantined" if job.status == "quarantined" else "known", "none")
            acks.append(job)
            jobs.append(job)
        return acks, jobs

    def _escarcelle_seen(self, entries):
        """Digest → (status, build) of the entries that are stored already."""
        uuids = {e.get("uuid") for e in entries if isinstance(e, dict)}
        rows = self.env["escarcelle.till.entry"].search_read(
            [("till_id", "=", self.id), ("uuid", "in", [u for u in uuids if isinstance(u, str)])],
            ["digest", "state", "build"],
        )
        return {
            row["digest"]: ("quarantined" if row["state"] == "quarantined" else "known", row["build"])
            for row in rows
        }

    def _escarcelle_apply(self, jobs):
        """Days, cash and orders of what the journal has stored, in the order of the till."""
        sessions = DaySessions(self)
        pending = []
        for job in jobs:
            for record in job.records:
                if record["kind"] == "GTJ":
                    sessions.closed(record)
            if job.sale:
                job.session = sessions.of(job.sale_day, job.made_at)
                if job.lines("refunded_line_uuid") & {u for other in pending for u in other.lines("uuid")}:
                    self._escarcelle_build(pending)
                    pending = []
                pending.append(job)
            elif job.paper:
                # An invoice is of a ticket that may stand just before it.
                self._escarcelle_build(pending)
                pending = []
                if job.paper["kind"] == "REG":
                    job.session = sessions.of_cash(job.business_day, job.made_at, job.paper)
                self._escarcelle_attempt(job, self._escarcelle_paper)
            elif job.type in ("cash_move", "cash_count"):
                day = job.business_day or self._escarcelle_day(job.made_at)
                counting = job.type == "cash_count" and job.entry["event"].get("moment") == "closing"
                job.session = sessions.of_cash(day, job.made_at, job.own_record, counting)
                self._escarcelle_attempt(job, self._escarcelle_cash)
            elif job.type == "barcode":
                self._escarcelle_attempt(job, self._escarcelle_barcode)
        self._escarcelle_build(pending)
        if any(record["kind"] == "GTJ" for job in jobs for record in job.records):
            self.env.ref("escarcelle_pos.cron_close_days")._trigger()

    def _escarcelle_build(self, jobs):
        """Orders of ``jobs``: all in one go, one by one when that fails. Failures wait for repair."""
        if not jobs:
            return
        Order = self.env["pos.order"]
        known = {o.uuid: o for o in Order.search([("uuid", "in", [job.sale["origin"] for job in jobs])])}
        builder = OrderValues(self, jobs)
        ready = []
        for job in jobs:
            if job.sale["origin"] in known:
                job.order, job.build = known[job.sale["origin"]], "built"
                continue
            values = self._escarcelle_attempt(job, builder.of, savepoint=False)
            if values:
                ready.append((job, values))
        # What stands before is written first: its fault would pass for one of the orders.
        self.env.flush_all()
        try:
            with self.env.cr.savepoint():
                orders = Order.create([values for _job, values in ready])
            for (job, _values), order in zip(ready, orders, strict=True):
                job.order, job.build = order, "built"
        except RETRIED:
            raise
        except Exception:
            for job, values in ready:
                job.order = self._escarcelle_attempt(job, lambda _job, v=values: Order.create(v))
                if job.order:
                    job.build = "built"

    def _escarcelle_attempt(self, job, action, savepoint=True):
        """Do ``action(job)``; what goes wrong marks the job for repair. No savepoint for what only reads."""
        if savepoint:
            self.env.flush_all()
        try:
            with self.env.cr.savepoint() if savepoint else nullcontext():
                return action(job)
        except RETRIED:
            raise
        except Repair as repair:
            job.build, job.error = "repair", str(repair)
        except Exception as error:
            _logger.exception("Till %s: entry %s needs repair", self.uid8, job.uuid)
            job.build, job.error = "repair", str(error)
        return None

    def _escarcelle_store(self, jobs):
        """One row per entry, then what is said about it: differences, what other addons do with it."""
        entries = self.env["escarcelle.till.entry"].create([self._escarcelle_entry_values(job) for job in jobs])
        for job in jobs:
            if job.order:
                self._escarcelle_after(job)
        self._escarcelle_note_differences(zip(jobs, entries, strict=True))
        self._escarcelle_relink([job for job in jobs if job.order])

    def _escarcelle_entry_values(self, job):
        sale = job.sale or job.paper
        return {
            "till_id": self.id,
            "n": job.entry["n"],
            "uuid": job.uuid,
            "digest": job.digest,
            "type": job.type,
            "business_day": job.business_day,
            "made_at": job.made_at,
            "state": "quarantined" if job.status == "quarantined" else "stored",
            "build": job.build,
            "error": job.error or job.reason or False,
            "number": f"{sale['till_number']}-{sale['seq']}" if sale else False,
            "amount": int(sale["payload"].split(",")[1]) / 100 if sale else 0,
            "payload": {"order": _without_email(job.entry["order"]), "event": _without_email(job.entry["event"])},
            "order_id": job.order.id if job.order else False,
            "move_id": job.move.id if job.move else False,
            "session_id": job.session.id if job.session else False,
        }

    def _escarcelle_after(self, job):
        """Hook of other addons, in a savepoint: their fault is a difference, not the ticket's."""
        self.env.flush_all()
        try:
            with self.env.cr.savepoint():
                self._escarcelle_ingested(job.entry, job.order)
        except RETRIED:
            raise
        except Exception as error:
            _logger.exception("Till %s: entry %s, extension failed", self.uid8, job.uuid)
            job.differences.append({"kind": "hook", "what": str(error)})

    def _escarcelle_note_differences(self, pairs):
        self.env["escarcelle.difference"].create(
            [
                {
                    "entry_id": entry.id,
                    "kind": difference["kind"],
                    "what": difference["what"],
                    "reference": difference.get("reference"),
                    "line_uuid": difference.get("line_uuid"),
                    "ticket_amount": difference.get("ticket", 0) / 100,
                    "server_amount": difference.get("server", 0) / 100,
                }
                for job, entry in pairs
                for difference in job.differences
            ]
        )

    def _escarcelle_relink(self, jobs):
        """Refunds that came before their sale (another till was slower) find it now."""
        lines = {line.uuid: line for job in jobs for line in job.order.lines}
        waiting = self.env["escarcelle.difference"].search(
            [("kind", "=", "origin"), ("resolved", "=", False), ("reference", "in", list(lines))]
        )
        for difference in waiting:
            refund = difference.order_id.lines.filtered(lambda line, d=difference: line.uuid == d.line_uuid)
            refund.refunded_orderline_id = lines[difference.reference]
            difference.resolved = bool(refund)

    def _escarcelle_heard(self, jobs):
        numbers = [job.entry["n"] for job in jobs if job.status != "rejected"]
        self.write({"last_contact": self.env.cr.now(), "last_entry": max([self.last_entry, *numbers])})

    def _escarcelle_ingested(self, entry, order):
        """Hook, in a savepoint, once the ``pos.order`` of an entry is built."""

    def _escarcelle_partner(self, code):
        """Hook: the ``res.partner`` of a household's or a customer's code, empty when unknown."""
        found = re.fullmatch(r"C([1-9]\d{0,8})", code)
        Partner = self.env["res.partner"].with_context(active_test=False)
        wanted = [*Partner._check_company_domain(self.company_id), ("id", "=", int(found[1]))] if found else []
        return Partner.search(wanted, limit=1).with_env(self.env) if found else self.env["res.partner"]


def _rejection(entry, problem):
    entry = entry if isinstance(entry, dict) else {}
    return {
        "uuid": entry.get("uuid"), "n": entry.get("n"), "status": "rejected", "reason": problem, "order": "none",
    }  # fmt: skip


def _without_email(order):
    """The address a paper went to is not needed to build anything: it is not kept."""
    return order and {key: value for key, value in order.items() if key != "email"}
