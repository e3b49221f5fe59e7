"""Opening a month: what is lost of the month before, then what the household receives.

One set of statements for any number of households, safe to run twice and at the same time as
anything else: PostgreSQL lets one allocation a household and month in, and the loser of a race is
replayed. A till that opened the month by itself counts with the same dates and amounts.
"""

from datetime import date, timedelta

from odoo import api, models
from odoo.tools import SQL

from escarcelle_core import budget

#: Households a job opens between two commits.
BATCH = 500


class ResCompany(models.Model):
    _inherit = "res.company"

    def _escarcelle_due_query(self, first_day, last_day, households=None):
        """Query of the allocations due: household, period, day, amount in cents, in that order.

        One row for each household, granted entitlement and month touched by ``first_day`` …
        ``last_day`` that has no allocation yet, nor a later one. The day is the first of the month or
        the day the entitlement starts. Suspended and archived households, and those
        without a budget, receive nothing.
        """
        self.ensure_one()
        only = (
            SQL("AND household.id IN %s", tuple(households.ids) or (0,))
            if households is not None
            else SQL()
        )
        return SQL(
            """
            SELECT household.id AS household_id,
                   to_char(month.start, 'YYYY-MM') AS period,
                   greatest(month.start, min(entitlement.date_from)) AS day,
                   coalesce(tier.amount_cents, 0) AS amount_cents
              FROM escarcelle_household AS household
             CROSS JOIN (SELECT generate_series(%(first)s::date, %(last)s::date, '1 month')::date AS start) AS month
              JOIN escarcelle_entitlement AS entitlement
                ON entitlement.household_id = household.id
               AND entitlement.decision = 'granted'
               AND entitlement.date_from <= least((month.start + interval '1 month - 1 day')::date, %(until)s::date)
               AND entitlement.date_to >= month.start
              LEFT JOIN escarcelle_budget_tier AS tier ON tier.id = household.tier_id
             WHERE household.company_id = %(company)s
               AND household.active
               AND NOT coalesce(household.suspended, FALSE)
               AND household.has_budget
               AND NOT EXISTS (SELECT 1 FROM escarcelle_budget_ledger AS ledger
                                WHERE ledger.household_id = household.id
                                  AND ledger.type = 'allocation'
                                  AND ledger.period >= to_char(month.start, 'YYYY-MM'))
               %(only)s
             GROUP BY household.id, month.start, tier.amount_cents
            """,
            first=first_day.replace(day=1),
            last=last_day.replace(day=1),
            until=last_day,
            company=self.id,
            only=only,
        )

    def _escarcelle_due(self, first_day, last_day, households=None):
        """Rows of the query above as dicts, by household then period. Nothing is written."""
        for noun in ("household", "entitlement", "budget.tier", "budget.ledger"):
            self.env[f"escarcelle.{noun}"].flush_model()
        return self.env.execute_query_dict(
            SQL(
                "%s ORDER BY household.id, month.start",
                self._escarcelle_due_query(first_day, last_day, households),
            )
        )

    def _escarcelle_allocate(self, period, households=None, today=None):
        """Open ``period`` for every household due (or those given) on the day ``today``.

        Returns how many households received an allocation. Sudo: the caller checked the right.
        """
        self.ensure_one()
        start = budget.period_start(period)
        today = min(today or self._escarcelle_today(), _last_day(start))
        due = (
            [row["household_id"] for row in self._escarcelle_due(start, today, households)]
            if today >= start
            else []
        )
        if not due:
            return 0
        members = self.env["escarcelle.household"].sudo().browse(due)
        members._escarcelle_lock_budget()
        self.env["escarcelle.budget.ledger"].flush_model()
        policy = self.env["escarcelle.budget.policy"]._escarcelle_for(self)
        policy.flush_recordset()
        kept = {"none": 0, "capped": policy.rollover_cap_cents, "full": None}[policy.rollover]
        rows = self.env.execute_query(
            SQL(
                """
                WITH due AS (%(due)s),
                opening AS (
                    SELECT due.*, household.balance_cents - coalesce(sum(later.amount_cents), 0) AS before
                      FROM due
                      JOIN escarcelle_household AS household ON household.id = due.household_id
                      LEFT JOIN escarcelle_budget_ledger AS later
                        ON later.household_id = due.household_id AND later.day >= due.day
                     GROUP BY due.household_id, due.period, due.day, due.amount_cents, household.balance_cents
                ),
                movement AS (
                    SELECT 1 AS rank, household_id, 'expiry' AS type, period, day,
                           -(before - %(kept)s) AS amount_cents
                      FROM opening WHERE %(expires)s AND before > %(kept)s
                    UNION ALL
                    SELECT 2, household_id, 'allocation', period, day, amount_cents FROM opening
                )
                INSERT INTO escarcelle_budget_ledger
                       (household_id, company_id, type, period, day, amount_cents, amount,
                        rollover, cap_cents, create_uid, create_date, write_uid, write_date)
                SELECT household_id, %(company)s, type, period, day, amount_cents, amount_cents / 100.0,
                       %(rollover)s, %(cap)s, %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM movement ORDER BY household_id, rank
                ON CONFLICT DO NOTHING
                RETURNING type
                """,
                due=self._escarcelle_due_query(start, today, members),
                kept=kept or 0,
                expires=kept is not None,
                company=self.id,
                rollover=policy.rollover,
                cap=kept or 0,
                uid=self.env.uid,
                now=self.env.cr.now(),
            )
        )
        self.env["escarcelle.budget.ledger"].invalidate_model()
        members._escarcelle_budget_moved()
        return sum(kind == "allocation" for (kind,) in rows)

    @api.model
    def _escarcelle_cron_allocate(self):
        """Open the current month for all shops, in batches that are each committed."""
        cron = self.env["ir.cron"]
        for company in self.search([]):
            today = company._escarcelle_today()
            due = [row["household_id"] for row in company._escarcelle_due(today, today)]
            cron._commit_progress(0, remaining=len(due))
            for start in range(0, len(due), BATCH):
                batch = self.env["escarcelle.household"].browse(due[start : start + BATCH])
                company._escarcelle_allocate(budget.period_of(today), households=batch, today=today)
                cron._commit_progress(len(batch))


def _last_day(start):
    """Last day of the month that starts on ``start``."""
    following = date(start.year + start.month // 12, start.month % 12 + 1, 1)
    return following - timedelta(days=1)
