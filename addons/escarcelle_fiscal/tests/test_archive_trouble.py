import errno
from datetime import date, timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from escarcelle_core import jet

from ..tools import archive_files
from .test_archive_plan import PlanCase, utc


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
