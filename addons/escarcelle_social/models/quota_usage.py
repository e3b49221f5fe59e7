from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL

#: Periods older than this are not shown any more.
USAGE_DAYS = 400


class EscarcelleQuotaUsage(models.Model):
    """What a household took of a quota in one period: a reading of the tickets, nothing stored."""

    _name = "escarcelle.quota.usage"
    _description = "Quota usage"
    _auto = False
    _order = "period_from desc, over desc, id"
    _rec_name = "quota_id"

    quota_id = fields.Many2one("escarcelle.quota", readonly=True)
    household_id = fields.Many2one("escarcelle.household", readonly=True)
    company_id = fields.Many2one("res.company", "Shop", readonly=True)
    period_from = fields.Date("Period from", readonly=True)
    last_day = fields.Date("Last ticket", readonly=True)
    used = fields.Float("Taken", digits=(16, 3), readonly=True)
    allowed = fields.Float("Limit", digits=(16, 3), readonly=True, aggregator=None)
    over = fields.Float("Beyond", digits=(16, 3), readonly=True)

    @property
    def _table_query(self):
        quotas = self.env["escarcelle.quota"].sudo().with_context(active_test=False).search([])
        since = fields.Date.context_today(self) - timedelta(days=USAGE_DAYS)
        return SQL(
            """
            SELECT used.quota_id::bigint * 4294967296 + used.line_id AS id, used.quota_id, used.household_id,
                   quota.company_id, used.period_from, used.last_day, used.used, allowed.allowed,
                   greatest(used.used - allowed.allowed, 0) AS over
              FROM (%s) AS used
              JOIN escarcelle_quota quota ON quota.id = used.quota_id
              JOIN escarcelle_household household ON household.id = used.household_id
              CROSS JOIN LATERAL (SELECT (quota."limit" * CASE quota.scope
                   WHEN 'person' THEN greatest(household.size, 1) ELSE 1 END)::numeric AS allowed) AS allowed
            """,
            quotas._escarcelle_used_sql(since),
        )
