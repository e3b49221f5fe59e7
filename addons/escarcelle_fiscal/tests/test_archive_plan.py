import errno
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from escarcelle_core import jet
from escarcelle_core.chain import close_day
from escarcelle_core.periods import PeriodRules

from ..models.fiscal_archive_maker import ArchiveTaken, EscarcelleFiscalArchiveMaker
from ..tools import archive_files
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


@tagged("post_install", "-at_install")
class TestArchiveTrouble(PlanCase):
    """What goes wrong is said, leaves nothing behind, and is done again."""

    def setUp(self):
        super().setUp()
        self._send(self.till.ticket(), self.till.ticket(day=utc(2026, 12, 1, 9)))
        self.at = utc(2026, 12, 1, 10)
        self.manager = new_test_user(
            self.env, "responsable", groups="escarcelle_fiscal.group_manager",
            company_id=self.company.id, company_ids=[(6, 0, self.company.ids)],
        )  # fmt: skip

    def _messages(self):
        return self.env["mail.message"].sudo().search(
            [("partner_ids", "in", self.manager.partner_id.ids), ("message_type", "=", "user_notification")]
        )  # fmt: skip

    def _fails(self, error):
        heads = self.env["escarcelle.fiscal.journal"]._escarcelle_heads
        server = self.env["escarcelle.fiscal.instance"]._escarcelle_row()[1]
        with patch.object(archive_files, "pack", side_effect=error):
            self._cron(self.at)
        task = self._task()
        self.assertEqual(task.state, "failed")
        self.assertFalse(self._made())
        self.assertNotIn("ARC", heads(server))
        self.assertFalse(list((self.folder / "archives").rglob("ARC*")))
        self.assertFalse(list((self.folder / "archives").glob(".*")))
        return task

    def test_a_full_disk(self):
        task = self._fails(OSError(errno.ENOSPC, "No space left on device"))
        self.assertIn(str(self.folder), task.error)
        [message] = self._messages()
        with patch.object(archive_files, "pack", side_effect=OSError(errno.ENOSPC, "No space left on device")):
            self._cron(self.at + timedelta(hours=1))
        self.assertEqual(self._messages(), message, "said once")
        self._cron(self.at + timedelta(hours=2))
        self.assertEqual(self._made().verdict, "sound")
        self.assertEqual(self._made().number, 1)

    def test_a_folder_that_cannot_be_written(self):
        task = self._fails(PermissionError(errno.EACCES, "Permission denied"))
        self.assertIn("Permission denied", task.error)
        banner = self.env["escarcelle.fiscal.backup"].with_user(self.manager).escarcelle_banner()
        self.assertTrue(any("Permission denied" in sentence for sentence in banner))

    @mute_logger("odoo.addons.escarcelle_fiscal.models.fiscal_archive_task")
    def test_a_fault_of_the_program(self):
        task = self._fails(ValueError("x"))
        self.assertIn("ValueError", task.error)
        task.with_user(self.manager).with_company(self.company).action_retry()
        self._cron(self.at + timedelta(minutes=5))
        self.assertEqual(self._made().verdict, "sound")

    def test_a_big_period_is_made_in_the_background(self):
        wizard = self.env["escarcelle.fiscal.archive.wizard"].with_user(self.manager).with_company(self.company)
        with self._at(self.at), patch("odoo.addons.escarcelle_fiscal.models.fiscal_archive_wizard.AT_ONCE", 1):
            request = wizard.create({"company_id": self.company.id, "level": "J", "day": date(2026, 11, 21)})
            action = request.action_archive()
            self.assertEqual(action["res_model"], self.tasks._name)
            with self.assertRaises(UserError):
                request.action_archive()
        self.assertFalse(self._made())
        self._cron(self.at)
        task = self.tasks.search([("level", "=", "J")])
        self.assertEqual((task.state, task.progress, task.name), ("done", 100, self._made("J").name))

    def test_only_a_manager_retries(self):
        task = self._fails(OSError(errno.ENOSPC, "x"))
        auditor = new_test_user(self.env, "auditrice", groups="escarcelle_fiscal.group_auditor")
        for action in ("action_retry", "action_give_up"):
            with self.assertRaises(AccessError):
                getattr(task.with_user(auditor), action)()


