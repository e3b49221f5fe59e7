from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, new_test_user, tagged


class BackupCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.backups = cls.env["escarcelle.fiscal.backup"]
        cls.backups.search([]).unlink()
        cls.env.cr.execute("SELECT opened_at FROM fiscal.instance")
        if not cls.env.cr.fetchone():
            cls.env["escarcelle.fiscal.instance"]._escarcelle_open()
        cls.manager = new_test_user(cls.env, "backup_manager", "escarcelle_fiscal.group_manager")
        cls.settings = new_test_user(cls.env, "backup_settings", "base.group_system")
        cls.seller = new_test_user(cls.env, "backup_seller", "point_of_sale.group_pos_user")

    def ran(self, hours, kind="backup", state="done", message=""):
        return self.backups.create(
            {
                "at": fields.Datetime.now() - timedelta(hours=hours),
                "kind": kind,
                "state": state,
                "message": message,
            }
        )

    def banner(self, user=None):
        return self.backups.with_user(user or self.manager).escarcelle_banner()


@tagged("post_install", "-at_install")
class TestBackupBanner(BackupCase):
    def test_red_after_48_hours_without_a_success(self):
        self.ran(49)
        self.ran(3, state="failed")
        self.assertEqual(len(self.banner()), 1)
        self.assertIn("49", self.banner()[0])
        self.ran(1)
        self.assertEqual(self.banner(), [])

    def test_47_hours_are_not_late(self):
        self.ran(47)
        self.assertEqual(self.banner(), [])

    def test_a_success_of_the_future_reassures_nobody(self):
        self.ran(-24 * 30)
        self.ran(50)
        self.assertEqual(len(self.banner()), 1)

    def test_a_house_that_was_never_saved_has_two_days(self):
        self.assertEqual(self.banner(), [], "opened just now")
        self.patch(
            type(self.backups), "_escarcelle_since",
            lambda backups: fields.Datetime.now() - timedelta(hours=50),
        )  # fmt: skip
        self.assertIn("./escarcelle backup", self.banner()[0])

    def test_a_failed_restore_test_is_said_until_one_succeeds(self):
        self.ran(1)
        self.ran(1, "restore_test", "failed", "fichier abîmé")
        self.assertIn("fichier abîmé", self.banner()[0])
        self.ran(0, "restore_test", "done")
        self.assertEqual(self.banner(), [])

    def test_only_those_who_can_act_are_told(self):
        self.ran(100)
        self.assertTrue(self.banner(self.manager))
        self.assertTrue(self.banner(self.settings))
        self.assertEqual(self.banner(self.seller), [])

    def test_a_test_copy_says_nothing(self):
        self.ran(100)
        self.env["ir.config_parameter"].set_param("database.is_neutralized", "1")
        self.assertEqual(self.banner(), [])

    def test_nobody_writes_the_list(self):
        row = self.ran(1)
        for user in (self.manager, self.settings):
            with self.assertRaises(AccessError, msg=user.login):
                row.with_user(user).write({"state": "failed"})
            with self.assertRaises(AccessError, msg=user.login):
                row.with_user(user).unlink()
            self.assertEqual(row.with_user(user).state, "done")

    def test_the_oldest_lines_are_forgotten(self):
        old, new = self.ran(24 * 800), self.ran(24 * 300)
        self.backups._gc_escarcelle_backups()
        self.assertFalse(old.exists())
        self.assertTrue(new.exists())
