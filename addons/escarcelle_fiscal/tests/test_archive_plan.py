from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from unittest.mock import patch

from odoo.tests import tagged

from escarcelle_core import jet
from escarcelle_core.chain import close_day
from escarcelle_core.periods import PeriodRules

from ..models.fiscal_archive_maker import ArchiveTaken, EscarcelleFiscalArchiveMaker
from .test_archive import ArchiveCase


def utc(*when):
    return datetime(*when, tzinfo=timezone.utc)


class PlanCase(ArchiveCase):
    """Tills that sell in November 2026; the server's own journal starts when the test says."""

    def setUp(self):
        super().setUp()
        self.tasks = self.env["escarcelle.fiscal.archive.task"].sudo()

    def _cron(self, at, name="cron_archive"):
        with self._at(at), self.enter_registry_test_mode():
            self.env.ref(f"escarcelle_fiscal.{name}").sudo().method_direct_trigger()
        self.env.invalidate_all()

    def _made(self, level=None):
        domain = [("level", "=", level)] if level else []
        return self.archives.sudo().search(domain, order="number")

    def _task(self, level="M"):
        return self.tasks.search([("level", "=", level), ("state", "!=", "done")])

    def _nothing_else(self):
        """No period is archived twice."""
        made = self._made().filtered(lambda a: not a.is_supplement)
        self.assertEqual(len(made), len({(a.level, a.first_day) for a in made}))


