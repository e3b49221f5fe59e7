"""Opening a period: what is lost of the one before, then what the household receives.

One set of statements for any number of households, safe to run twice and at the same time as
anything else: PostgreSQL lets one allocation a household and period in, and the loser of a race is
replayed. A till that opened the period by itself counts with the same dates and amounts.
"""

from odoo import api, models
from odoo.tools import SQL

from escarcelle_core import budget

#: Households a job opens between two commits.
BATCH = 500
#: What the tier of ``household`` and the ages of its members on ``period.start`` give for a whole period.
_TIER = SQL(
    """
    LEFT JOIN escarcelle_budget_tier AS tier ON tier.id = household.tier_id
    LEFT JOIN LATERAL (
         SELECT sum(supplement.amount_cents) AS amount_cents
           FROM escarcelle_household_member AS member
           JOIN escarcelle_budget_supplement AS supplement
             ON supplement.company_id = household.company_id AND supplement.active
            AND extract(year FROM period.start) - member.birth_year >= supplement.age_from
            AND (coalesce(supplement.age_to, 0) = 0
                 OR extract(year FROM period.start) - member.birth_year <= supplement.age_to)
          WHERE member.household_id = household.id AND member.active AND member.birth_year > 0
            AND household.tier_id IS NOT NULL
        ) AS extra ON TRUE
    """
)


