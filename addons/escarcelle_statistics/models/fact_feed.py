import json
import logging
from collections import defaultdict

from odoo import api, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as RETRIED
from odoo.tools import SQL

from ..tools import stores

_logger = logging.getLogger(__name__)

#: Any two numbers nobody else locks: the feed of the facts of this database.
LOCK = (20261122, 4)


class EscarcelleFactFeed(models.AbstractModel):
    """The only writer of facts: it takes what waits, in slices, one writer at a time.

    Facts, their sums and the mark that an event is told are one transaction: killed anywhere, nothing of it
    happened; done twice, the second finds nothing to tell. Two that begin together: the lock lets one work, the
    other leaves it at that; one that began before the other ended is refused by PostgreSQL and replayed by Odoo.
    """

    _name = "escarcelle.fact.feed"
    _description = "Feed of the Facts"

    @api.model
    def _escarcelle_catch_up(self, limit=500):
        """Tell what waits, at most ``limit`` events; how many still wait."""
        self.env.flush_all()
        waiting = self._escarcelle_waiting()
        if not waiting or self.env.cr.readonly or not self._escarcelle_alone():
            return waiting
        events = (
            self.env["escarcelle.fact.event"]
            .sudo()
            .search([("told", "=", False), ("problem", "=", False)], limit=limit)
        )
        self.sudo()._escarcelle_tell_all(events)
        return max(waiting - len(events), 0)

    @api.model
    def _escarcelle_waiting(self, most=1_000_000):
        """How many events are not told yet."""
        return self.env.execute_query(
            SQL(
                "SELECT count(*) FROM (SELECT FROM escarcelle_fact_event WHERE NOT told AND problem IS NULL"
                " LIMIT %s) waiting",
                most,
            )
        )[0][0]

    @api.model
    def _escarcelle_broken(self):
        """How many events could not be told; the job tries them again."""
        return self.env.execute_query(
            SQL("SELECT count(*) FROM escarcelle_fact_event WHERE NOT told AND problem IS NOT NULL")
        )[0][0]

    @api.model
    def _escarcelle_alone(self):
        """Whether nobody else tells facts until the end of this transaction."""
        return self.env.execute_query(SQL("SELECT pg_try_advisory_xact_lock(%s, %s)", *LOCK))[0][0]

    @api.model
    def _escarcelle_cron(self, slice_size=1000):
        """The job: what waits, slice by slice, each kept as soon as it is told."""
        cron = self.env["ir.cron"]
        self.env.cr.execute(
            SQL(
                "UPDATE escarcelle_fact_event SET problem = NULL WHERE NOT told AND problem IS NOT NULL"
            )
        )
        while waiting := self._escarcelle_waiting():
            left = self._escarcelle_catch_up(slice_size)
            if not cron._commit_progress(max(waiting - left, 0), remaining=left) or left >= waiting:
                break

    @api.model
    def _escarcelle_tell_all(self, events):
        """Tell these events; one that cannot be told is put aside with the reason, and stops no other."""
        try:
            with self.env.cr.savepoint():
                self._escarcelle_tell(events)
            return
        except RETRIED:
            raise
        except Exception:
            _logger.exception("A slice of %s events could not be told: one by one", len(events))
        for event in events:
            try:
                with self.env.cr.savepoint():
                    self._escarcelle_tell(event)
            except RETRIED:
                raise
            except Exception as error:
                self.env.cr.execute(
                    SQL(
                        "UPDATE escarcelle_fact_event SET problem = %s WHERE id = %s",
                        str(error)[:500],
                        event.id,
                    )
                )
        events.invalidate_model()

    @api.model
    def _escarcelle_tell(self, events):
        """Write the facts of these events and mark them told, in this transaction."""
        if not events:
            return
        facts = defaultdict(list)
        for model, same in events.grouped("model").items():
            for event, rows in same.grouped("event").items():
                tell = getattr(self.env[model], "_escarcelle_facts", None)
                for subject, found in (tell(event, rows) if tell else {}).items():
                    facts[subject] += found
        for subject, rows in facts.items():
            self._escarcelle_write(subject, rows)
        self.env.execute_query(
            SQL(
                """
                WITH gone AS (DELETE FROM escarcelle_fact_event WHERE id IN %(ids)s AND data IS NOT NULL)
                UPDATE escarcelle_fact_event SET told = TRUE WHERE id IN %(ids)s AND data IS NULL RETURNING id
                """,
                ids=tuple(events.ids),
            )
        )
        events.invalidate_model()

    @api.model
    def _escarcelle_write(self, subject, rows):
        """Add facts, given as dicts of columns, and add them to their sums."""
        if not rows:
            return 0
        store = stores.facts(subject)
        columns = self._escarcelle_columns(store)
        typed = SQL(", ").join(
            SQL("%s %s", SQL.identifier(name), SQL(stores.sql_type(name))) for name in columns
        )
        source = SQL(
            # In no order: the lines of a ticket do not stay together.
            "SELECT %s FROM jsonb_to_recordset(%s::jsonb) AS row(%s) ORDER BY random()",
            SQL(", ").join(map(SQL.identifier, columns)),
            json.dumps(
                [{name: _told(row.get(name)) for name in columns} for row in rows], default=str
            ),
            typed,
        )
        return self._escarcelle_insert(store, source)

    @api.model
    def _escarcelle_columns(self, store):
        return (*store.keys, *store.sums, "company_id", "day")

    @api.model
    def _escarcelle_insert(self, store, source):
        """Add the rows of ``source`` (SQL, in the order of the store's columns) and their sums; how many."""
        columns = SQL(", ").join(map(SQL.identifier, self._escarcelle_columns(store)))
        sums = [
            SQL(", %s AS (%s)", SQL.identifier(f"sums_{n}"), self._escarcelle_summing(rollup))
            for n, rollup in enumerate(stores.rollups(store))
        ]
        return self.env.execute_query(
            SQL(
                "WITH added AS (INSERT INTO %s (%s) %s RETURNING %s)%s SELECT count(*) FROM added",
                SQL.identifier(store.table), columns, source, columns, SQL("").join(sums),
            )
        )[0][0]  # fmt: skip

    @api.model
    def _escarcelle_summing(self, rollup):
        """Add what was ``added`` to a roll-up."""
        month = (
            SQL("date_trunc('month', added.day::timestamp)::date")
            if rollup.grain == "month"
            else SQL("added.day")
        )
        keys = [SQL("added.%s", SQL.identifier(key)) for key in rollup.keys]
        sums = [SQL("coalesce(sum(added.%s), 0)", SQL.identifier(name)) for name in rollup.sums]
        return SQL(
            "INSERT INTO %s AS kept (company_id, day, %s) SELECT added.company_id, %s, %s FROM added"
            " GROUP BY added.company_id, %s, %s ON CONFLICT (%s) DO UPDATE SET %s",
            SQL.identifier(rollup.table),
            SQL(", ").join(map(SQL.identifier, (*rollup.keys, *rollup.sums))),
            month,
            SQL(", ").join([*keys, *sums]),
            month,
            SQL(", ").join(keys),
            SQL(stores.unique(rollup)),
            SQL(", ").join(
                SQL(
                    "%s = coalesce(kept.%s, 0) + excluded.%s",
                    SQL.identifier(name), SQL.identifier(name), SQL.identifier(name),
                )
                for name in rollup.sums
            ),
        )  # fmt: skip


def _told(value):
    """Odoo's empty is nothing; zero is a figure."""
    return None if value is False or value == "" else value