@tagged("post_install", "-at_install")
class TestArchivePlan(PlanCase):
    """Months and fiscal years are archived by themselves, once, with what was missing named."""

    def test_a_month_is_archived_once_every_till_has_closed_it(self):
        self._send(self.till.ticket())
        self._cron(utc(2026, 11, 30, 22))
        self.assertFalse(self._made(), "the month is not over")
        self._cron(utc(2026, 12, 1, 8))
        self.assertFalse(self._made(), "the till has not closed it")
        task = self._task()
        self.assertEqual((task.state, task.missing, task.is_automatic), ("waiting", "1", True))
        # 30 November 23:59:59 in Paris, ten days later.
        self.assertEqual(task.until, datetime(2026, 12, 10, 22, 59, 59))
        self._send(self.till.ticket(day=utc(2026, 12, 1, 9)))
        self._cron(utc(2026, 12, 1, 10))
        archive = self._made()
        self.assertEqual((archive.level, archive.first_day, archive.last_day),
                         ("M", date(2026, 11, 1), date(2026, 11, 30)))  # fmt: skip
        self.assertEqual((archive.state, archive.verdict, archive.amount), ("complete", "sound", 2.5))
        self.assertFalse(self._task())
        self.assertIn(f",{jet.ARCHIVE_INTERMEDIATE},{archive.name},", self._records("JET", 0)[-1].payload)
        self._cron(utc(2026, 12, 1, 11))
        self.assertEqual(self._made(), archive)

    def test_a_missing_till_is_named_after_the_delay_and_completed_by_itself(self):
        away = self._enrol(2)
        self._send(away.event(), self.till.ticket())
        held = away.ticket(700)
        self._send(self.till.ticket(day=utc(2026, 12, 1, 9)))
        self._cron(utc(2026, 12, 9, 8))
        self.assertFalse(self._made())
        self._cron(utc(2026, 12, 11, 8))
        first = self._made()
        self.assertEqual((first.missing, first.state, first.amount), ("2", "waiting", 2.5))
        self._cron(utc(2026, 12, 12, 8))
        self.assertEqual(self._made(), first, "nothing came: no supplement")
        self.assertEqual(self._task().missing, "2")
        self._send(held, away.ticket(100, day=utc(2026, 12, 13, 9)))
        self._cron(utc(2026, 12, 13, 10))
        supplement = self._made() - first
        self.assertEqual((supplement.first_day, supplement.amount), (first.first_day, 7.0))
        self.assertTrue(supplement.is_supplement)
        self.assertEqual((first.state, supplement.state), ("completed", "complete"))
        self._verify(first, supplement)
        self._cron(utc(2026, 12, 14, 8))
        self.assertEqual(len(self._made()), 2)

    def test_a_till_that_comes_back_after_the_next_month_is_in_a_supplement_of_it(self):
        away = self._enrol(2)
        self._send(away.event(), self.till.ticket())
        held = away.ticket(700)
        self._send(self.till.ticket(day=utc(2026, 12, 1, 9)), self.till.ticket(day=utc(2027, 1, 1, 9)))
        self._cron(utc(2027, 1, 15, 8))
        self.assertEqual(self._made("M").mapped("missing"), ["2", "2"])
        self.assertEqual(self._task().first_day, date(2026, 12, 1), "the last archive is what a supplement completes")
        self._send(held, away.ticket(100, day=utc(2027, 1, 16, 9)))
        self._cron(utc(2027, 1, 16, 10))
        made = self._made("M")
        self.assertEqual(made.mapped("amount"), [2.5, 2.5, 7.0])
        self.assertEqual(made.mapped("state"), ["completed", "completed", "complete"])
        self._verify(*made)
        self._nothing_else()

    def test_a_revoked_till_is_not_waited_for(self):
        stolen = self._enrol(2)
        self._send(stolen.event(), stolen.ticket(), self.till.ticket())
        self._send(self.till.ticket(day=utc(2026, 12, 1, 9)))
        self.env["escarcelle.fiscal.journal"].sudo()._escarcelle_revoke_till(stolen.uid8, "volée")
        keys = EscarcelleFiscalArchiveMaker._escarcelle_keys

        def on_the_25th(maker, uids):
            # The revocation is dated by the database's clock, the archive by the test's.
            found, certificates = keys(maker, uids)
            gone = utc(2026, 11, 25, 9)
            return tuple(replace(key, revoked=key.revoked and gone) for key in found), certificates

        with patch.object(EscarcelleFiscalArchiveMaker, "_escarcelle_keys", on_the_25th):
            self._cron(utc(2026, 12, 1, 10))
        archive = self._made("M")
        self.assertEqual((archive.missing, archive.state, archive.amount), (False, "complete", 5.0))
        self.assertIn('retiree="O"', archive.record_id.xml)
        self._verify(archive)

    def test_a_fiscal_year_that_ends_in_june(self):
        self.company.write({"fiscalyear_last_month": "6", "fiscalyear_last_day": 30})
        self.env["escarcelle.fiscal.journal"].sudo()._escarcelle_revoke_till(self.till.uid8, "remplacée")
        rules = PeriodRules(year_end_month=6, year_end_day=30)
        self.till = self._enrol(3, at=utc(2027, 6, 28, 9), rules=rules)
        self._send(self.till.event(), self.till.ticket())
        self._cron(utc(2027, 7, 1, 8))
        self.assertFalse(self._made("A"))
        self._send(self.till.ticket(day=utc(2027, 7, 1, 9)))
        self._cron(utc(2027, 7, 1, 10))
        year = self._made("A")
        self.assertEqual((year.first_day, year.last_day), (date(2026, 7, 1), date(2027, 6, 30)))
        self.assertEqual(year.verdict, "sound", year.report)
        self.assertIn(f",{jet.ARCHIVE_YEAR},{year.name},", "".join(self._records("JET", 0).mapped("payload")))
        self.assertEqual(self._made("M")[-1].last_day, date(2027, 6, 30))

    def test_days_when_the_company_wants_them(self):
        self.company.escarcelle_archive_days = True
        self._send(self.till.ticket(), self._z())
        self._cron(utc(2026, 11, 22, 8))
        day = self._made("J")
        self.assertEqual((day.first_day, day.amount, day.state), (date(2026, 11, 21), 2.5, "complete"))
        self._send(self.till.ticket(day=utc(2026, 11, 24, 9)))
        self._cron(utc(2026, 11, 24, 10))
        self.assertEqual([a.first_day.day for a in self._made("J")], [21, 22, 23])
        self._verify(*self._made("J"))

    def _z(self):
        issue = close_day(self.till.state, self.till.desk, self.till.at + timedelta(hours=9))
        return self.till._entry(issue, "6f1f6a2c-0000-4000-8000-000000000001", "closing")

    def test_an_archive_made_before_its_month_was_over_is_completed(self):
        self._send(self.till.ticket())
        early = self._archive(utc(2026, 11, 22, 9), "M")
        self.assertEqual(early.state, "waiting")
        self._send(self.till.ticket(300), self.till.ticket(day=utc(2026, 12, 1, 9)))
        self._cron(utc(2026, 12, 1, 10))
        made = self._made("M")
        self.assertEqual(made.mapped("amount"), [2.5, 3.0])
        self.assertEqual(made.mapped("state"), ["completed", "complete"])
        self._verify(*made)

    def test_a_server_off_for_months_makes_each_in_order(self):
        for month in (11, 12):
            self._send(self.till.ticket(day=utc(2026, month, 25, 9)))
        self._send(self.till.ticket(day=utc(2027, 2, 3, 9)))
        self._cron(utc(2027, 2, 3, 10))
        self.assertEqual([a.first_day for a in self._made("M")],
                         [date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)])  # fmt: skip
        self.assertEqual(len(self._made("A")), 1)
        self._verify(*self._made())

    def test_two_at_the_same_time_make_one(self):
        """Real cursors: tests/db. Here: who planned before the other had finished finds it out."""
        self._send(self.till.ticket(), self.till.ticket(day=utc(2026, 12, 1, 9)))
        maker = self.env["escarcelle.fiscal.archive.maker"].sudo()
        with self._at(utc(2026, 12, 1, 10)):
            maker._escarcelle_make(self.company, "M", date(2026, 11, 1), after=0)
            with self.assertRaises(ArchiveTaken):
                maker._escarcelle_make(self.company, "M", date(2026, 11, 1), after=0)
        self._cron(utc(2026, 12, 1, 11))
        self.assertEqual(len(self._made()), 1)

    def test_a_task_whose_maker_was_killed_is_done_again_once(self):
        self._send(self.till.ticket(), self.till.ticket(day=utc(2026, 12, 1, 9)))
        self.tasks.create({"company_id": self.company.id, "level": "M", "first_day": date(2026, 11, 1),
                           "last_day": date(2026, 11, 30), "is_automatic": True, "state": "making"})  # fmt: skip
        stray = self.folder / "archives" / ".0123456789abcdef"
        stray.mkdir(parents=True)
        (stray / "archive.xml").write_text("half")
        self._cron(utc(2026, 12, 1, 10))
        self.assertEqual(len(self._made()), 1)
        self.assertFalse(stray.exists())
        # The same once more, when it was killed after the journal had it.
        self.tasks.search([]).write({"state": "making"})
        self._cron(utc(2026, 12, 1, 11))
        self.assertEqual(len(self._made()), 1)
