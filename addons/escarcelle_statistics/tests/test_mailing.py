"""Reports by mail: once a period, late rather than never, failures that are seen."""

import io
import zipfile
from datetime import date
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .report_common import ReportCase


@tagged("post_install", "-at_install")
class TestMailing(ReportCase):
    """The clock stands still: 10 March 2026, unless a test moves it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = date(2026, 3, 10)
        cls.startClassPatcher(patch.object(fields.Date, "context_today", lambda *_args: cls.today))
        # The job commits as it goes: here all is one transaction.
        cls.startClassPatcher(
            patch.object(type(cls.env["ir.cron"]), "_commit_progress", return_value=60.0)
        )
        cls.shop.email = "epicerie@example.org"
        cls.boss = new_test_user(
            cls.env, "mailing_boss", "escarcelle_social.group_manager", company_id=cls.shop.id,
            company_ids=[Command.set(cls.shop.ids)], email="boss@example.org",
        )  # fmt: skip
        cls.funder = cls.env["res.partner"].create(
            {"name": "Mairie", "email": "Mairie <mairie@example.org>"}
        )
        cls.mailings = cls.env["escarcelle.statistic.mailing"]
        cls.cron = cls.env.ref("escarcelle_statistics.cron_mailing")

    def on(self, day):
        type(self).today = day
        self.addCleanup(setattr, type(self), "today", date(2026, 3, 10))
        self.env.invalidate_all()

    def mailing(self, **values):
        mailing = self.mailings.create(
            {
                "report_id": self.standard("quarter").id, "company_id": self.shop.id, "user_id": self.boss.id,
                "frequency": "month", "delay": 2, "partner_ids": [Command.set(self.funder.ids)],
                "addresses": "dgcs@example.org\n\n MAIRIE@example.org ", "form_pdf": False, "form_xlsx": True,
                "form_csv": True, **values,
            }
        )  # fmt: skip
        # As at the end of a request: what it computes, it computes today.
        self.env.flush_all()
        return mailing

    def run_job(self):
        self.mailings._escarcelle_send_due()
        self.env.invalidate_all()

    def test_the_next_day_is_shown(self):
        for frequency, start, due in (
            ("week", date(2026, 3, 9), date(2026, 3, 17)), ("month", date(2026, 3, 1), date(2026, 4, 2)),
            ("quarter", date(2026, 1, 1), date(2026, 4, 2)), ("year", date(2026, 1, 1), date(2027, 1, 2)),
        ):  # fmt: skip
            mailing = self.mailing(frequency=frequency)
            self.assertEqual((mailing.next_start, mailing.next_date), (start, due), frequency)
        mailing.delay = 10
        self.assertEqual(mailing.next_date, date(2027, 1, 10))
        mailing.frequency = "month"
        self.assertEqual(mailing.next_date, date(2026, 4, 10))

    def test_a_period_is_sent_once(self):
        mailing = self.mailing()
        self.on(date(2026, 4, 1))
        self.run_job()
        self.assertFalse(mailing.sent_ids)
        self.on(date(2026, 4, 2))
        self.run_job()
        self.run_job()
        self.on(date(2026, 4, 3))
        self.run_job()
        (sent,) = mailing.sent_ids
        self.assertEqual(
            (sent.period_start, sent.period_stop), (date(2026, 3, 1), date(2026, 3, 31))
        )
        self.assertEqual((sent.state, sent.by_hand, sent.failure), ("waiting", False, False))
        self.assertEqual(mailing.next_date, date(2026, 5, 2))
        # A mail a recipient, each address once, in Odoo's queue.
        mails = sent.sudo().mail_ids
        self.assertEqual(set(mails.mapped("email_to")), {"mairie@example.org", "dgcs@example.org"})
        self.assertEqual(len(mails), 2)
        self.assertEqual(set(mails.mapped("state")), {"outgoing"})
        self.assertIn("epicerie@example.org", mails[0].email_from)
        self.assertEqual(
            sorted(name.rsplit(".", 1)[1] for name in mails[0].attachment_ids.mapped("name")),
            ["csv", "xlsx"],
        )
        self.assertIn(self.standard("quarter").name, mails[0].subject)

    def test_the_cron_of_odoo_runs_it(self):
        mailing = self.mailing()
        self.on(date(2026, 4, 2))
        self.assertEqual(self.cron.model_id.model, "escarcelle.statistic.mailing")
        self.cron.ir_actions_server_id.run()
        self.env.invalidate_all()
        self.assertEqual(len(mailing.sent_ids), 1)

    def test_what_was_missed_is_sent_later_the_oldest_first(self):
        mailing, weekly = self.mailing(), self.mailing(frequency="week")
        self.on(date(2026, 6, 15))
        self.run_job()
        starts = mailing.sent_ids.sorted("period_start").mapped("period_start")
        self.assertEqual(starts, [date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)])
        self.assertEqual(len(weekly.sent_ids), 13)
        self.assertEqual(max(weekly.sent_ids.mapped("period_stop")), date(2026, 6, 7))
        self.assertEqual(
            (mailing.next_date, weekly.next_date), (date(2026, 7, 2), date(2026, 6, 16))
        )
        self.run_job()
        self.assertEqual((len(mailing.sent_ids), len(weekly.sent_ids)), (3, 13))

    def test_one_that_slept_catches_nothing_up(self):
        mailing = self.mailing()
        mailing.active = False
        self.on(date(2026, 9, 20))
        self.run_job()
        self.assertFalse(mailing.sent_ids)
        mailing.active = True
        self.assertEqual(mailing.next_date, date(2026, 10, 2))

    def test_weeks_and_years_meet(self):
        weekly = self.mailing(frequency="week", delay=1)
        yearly = self.mailing(frequency="year", delay=1)
        (weekly | yearly).write({"next_start": date(2027, 12, 27)})
        yearly.next_start = date(2027, 1, 1)
        self.on(date(2028, 1, 3))
        self.run_job()
        self.assertEqual(weekly.sent_ids.period_stop, date(2028, 1, 2))
        self.assertEqual(yearly.sent_ids.period_stop, date(2027, 12, 31))

    def test_what_is_sent_is_masked(self):
        self.today_visits = (
            self.crowd(date(2026, 3, 3), 3),
            self.crowd(date(2026, 3, 3), 9, "68200"),
        )
        mailing = self.mailing(
            report_id=False, statistic_id=self.delivered("department").id, form_xlsx=False
        )
        self.on(date(2026, 4, 2))
        self.run_job()
        attachment = mailing.sent_ids.sudo().mail_ids[0].attachment_ids
        said = attachment.raw.decode("utf-8-sig")
        # In the language of its owner, French where nobody said another.
        source = mailing._escarcelle_source().with_context(lang=mailing.user_id.lang or "fr_FR")
        self.assertIn(source._escarcelle_words().masked, said)
        self.assertNotIn("\r\n67;3;", said)
        self.assertIn(";12;12;12\r\n", said)
        self.assertIn(source._escarcelle_notice(), said.replace('""', '"'))

    def test_sent_by_hand_leaves_the_schedule_as_it_is(self):
        mailing = self.mailing()
        before = mailing.next_date
        mailing.with_user(self.boss).action_escarcelle_send_now()
        mailing.with_user(self.boss).action_escarcelle_send_now()
        self.assertEqual(mailing.sent_ids.mapped("period_start"), [date(2026, 2, 1)] * 2)
        self.assertEqual(mailing.next_date, before)
        self.on(date(2026, 4, 2))
        self.run_job()
        self.assertEqual(len(mailing.sent_ids.filtered(lambda sent: not sent.by_hand)), 1)
        mailing.active = False
        with self.assertRaises(UserError):
            mailing.action_escarcelle_send_now()

    def test_a_mail_that_does_not_leave_is_seen_and_sent_again(self):
        mailing = self.mailing()
        mailing.with_user(self.boss).action_escarcelle_send_now()
        sent = mailing.sent_ids.with_user(self.boss)
        first, second = sent.sudo().mail_ids
        first.write({"state": "sent"})
        second.write(
            {"state": "exception", "failure_type": "mail_smtp", "failure_reason": "[Errno 111]"}
        )
        self.env.invalidate_all()
        self.assertEqual((sent.state, mailing.last_state), ("failed", "failed"))
        self.assertIn(second.email_to, sent.failure)
        self.assertNotIn("Errno", sent.failure)
        sent.action_escarcelle_again()
        self.assertEqual((first.state, second.state, sent.state), ("sent", "outgoing", "waiting"))
        second.write({"state": "sent"})
        self.env.invalidate_all()
        self.assertEqual(sent.state, "sent")
        with self.assertRaises(UserError):
            sent.action_escarcelle_again()

    @mute_logger("odoo.addons.escarcelle_statistics.models.mailing_sending")
    def test_figures_that_cannot_be_worked_out_are_tried_again(self):
        broken, sound = self.mailing(), self.mailing(frequency="quarter")
        self.on(date(2026, 4, 2))
        section = type(self.env["escarcelle.statistic.report.section"])

        def fail(record, period, companies, leaving):
            if period.stop.month == 3 and period.start.month == 3:
                raise ZeroDivisionError
            return table(record, period, companies, leaving)

        table = section._escarcelle_table
        with patch.object(section, "_escarcelle_table", fail):
            self.run_job()
            self.run_job()
        self.assertEqual(broken.sent_ids.state, "failed")
        self.assertTrue(broken.sent_ids.failure)
        self.assertFalse(broken.sent_ids.sudo().mail_ids)
        self.assertEqual(broken.next_date, date(2026, 4, 2))
        self.assertEqual(sound.sent_ids.state, "waiting")
        self.run_job()
        self.assertEqual((len(broken.sent_ids), broken.sent_ids.state), (1, "waiting"))
        self.assertEqual(broken.next_date, date(2026, 5, 2))

    def test_nobody_s_figures_are_not_sent(self):
        mailing = self.mailing()
        self.boss.group_ids = [Command.set(self.env.ref("base.group_user").ids)]
        self.on(date(2026, 4, 2))
        self.run_job()
        self.assertEqual(mailing.sent_ids.state, "failed")
        self.assertIn(self.boss.name, mailing.sent_ids.failure)

    def test_what_cannot_be_sent_is_refused_when_it_is_written(self):
        for wrong in (
            {"addresses": "pas une adresse"}, {"addresses": False, "partner_ids": [Command.clear()]},
            {"addresses": "\n".join(f"a{n}@example.org" for n in range(51))},
            {"addresses": "a@example.org\r\nBcc: x"}, {"form_xlsx": False, "form_csv": False},
            {"statistic_id": self.delivered("category").id}, {"report_id": False},
            {"partner_ids": [Command.create({"name": "Sans adresse"})]},
            {"user_id": self.env.ref("base.user_admin").copy({"login": "nowhere", "company_ids": [
                Command.set(self.env.ref("base.main_company").ids)
            ], "company_id": self.env.ref("base.main_company").id}).id},
        ):  # fmt: skip
            with self.subTest(wrong=str(wrong)[:70]), self.assertRaises(ValidationError):
                self.mailing(**wrong)

    def test_the_history_is_nobody_s_to_write(self):
        mailing = self.mailing()
        mailing.with_user(self.boss).action_escarcelle_send_now()
        sent = mailing.sent_ids.with_user(self.boss)
        for change in (
            lambda: sent.write({"period": "x"}),
            lambda: sent.unlink(),
            lambda: sent.copy(),
        ):
            with self.assertRaises(AccessError):
                change()

    def test_every_file_that_was_sent_is_found_again(self):
        both, alone = self.mailing(), self.mailing(form_csv=False)
        for mailing in (both, alone):
            mailing.with_user(self.boss).action_escarcelle_send_now()
        one = alone.sent_ids.with_user(self.boss)
        self.assertTrue(one.action_escarcelle_files()["url"].startswith("/web/content/"))
        sent = both.sent_ids.with_user(self.boss)
        self.assertTrue(sent.action_escarcelle_files()["url"].endswith(f"/sent/{sent.id}.zip"))
        name, data = sent._escarcelle_archive()
        self.assertTrue(name.endswith(".zip"))
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            found = archive.namelist()
            self.assertEqual(archive.read(found[0]), sent.sudo().mail_ids[0].attachment_ids[0].raw)
        self.assertEqual(sorted(one.rsplit(".", 1)[1] for one in found), ["csv", "xlsx"])