class ResCompany(models.Model):
    _inherit = "res.company"

    def _escarcelle_due_query(self, policy, periods, last_day, households=None, late=False):
        """Query of the allocations due: household, tier, period, day, last day, amount in cents.

        One row for each household, granted entitlement and period of ``periods`` (names) that ``last_day``
        has seen begin, unless the household already has an allocation for those days or later ones;
        ``late``: later ones do not matter, a till sold in that period before they were given. The day
        is the first of the period or the day the entitlement starts; who comes during a period receives
        all of it or its part by days. Where the shop changed its rhythm, what an allocation already
        covers is cut off, and the amount with it. Suspended and archived households, and those without a
        budget, receive nothing. Nor do those without a tier: theirs opens once somebody has given them one.
        """
        self.ensure_one()
        kind = policy.period
        only = (
            SQL("AND household.id IN %s", tuple(households.ids) or (0,))
            if households is not None
            else SQL()
        )
        return SQL(
            """
            SELECT household.id AS household_id,
                   household.tier_id,
                   CASE WHEN due.start > period.start THEN to_char(due.start, 'YYYY-MM') ELSE period.name END AS period,
                   due.day,
                   period.last AS until,
                   round(
                       (coalesce(tier.amount_cents, 0) + coalesce(extra.amount_cents, 0))
                       * CASE WHEN %(prorated)s OR due.start > period.start
                              THEN (period.last - due.day + 1)::numeric / (period.last - period.start + 1)
                              ELSE 1 END
                   )::integer AS amount_cents
              FROM escarcelle_household AS household
             CROSS JOIN unnest(%(names)s::text[], %(starts)s::date[], %(lasts)s::date[]) AS period (name, start, last)
             CROSS JOIN LATERAL (
                   -- Ledgers of before the rhythm could be chosen hold months only.
                   SELECT max(coalesce(ledger.until, (to_date(ledger.period, 'YYYY-MM')
                                                      + interval '1 month - 1 day')::date)) AS until
                     FROM escarcelle_budget_ledger AS ledger
                    WHERE ledger.household_id = household.id AND ledger.type = 'allocation'
                      AND (NOT %(late)s OR ledger.day <= period.last)
                  ) AS given
             CROSS JOIN LATERAL (
                   SELECT min(entitlement.date_from) AS date_from
                     FROM escarcelle_entitlement AS entitlement
                    WHERE entitlement.household_id = household.id
                      AND entitlement.decision = 'granted'
                      AND entitlement.date_from <= least(period.last, %(until)s::date)
                      AND entitlement.date_to >= greatest(period.start, given.until + 1)
                  ) AS entitled
             CROSS JOIN LATERAL (
                   SELECT greatest(period.start, given.until + 1) AS start,
                          greatest(period.start, given.until + 1, entitled.date_from) AS day
                  ) AS due
             %(tier)s
             WHERE household.company_id = %(company)s
               AND household.active
               AND NOT coalesce(household.suspended, FALSE)
               AND household.has_budget
               AND household.tier_id IS NOT NULL
               AND entitled.date_from IS NOT NULL
               AND due.day <= least(period.last, %(until)s::date)
               %(only)s
            """,
            tier=_TIER,
            names=periods,
            starts=[budget.period_start(period) for period in periods],
            lasts=[budget.period_last(period, kind) for period in periods],
            prorated=policy.proration == "days",
            late=late or kind == "visit",
            until=last_day,
            company=self.id,
            only=only,
        )

    def _escarcelle_due(self, first_day, last_day, households=None):
        """Rows of the query above as dicts, by household then period. Nothing is written.

        A budget for each visit is due with the visit only: there are no rows then.
        """
        policy = self.env["escarcelle.budget.policy"]._escarcelle_for(self)
        if policy.period == "visit":
            return []
        return self._escarcelle_due_rows(
            policy, budget.periods(first_day, last_day, policy.period), last_day, households
        )

    def _escarcelle_due_rows(self, policy, periods, last_day, households=None, late=False):
        self._escarcelle_flush_budgets()
        return self.env.execute_query_dict(
            SQL(
                "%s ORDER BY household.id, period.start",
                self._escarcelle_due_query(policy, periods, last_day, households, late),
            )
        )

    def _escarcelle_flush_budgets(self):
        """Send to PostgreSQL what these queries read."""
        for noun in (
            "household",
            "household.member",
            "entitlement",
            "budget.tier",
            "budget.supplement",
            "budget.ledger",
        ):
            self.env[f"escarcelle.{noun}"].flush_model()

    def _escarcelle_allowances(self, households, day):
        """Cents each household receives for a whole period: ``{household id: cents}``."""
        self.ensure_one()
        self._escarcelle_flush_budgets()
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT household.id, (coalesce(tier.amount_cents, 0) + coalesce(extra.amount_cents, 0))::integer
                      FROM escarcelle_household AS household
                     CROSS JOIN (SELECT %s::date AS start) AS period
                     %s
                     WHERE household.id IN %s AND household.has_budget
                    """,
                    day, _TIER, tuple(households.ids) or (0,),
                )
            )
        )  # fmt: skip

    def _escarcelle_allocate(self, period, households=None, today=None, late=False):
        """Open ``period`` for every household due (or those given) on the day ``today``.

        ``late``: even after a later period was opened; who asks settles what that one took back.
        Returns how many households received an allocation. Sudo: the caller checked the right.
        """
        self.ensure_one()
        policy = self.env["escarcelle.budget.policy"]._escarcelle_for(self)
        start = budget.period_start(period)
        today = min(today or self._escarcelle_today(), budget.period_last(period, policy.period))
        due = (
            [
                row["household_id"]
                for row in self._escarcelle_due_rows(policy, [period], today, households, late)
            ]
            if today >= start
            else []
        )
        if not due:
            return 0
        members = self.env["escarcelle.household"].sudo().browse(due)
        members._escarcelle_lock_budget()
        self.env["escarcelle.budget.ledger"].flush_model()
        kept = {"none": 0, "capped": policy.rollover_cap_cents, "full": None}[policy.rollover]
        rows = self.env.execute_query(
            SQL(
                """
                WITH due AS (%(due)s),
                opening AS (
                    SELECT due.household_id, due.period, due.day, due.until, due.amount_cents,
                           household.balance_cents - coalesce(sum(later.amount_cents), 0) AS before
                      FROM due
                      JOIN escarcelle_household AS household ON household.id = due.household_id
                      LEFT JOIN escarcelle_budget_ledger AS later
                        ON later.household_id = due.household_id AND later.day >= due.day
                     GROUP BY due.household_id, due.period, due.day, due.until, due.amount_cents,
                              household.balance_cents
                ),
                movement AS (
                    SELECT 1 AS rank, household_id, 'expiry' AS type, period, day, NULL::date AS until,
                           -(before - %(kept)s) AS amount_cents
                      FROM opening WHERE %(expires)s AND before > %(kept)s
                    UNION ALL
                    SELECT 2, household_id, 'allocation', period, day, until, amount_cents FROM opening
                )
                INSERT INTO escarcelle_budget_ledger
                       (household_id, company_id, type, period, day, until, amount_cents, amount,
                        rollover, cap_cents, create_uid, create_date, write_uid, write_date)
                SELECT household_id, %(company)s, type, period, day, until, amount_cents, amount_cents / 100.0,
                       %(rollover)s, %(cap)s, %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM movement ORDER BY household_id, rank
                ON CONFLICT DO NOTHING
                RETURNING type
                """,
                due=self._escarcelle_due_query(policy, [period], today, members, late),
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
        """Open the current period for all shops, in batches that are each committed: what is interrupted
        goes on where it stopped."""
        cron = self.env["ir.cron"]
        for company in self.search([]):
            today = company._escarcelle_today()
            kind = self.env["escarcelle.budget.policy"]._escarcelle_for(company).period
            period = budget.period_of(today, kind)
            due = [row["household_id"] for row in company._escarcelle_due(today, today)]
            cron._commit_progress(0, remaining=len(due))
            for start in range(0, len(due), BATCH):
                batch = self.env["escarcelle.household"].browse(due[start : start + BATCH])
                company._escarcelle_allocate(period, households=batch, today=today)
                cron._commit_progress(len(batch))