@tagged("post_install", "-at_install")
class TestArchiveNight(PlanCase):
    """Every night the archives are verified again; the second folder."""

    def setUp(self):
        super().setUp()
        self._send(self.till.ticket(), self.till.ticket(day=utc(2026, 12, 1, 9)))
        self._cron(utc(2026, 12, 1, 10))
        self.archive = self._made()
        self.checks = self.env["escarcelle.fiscal.archive.check"].sudo()
        self.at = utc(2026, 12, 2, 2)

    def _age(self, hours=24):
        self.env.cr.execute(
            "UPDATE escarcelle_fiscal_archive_check SET verified_at = verified_at - %s * interval '1 hour'", [hours]
        )
        self.env.invalidate_all()

    def _defects(self):
        return self._records("JET", 0).filtered(lambda r: f",{jet.INTEGRITY_DEFECT}," in r.payload)

    def _night(self):
        self._cron(self.at, "cron_archive_check")
        self._cron(self.at, "cron_outbox")

    def test_a_sound_archive_gets_its_date(self):
        self._age()
        before = self.archive.verified_at
        self._night()
        self.assertEqual(self.archive.verdict, "sound")
        self.assertGreater(self.archive.verified_at, before)

    def test_a_changed_file_is_an_event_a_message_and_a_banner(self):
        manager = new_test_user(
            self.env, "responsable", groups="escarcelle_fiscal.group_manager",
            company_id=self.company.id, company_ids=[(6, 0, self.company.ids)],
        )  # fmt: skip
        path = archive_files.present(self.folder, self.archive.name)
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
        self._age()
        self._night()
        self.assertIn(self.archive.verdict, ("defects", "unusable"))
        self.assertEqual(len(self._defects()), 1)
        self.assertIn(self.archive.name, self._defects().payload)
        mail = self.env["mail.message"].sudo().search([("partner_ids", "in", manager.partner_id.ids)])
        self.assertIn(self.archive.name, mail[0].body)
        banner = self.env["escarcelle.fiscal.backup"].with_user(manager)
        self.assertTrue(any(self.archive.name in sentence for sentence in banner.escarcelle_banner()))
        self._age()
        self._night()
        self.assertEqual(len(self._defects()), 1, "the same defect is one event")
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
        self.archive.action_verify()
        self.assertFalse(any(self.archive.name in sentence for sentence in banner.escarcelle_banner()))

    def test_a_copy_of_the_database_says_nothing_of_archives_it_does_not_have(self):
        archive_files.present(self.folder, self.archive.name).unlink()
        self._age()
        self.folder.rename(self.folder.with_name("ailleurs"))
        self._cron(self.at, "cron_archive_check")
        self.assertEqual(self.archive.verdict, "sound")
        self.folder.with_name("ailleurs").rename(self.folder)

    def test_a_file_that_is_gone_is_a_defect(self):
        archive_files.present(self.folder, self.archive.name).unlink()
        self._age()
        self._night()
        self.assertEqual(self.archive.verdict, "missing")
        self.assertEqual(len(self._defects()), 1)

    def test_the_oldest_answer_is_the_first_and_time_is_bounded(self):
        self._archive(utc(2026, 12, 1, 11), "J", date(2026, 11, 21))
        self._archive(utc(2026, 12, 1, 12), "J", date(2026, 11, 22))
        names = self._made().sorted("number").mapped("name")
        self._age()
        self.checks.search([("name", "=", names[1])]).unlink()
        self.env.cr.execute(
            "UPDATE escarcelle_fiscal_archive_check SET verified_at = verified_at - interval '1 day' WHERE name = %s",
            [names[2]],
        )
        self.env["ir.config_parameter"].sudo().set_param("escarcelle_fiscal.archive_check_minutes", "0.0000001")
        seen = []
        look = type(self.checks)._escarcelle_look
        with patch.object(type(self.checks), "_escarcelle_look",
                          lambda model, archive: seen.append(archive.name) or look(model, archive)):  # fmt: skip
            for _night in range(3):
                self._cron(self.at, "cron_archive_check")
        self.assertEqual(seen[:3], [names[1], names[2], names[0]])

    def test_the_second_folder_gets_each_archive(self):
        elsewhere = self.folder.parent / "ailleurs"
        elsewhere.mkdir()
        settings = self.env["res.config.settings"]
        for wrong in ("relatif", "/n/existe/pas", str(self.folder)):
            with self.assertRaises(ValidationError):
                settings.create({"escarcelle_archive_copy": wrong}).set_values()
        settings.create({"escarcelle_archive_copy": str(elsewhere)}).set_values()
        archive_files.deliver(self.folder, self.archive.name)
        self._cron(utc(2026, 12, 1, 12))
        self.assertEqual((elsewhere / self.archive.name).read_bytes(),
                         archive_files.present(self.folder, self.archive.name).read_bytes())  # fmt: skip
        self._verify(self.archive)
        (elsewhere / self.archive.name).unlink()
        elsewhere.rmdir()
        self._cron(utc(2026, 12, 1, 13))
        self.assertTrue(any("No such file" in s for s in self.env["escarcelle.fiscal.backup"].escarcelle_banner()))

    def test_an_address_that_is_none_is_refused(self):
        for wrong in ("horodatage", "ftp://x", "https://", "https://moi:secret@x/", "http://["):
            with self.assertRaises(ValidationError):
                self.env["res.config.settings"].create({"escarcelle_tsa_url": wrong}).set_values()
