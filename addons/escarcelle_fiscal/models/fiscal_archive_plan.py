from datetime import timedelta

from odoo import api, models

from escarcelle_core.archive.builder import period_closed
from escarcelle_core.archive.parts import ArchivePeriod
from escarcelle_core.errors import PeriodError

from ..tools import standing


class EscarcelleFiscalArchivePlan(models.AbstractModel):
    """Which archives are due: month and fiscal year after the last closing of the period (the day when
    the company wants it), and supplements of what was archived without a till.

    Read only, and nothing is locked: what it answers is checked again by who acts on it.
    """

    _name = "escarcelle.fiscal.archive.plan"
    _description = "Fiscal archives that are due"

    @api.model
    def _escarcelle_due(self, company, level, now):
        """Periods of ``level`` to archive for ``company`` at ``now`` (aware), oldest first.

        Each is a dict: ``period`` (ArchivePeriod), ``missing`` (printed numbers of the devices that have
        not closed it), ``until`` (aware: when it is archived without them), ``ready``, ``after``
        (number of the archive it follows), ``supplement``.
        """
        rules = company._escarcelle_rules()
        server = self.env["escarcelle.fiscal.instance"]._escarcelle_row()[1]
        states = self._escarcelle_states(company)
        sealed = self.env["escarcelle.fiscal.archive.maker"]._escarcelle_last(
            server, company._escarcelle_company().siret, level
        )
        today = rules.business_day(now)
        delay = timedelta(days=company.escarcelle_archive_delay)
        due = []
        if sealed:
            due += self._escarcelle_supplement(sealed, states, now, delay, today)
            start = sealed.seal.period.last + timedelta(days=1)
        else:
            start = self._escarcelle_first_day(company, level, today)
        after = sealed.seal.seq if sealed else 0
        while start and start < today:
            try:
                period = ArchivePeriod.of(level, start, rules)
            except PeriodError:
                break
            if period.last >= today:
                break
            missing = _missing(states, level, period.last)
            until = period.end + delay
            due.append({"period": period, "missing": missing, "until": until, "after": after,
                        "ready": not missing or now >= until, "supplement": False})  # fmt: skip
            start = period.last + timedelta(days=1)
        return due

    def _escarcelle_supplement(self, sealed, states, now, delay, today):
        """The last archive again, when it was made without a till that has closed since, or before its
        period was over."""
        seal, period = sealed.seal, sealed.seal.period
        early = sealed.made_at <= period.end
        waited = {till.number for till in seal.tills if not till.closed and not till.retired}
        if period.last >= today or not (early or waited):
            return []
        missing = _missing(states, period.level, period.last)
        until = period.end + delay
        arrived = early or waited - set(missing)
        # Once the delay is over, what came since is archived even if others are still away.
        late = now >= until and arrived and (sealed.made_at < until or not missing)
        ready = bool(arrived) and (not missing or bool(late))
        return [{"period": period, "missing": missing, "until": until, "after": seal.seq, "ready": ready,
                 "supplement": True}]  # fmt: skip

    def _escarcelle_states(self, company):
        """Printed number → TillState of the devices of ``company`` that can still close a period: not
        the server, not those whose keys are all revoked. One query."""
        self.env.cr.execute(
            """
            SELECT t.number, h.kind, h.seq, h.signature, h.business_day, h.record_id, h.totals
            FROM (SELECT DISTINCT uid, number FROM fiscal.till WHERE company_id = %s AND number > 0) t
            JOIN fiscal.head h ON h.till = t.uid
            WHERE EXISTS (SELECT FROM fiscal.certificate c
                          LEFT JOIN fiscal.certificate_revocation r USING (till, key_id)
                          WHERE c.till = t.uid AND r.id IS NULL)
            ORDER BY t.number, h.record_id
            """,
            [company.id],
        )
        heads = {}
        for number, kind, seq, signature, day, record_id, totals in self.env.cr.fetchall():
            heads.setdefault(number, {})[kind] = {
                "seq": seq, "signature": signature, "business_day": day.isoformat(),
                "record_id": record_id, "totals": totals,
            }  # fmt: skip
        return {
            number: standing.state({"heads": own, "totals": list(own.values())[-1]["totals"],
                                    "closing": "", "anchor": ""})
            for number, own in heads.items()
        }  # fmt: skip

    def _escarcelle_first_day(self, company, level, today):
        """Where the first archive of a company begins; a day archive is never made of the past."""
        if level == "J":
            return today - timedelta(days=1)
        self.env.cr.execute(
            "SELECT min(f.business_day) FROM (SELECT DISTINCT uid FROM fiscal.till"
            " WHERE company_id = %s AND number > 0) t"
            " CROSS JOIN LATERAL (SELECT business_day FROM fiscal.record r"
            "  WHERE r.till = t.uid ORDER BY r.id LIMIT 1) f",
            [company.id],
        )
        return self.env.cr.fetchone()[0]


def _missing(states, level, last):
    return [number for number, state in states.items() if not period_closed(state, level, last)]
